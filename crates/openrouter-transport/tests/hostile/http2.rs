//! Over HTTP/2: frames without an end.

use openrouter_transport::HttpVersion;

use super::frames::*;
use super::*;

fn check(name: &str, is_stream: bool, head: &[u8], piece: &[u8], kind: ErrorKind) {
    let first = [&frame(SETTINGS, NONE, 0, &[])[..], head].concat();
    let error = failure(name, Flood::of(first, piece), is_stream, |client| {
        client.http_version(HttpVersion::Http2)
    });
    assert_eq!(error.kind(), kind, "{name}: {error:?}");
    assert!(error.may_have_run(), "{name}: {error:?}");
}

#[test]
fn frames_that_keep_an_answer_from_beginning() {
    use ErrorKind::{FirstByteTimeout, Protocol};
    let promise = [&[0, 0, 0, 2], OK].concat();
    let farewell = [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    let interim = b"\x08\x03100";
    for (name, piece, kind) in [
        ("settings", frame(SETTINGS, NONE, 0, &[]), FirstByteTimeout),
        ("pings", frame(PING, NONE, 0, &[0; 8]), FirstByteTimeout),
        (
            "priorities",
            frame(PRIORITY, NONE, 1, &[0; 5]),
            FirstByteTimeout,
        ),
        (
            "unknown frames",
            frame(UNKNOWN, NONE, 0, &[0; 100]),
            FirstByteTimeout,
        ),
        (
            "windows",
            frame(WINDOW_UPDATE, NONE, 0, &[0, 0, 0, 1]),
            FirstByteTimeout,
        ),
        (
            "farewells",
            frame(GOAWAY, NONE, 0, &farewell),
            FirstByteTimeout,
        ),
        (
            "interim answers",
            frame(HEADERS, END_HEADERS, 1, interim),
            FirstByteTimeout,
        ),
        (
            "resets of what was never opened",
            frame(RST_STREAM, NONE, 3, &[0; 4]),
            Protocol,
        ),
        (
            "promises",
            frame(PUSH_PROMISE, END_HEADERS, 1, &promise),
            Protocol,
        ),
    ] {
        check(name, false, &[], &piece, kind);
    }
}

#[test]
fn heads_without_an_end() {
    use ErrorKind::Protocol;
    let head = frame(HEADERS, NONE, 1, OK);
    let fields = FIELD.repeat(200);
    for (name, fields) in [("fields", &fields[..]), ("no fields", &[])] {
        let piece = frame(CONTINUATION, NONE, 1, fields);
        check(name, false, &head, &piece, Protocol);
    }
    // 80 kB by HTTP/2's reckoning, in a head that ends.
    let large = [
        head,
        frame(CONTINUATION, NONE, 1, &FIELD.repeat(1_200)),
        frame(CONTINUATION, END_HEADERS, 1, &FIELD.repeat(1_200)),
    ];
    let flood = Flood::of(
        [frame(SETTINGS, NONE, 0, &[]), large.concat()].concat(),
        frame(PING, NONE, 0, &[0; 8]),
    );
    let error = failure("a large head", flood, false, |client| {
        client.http_version(HttpVersion::Http2)
    });
    assert_eq!(error.kind(), Protocol, "{error:?}");
    assert!(
        error.to_string().contains("larger than `max_header_bytes`"),
        "{error:?}"
    );
}

#[test]
fn frames_that_keep_an_answer_from_ending() {
    use ErrorKind::{IdleTimeout, Protocol};
    let padding = [&[100][..], &[0; 100]].concat();
    for is_stream in [false, true] {
        let head = frame(HEADERS, END_HEADERS, 1, if is_stream { EVENTS } else { OK });
        let trailers = [&head[..], &frame(HEADERS, NONE, 1, FIELD)].concat();
        for (name, head, piece, kind) in [
            ("pings", &head, frame(PING, NONE, 0, &[0; 8]), IdleTimeout),
            (
                "data of no length",
                &head,
                frame(DATA, NONE, 1, &[]),
                Protocol,
            ),
            ("padding", &head, frame(DATA, PADDED, 1, &padding), Protocol),
            (
                "data beyond the window",
                &head,
                frame(DATA, NONE, 1, &[b' '; 16_000]),
                Protocol,
            ),
            (
                "trailers",
                &trailers,
                frame(CONTINUATION, NONE, 1, FIELD),
                Protocol,
            ),
        ] {
            check(name, is_stream, head, &piece, kind);
        }
    }
}

#[test]
fn questions_of_a_server_that_does_not_hear_the_answers() {
    for (name, piece) in [
        ("settings", frame(SETTINGS, NONE, 0, &[])),
        ("pings", frame(PING, NONE, 0, &[0; 8])),
    ] {
        let flood = Flood {
            listens: false,
            ..Flood::of(frame(SETTINGS, NONE, 0, &[]), piece)
        };
        let error = failure(name, flood, false, |client| {
            client.http_version(HttpVersion::Http2)
        });
        assert_eq!(
            error.kind(),
            ErrorKind::FirstByteTimeout,
            "{name}: {error:?}"
        );
    }
}
