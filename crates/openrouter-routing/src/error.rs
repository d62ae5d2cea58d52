//! The crate's one error: a text or a number that cannot be what it should be.

use std::error;
use std::fmt;

/// A text or number that could not be read.
///
/// Only parsing fails in this crate. Planning never does: what it cannot know becomes a
/// [`Caveat`](crate::plan::Caveat), and an empty plan says what would help.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    text: String,
    problem: &'static str,
}

/// What could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A model slug, such as `author/name:variant`. Nothing was sent; correct the text.
    Slug,
    /// A price or an amount of money. It has to be a decimal number, not too large to be kept exactly.
    Price,
    /// A throughput or a latency. It has to be a finite number that is not negative.
    Unit,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>, problem: &'static str) -> Self {
        let mut text = text.into();
        if let Some((end, _)) = text.char_indices().nth(SHOWN_CHARS) {
            text.truncate(end);
            text.push('…');
        }
        Self(Box::new(Inner {
            kind,
            text,
            problem,
        }))
    }

    /// What could not be read.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind,
            text,
            problem,
        } = &*self.0;
        let what = match kind {
            ErrorKind::Slug => "model slug",
            ErrorKind::Price => "price",
            ErrorKind::Unit => "measurement",
        };
        write!(f, "`{text}` is not a {what}: {problem}")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for Error {}

/// How much of the offending text an error keeps, in characters.
const SHOWN_CHARS: usize = 80;
