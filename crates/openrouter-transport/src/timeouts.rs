//! The five clocks of a call.

use std::time::Duration;

/// How long each part of a call may take. `None` means for ever.
///
/// The defaults let a stream live that reasons for ten minutes and says nothing but that it is processing; they
/// end one whose peer has died, and one that only ever says that it is processing.
///
/// # Defaults
///
/// | clock | runs from | to | default |
/// | --- | --- | --- | --- |
/// | `connect` | the start of an attempt | a connection that is ready, TLS and proxy included | 10 s |
/// | `first_byte` | the request handed to the connection | the head of the answer | 180 s |
/// | `idle` | any byte of the body, keep-alives included | the next one | 120 s |
/// | `content` | the last event (of a stream) | the next one; keep-alives do not count | 900 s |
/// | `total` | the call | the end of the answer, attempts and waits included | 3,600 s |
///
/// `first_byte` is above the 100 s after which the edge itself gives up with status 524.
// Source: <https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-524/>, read 2026-08-22.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Option<Duration>,
    /// From the request to the head of the answer.
    pub first_byte: Option<Duration>,
    /// Between two reads of the answer's body.
    pub idle: Option<Duration>,
    /// Between two events of a stream.
    pub content: Option<Duration>,
    /// For the whole call.
    pub total: Option<Duration>,
}

impl Timeouts {
    /// Every clock off.
    #[must_use]
    pub fn none() -> Self {
        Self {
            connect: None,
            first_byte: None,
            idle: None,
            content: None,
            total: None,
        }
    }

    /// Sets [`connect`](Self::connect).
    #[must_use]
    pub fn with_connect(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect = limit.into();
        self
    }

    /// Sets [`first_byte`](Self::first_byte).
    #[must_use]
    pub fn with_first_byte(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.first_byte = limit.into();
        self
    }

    /// Sets [`idle`](Self::idle).
    #[must_use]
    pub fn with_idle(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle = limit.into();
        self
    }

    /// Sets [`content`](Self::content).
    #[must_use]
    pub fn with_content(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.content = limit.into();
        self
    }

    /// Sets [`total`](Self::total).
    #[must_use]
    pub fn with_total(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total = limit.into();
        self
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Some(Duration::from_secs(10)),
            first_byte: Some(Duration::from_secs(180)),
            idle: Some(Duration::from_secs(120)),
            content: Some(Duration::from_secs(900)),
            total: Some(Duration::from_secs(3_600)),
        }
    }
}
