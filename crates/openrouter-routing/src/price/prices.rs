//! What an endpoint asks for each thing.

use std::fmt;

use openrouter_types as types;

use super::{Fixed, Usd, UsdPerToken};

/// The price list of an endpoint or a model.
///
/// A price that is not listed is `None`, which is not the same as free.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    listed: [Option<Fixed>; KEYS],
    overrides: Vec<PriceOverride>,
    discount: f64,
    unreadable: Vec<PriceKey>,
}

/// Other prices under a condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PriceOverride {
    listed: [Option<Fixed>; KEYS],
    pub(super) min_prompt_tokens: Option<u64>,
    // Clock numbers: 1630 is half past four in the afternoon.
    pub(super) window: Option<(u64, u64)>,
}

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PriceKey {
    /// An input token.
    Prompt,
    /// An output token.
    Completion,
    /// The request itself.
    Request,
    /// An input image.
    Image,
    /// A token of an image.
    ImageToken,
    /// An output image.
    ImageOutput,
    /// An input token of audio.
    Audio,
    /// An output token of audio.
    AudioOutput,
    /// A cached input token of audio.
    InputAudioCache,
    /// An input token read from the provider's cache.
    InputCacheRead,
    /// An input token written to the provider's cache, for five minutes where there are several lifetimes.
    InputCacheWrite,
    /// An input token written to the provider's cache for an hour.
    InputCacheWrite1h,
    /// A reasoning token.
    InternalReasoning,
    /// A web search.
    WebSearch,
}

const KEYS: usize = PriceKey::ALL.len();

impl PriceKey {
    /// Every key that this version knows.
    pub const ALL: [Self; 14] = [
        Self::Prompt,
        Self::Completion,
        Self::Request,
        Self::Image,
        Self::ImageToken,
        Self::ImageOutput,
        Self::Audio,
        Self::AudioOutput,
        Self::InputAudioCache,
        Self::InputCacheRead,
        Self::InputCacheWrite,
        Self::InputCacheWrite1h,
        Self::InternalReasoning,
        Self::WebSearch,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Completion => "completion",
            Self::Request => "request",
            Self::Image => "image",
            Self::ImageToken => "image_token",
            Self::ImageOutput => "image_output",
            Self::Audio => "audio",
            Self::AudioOutput => "audio_output",
            Self::InputAudioCache => "input_audio_cache",
            Self::InputCacheRead => "input_cache_read",
            Self::InputCacheWrite => "input_cache_write",
            Self::InputCacheWrite1h => "input_cache_write_1h",
            Self::InternalReasoning => "internal_reasoning",
            Self::WebSearch => "web_search",
        }
    }

    /// Whether the price is for a token, rather than for a request, an image or a search.
    #[must_use]
    pub const fn is_per_token(self) -> bool {
        !matches!(
            self,
            Self::Request | Self::Image | Self::ImageOutput | Self::WebSearch
        )
    }

    const fn at(self) -> usize {
        self as usize
    }
}

impl fmt::Display for PriceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Prices {
    /// Prices for input and output tokens and nothing else.
    #[must_use]
    pub fn new(prompt: impl Into<UsdPerToken>, completion: impl Into<UsdPerToken>) -> Self {
        let mut prices = Self::default();
        prices.listed[PriceKey::Prompt.at()] = Some(prompt.into().0);
        prices.listed[PriceKey::Completion.at()] = Some(completion.into().0);
        prices
    }

    /// Sets the price of one unit: of one token, for the keys that are per token.
    #[must_use]
    pub fn with(mut self, key: PriceKey, price: Usd) -> Self {
        self.listed[key.at()] = Some(price.0);
        self
    }

    /// The price of one unit: of one token, for the keys that are per token.
    #[must_use]
    pub fn get(&self, key: PriceKey) -> Option<Usd> {
        self.listed[key.at()].map(Usd)
    }

    /// The price of an input token.
    #[must_use]
    pub fn prompt(&self) -> Option<UsdPerToken> {
        self.per_token(PriceKey::Prompt)
    }

    /// The price of an output token.
    #[must_use]
    pub fn completion(&self) -> Option<UsdPerToken> {
        self.per_token(PriceKey::Completion)
    }

