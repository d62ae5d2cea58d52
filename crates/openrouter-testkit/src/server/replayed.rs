//! Recorded answers.

use std::time::Duration;

use http::{HeaderName, StatusCode};

use super::reply::{Pieces, Reply};
use crate::answer::Piece;
use crate::cassette::Replay;
use crate::{Received, Refusal};

/// The recorded answer to a request, or what differs from every recorded one.
pub(super) fn replayed(replay: &Replay, received: &Received) -> Reply {
    let exchange = match replay.find(received) {
        Ok(exchange) => exchange,
        Err(message) => return Refusal::new(StatusCode::BAD_REQUEST, message).into(),
    };
    let mut before = Duration::ZERO;
    let pieces = exchange.answer_body.iter().map(|frame| {
        let wait = frame.after.saturating_sub(before);
        before = frame.after;
        Piece {
            wait: replay.pace.scaled(wait),
            bytes: frame.bytes.clone(),
        }
    });
    let mut reply = Reply::stream(Pieces::Made(pieces.collect()));
    reply.headers.clear();
    reply.status = StatusCode::from_u16(exchange.status).unwrap_or(StatusCode::OK);
    for (name, value) in &exchange.answer_fields {
        let name = name.parse::<HeaderName>();
        if let Ok(name) = name.as_ref() {
            reply = reply.header(name.clone(), value);
        }
    }
    let kind = reply.headers.get(http::header::CONTENT_TYPE);
    reply.is_stream = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    reply
}
