//! Maintenance commands of this workspace.
#![allow(
    clippy::print_stderr,
    reason = "a command-line tool reports errors on standard error"
)]

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let types_crate = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/openrouter-types");
    let result = match arguments[..] {
        ["codegen"] => xtask::codegen::run(&types_crate, false),
        ["codegen", "--check"] => xtask::codegen::run(&types_crate, true),
        _ => Err("usage: cargo xtask codegen [--check]".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
