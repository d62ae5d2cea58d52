//! Where two JSON values differ.

use std::fmt::Write as _;

use serde_json::Value;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    /// Everything.
    All,
    /// Only what is expected; more may be there.
    Expected,
    /// Keys and kinds of values, and the words that are no free text.
    Shape,
}

/// Every place where `found` is not as expected, one a line; empty when there is none.
pub(crate) fn differences(expected: &Value, found: &Value, compare: Compare) -> Vec<String> {
    let mut out = Vec::new();
    walk("", expected, found, compare, &mut out);
    out
}

fn walk(path: &str, expected: &Value, found: &Value, compare: Compare, out: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let path = format!("{path}.{key}");
                match found.get(key) {
                    Some(other) => walk(&path, value, other, compare, out),
                    None => out.push(format!(
                        "{}: expected {}, found nothing",
                        shown(&path),
                        short(value)
                    )),
                }
            }
            if compare != Compare::Expected {
                for (key, value) in found.iter().filter(|(key, _)| !expected.contains_key(*key)) {
                    let path = format!("{path}.{key}");
                    out.push(format!(
                        "{}: expected nothing, found {}",
                        shown(&path),
                        short(value)
                    ));
                }
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            for (at, value) in expected.iter().enumerate() {
                let path = format!("{path}[{at}]");
                match found.get(at) {
                    Some(other) => walk(&path, value, other, compare, out),
                    None => out.push(format!(
                        "{}: expected {}, found nothing",
                        shown(&path),
                        short(value)
                    )),
                }
            }
            for (at, value) in found.iter().enumerate().skip(expected.len()) {
                let path = format!("{path}[{at}]");
                out.push(format!(
                    "{}: expected nothing, found {}",
                    shown(&path),
                    short(value)
                ));
            }
        }
        _ => {
            let is_same = match compare {
                Compare::Shape if !is_word(path) => kind(expected) == kind(found),
                _ => same(expected, found),
            };
            if !is_same {
                out.push(format!(
                    "{}: expected {}, found {}",
                    shown(path),
                    short(expected),
                    short(found)
                ));
            }
        }
    }
}

/// `1` and `1.0` are one number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// Whether the value at this path is one of a few words, and not free text: two requests that differ there are not of
/// one shape.
fn is_word(path: &str) -> bool {
    const WORDS: [&str; 9] = [
        "model",
        "role",
        "type",
        "name",
        "stream",
        "effort",
        "tool_choice",
        "format",
        "n",
    ];
    WORDS.contains(&path.rsplit(['.', '[']).next().unwrap_or_default())
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn shown(path: &str) -> &str {
    match path.strip_prefix('.').unwrap_or(path) {
        "" => "the body",
        path => path,
    }
}

/// JSON, cut where it becomes long.
fn short(value: &Value) -> String {
    let mut text = value.to_string();
    if let Some((end, _)) = text.char_indices().nth(120) {
        let left = text.len() - end;
        text.truncate(end);
        let _ = write!(text, "… ({left} more bytes)");
    }
    text
}
