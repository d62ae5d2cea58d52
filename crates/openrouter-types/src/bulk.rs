//! Long texts, such as base64 payloads.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::cell::Cell;
use core::fmt;

use serde::{Serialize, Serializer, ser};

/// A long text, such as the base64 of an image: held, or produced while it is written.
///
/// A held text is an ordinary string. A *deferred* one is anything that can display itself, for instance bytes that are
/// encoded as base64 on their way into the request body, so that the text never exists as a whole. Cloning shares a
/// deferred text. `Debug` shows the length of the text, or its beginning when it is an address, never a payload.
///
/// ```
/// use openrouter_types::BulkText;
///
/// let url = BulkText::from("https://example.org/cat.png");
/// assert_eq!(url.as_str(), Some("https://example.org/cat.png"));
///
/// let deferred = BulkText::deferred(format_args!("data:image/png;base64,{}", "iVBORw0KGgo=").to_string());
/// assert_eq!(deferred.to_string(), "data:image/png;base64,iVBORw0KGgo=");
/// ```
#[derive(Clone)]
pub struct BulkText(Repr);

#[derive(Clone)]
enum Repr {
    Held(String),
    Deferred(Arc<dyn fmt::Display + Send + Sync>),
}

impl BulkText {
    /// A text that is produced each time it is written.
    ///
    /// Its `Display` is called once for each attempt to encode the value that holds it; an error from it fails the
    /// encoding.
    pub fn deferred(text: impl fmt::Display + Send + Sync + 'static) -> Self {
        Self(Repr::Deferred(Arc::new(text)))
    }

    /// The text, when it is held.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::Held(text) => Some(text),
            Repr::Deferred(_) => None,
        }
    }

    /// The text, produced when it is deferred.
    #[must_use]
    pub fn into_string(self) -> String {
        match self.0 {
            Repr::Held(text) => text,
            Repr::Deferred(text) => text.to_string(),
        }
    }

    /// Adds to the end. A deferred text is produced first.
    pub fn push_str(&mut self, more: &str) {
        match &mut self.0 {
            Repr::Held(text) => text.push_str(more),
            Repr::Deferred(text) => {
                let mut text = text.to_string();
                text.push_str(more);
                self.0 = Repr::Held(text);
            }
        }
    }
}

impl Default for BulkText {
    fn default() -> Self {
        Self::from(String::new())
    }
}

impl From<String> for BulkText {
    fn from(text: String) -> Self {
        Self(Repr::Held(text))
    }
}

impl From<&str> for BulkText {
    fn from(text: &str) -> Self {
        Self::from(String::from(text))
    }
}

impl From<BulkText> for String {
    fn from(text: BulkText) -> Self {
        text.into_string()
    }
}

/// Held texts compare by text, deferred ones by identity.
impl PartialEq for BulkText {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Held(a), Repr::Held(b)) => a == b,
            (Repr::Deferred(a), Repr::Deferred(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl fmt::Display for BulkText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Held(text) => f.write_str(text),
            Repr::Deferred(text) => text.fmt(f),
        }
    }
}

impl fmt::Debug for BulkText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.0 {
            Repr::Held(text) => text,
            Repr::Deferred(_) => return f.write_str("<deferred>"),
        };
        if text.len() <= DEBUG_BYTES {
            return fmt::Debug::fmt(text, f);
        }
        // What stands before the comma of a data URL is its type.
        match text
            .get(..DEBUG_BYTES)
            .and_then(|start| start.split_once(','))
        {
            Some((head, _)) if head.starts_with("data:") => {
                write!(f, "\"{head},…\" ({} bytes)", text.len())
            }
            _ => write!(f, "\"…\" ({} bytes)", text.len()),
        }
    }
}

/// Longer texts are not shown by `Debug`.
const DEBUG_BYTES: usize = 128;

impl Serialize for BulkText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Held(text) => serializer.serialize_str(text),
            Repr::Deferred(text) => {
                let watched = Watched {
                    text: text.as_ref(),
                    failed: Cell::new(false),
                };
                let written = serializer.collect_str(&watched)?;
                match watched.failed.get() {
                    false => Ok(written),
                    true => Err(ser::Error::custom("a text could not be produced")),
                }
            }
        }
    }
}

/// A text whose own failure is noted instead of passed on: serialisers take a failed `Display` for a failed writer of
/// theirs, and `serde_json` panics when it was not.
struct Watched<'a> {
    text: &'a dyn fmt::Display,
    failed: Cell<bool>,
}

impl fmt::Display for Watched<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = WatchedWriter { f, failed: false };
        let outcome = fmt::write(&mut writer, format_args!("{}", self.text));
        if outcome.is_err() && !writer.failed {
            self.failed.set(true);
            return Ok(());
        }
        outcome
    }
}

/// Remembers whether it was the writer that failed.
struct WatchedWriter<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    failed: bool,
}

impl fmt::Write for WatchedWriter<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let outcome = self.f.write_str(text);
        self.failed |= outcome.is_err();
        outcome
    }
}
