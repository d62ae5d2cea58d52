//! Answers that fit a type: schemas made strict, JSON found in prose, and objects that can be read while they grow.
//!
//! | to | see |
//! | --- | --- |
//! | get values of a type | `ChatModel::with_structured_output`, with the feature `schemars` |
//! | get values that follow a JSON Schema | [`ChatModel::with_output_schema`](crate::ChatModel::with_output_schema) |
//! | choose between function calling, JSON schema and JSON mode | [`OutputMethod`] |
//! | see the raw reply beside the value | [`StructuredModel::invoke_raw`] |
//! | know what is wrong with an answer | [`OutputErrorKind`] |
//! | let the model correct itself | [`StructuredModel::with_repairs`] |
//! | see a value while it grows | [`StructuredModel::stream`] |
//! | know what strict mode does to a schema | [`strict::StrictSchema`] |

pub mod extract;
mod json;
mod output;
pub mod partial;
pub mod schema;
pub mod strict;

pub(crate) use output::{Attempts, Growing};
pub use output::{
    OutputError, OutputErrorKind, OutputFormat, OutputMethod, Place, StructuredEvent,
    StructuredModel, StructuredResponse, StructuredStream,
};
