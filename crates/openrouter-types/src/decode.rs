//! Reading an answer, and what goes wrong with it.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

/// What can be read from the JSON text of an answer.
///
/// Every wire type implements it, and reads all that is JSON and of the right outermost kind: unknown fields and values
/// are kept, missing fields stay empty, and a known field whose value is of the wrong kind lands in `extra`. Text that is
/// almost JSON is mended: a byte-order mark is skipped; bytes that are not UTF-8 and halves of surrogate pairs become
/// U+FFFD; control characters may stand in strings; `NaN` and `Infinity` count as `null`. That is more than
/// `serde::Deserialize` does for the same types. Of a key that comes twice, the last value holds.
///
/// ```
/// use openrouter_types::{ChatStreamChunk, Decode};
///
/// let chunk = ChatStreamChunk::decode(br#"{"id": "gen-1", "choices": "none", "novel": {"a": 1.0}}"#)?;
/// assert_eq!(chunk.id.as_deref(), Some("gen-1"));
/// assert!(chunk.choices.is_empty());
/// assert_eq!(chunk.extra.get("novel").map(|value| value.as_str()), Some(r#"{"a": 1.0}"#));
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
pub trait Decode: Sized {
    /// Reads a value from JSON text.
    ///
    /// # Errors
    ///
    /// When the text is not JSON, or its outermost value is not of the kind (object, list) that this type needs.
    fn decode(json: &[u8]) -> Result<Self, DecodeError>;

    /// Reads a value from JSON text that fits the type as it is. `None` for anything that takes tolerance, or mending, or
    /// that cannot be read at all: [`decode`](Self::decode) says which.
    ///
    /// For whoever has to know that a text is JSON to the letter, or has checked already that it is UTF-8. Types that
    /// know no difference leave it at `None`.
    ///
    /// ```
    /// use openrouter_types::{ChatStreamChunk, Decode};
    ///
    /// assert!(ChatStreamChunk::decode_exactly(r#"{"id": "gen-1", "novel": 1}"#).is_some());
    /// assert!(ChatStreamChunk::decode_exactly(r#"{"id": {}}"#).is_none());
    /// ```
    fn decode_exactly(json: &str) -> Option<Self> {
        let _ = json;
        None
    }
}

/// JSON text that could not be read, or a value that could not be written.
#[derive(Debug)]
pub struct DecodeError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    message: String,
    line: usize,
    column: usize,
}

impl DecodeError {
    pub(crate) fn new(message: String) -> Self {
        Self(Box::new(Inner {
            message,
            line: 0,
            column: 0,
        }))
    }

    /// Line of the offending byte, from 1; 0 when unknown.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// Column of the offending byte, from 1; 0 when unknown.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.column
    }
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self(Box::new(Inner {
            message: error.to_string(),
            line: error.line(),
            column: error.column(),
        }))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl core::error::Error for DecodeError {}
