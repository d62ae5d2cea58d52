//! Secrets, found and covered before anything is written.

use bytes::Bytes;

use super::{Frame, Recorded};
use crate::received::is_secret;

/// How keys of well-known services begin, and the least length of the rest.
const KEYS: [(&str, usize); 12] = [
    ("sk-", 16),
    ("pk-", 16),
    ("rk-", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("github_pat_", 20),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("AKIA", 16),
    ("AIza", 30),
    ("hf_", 20),
    ("eyJ", 40),
];

/// Covers the secrets of an exchange.
pub(super) fn scrub(exchange: &mut Recorded) {
    exchange.path = scrub_text(&exchange.path);
    let fields = exchange
        .request_fields
        .iter_mut()
        .chain(&mut exchange.answer_fields);
    for (name, value) in fields {
        *value = match is_secret(name) {
            true => "<secret>".to_owned(),
            false => scrub_text(value),
        };
    }
    exchange.request_body = covered(&exchange.request_body).into();
    // A key may be cut by the border of two frames.
    let whole: Vec<u8> = exchange
        .answer_body
        .iter()
        .flat_map(|frame| frame.bytes.iter().copied())
        .collect();
    let mut rest = Bytes::from(covered(&whole));
    for Frame { bytes, .. } in &mut exchange.answer_body {
        *bytes = rest.split_to(bytes.len());
    }
}

fn scrub_text(text: &str) -> String {
    String::from_utf8_lossy(&covered(text.as_bytes())).into_owned()
}

/// The same bytes, with `x` for each of a key after its beginning.
fn covered(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < out.len() {
        // A key does not begin in the middle of a word.
        let is_start = at == 0 || !is_key_byte(out[at - 1]);
        let end = is_start.then(|| secret_at(&out, at)).flatten();
        match end {
            Some((from, end)) => {
                out[from..end].fill(b'x');
                at = end;
            }
            None => at += 1,
        }
    }
    out
}

/// What to cover of the secret that begins here.
fn secret_at(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = &bytes[at..];
    let run = |from: usize| {
        let length = rest[from..]
            .iter()
            .take_while(|byte| is_key_byte(**byte))
            .count();
        from + length
    };
    for (start, least) in KEYS {
        if rest.starts_with(start.as_bytes()) {
            let end = run(start.len());
            if end - start.len() >= least {
                return Some((at + start.len(), at + end));
            }
        }
    }
    for start in ["Bearer ", "user_"] {
        if rest.starts_with(start.as_bytes()) {
            let end = run(start.len());
            if end - start.len() >= 16 {
                return Some((at + start.len(), at + end));
            }
        }
    }
    None
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_covered_and_words_are_not() {
        for (text, covered) in [
            ("sk-it-0123456789abcdef", "sk-xxxxxxxxxxxxxxxxxxx"),
            (
                "a task-oriented-description-of-it",
                "a task-oriented-description-of-it",
            ),
            ("sk-short", "sk-short"),
            ("\"AKIAABCDEFGHIJKLMNOP\"", "\"AKIAxxxxxxxxxxxxxxxx\""),
            ("Bearer abcdefghijklmnop.q", "Bearer xxxxxxxxxxxxxxxxxx"),
        ] {
            assert_eq!(scrub_text(text), covered);
        }
    }

    #[test]
    fn a_key_is_covered_wherever_it_is_also_where_two_frames_share_it() {
        let frame = |bytes: &'static str| Frame {
            bytes: Bytes::from_static(bytes.as_bytes()),
            ..Frame::default()
        };
        let mut exchange = Recorded {
            request_fields: vec![("authorization".into(), "Bearer short".into())],
            path: "/v1/models?key=sk-0123456789abcdef".into(),
            request_body: Bytes::from_static(b"{\"k\":\"sk-0123456789abcdef\"}"),
            answer_body: vec![frame("key: sk-0123456"), frame("789abcdef0 end")],
            ..Recorded::default()
        };
        scrub(&mut exchange);
        assert_eq!(exchange.request_fields[0].1, "<secret>");
        assert_eq!(exchange.path, "/v1/models?key=sk-xxxxxxxxxxxxxxxx");
        assert_eq!(exchange.request_body, "{\"k\":\"sk-xxxxxxxxxxxxxxxx\"}");
        assert_eq!(exchange.answer_body[0].bytes, "key: sk-xxxxxxx");
        assert_eq!(exchange.answer_body[1].bytes, "xxxxxxxxxx end");
    }
}
