//! What a request would cost at a price list.

use std::fmt;

use openrouter_types as types;

use super::{PriceKey, PriceOverride, Prices, Usd};

/// What a request uses, counted or guessed: all counts default to zero, `requests` to one.
///
/// As in the usage that the API reports, `prompt_tokens` includes cached, written and audio tokens, and
/// `completion_tokens` includes reasoning and audio tokens.
///
/// ```
/// use openrouter_routing::price::{Prices, UsdPerMillion, Workload};
///
/// let prices = Prices::new(UsdPerMillion::from(3), UsdPerMillion::from(15));
/// let cost = prices.estimate(&Workload::new(10_000, 2_000), None);
/// assert_eq!(cost.total().to_string(), "0.06");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Workload {
    /// Input tokens, all kinds together.
    pub prompt_tokens: u64,
    /// Of these, read from the provider's cache.
    pub cached_tokens: u64,
    /// Of the input tokens, written to the provider's cache for the default lifetime.
    pub cache_write_tokens: u64,
    /// Of the input tokens, written to the provider's cache for an hour.
    pub cache_write_1h_tokens: u64,
    /// Of the input tokens, audio.
    pub audio_tokens: u64,
    /// Of the audio input tokens, read from the provider's cache.
    pub cached_audio_tokens: u64,
    /// Output tokens, all kinds together.
    pub completion_tokens: u64,
    /// Of these, reasoning.
    pub reasoning_tokens: u64,
    /// Of the output tokens, audio.
    pub audio_output_tokens: u64,
    /// Input images.
    pub images: u64,
    /// Tokens of images, where an endpoint prices them apart. They are not taken off the other counts.
    pub image_tokens: u64,
    /// Output images.
    pub output_images: u64,
    /// Web searches.
    pub web_searches: u64,
    /// Requests.
    pub requests: u64,
}

/// A time of day in UTC, for prices that depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcClock {
    minutes: u16,
}

/// A cost and what it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    lines: Vec<CostLine>,
    caveats: Vec<CostCaveat>,
}

/// One line of an [`Estimate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CostLine {
    /// The price that was used. Cached tokens at an endpoint without a price for them are under
    /// [`PriceKey::Prompt`].
    pub key: PriceKey,
    /// How many units.
    pub units: u64,
    /// The price of one unit.
    pub price: Usd,
    /// Both multiplied.
    pub cost: Usd,
}

/// What an [`Estimate`] assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CostCaveat {
    /// Something was used for which no price is listed; it was counted as free.
    PriceMissing(PriceKey),
    /// Reasoning has no price of its own, or one of zero: it was counted as output.
    ReasoningAsCompletion,
    /// Cached or written tokens were taken to be part of the prompt tokens.
    CacheWithinPrompt,
    /// Cached or written tokens have no price of their own: they were counted as input.
    CacheAtPromptPrice,
    /// Parts were larger than the whole they are parts of; the remainder was taken as zero.
    PartsExceedWhole,
    /// A discount or a markup is listed. Listed prices were taken as they are.
    DiscountListed,
    /// Prices change with the hour, and no time was given: those listed now were used.
    TimeOfDay,
}

impl Default for Workload {
    fn default() -> Self {
        Self {
            prompt_tokens: 0,
            cached_tokens: 0,
            cache_write_tokens: 0,
            cache_write_1h_tokens: 0,
            audio_tokens: 0,
            cached_audio_tokens: 0,
            completion_tokens: 0,
            reasoning_tokens: 0,
            audio_output_tokens: 0,
            images: 0,
            image_tokens: 0,
            output_images: 0,
            web_searches: 0,
            requests: 1,
        }
    }
}

impl Workload {
    /// One request with that many input and output tokens.
    #[must_use]
    pub fn new(prompt_tokens: u64, completion_tokens: u64) -> Self {
        Self {
            prompt_tokens,
            completion_tokens,
            ..Self::default()
        }
    }
}

