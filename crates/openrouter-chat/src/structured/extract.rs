//! JSON in the midst of other text.

use serde::de::{Deserialize, IgnoredAny};

/// JSON that was found in a text, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extracted<'a> {
    /// The JSON, as it stands in the text.
    pub json: &'a str,
    /// How it was found.
    pub found: Found,
}

/// How JSON was found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// The whole text is JSON, but for white space.
    Whole,
    /// In a fenced code block.
    Fence,
    /// Between other words: the longest array or object.
    Prose,
}

/// Finds JSON in a text: the whole of it, else a fenced code block, else the longest array or object in it.
///
/// A block marked as JSON goes before one that is not. Nothing is repaired: what is found reads as JSON. The work grows
/// with the length of the text, so in a text with very many stray brackets the object after them may be missed.
///
/// ```
/// use openrouter_chat::structured::extract::{Found, extract};
///
/// let answer = "Here you are:\n```json\n{\"city\": \"Bern\"}\n```\nAnything else?";
/// let extracted = extract(answer).unwrap();
/// assert_eq!((extracted.json, extracted.found), ("{\"city\": \"Bern\"}", Found::Fence));
/// ```
#[must_use]
pub fn extract(text: &str) -> Option<Extracted<'_>> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if is_json(text) {
        return Some(Extracted {
            json: text,
            found: Found::Whole,
        });
    }
    let fenced = fences(text)
        .filter(|fence| is_json(fence.content))
        .min_by_key(|fence| !fence.is_marked);
    if let Some(fence) = fenced {
        return Some(Extracted {
            json: fence.content,
            found: Found::Fence,
        });
    }
    in_prose(text).map(|json| Extracted {
        json,
        found: Found::Prose,
    })
}

struct Fence<'a> {
    content: &'a str,
    is_marked: bool,
}

/// The fenced blocks of a text. Source: CommonMark 0.31, 4.5. A line within a JSON string cannot be a fence, since a
/// JSON string holds no line feed.
fn fences(text: &str) -> impl Iterator<Item = Fence<'_>> {
    let mut lines = text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some((*end, line.trim()))
    });
    std::iter::from_fn(move || {
        let (start, mark, info) = lines.by_ref().find_map(|(end, line)| {
            let mark = line
                .chars()
                .next()
                .filter(|mark| matches!(mark, '`' | '~'))?;
            let info = line.trim_start_matches(mark);
            let length = line.len() - info.len();
            (length >= 3).then_some((end, &line[..length], info.trim()))
        })?;
        let mut stop = text.len();
        let mut previous = start;
        for (end, line) in lines.by_ref() {
            if line.starts_with(mark) && line.trim_start_matches(&mark[..1]).is_empty() {
                stop = previous;
                break;
            }
            previous = end;
        }
        let language = info
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let is_marked = language
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("json"));
        Some(Fence {
            content: text[start..stop].trim(),
            is_marked,
        })
    })
}

/// The longest array or object that is whole. Not the first one: `[1]` may be a footnote.
fn in_prose(text: &str) -> Option<&str> {
    let mut budget = text.len().saturating_mul(SCANS);
    let mut longest = None;
    let mut at = 0;
    while let Some(start) = text[at..].find(['{', '[']).map(|found| at + found) {
        let mut values =
            serde_json::Deserializer::from_str(&text[start..]).into_iter::<IgnoredAny>();
        at = match values.next() {
            Some(Ok(_)) => {
                let json = &text[start..start + values.byte_offset()];
                longest = longest
                    .filter(|longest: &&str| longest.len() >= json.len())
                    .or(Some(json));
                start + json.len()
            }
            Some(Err(error)) => {
                let Some(left) = budget.checked_sub(bytes_before(&text[start..], &error)) else {
                    break;
                };
                budget = left;
                start + 1
            }
            None => start + 1,
        };
    }
    longest
}

/// How far the reader came before it gave up.
fn bytes_before(text: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return text.len();
    }
    let lines_before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    lines_before + error.column()
}

fn is_json(text: &str) -> bool {
    let mut reader = serde_json::Deserializer::from_str(text);
    IgnoredAny::deserialize(&mut reader).is_ok() && reader.end().is_ok()
}

/// How many times a text is read over at most, in search of JSON between its words.
const SCANS: usize = 8;
