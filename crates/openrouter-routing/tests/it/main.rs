//! Tests of the crate through its public API.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod catalog;
mod outcomes;
mod preferences;
mod prices;
mod properties;
mod rules;
mod slugs;
mod support;
mod worked_example;
