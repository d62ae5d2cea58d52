//! What the parser hands out.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

/// One thing that a stream said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SseItem {
    /// An event.
    Event(SseEvent),
    /// A comment line: the text behind the colon, a leading space kept.
    ///
    /// Servers send comments to keep connections open. OpenRouter's say `OPENROUTER PROCESSING`.
    // Source: <https://openrouter.ai/docs/api/reference/streaming>, read 2026-08-22.
    Comment(Bytes),
}

/// One event.
///
/// Everything is held as the bytes that came. The standard says that they are UTF-8, in which invalid
/// sequences stand for U+FFFD; the `_lossy` accessors read them so.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SseEvent {
    pub(super) data: Bytes,
    // Most streams use `data` only, so the other fields cost one word.
    pub(super) fields: Option<Box<EventFields>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct EventFields {
    pub(super) name: Bytes,
    pub(super) id: Option<Bytes>,
    pub(super) retry: Option<Duration>,
}

impl SseEvent {
    /// The event's data: the values of its `data` lines, joined by line feeds.
    #[must_use]
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// Takes the data out, without a copy.
    #[must_use]
    pub fn into_data(self) -> Bytes {
        self.data
    }

    /// The data as text; invalid UTF-8 reads as U+FFFD.
    #[must_use]
    pub fn data_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
    }

    /// The event's name, `message` where the server gave none; invalid UTF-8 reads as U+FFFD.
    #[must_use]
    pub fn name_lossy(&self) -> Cow<'_, str> {
        match &self.fields {
            Some(fields) if !fields.name.is_empty() => String::from_utf8_lossy(&fields.name),
            _ => Cow::Borrowed("message"),
        }
    }

    /// The id that this very event set; see [`SseParser::last_event_id`](super::SseParser::last_event_id)
    /// for the one that is in force.
    #[must_use]
    pub fn id(&self) -> Option<&Bytes> {
        self.fields.as_ref()?.id.as_ref()
    }

    /// The reconnection time that this very event set.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.fields.as_ref()?.retry
    }
}

impl fmt::Debug for SseEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("SseEvent");
        out.field("name", &self.name_lossy())
            .field("data", &self.data_lossy());
        if let Some(id) = self.id() {
            out.field("id", &String::from_utf8_lossy(id));
        }
        if let Some(retry) = self.retry() {
            out.field("retry", &retry);
        }
        out.finish()
    }
}

/// How much a parser may hold.
///
/// # Defaults
///
/// | limit | default |
/// | --- | --- |
/// | `max_event_bytes` | 32 MiB: an image in one chunk of an answer is some megabytes of base64 |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseLimits {
    /// Most bytes that one event may have, in bytes of its lines as they came; also the longest comment.
    pub max_event_bytes: usize,
}

impl SseLimits {
    /// Sets [`max_event_bytes`](Self::max_event_bytes).
    #[must_use]
    pub fn with_max_event_bytes(mut self, bytes: usize) -> Self {
        self.max_event_bytes = bytes;
        self
    }
}

impl Default for SseLimits {
    fn default() -> Self {
        Self {
            max_event_bytes: 32 * 1024 * 1024,
        }
    }
}

/// A stream that broke a limit.
///
/// The parser goes on: the event that was too large is dropped up to the blank line behind it, and the next
/// call hands out what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SseError {
    /// One event, or one comment, was larger than [`SseLimits::max_event_bytes`].
    EventTooLarge {
        /// The limit, in bytes.
        max_bytes: usize,
    },
}

impl fmt::Display for SseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EventTooLarge { max_bytes } => {
                write!(f, "an event of the stream is larger than {max_bytes} bytes")
            }
        }
    }
}

impl std::error::Error for SseError {}
