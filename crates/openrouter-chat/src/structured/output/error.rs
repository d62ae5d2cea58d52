//! Why an answer does not hold what was asked for.

use std::error::Error as StdError;
use std::fmt;

/// Why an answer does not hold what was asked for. The text that it does hold is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputError {
    kind: OutputErrorKind,
    message: String,
    text: String,
}

/// What is wrong with an answer that was to have a certain form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputErrorKind {
    /// The model refused; the text is what it said. Asking again in the same words rarely helps.
    Refused,
    /// A content filter stopped the answer.
    Filtered,
    /// The limit of tokens was reached before the answer was whole. Raise `max_tokens`, or ask for less.
    Truncated,
    /// There is no text and no call. Some models do so while they start.
    Empty,
    /// There is no JSON in the answer, or it is not whole.
    NotJson,
    /// There is JSON, and it does not fit the type or the schema.
    Mismatch,
    /// It fits the type, and a check of yours refused it.
    Rejected,
}

impl OutputError {
    pub(super) fn new(
        kind: OutputErrorKind,
        message: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            message: message.into(),
            text: text.into(),
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> OutputErrorKind {
        self.kind
    }

    /// What the model said: its text, the arguments of its call, or its refusal; as it came.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether telling the model may help.
    pub(super) fn is_repairable(&self) -> bool {
        use OutputErrorKind::{Empty, Mismatch, NotJson, Rejected};
        matches!(self.kind, Empty | Mismatch | NotJson | Rejected)
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for OutputError {}
