//! What hyper's errors mean to a caller.

use std::io;

use http::StatusCode;

use crate::error::{Error, ErrorKind, Sent};

/// The request had been handed over, and no head of an answer came.
pub(super) fn of_exchange(error: hyper::Error) -> Error {
    if error.is_parse() && error.to_string().contains("too large") {
        return Error::new(ErrorKind::LimitExceeded, HEAD_TOO_LARGE).with_source(error);
    }
    if error.is_parse() {
        return Error::new(ErrorKind::Protocol, "the answer is not HTTP").with_source(error);
    }
    #[cfg(feature = "http2")]
    if let Some(fault) = h2_fault(&error) {
        let (kind, sent, text) = fault.before_an_answer();
        return Error::new(kind, text).with_sent(sent).with_source(error);
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

/// The proxy kept the request to itself.
pub(super) fn of_proxy_credentials() -> Error {
    let text = "the proxy wants other credentials (407); check the user and password in its URL";
    Error::new(ErrorKind::Proxy, text)
}

/// Where the answer should have been, there is what comes before one; hyper passes over all but 101.
pub(super) fn of_interim(status: StatusCode) -> Error {
    let text = format!(
        "the server answered {}, which nobody asked for",
        status.as_u16()
    );
    Error::new(ErrorKind::Protocol, text)
}

/// The answer had begun.
pub(super) fn of_body(error: hyper::Error) -> Error {
    if error.is_parse() && !error.is_incomplete_message() {
        return Error::new(ErrorKind::Protocol, "the body of the answer is not HTTP")
            .with_source(error);
    }
    #[cfg(feature = "http2")]
    if let Some(fault) = h2_fault(&error) {
        let (kind, text) = fault.in_an_answer();
        return Error::new(kind, text).with_source(error);
    }
    // Chunked encoding that is none, or whose sizes, extensions or trailers are larger than hyper takes.
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref());
    if let Some(cause) = cause.filter(|cause: &&io::Error| is_nonsense(cause)) {
        let text = format!("the body of the answer is not HTTP: {cause}");
        return Error::new(ErrorKind::Protocol, text).with_source(error);
    }
    Error::new(
        ErrorKind::Truncated,
        "the connection was lost in the middle of the answer",
    )
    .with_source(error)
}

fn is_nonsense(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
    )
}

/// Why an HTTP/2 stream ended, and who ended it.
#[cfg(feature = "http2")]
struct H2Fault {
    reason: h2::Reason,
    by: EndedBy,
}

#[cfg(feature = "http2")]
enum EndedBy {
    /// The server ended the whole connection.
    Farewell,
    /// The server ended the stream.
    Reset,
    /// Our side would not put up with what the server sent.
    Us,
}

#[cfg(feature = "http2")]
impl H2Fault {
    fn before_an_answer(&self) -> (ErrorKind, Sent, String) {
        use h2::Reason;
        let told = format!(
            "the server ended the exchange before an answer: {}",
            self.reason
        );
        match (&self.by, self.reason) {
            // A head that is malformed and one that is too large are the same to h2.
            (EndedBy::Us, Reason::PROTOCOL_ERROR) => (
                ErrorKind::Protocol,
                Sent::Some,
                format!("{}; or {HEAD_TOO_LARGE}", self.broken_rule()),
            ),
            (EndedBy::Us, _) => (ErrorKind::Protocol, Sent::Some, self.broken_rule()),
            // The server says that it has not begun to work on it: a farewell ends only what came behind the last stream
            // that it names; the others go on, or fail with their connection.
            (EndedBy::Farewell, _) | (_, Reason::REFUSED_STREAM) => {
                (ErrorKind::Disconnected, Sent::Nothing, told)
            }
            (EndedBy::Reset, Reason::CANCEL) => (ErrorKind::Cancelled, Sent::Some, told),
            (EndedBy::Reset, _) => (ErrorKind::Disconnected, Sent::Some, told),
        }
    }

    fn in_an_answer(&self) -> (ErrorKind, String) {
        match self.by {
            EndedBy::Us => (ErrorKind::Protocol, self.broken_rule()),
            EndedBy::Farewell | EndedBy::Reset => (
                ErrorKind::Truncated,
                format!(
                    "the server ended the answer before its end: {}",
                    self.reason
                ),
            ),
        }
    }

    fn broken_rule(&self) -> String {
        format!("the server broke the rules of HTTP/2: {}", self.reason)
    }
}

#[cfg(feature = "http2")]
fn h2_fault(error: &hyper::Error) -> Option<H2Fault> {
    let error = h2_error(error)?;
    Some(H2Fault {
        reason: error.reason()?,
        by: if !error.is_remote() {
            EndedBy::Us
        } else if error.is_go_away() {
            EndedBy::Farewell
        } else {
            EndedBy::Reset
        },
    })
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

const HEAD_TOO_LARGE: &str = "the head of the answer is larger than `max_header_bytes`";
