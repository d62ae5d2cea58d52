//! The text of a cassette.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use bytes::Bytes;

use super::{Cassette, Frame, Recorded};

/// The first line.
pub(super) const HEAD: &str = "cassette 1\n";

/// One exchange as text.
pub(super) fn write(exchange: &Recorded) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "\nrequest {} {}", exchange.method, exchange.path);
    write_fields(&mut out, &exchange.request_fields);
    write_body(&mut out, &exchange.request_body);
    let _ = writeln!(out, "\nanswer {}", exchange.status);
    write_fields(&mut out, &exchange.answer_fields);
    for frame in &exchange.answer_body {
        let _ = writeln!(out, "+{}", frame.after.as_millis());
        write_body(&mut out, &frame.bytes);
    }
    out
}

fn write_fields(out: &mut String, fields: &[(String, String)]) {
    for (name, value) in fields {
        let _ = writeln!(out, "{name}: {value}");
    }
}

fn write_body(out: &mut String, body: &[u8]) {
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let (line, has_end) = match line.split_last() {
            Some((b'\n', line)) => (line, true),
            _ => (line, false),
        };
        match std::str::from_utf8(line) {
            Ok(text) if !text.contains('\r') => {
                out.push(if has_end { '|' } else { '-' });
                out.push_str(text);
            }
            _ => {
                out.push(if has_end { '\\' } else { '/' });
                escape(out, line);
            }
        }
        out.push('\n');
    }
}

fn escape(out: &mut String, line: &[u8]) {
    for chunk in line.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\r' => out.push_str("\\r"),
                '\\' => out.push_str("\\\\"),
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
}

pub(super) fn parse(text: &str) -> io::Result<Cassette> {
    let mut lines = text.split_terminator('\n').enumerate();
    let wrong = |at: usize, why: &str| {
        let message = format!("line {}: {why}", at + 1);
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    if lines.next().is_none_or(|(_, line)| line != HEAD.trim_end()) {
        return Err(wrong(0, "a cassette begins with `cassette 1`"));
    }
    let mut exchanges: Vec<Recorded> = Vec::new();
    let mut is_answer = false;
    let mut body: Vec<u8> = Vec::new();
    for (at, line) in lines {
        let mut chars = line.chars();
        let body_line = match chars.next() {
            Some('|') => Some((chars.as_str().as_bytes().to_vec(), true)),
            Some('-') => Some((chars.as_str().as_bytes().to_vec(), false)),
            Some('\\') => Some((
                unescape(chars.as_str()).ok_or_else(|| wrong(at, "an unknown escape"))?,
                true,
            )),
            Some('/') => Some((
                unescape(chars.as_str()).ok_or_else(|| wrong(at, "an unknown escape"))?,
                false,
            )),
            _ => None,
        };
        if let Some((bytes, has_end)) = body_line {
            if exchanges.is_empty() {
                return Err(wrong(at, "a body outside of an exchange"));
            }
            body.extend(bytes);
            if has_end {
                body.push(b'\n');
            }
            continue;
        }
        if let Some(exchange) = exchanges.last_mut() {
            finish(exchange, is_answer, &mut body);
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((method, path)) = line
            .strip_prefix("request ")
            .and_then(|rest| rest.split_once(' '))
        {
            is_answer = false;
            exchanges.push(Recorded {
                method: method.to_owned(),
                path: path.to_owned(),
                ..Recorded::default()
            });
            continue;
        }
        let exchange = exchanges
            .last_mut()
            .ok_or_else(|| wrong(at, "expected `request METHOD PATH`"))?;
        if let Some(status) = line.strip_prefix("answer ") {
            is_answer = true;
            exchange.status = status
                .parse()
                .map_err(|_| wrong(at, "expected `answer STATUS`"))?;
        } else if let Some(after) = line.strip_prefix('+') {
            let after = after
                .parse()
                .map_err(|_| wrong(at, "expected `+MILLISECONDS`"))?;
            exchange.answer_body.push(Frame {
                after: Duration::from_millis(after),
                bytes: Bytes::new(),
            });
        } else if let Some((name, value)) = line.split_once(": ") {
            let fields = match is_answer {
                true => &mut exchange.answer_fields,
                false => &mut exchange.request_fields,
            };
            fields.push((name.to_owned(), value.to_owned()));
        } else {
            return Err(wrong(
                at,
                "expected a header field, a body or a new exchange",
            ));
        }
    }
    if let Some(exchange) = exchanges.last_mut() {
        finish(exchange, is_answer, &mut body);
    }
    Ok(Cassette { exchanges })
}

/// Gives the lines that were read to what they belong to.
fn finish(exchange: &mut Recorded, is_answer: bool, body: &mut Vec<u8>) {
    if body.is_empty() {
        return;
    }
    let bytes = Bytes::from(std::mem::take(body));
    match exchange.answer_body.last_mut() {
        _ if !is_answer => exchange.request_body = bytes,
        Some(frame) => frame.bytes = bytes,
        None => exchange.answer_body.push(Frame {
            after: Duration::ZERO,
            bytes,
        }),
    }
}

fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        bytes.extend(plain.as_bytes());
        rest = if let Some(rest) = escaped.strip_prefix('r') {
            bytes.push(b'\r');
            rest
        } else if let Some(rest) = escaped.strip_prefix('\\') {
            bytes.push(b'\\');
            rest
        } else {
            let hex = escaped.strip_prefix('x')?;
            bytes.push(u8::from_str_radix(hex.get(..2)?, 16).ok()?);
            hex.get(2..)?
        };
    }
    bytes.extend(rest.as_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_being_written_and_read() {
        let frame = |after, bytes: &[u8]| Frame {
            after: Duration::from_millis(after),
            bytes: Bytes::copy_from_slice(bytes),
        };
        let exchange = Recorded {
            method: "POST".into(),
            path: "/a b".into(),
            request_fields: vec![("content-type".into(), "application/json".into())],
            request_body: Bytes::from_static(b"{\"a\": \"\\n\"}"),
            status: 200,
            answer_fields: vec![("x".into(), "y: z".into())],
            answer_body: vec![
                frame(0, b"data: one\r\n\r\n"),
                frame(5, b"|-+\\x\xff\xf0\x9f"),
                frame(9, "caf\u{e9}\n\n+1\nanswer 3\n".as_bytes()),
            ],
        };
        let text = format!("{HEAD}{}{}", write(&exchange), write(&exchange));
        let read = parse(&text).unwrap();
        assert_eq!(read.exchanges, [exchange.clone(), exchange], "{text}");
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, words) in [
            ("", "line 1: a cassette begins"),
            ("cassette 1\nfoo\n", "line 2: expected `request"),
            (
                "cassette 1\nrequest GET /\n\\\\q\n",
                "line 3: an unknown escape",
            ),
            (
                "cassette 1\nrequest GET /\nanswer x\n",
                "line 3: expected `answer",
            ),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }
}
