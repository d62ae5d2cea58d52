//! The wire types of the OpenRouter API, and nothing else.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod operation;

pub use operation::{Credential, Method, Operation, StreamOperation};

use alloc::string::String;
use core::fmt;

/// What can be read from the JSON text of an answer.
pub trait Decode: Sized {
    /// Reads a value from JSON text.
    ///
    /// # Errors
    ///
    /// When the text is not JSON, or not of the outermost kind (object, array) that this type needs.
    fn decode(json: &[u8]) -> Result<Self, DecodeError>;
}

/// JSON text that could not be read.
#[derive(Debug)]
pub struct DecodeError {
    message: String,
    line: usize,
    column: usize,
}

impl DecodeError {
    /// Line of the offending byte, from 1; 0 when unknown.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Column of the offending byte, from 1; 0 when unknown.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self { line: error.line(), column: error.column(), message: alloc::format!("{error}") }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for DecodeError {}
