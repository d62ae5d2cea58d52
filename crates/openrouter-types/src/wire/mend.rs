//! Text that is almost JSON, made JSON. Only used once reading it as it is has failed.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::Write;

/// Mends what servers are known to get wrong and what has one plain meaning:
///
/// - a byte-order mark at the beginning: left out,
/// - bytes that are not UTF-8: U+FFFD,
/// - half of a surrogate pair in a `\u` escape: U+FFFD,
/// - control characters inside a string: escaped,
/// - `NaN` and `Infinity`, which JSON does not have: `null`.
///
/// Everything else stays as it is, so that what was not JSON for another reason still is not.
pub(crate) fn mend(json: &[u8]) -> String {
    let text = String::from_utf8_lossy(json);
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut mended = String::with_capacity(rest.len());
    while let Some((before, string)) = rest.split_once('"') {
        mended.push_str(&without_nan(before));
        mended.push('"');
        rest = mend_string(&mut mended, string);
    }
    mended.push_str(&without_nan(rest));
    mended
}

fn without_nan(outside: &str) -> Cow<'_, str> {
    if !outside.contains(['N', 'I']) {
        return Cow::Borrowed(outside);
    }
    let mended = outside
        .replace("-Infinity", "null")
        .replace("Infinity", "null")
        .replace("NaN", "null");
    Cow::Owned(mended)
}

/// Copies a string to its closing quote; returns what follows it.
fn mend_string<'a>(mended: &mut String, string: &'a str) -> &'a str {
    let mut rest = string;
    while let Some(at) = rest.find(|c| matches!(c, '"' | '\\' | '\0'..='\u{1f}')) {
        let (plain, tail) = rest.split_at(at);
        mended.push_str(plain);
        let taken = match tail.as_bytes() {
            [b'\\', b'u', ..] => mend_escape(mended, tail),
            [b'\\', b'"' | b'\\', ..] => copy(mended, tail, 2),
            [b'"' | b'\\', ..] => copy(mended, tail, 1),
            [control, ..] => {
                // Writing to a `String` cannot fail.
                let _ = write!(mended, "\\u{control:04x}");
                1
            }
            [] => 0,
        };
        rest = tail.get(taken..).unwrap_or_default();
        if tail.starts_with('"') {
            return rest;
        }
    }
    mended.push_str(rest);
    ""
}

/// Copies a `\u` escape, or the two of a pair; returns the length of what was read.
fn mend_escape(mended: &mut String, escape: &str) -> usize {
    const PAIR: usize = 2 * UNIT;
    match (unit(escape), escape.get(UNIT..).and_then(unit)) {
        (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => copy(mended, escape, PAIR),
        (Some(0xD800..=0xDFFF), _) => {
            mended.push_str("\\ufffd");
            UNIT
        }
        (Some(_), _) => copy(mended, escape, UNIT),
        (None, _) => copy(mended, escape, 1),
    }
}

/// The length of `\uXXXX`.
const UNIT: usize = 6;

/// The UTF-16 unit that an escape stands for.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u16::from_str_radix(digits, 16).ok())?
}

fn copy(mended: &mut String, from: &str, len: usize) -> usize {
    mended.push_str(from.get(..len).unwrap_or_default());
    len
}
