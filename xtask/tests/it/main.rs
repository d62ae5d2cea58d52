//! Tests of the maintenance commands.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod codegen;
mod conformance;
mod drift;
mod format;
mod pull;
mod tidy;
