//! Plays recorded streams, answers and framings through the public interface, and prints what came out.
//!
//! ```text
//! cargo run -p openrouter-chat --example cases -- DIR
//! ```
//!
//! `DIR` may hold `sse/`, `streams/` and `responses/`. Every line of the output is one JSON object: one case, fed in one
//! way. Streams and answers are served over a real socket; a stream whole, event by event, and a few bytes at a time.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod play;
mod serve;

use std::process::ExitCode;

const USAGE: &str = "usage: cases DIR\n\nDIR may hold sse/, streams/ and responses/.";

#[tokio::main]
async fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if folder == "--help" || folder == "-h" {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match play::folder(folder.as_ref(), |line| println!("{line}")).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
