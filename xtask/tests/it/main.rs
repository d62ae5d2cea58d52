//! Tests of the maintenance commands.

mod codegen;
