//! Finding the words for a person in what an upstream provider sent.

use serde_json::Value;

use super::excerpt;

/// The text in a value of any form: a string, JSON inside a string, or an object that has it somewhere.
pub(super) fn dig(value: &Value) -> Option<String> {
    dig_to(value, MAX_DEPTH)
}

fn dig_to(value: &Value, depth: u8) -> Option<String> {
    if depth == 0 {
        return None;
    }
    match value {
        Value::String(text) => from_string(text.trim(), depth),
        Value::Object(object) => {
            let named = TEXT_KEYS
                .iter()
                .find_map(|&key| dig_to(object.get(key)?, depth - 1));
            named.or_else(|| (!object.is_empty()).then(|| bounded(&value.to_string())))
        }
        Value::Array(list) => list.iter().find_map(|value| dig_to(value, depth - 1)),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) => None,
    }
}

fn from_string(text: &str, depth: u8) -> Option<String> {
    let inner_depth = depth.checked_sub(1)?;
    if text.starts_with(['{', '[', '"'])
        && let Ok(inner) = serde_json::from_str::<Value>(text)
    {
        return dig_to(&inner, inner_depth).or_else(|| not_empty(text));
    }
    // Some providers' streams fail with the event still framed.
    if text.starts_with("data:") || text.starts_with("event:") {
        let data = text.lines().find_map(|line| line.strip_prefix("data:"));
        let words = data.and_then(|data| from_string(data.trim(), inner_depth));
        return words.or_else(|| not_empty(text));
    }
    if text.starts_with('<') {
        return Some(of_page(text));
    }
    not_empty(text)
}

fn not_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| bounded(text))
}

/// The words in a body that is not JSON.
pub(super) fn from_text(body: &[u8], content_type: Option<&str>) -> String {
    let text = String::from_utf8_lossy(body.get(..MAX_TEXT_BYTES).unwrap_or(body));
    let text = text.trim();
    if text.is_empty() {
        return "(an empty body)".to_owned();
    }
    let is_html = content_type.is_some_and(|kind| kind.contains("html")) || text.starts_with('<');
    if !is_html {
        return bounded(text);
    }
    of_page(text)
}

/// What a page of HTML is about.
fn of_page(text: &str) -> String {
    let title = between(text, "<title>", "</title>").or_else(|| between(text, "<h1>", "</h1>"));
    match title.map(str::trim).filter(|title| !title.is_empty()) {
        Some(title) => format!("{} (an HTML page)", bounded(title)),
        None => "(an HTML page)".to_owned(),
    }
}

/// The number that follows a phrase, thousands separators skipped.
pub(super) fn number_after(text: &str, phrase: &str) -> Option<u64> {
    let (_, rest) = text.split_once(phrase)?;
    let digits: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ',')
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let start = find_ignoring_case(text, open)? + open.len();
    let len = find_ignoring_case(&text[start..], close)?;
    Some(&text[start..start + len])
}

fn find_ignoring_case(text: &str, part: &str) -> Option<usize> {
    text.as_bytes()
        .windows(part.len())
        .position(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

fn bounded(text: &str) -> String {
    excerpt(text.as_bytes(), MAX_TEXT_BYTES)
}

/// Where providers put their words, best first.
const TEXT_KEYS: [&str; 8] = [
    "message",
    "error",
    "detail",
    "details",
    "msg",
    "errors",
    "title",
    "description",
];

/// How deep to look.
const MAX_DEPTH: u8 = 8;
/// Most bytes of a provider's words.
const MAX_TEXT_BYTES: usize = 2 * 1024;
