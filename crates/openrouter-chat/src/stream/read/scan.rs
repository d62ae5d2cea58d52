//! Finds a value in JSON text that has been read before, and reads a string in place.

use std::borrow::Cow;
use std::ops::Range;

/// The place of the value that follows a key, when the key occurs exactly once, and not as a value either.
///
/// The key is given with its quotes. Inside a JSON string its quotes would be escaped, so it cannot be mistaken for text.
/// The text must be valid JSON, and not [write letters otherwise](has_disguise).
pub(super) fn only_value_of(json: &[u8], key: &[u8]) -> Option<Range<usize>> {
    let start = start_of_only_value(json, key)?;
    let end = start + value_len(&json[start..])?;
    Some(start..end)
}

/// The same for a string without escapes, quotes included, or a whole number.
pub(super) fn only_plain_value_of(json: &[u8], key: &[u8]) -> Option<Range<usize>> {
    let start = start_of_only_value(json, key)?;
    let end = start + plain_value_len(&json[start..])?;
    Some(start..end)
}

fn start_of_only_value(json: &[u8], key: &[u8]) -> Option<usize> {
    let mut found = memchr::memmem::find_iter(json, key);
    let behind = found.next()? + key.len();
    if found.next().is_some() {
        return None;
    }
    let colon = behind + blank_len(&json[behind..])?;
    let start = colon + 1;
    (json[colon] == b':').then_some(start + blank_len(&json[start..])?)
}

/// The length of the white space at the beginning, when something follows it.
fn blank_len(json: &[u8]) -> Option<usize> {
    json.iter().position(|byte| !byte.is_ascii_whitespace())
}

/// Whether letters may be written in another way than as themselves, in a key for one.
pub(super) fn has_disguise(json: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', json).any(|at| json.get(at + 1) == Some(&b'u'))
}

/// The length of the ASCII string without escapes, or of the whole number, at the beginning.
pub(super) fn plain_value_len(json: &[u8]) -> Option<usize> {
    match json {
        [b'"', inside @ ..] => {
            let plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'"' && *byte != b'\\';
            let len = inside.iter().position(|byte| !plain(byte))?;
            (inside[len] == b'"').then_some(len + 2)
        }
        // No sign, no fraction, no exponent, no leading zero.
        [b'1'..=b'9', ..] => {
            let len = json.iter().position(|byte| !byte.is_ascii_digit())?;
            let is_whole = matches!(json[len], b',' | b'}' | b']') && len <= MAX_DIGITS;
            is_whole.then_some(len)
        }
        _ => None,
    }
}

/// Numbers of more digits may not fit into 64 bits.
const MAX_DIGITS: usize = 19;

/// The length of the object or string at the beginning of valid JSON.
pub(super) fn value_len(json: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match json.get(at)? {
            b'"' => {
                at += string_len(&json[at..])?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            // Neither an object nor a string.
            _ if depth == 0 => return None,
            _ => {}
        }
        at += 1;
    }
}

/// The length of the string at the beginning, with its quotes.
pub(super) fn string_len(json: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', json.get(at..)?)?;
        if json[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The text that stands between the quotes of a JSON string, when nothing but the string stands there.
///
/// A slice of the input, unless escapes have to be resolved.
pub(super) fn string(inside: &[u8]) -> Option<Cow<'_, str>> {
    // Quotes end the string, backslashes escape, control characters are no JSON.
    if inside
        .iter()
        .all(|byte| *byte >= 0x20 && *byte != b'"' && *byte != b'\\')
    {
        return str::from_utf8(inside).ok().map(Cow::Borrowed);
    }
    let mut quoted = Vec::with_capacity(inside.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(inside);
    quoted.push(b'"');
    serde_json::from_slice::<String>(&quoted)
        .ok()
        .map(Cow::Owned)
}
