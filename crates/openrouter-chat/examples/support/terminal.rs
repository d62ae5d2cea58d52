//! What the examples have in common as programs for a terminal.

use std::error::Error;
use std::fmt;
use std::process::exit;

/// What every example reads from the environment.
const ENVIRONMENT: &str = "\
OPENROUTER_API_KEY   the key; without it a test server on this machine answers
OPENROUTER_BASE_URL  another server that speaks the same language
OPENROUTER_MODEL     another model than the example's own";

/// The arguments, of which there may be so many. Asked for help, it gives help and ends the program.
pub(crate) fn arguments(usage: &str, at_most: usize) -> Vec<String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asks = |argument: &String| matches!(argument.as_str(), "--help" | "-h");
    if arguments.iter().any(asks) {
        println!("usage: {usage}\n\n{ENVIRONMENT}");
        exit(0);
    }
    if arguments.len() > at_most {
        refuse(usage);
    }
    arguments
}

/// Ends the program, since it was not called as it should be.
pub(crate) fn refuse(usage: &str) -> ! {
    eprintln!("usage: {usage}");
    exit(2)
}

/// An error out of `main`, shown as a line for a person, where a bare one would show its fields.
pub(crate) struct Failure(Box<dyn Error>);

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.to_string();
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Many say the cause themselves.
            if !shown.contains(&text) {
                shown = format!("{shown}: {text}");
            }
            cause = error.source();
        }
        f.write_str(&shown)
    }
}
