//! Answers before they become steps.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde::Serialize;

use crate::Refusal;
use crate::answer::Piece;

/// A header, the pieces of a body, and when they come.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) pieces: Pieces,
    pub(super) is_stream: bool,
    /// How long the header takes.
    pub(super) delay: Duration,
}

/// The pieces of a body.
pub(super) enum Pieces {
    Made(Vec<Piece>),
    /// Made one after the other, when it is their time.
    Coming(Box<dyn Iterator<Item = Piece> + Send>),
}

impl Pieces {
    /// All of them, made now.
    pub(super) fn made(self) -> Vec<Piece> {
        match self {
            Self::Made(pieces) => pieces,
            Self::Coming(pieces) => pieces.collect(),
        }
    }
}

impl Reply {
    pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        // Wire types hold nothing that JSON cannot.
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self::whole(status, "application/json", body)
    }

    pub(super) fn whole(status: StatusCode, kind: &str, body: impl Into<Bytes>) -> Self {
        let piece = Piece {
            wait: Duration::ZERO,
            bytes: body.into(),
        };
        Self {
            status,
            headers: HeaderMap::new(),
            pieces: Pieces::Made(vec![piece]),
            is_stream: false,
            delay: Duration::ZERO,
        }
        .header(CONTENT_TYPE, kind)
    }

    pub(super) fn stream(pieces: Pieces) -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            pieces,
            is_stream: true,
            delay: Duration::ZERO,
        }
        .header(CONTENT_TYPE, "text/event-stream")
    }

    /// Sets a header field; a value that cannot be one is left out.
    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl From<&Refusal> for Reply {
    fn from(refusal: &Refusal) -> Self {
        let mut reply = Self::json(refusal.http_status(), &refusal.envelope());
        if let Some(seconds) = refusal.retry_after_seconds {
            reply.headers.insert(RETRY_AFTER, seconds.into());
        }
        reply
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::from(&refusal)
    }
}
