//! The response cache: the same bytes asked again are answered for free.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::Instant;

use crate::Answer;
use crate::answer::Envelope;

/// Answers by the body that asked for them, and the key.
#[derive(Debug, Default)]
pub(super) struct Cache(HashMap<(Option<String>, Bytes), Entry>);

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) answer: Answer,
    pub(super) envelope: Envelope,
    made: Instant,
    lasts: Duration,
}

/// What a request says of the cache.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) is_on: bool,
    clears: bool,
    lasts: Duration,
}

/// More are not kept; the first to expire goes.
const MOST_ENTRIES: usize = 1000;
/// More bytes of request bodies are not kept either.
const MOST_BYTES: usize = 64 << 20;

impl Wish {
    /// Source: the documentation's page on response caching: `X-OpenRouter-Cache`, `-Cache-Clear`, `-Cache-TTL`.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let field = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let says = |name: &str| field(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let digits = field("x-openrouter-cache-ttl").map(|value| {
            let end = value.find(|c: char| !c.is_ascii_digit());
            &value[..end.unwrap_or(value.len())]
        });
        let seconds = digits
            .and_then(|digits| digits.parse::<u64>().ok())
            .map_or(300, |seconds| seconds.clamp(1, 86_400));
        Self {
            is_on: says("x-openrouter-cache"),
            clears: says("x-openrouter-cache-clear"),
            lasts: Duration::from_secs(seconds),
        }
    }

    pub(super) fn seconds(self) -> u64 {
        self.lasts.as_secs()
    }
}

impl Cache {
    pub(super) fn find(&mut self, key: Option<&str>, body: &Bytes, wish: Wish) -> Option<Entry> {
        if !wish.is_on {
            return None;
        }
        let place = (key.map(str::to_owned), body.clone());
        if wish.clears
            || self
                .0
                .get(&place)
                .is_some_and(|entry| entry.left().is_zero())
        {
            self.0.remove(&place);
        }
        self.0.get(&place).cloned()
    }

    pub(super) fn keep(
        &mut self,
        key: Option<&str>,
        body: &Bytes,
        wish: Wish,
        answer: &Answer,
        envelope: &Envelope,
    ) {
        if !wish.is_on || answer.refused.is_some() || answer.error_after.is_some() {
            return;
        }
        let bytes = |cache: &Self| cache.0.keys().map(|(_, body)| body.len()).sum::<usize>();
        while self.0.len() >= MOST_ENTRIES
            || (!self.0.is_empty() && bytes(self) + body.len() > MOST_BYTES)
        {
            let first = self
                .0
                .iter()
                .min_by_key(|(_, entry)| entry.made + entry.lasts);
            let Some(place) = first.map(|(place, _)| place.clone()) else {
                break;
            };
            self.0.remove(&place);
        }
        let entry = Entry {
            answer: answer.clone(),
            envelope: envelope.clone(),
            made: Instant::now(),
            lasts: wish.lasts,
        };
        self.0.insert((key.map(str::to_owned), body.clone()), entry);
    }
}

impl Entry {
    pub(super) fn age(&self) -> Duration {
        self.made.elapsed()
    }

    pub(super) fn left(&self) -> Duration {
        self.lasts.saturating_sub(self.age())
    }
}
