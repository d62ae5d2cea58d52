//! HTTP/2 written by hand, for servers that do what no library does.

#![allow(dead_code, reason = "no test binary needs all of it")]

/// A frame: length, type, flags, stream, payload.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}

/// What a client sends before its first frame.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PUSH_PROMISE: u8 = 5;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;
pub(crate) const UNKNOWN: u8 = 99;

pub(crate) const NONE: u8 = 0;
pub(crate) const PADDED: u8 = 8;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// `:status: 200` in HPACK.
pub(crate) const OK: &[u8] = &[0x88];
/// `:status: 200`, `content-type: text/event-stream`: the name by its index, the value as it is.
pub(crate) const EVENTS: &[u8] = b"\x88\x5f\x11text/event-stream";
/// `a: b`, not to be indexed.
pub(crate) const FIELD: &[u8] = &[0x00, 1, b'a', 1, b'b'];
