//! Tests of the maintenance commands.

mod codegen;
mod conformance;
mod drift;
mod format;
mod pull;
mod tidy;
