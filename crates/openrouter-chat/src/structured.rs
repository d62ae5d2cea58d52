//! Answers that fit a type: schemas made strict, JSON found in prose, and objects that can be read while they grow.

pub mod extract;
pub mod partial;