    /// The price of a token; `None` also for keys that are not per token.
    #[must_use]
    pub fn per_token(&self, key: PriceKey) -> Option<UsdPerToken> {
        self.listed[key.at()]
            .filter(|_| key.is_per_token())
            .map(UsdPerToken)
    }

    /// Prompt and completion price together: the number by which this crate ranks endpoints. Missing prices count as
    /// zero. Which formula the router uses is not published.
    #[must_use]
    pub fn blended(&self) -> UsdPerToken {
        [PriceKey::Prompt, PriceKey::Completion]
            .iter()
            .filter_map(|key| self.per_token(*key))
            .sum()
    }

    /// Whether prompt, completion and request are listed as zero, or not at all but for the first two.
    #[must_use]
    pub fn is_free(&self) -> bool {
        let zero = |key: PriceKey| self.listed[key.at()].is_some_and(Fixed::is_zero);
        zero(PriceKey::Prompt)
            && zero(PriceKey::Completion)
            && self.listed[PriceKey::Request.at()].is_none_or(Fixed::is_zero)
    }

    /// The share that is said to be taken off; negative for a markup. Whether listed prices have it taken off already
    /// is not documented, and estimates take listed prices as they are.
    #[must_use]
    pub fn discount(&self) -> f64 {
        self.discount
    }

    /// Prices that replace others under a condition; of those that apply, the later one wins.
    #[must_use]
    pub fn overrides(&self) -> &[PriceOverride] {
        &self.overrides
    }

    /// Keys whose price came with a text that is not a number; they count as not listed.
    #[must_use]
    pub fn unreadable(&self) -> &[PriceKey] {
        &self.unreadable
    }

    fn read(&mut self, key: PriceKey, text: &str) {
        match Fixed::parse(text) {
            Ok(price) => self.listed[key.at()] = Some(price),
            Err(_) => self.unreadable.push(key),
        }
    }
}

impl PriceOverride {
    /// The price of one unit under this override, when it has one.
    #[must_use]
    pub fn get(&self, key: PriceKey) -> Option<Usd> {
        self.listed[key.at()].map(Usd)
    }

    /// The prices apply to prompts of more tokens than this.
    #[must_use]
    pub fn min_prompt_tokens(&self) -> Option<u64> {
        self.min_prompt_tokens
    }

    /// Whether the prices apply at certain hours only.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.window.is_some()
    }
}

macro_rules! read {
    ($prices:ident from $wire:ident: $($key:ident $field:ident,)*) => {$(
        if let Some(text) = &$wire.$field {
            $prices.read(PriceKey::$key, text.as_str());
        }
    )*};
}

impl From<&types::PublicPricing> for Prices {
    fn from(wire: &types::PublicPricing) -> Self {
        let mut prices = Self {
            discount: wire.discount.unwrap_or_default(),
            overrides: wire.overrides.iter().map(PriceOverride::from).collect(),
            ..Self::default()
        };
        read! { prices from wire:
            Prompt prompt,
            Completion completion,
            Request request,
            Image image,
            ImageToken image_token,
            ImageOutput image_output,
            Audio audio,
            AudioOutput audio_output,
            InputAudioCache input_audio_cache,
            InputCacheRead input_cache_read,
            InputCacheWrite input_cache_write,
            InputCacheWrite1h input_cache_write_1h,
            InternalReasoning internal_reasoning,
            WebSearch web_search,
        }
        prices
    }
}

impl From<&types::PricingOverride> for PriceOverride {
    fn from(wire: &types::PricingOverride) -> Self {
        // Only the keys that an override may have; a text that is no number leaves the price that it would replace.
        let mut prices = Prices::default();
        read! { prices from wire:
            Prompt prompt,
            Completion completion,
            Audio audio,
            InputAudioCache input_audio_cache,
            InputCacheRead input_cache_read,
            InputCacheWrite input_cache_write,
            InputCacheWrite1h input_cache_write_1h,
        }
        let window = match (wire.utc_start, wire.utc_end) {
            (None, None) => None,
            (start, end) => Some((start.unwrap_or(0), end.unwrap_or(2400))),
        };
        Self {
            listed: prices.listed,
            min_prompt_tokens: wire.min_prompt_tokens,
            window,
        }
    }
}