/// What an answer used, to see what it would have cost elsewhere.
impl From<&types::ChatUsage> for Workload {
    fn from(usage: &types::ChatUsage) -> Self {
        let prompt = usage.prompt_tokens_details.as_ref();
        let completion = usage.completion_tokens_details.as_ref();
        Self {
            prompt_tokens: usage.prompt_tokens.unwrap_or_default(),
            cached_tokens: prompt
                .and_then(|details| details.cached_tokens)
                .unwrap_or_default(),
            cache_write_tokens: prompt
                .and_then(|details| details.cache_write_tokens)
                .unwrap_or_default(),
            audio_tokens: prompt
                .and_then(|details| details.audio_tokens)
                .unwrap_or_default(),
            completion_tokens: usage.completion_tokens.unwrap_or_default(),
            reasoning_tokens: completion
                .and_then(|details| details.reasoning_tokens)
                .unwrap_or_default(),
            audio_output_tokens: completion
                .and_then(|details| details.audio_tokens)
                .unwrap_or_default(),
            web_searches: usage
                .server_tool_use_details
                .as_ref()
                .and_then(|details| details.web_search_requests)
                .unwrap_or_default(),
            ..Self::default()
        }
    }
}

impl UtcClock {
    /// A time of day; `None` when there is no such time.
    #[must_use]
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if hour < 24 && minute < 60 {
            Some(Self {
                minutes: hour * 60 + minute,
            })
        } else {
            None
        }
    }

    /// Whether the time lies in a window of clock numbers (`1630` is 16:30), which may go past midnight.
    fn is_within(self, (start, end): (u64, u64)) -> bool {
        let now = u64::from(self.minutes / 60 * 100 + self.minutes % 60);
        if start <= end {
            start <= now && now < end
        } else {
            start <= now || now < end
        }
    }
}

impl PriceOverride {
    fn applies(&self, prompt_tokens: u64, clock: Option<UtcClock>) -> bool {
        let long_enough = self
            .min_prompt_tokens
            .is_none_or(|tokens| prompt_tokens > tokens);
        let in_time = match (self.window, clock) {
            (None, _) => true,
            (Some(window), Some(clock)) => clock.is_within(window),
            (Some(_), None) => false,
        };
        long_enough && in_time
    }
}

impl Prices {
    /// The cost of a workload, with a time of day for prices that depend on it.
    #[must_use]
    pub fn estimate(&self, work: &Workload, clock: Option<UtcClock>) -> Estimate {
        let mut caveats = Vec::new();
        if clock.is_none() && self.overrides().iter().any(PriceOverride::is_timed) {
            caveats.push(CostCaveat::TimeOfDay);
        }
        if self.discount() != 0.0 {
            caveats.push(CostCaveat::DiscountListed);
        }
        let applying: Vec<_> = self
            .overrides()
            .iter()
            .filter(|over| over.applies(work.prompt_tokens, clock))
            .collect();
        let price = |key| {
            applying
                .iter()
                .rev()
                .find_map(|over| over.get(key))
                .or_else(|| self.get(key))
        };

        let mut bill = Bill {
            price,
            lines: Vec::new(),
            caveats,
        };
        bill.input(work);
        bill.output(work);
        bill.add(PriceKey::Image, work.images);
        bill.add(PriceKey::ImageToken, work.image_tokens);
        bill.add(PriceKey::ImageOutput, work.output_images);
        bill.add(PriceKey::WebSearch, work.web_searches);
        // Most endpoints list no price per request; that is not worth a caveat.
        if (bill.price)(PriceKey::Request).is_some() {
            bill.add(PriceKey::Request, work.requests);
        }
        bill.caveats.sort_unstable();
        bill.caveats.dedup();
        Estimate {
            lines: bill.lines,
            caveats: bill.caveats,
        }
    }
}

struct Bill<P> {
    price: P,
    lines: Vec<CostLine>,
    caveats: Vec<CostCaveat>,
}

