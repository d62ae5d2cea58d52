//! Answers that fit a type: schemas made strict, JSON found in prose, and objects that can be read while they grow.

pub mod extract;
mod json;
mod output;
pub mod partial;
pub mod schema;
pub mod strict;

pub use output::{
    OutputError, OutputErrorKind, OutputFormat, OutputMethod, Place, StructuredModel,
    StructuredResponse, StructuredStream,
};
