//! Over HTTP/1.1.

use ErrorKind::{
    Api, ContentTimeout, FirstByteTimeout, IdleTimeout, LimitExceeded, Protocol, TotalTimeout,
    UnexpectedContent,
};

use super::*;

const JSON: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
const EVENTS: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const REFUSAL: &str = "HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n";
const UNTIL_CLOSED: &str = "HTTP/1.1 200 OK\r\n\r\n";
const TEN_GIGABYTES: &str = "HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n";

/// One chunk of chunked encoding that is many of these.
fn chunk(piece: &str) -> String {
    let data = piece.repeat(10_000 / piece.len() + 1);
    format!("{:x}\r\n{data}\r\n", data.len())
}

fn check(name: &str, is_stream: bool, first: &str, piece: &str, kind: ErrorKind) {
    let error = failure(name, Flood::of(first, piece), is_stream, |client| client);
    assert_eq!(error.kind(), kind, "{name}: {error:?}");
    let ran = error.may_have_run() || error.api().is_some();
    assert!(ran, "{name}: {error:?}");
}

#[test]
fn heads_without_an_end() {
    const FIELD: &str = "HTTP/1.1 200 OK\r\na: ";
    const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    const HINTS: &str = "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n";
    const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    for (name, first, piece, kind) in [
        ("empty lines before the head", "", "\r\n", LimitExceeded),
        ("a reason", "HTTP/1.1 200 ", "OK", LimitExceeded),
        ("a field", FIELD, "b", LimitExceeded),
        ("fields", "HTTP/1.1 200 OK\r\n", "a: b\r\n", LimitExceeded),
        ("interim answers", "", CONTINUE, FirstByteTimeout),
        ("hints", "", HINTS, FirstByteTimeout),
        ("switches of the protocol", "", SWITCH, Protocol),
    ] {
        check(name, false, first, piece, kind);
    }
}

#[test]
fn bodies_without_an_end() {
    for (name, first, piece, kind) in [
        ("a body", JSON, chunk(" "), LimitExceeded),
        (
            "a body until the end",
            UNTIL_CLOSED,
            " ".into(),
            LimitExceeded,
        ),
        ("ten gigabytes", TEN_GIGABYTES, " ".into(), LimitExceeded),
        ("the body of an error", REFUSAL, chunk("x"), Api),
    ] {
        check(name, false, first, &piece, kind);
    }
    for (name, first, piece, kind) in [
        ("JSON instead of events", JSON, " ", UnexpectedContent),
        (
            "JSON that is said to be events",
            EVENTS,
            "{",
            UnexpectedContent,
        ),
        ("a line", EVENTS, "x", LimitExceeded),
        ("an event", EVENTS, "data: x\n", LimitExceeded),
        ("comments", EVENTS, ": x\n", ContentTimeout),
        ("ids", EVENTS, "id: 1\n\n", ContentTimeout),
        ("the body of an error", REFUSAL, "x", Api),
    ] {
        check(name, true, first, &chunk(piece), kind);
    }
}

#[test]
fn chunked_encoding_without_an_end() {
    for (is_stream, head) in [(false, JSON), (true, EVENTS)] {
        for (name, rest, piece, kind) in [
            ("an extension", "1;", "x", Protocol),
            ("extensions", "", "1;a=b\r\nx\r\n", Protocol),
            ("a size of nothing but zeros", "", "0", IdleTimeout),
            ("a trailer", "0\r\nx: ", "y", Protocol),
            ("trailers", "0\r\n", "x: y\r\n", Protocol),
        ] {
            check(name, is_stream, &format!("{head}{rest}"), piece, kind);
        }
    }
}

#[test]
fn drops_now_and_then() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\na: ";
    const BODY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 500000\r\n\r\n";
    const COMMENT: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: ";
    for (name, is_stream, first, kind) in [
        ("a head", false, HEAD, FirstByteTimeout),
        ("a body", false, BODY, TotalTimeout),
        ("a comment", true, COMMENT, ContentTimeout),
    ] {
        let flood = Flood {
            block: b"x".to_vec(),
            pause: Duration::from_millis(100),
            ..Flood::of(first, "x")
        };
        let error = failure(name, flood, is_stream, |client| client);
        assert_eq!(error.kind(), kind, "{name}: {error:?}");
    }
}