impl<P: Fn(PriceKey) -> Option<Usd>> Bill<P> {
    fn input(&mut self, work: &Workload) {
        let mut plain = work.prompt_tokens;
        let mut cached = work.cached_tokens;
        if work.cached_tokens + work.cache_write_tokens + work.cache_write_1h_tokens > 0 {
            self.caveats.push(CostCaveat::CacheWithinPrompt);
        }
        if work.audio_tokens > 0 && (self.price)(PriceKey::Audio).is_some() {
            let mut audio = work.audio_tokens;
            self.take(&mut plain, audio);
            if work.cached_audio_tokens > 0 && (self.price)(PriceKey::InputAudioCache).is_some() {
                self.take(&mut audio, work.cached_audio_tokens);
                // They are among the cached tokens, and were taken off the prompt with the audio.
                cached = cached.saturating_sub(work.cached_audio_tokens);
                self.add(PriceKey::InputAudioCache, work.cached_audio_tokens);
            }
            self.add(PriceKey::Audio, audio);
        }
        self.cache(&mut plain, PriceKey::InputCacheRead, cached);
        self.cache(
            &mut plain,
            PriceKey::InputCacheWrite,
            work.cache_write_tokens,
        );
        let hour = if (self.price)(PriceKey::InputCacheWrite1h).is_some() {
            PriceKey::InputCacheWrite1h
        } else {
            PriceKey::InputCacheWrite
        };
        self.cache(&mut plain, hour, work.cache_write_1h_tokens);
        self.add(PriceKey::Prompt, plain);
    }

    fn cache(&mut self, plain: &mut u64, key: PriceKey, tokens: u64) {
        if tokens == 0 {
        } else if (self.price)(key).is_some() {
            self.take(plain, tokens);
            self.add(key, tokens);
        } else {
            self.caveats.push(CostCaveat::CacheAtPromptPrice);
        }
    }

    fn output(&mut self, work: &Workload) {
        let mut plain = work.completion_tokens;
        if work.reasoning_tokens > 0 {
            if (self.price)(PriceKey::InternalReasoning).is_some_and(|price| !price.is_zero()) {
                self.take(&mut plain, work.reasoning_tokens);
                self.add(PriceKey::InternalReasoning, work.reasoning_tokens);
            } else {
                self.caveats.push(CostCaveat::ReasoningAsCompletion);
            }
        }
        if work.audio_output_tokens > 0 && (self.price)(PriceKey::AudioOutput).is_some() {
            self.take(&mut plain, work.audio_output_tokens);
            self.add(PriceKey::AudioOutput, work.audio_output_tokens);
        }
        self.add(PriceKey::Completion, plain);
    }

    fn take(&mut self, whole: &mut u64, part: u64) {
        if part > *whole {
            self.caveats.push(CostCaveat::PartsExceedWhole);
        }
        *whole = whole.saturating_sub(part);
    }

    fn add(&mut self, key: PriceKey, units: u64) {
        if units == 0 {
            return;
        }
        match (self.price)(key) {
            Some(price) => self.lines.push(CostLine {
                key,
                units,
                price,
                cost: price * units,
            }),
            None => self.caveats.push(CostCaveat::PriceMissing(key)),
        }
    }
}

impl Estimate {
    /// The whole cost.
    #[must_use]
    pub fn total(&self) -> Usd {
        self.lines.iter().map(|line| line.cost).sum()
    }

    /// What it is made of; lines of no units are left out.
    #[must_use]
    pub fn lines(&self) -> &[CostLine] {
        &self.lines
    }

    /// What was assumed.
    #[must_use]
    pub fn caveats(&self) -> &[CostCaveat] {
        &self.caveats
    }
}

impl fmt::Display for CostCaveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PriceMissing(key) => {
                return write!(f, "no price is listed for `{key}`: counted as free");
            }
            Self::ReasoningAsCompletion => "reasoning is counted at the price of output",
            Self::CacheWithinPrompt => {
                "cached and written tokens are taken as parts of the prompt tokens"
            }
            Self::CacheAtPromptPrice => {
                "cached or written tokens have no price of their own: counted as input"
            }
            Self::PartsExceedWhole => {
                "parts were larger than their whole: the remainder is taken as zero"
            }
            Self::DiscountListed => {
                "a discount or markup is listed: the listed prices are taken as they are"
            }
            Self::TimeOfDay => "prices change with the hour: those listed now are used",
        })
    }
}
