//! How much an answer may hold.

use crate::sse::SseLimits;

/// Bounds on what a server can make the client keep in memory. Each ends in an error of kind
/// [`LimitExceeded`](crate::ErrorKind::LimitExceeded) that names it.
///
/// # Defaults
///
/// | limit | default |
/// | --- | --- |
/// | `max_header_bytes` | 64 KiB, all header fields of an answer |
/// | `max_body_bytes` | 256 MiB, an answer that is not streamed |
/// | `max_error_body_bytes` | 256 KiB, the body of an answer with an error status; the rest is not read |
/// | `max_event_bytes` | 32 MiB, one event of a stream |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most bytes of the head of an answer. Over HTTP/2, where a field counts 32 bytes more than it has, a head that is
    /// too large is an error of kind [`Protocol`](crate::ErrorKind::Protocol), since it cannot be told from one that is
    /// malformed.
    pub max_header_bytes: usize,
    /// Most bytes of the body of an answer that is not streamed.
    pub max_body_bytes: usize,
    /// Most bytes read of the body of an answer with an error status.
    pub max_error_body_bytes: usize,
    /// Most bytes of one event of a stream.
    pub max_event_bytes: usize,
}

impl Limits {
    /// Sets [`max_header_bytes`](Self::max_header_bytes).
    #[must_use]
    pub fn with_max_header_bytes(mut self, bytes: usize) -> Self {
        self.max_header_bytes = bytes;
        self
    }

    /// Sets [`max_body_bytes`](Self::max_body_bytes).
    #[must_use]
    pub fn with_max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Sets [`max_error_body_bytes`](Self::max_error_body_bytes).
    #[must_use]
    pub fn with_max_error_body_bytes(mut self, bytes: usize) -> Self {
        self.max_error_body_bytes = bytes;
        self
    }

    /// Sets [`max_event_bytes`](Self::max_event_bytes).
    #[must_use]
    pub fn with_max_event_bytes(mut self, bytes: usize) -> Self {
        self.max_event_bytes = bytes;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_header_bytes: 64 * 1024,
            max_body_bytes: 256 * 1024 * 1024,
            max_error_body_bytes: 256 * 1024,
            max_event_bytes: SseLimits::default().max_event_bytes,
        }
    }
}
