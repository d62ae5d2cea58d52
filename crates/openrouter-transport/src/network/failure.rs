//! What hyper's errors mean to a caller.

use crate::error::{Error, ErrorKind, Sent};

/// The request had been handed over, and no head of an answer came.
pub(super) fn of_exchange(error: hyper::Error) -> Error {
    if error.is_parse() && error.to_string().contains("too large") {
        return Error::new(
            ErrorKind::LimitExceeded,
            "the head of the answer is larger than `max_header_bytes`",
        )
        .with_source(error);
    }
    if error.is_parse() {
        return Error::new(ErrorKind::Protocol, "the answer is not HTTP").with_source(error);
    }
    #[cfg(feature = "http2")]
    if let Some(error) = http2_reset(&error) {
        return error;
    }
    if error.is_user() {
        return Error::new(ErrorKind::Config, "the request is not valid HTTP")
            .with_source(error)
            .with_sent(Sent::Nothing);
    }
    if error.is_canceled() {
        return Error::new(
            ErrorKind::Cancelled,
            "the exchange was cancelled before an answer",
        )
        .with_source(error);
    }
    Error::new(
        ErrorKind::Disconnected,
        "the connection was lost before an answer",
    )
    .with_source(error)
}

/// The answer had begun.
pub(super) fn of_body(error: hyper::Error) -> Error {
    if error.is_parse() && !error.is_incomplete_message() {
        return Error::new(ErrorKind::Protocol, "the body of the answer is not HTTP")
            .with_source(error);
    }
    Error::new(
        ErrorKind::Truncated,
        "the connection was lost in the middle of the answer",
    )
    .with_source(error)
}

/// A stream that the server ended: it says whether it had begun to work on it.
#[cfg(feature = "http2")]
fn http2_reset(error: &hyper::Error) -> Option<Error> {
    let reset = h2_error(error)?;
    let reason = reset.reason()?;
    let was_refused = reason == h2::Reason::REFUSED_STREAM
        || (reset.is_go_away() && reason == h2::Reason::NO_ERROR);
    let (kind, sent) = match reason {
        _ if was_refused && reset.is_remote() => (ErrorKind::Disconnected, Sent::Nothing),
        h2::Reason::CANCEL => (ErrorKind::Cancelled, Sent::Some),
        _ => (ErrorKind::Disconnected, Sent::Some),
    };
    let text = format!("the server ended the exchange before an answer: {reason}");
    Some(Error::new(kind, text).with_sent(sent))
}

#[cfg(feature = "http2")]
fn h2_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a h2::Error> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        at = error.source();
    }
    None
}
