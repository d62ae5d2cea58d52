//! Tests of the crate through its public API.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;
mod worked_example;
