//! Tests of the maintenance commands.

mod codegen;
mod drift;
mod format;
mod pull;
mod tidy;
