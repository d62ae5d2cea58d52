//! Reads answers, and keeps long payloads away from the parser.
//!
//! An image in an answer is a megabyte of base64 in one JSON string. A parser looks at each byte of it several times:
//! for the end of the string, for escapes, for UTF-8. Here the end is searched for once, the payload is copied once to
//! where it stays, and the parser is given the answer with a short mark in the payload's place.
//!
//! That is sound because a payload is only cut where it means what it is: from a `;base64,` inside a string to the string's
//! end, without escapes. (Control characters have no place there, but would be read as themselves by [`Decode`], too.) And
//! it is only believed where every mark comes out again in the places where images are looked for; otherwise the answer
//! is parsed as it came.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use memchr::memmem::Finder;
use openrouter_types::{
    BulkText, ChatAssistantImage, ChatResult, ChatStreamChunk, Decode, DecodeError,
};

#[cfg(test)]
mod tests;

/// Reads an answer, or a chunk of one.
///
/// # Errors
///
/// Those of [`Decode::decode`], which gives the same value.
pub(crate) fn decode<T: HoldsImages>(json: &[u8]) -> Result<T, DecodeError> {
    if json.len() >= MIN_PAYLOAD_BYTES
        && let Some(cut) = Cut::new(json)
        && let Ok(mut value) = parse::<T>(&cut.rest)
        && cut.put_back(&mut value)
    {
        return Ok(value);
    }
    parse(json)
}

/// What has places for the images that a model makes.
pub(crate) trait HoldsImages: Decode {
    /// Visits the URL of every image.
    fn image_urls(&mut self, visit: &mut dyn FnMut(&mut BulkText));
}

impl HoldsImages for ChatResult {
    fn image_urls(&mut self, visit: &mut dyn FnMut(&mut BulkText)) {
        for choice in &mut self.choices {
            let message = choice.message.as_mut();
            urls(message.and_then(|message| message.images.as_mut()), visit);
        }
    }
}

impl HoldsImages for ChatStreamChunk {
    fn image_urls(&mut self, visit: &mut dyn FnMut(&mut BulkText)) {
        for choice in &mut self.choices {
            let delta = choice.delta.as_mut();
            urls(delta.map(|delta| &mut delta.images), visit);
        }
    }
}

/// [`Decode::decode`], which begins the same way, but looks for UTF-8 a few bytes at a time.
fn parse<T: HoldsImages>(json: &[u8]) -> Result<T, DecodeError> {
    let text = simdutf8::basic::from_utf8(json).ok();
    match text.and_then(T::decode_exactly) {
        Some(value) => Ok(value),
        None => T::decode(json),
    }
}

fn urls(images: Option<&mut Vec<ChatAssistantImage>>, visit: &mut dyn FnMut(&mut BulkText)) {
    for image in images.into_iter().flatten() {
        visit(&mut image.image_url.url);
    }
}

/// An answer in two parts: JSON with marks in it, and the payloads that the marks stand for.
struct Cut<'a> {
    rest: Vec<u8>,
    payloads: Vec<&'a str>,
}

impl<'a> Cut<'a> {
    /// `None` when there is nothing worth cutting.
    fn new(json: &'a [u8]) -> Option<Self> {
        let mut cut = Self {
            rest: Vec::new(),
            payloads: Vec::new(),
        };
        let (mut copied, mut at) = (0, 0);
        while let Some(found) = BASE64.find(&json[at..]) {
            let start = at + found + BASE64.needle().len();
            let end = start + memchr::memchr2(b'"', b'\\', &json[start..])?;
            at = end;
            if json[end] == b'"'
                && end - start >= MIN_PAYLOAD_BYTES
                && let Ok(payload) = simdutf8::basic::from_utf8(&json[start..end])
            {
                cut.rest.extend_from_slice(&json[copied..start]);
                cut.rest
                    .extend_from_slice(mark(cut.payloads.len()).as_bytes());
                cut.payloads.push(payload);
                copied = end;
            }
        }
        cut.rest.extend_from_slice(&json[copied..]);
        (!cut.payloads.is_empty()).then_some(cut)
    }

    /// Puts every payload where its mark came out; `false` when that is not one place for each.
    fn put_back(&self, value: &mut impl HoldsImages) -> bool {
        let mut next = 0;
        value.image_urls(&mut |url| {
            let Some(payload) = self.payloads.get(next) else {
                return;
            };
            // Values keep the order in which they came, so the next mark is the only one that can be here.
            if let Some(head) = url.as_str().and_then(|url| url.strip_suffix(&*mark(next))) {
                let mut whole = String::with_capacity(head.len() + payload.len());
                whole.push_str(head);
                whole.push_str(payload);
                *url = whole.into();
                next += 1;
            }
        });
        next == self.payloads.len()
    }
}

/// The text in the place of a payload. Nobody outside of this process can know it, so no answer can hold it.
fn mark(index: usize) -> String {
    static SECRET: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("payload"));
    format!("{:016x}.{index}", *SECRET)
}

/// What stands before the payload of a data URL.
static BASE64: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(";base64,"));

/// Shorter payloads cost less to parse than to cut.
const MIN_PAYLOAD_BYTES: usize = 4096;
