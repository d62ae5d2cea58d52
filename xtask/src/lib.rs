//! Maintenance commands of this workspace, as a library, so that they can be tested.
#![allow(
    clippy::print_stdout,
    reason = "a command-line tool reports on standard output"
)]
#![allow(
    clippy::exhaustive_structs,
    clippy::exhaustive_enums,
    reason = "nothing depends on this crate"
)]

pub mod bench;
pub mod ci;
pub mod codegen;
pub mod conformance;
pub mod drift;
pub mod schema;
pub mod tidy;

/// What a command returns: nothing, or what went wrong, for a person to read.
pub type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;
