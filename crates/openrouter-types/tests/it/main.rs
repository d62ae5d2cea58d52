//! Tests of the wire types through their public interface.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod every_type;
mod operations;
mod questions;
mod recorded;
mod requests;
mod round_trip;
mod tolerance;
mod tools;
mod unknown_values;
