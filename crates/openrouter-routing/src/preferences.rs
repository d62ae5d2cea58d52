//! Provider preferences that are checked before they are sent.

use std::fmt;

use openrouter_types as types;

use crate::price::{Usd, UsdPerMillion};
use crate::provider::{EndpointTag, ProviderEntry};
use crate::{Seconds, TokensPerSecond};

mod cutoffs;
mod recipe;
mod warning;

pub use cutoffs::Cutoffs;
pub use warning::{Warning, WarningKind};
pub(crate) use warning::{latency_cutoffs, text_lists, throughput_cutoffs};

/// The `provider` object of a request, built field by field with units that cannot be mixed up.
///
/// Every field that is not set is left out, and OpenRouter's default applies: fallbacks allowed, parameters not
/// required, data collection allowed, providers drawn by price. New values of the API go in as text, new fields with
/// [`with_extra`](Self::with_extra).
///
/// ```
/// use openrouter_routing::preferences::{Cutoffs, Preferences};
/// use openrouter_routing::price::UsdPerMillion;
/// use openrouter_routing::Seconds;
/// use openrouter_types::{ProviderPreferences, Quantization};
///
/// let preferences = Preferences::new()
///     .with_order(["deepinfra/turbo", "together"])
///     .with_quantizations([Quantization::Fp8])
///     .with_max_prompt_price(UsdPerMillion::from(1))
///     .with_max_latency(Cutoffs::new().with_p90(Seconds::from(3)));
/// assert!(preferences.warnings().is_empty());
///
/// let wire: ProviderPreferences = preferences.into();
/// # assert!(wire.max_price.is_some());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preferences(types::ProviderPreferences);

impl Preferences {
    /// No preference at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What contradicts itself, does nothing, or looks like a slip; see [`WarningKind`] for everything that is looked
    /// for. Nothing is refused: the server decides.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        warning::check(&self.0)
    }

    /// The preferences as they go over the wire.
    #[must_use]
    pub fn as_wire(&self) -> &types::ProviderPreferences {
        &self.0
    }

    /// Tries these providers or endpoints first, in this order. Turns load balancing and sticky routing off; the
    /// others stay as fallbacks unless [`without_fallbacks`](Self::without_fallbacks) is set.
    #[must_use]
    pub fn with_order(
        mut self,
        entries: impl IntoIterator<Item = impl Into<ProviderEntry>>,
    ) -> Self {
        self.0.order = Some(texts(entries));
        self
    }

    /// Uses only these providers or endpoints. The account's own list narrows it further.
    #[must_use]
    pub fn with_only(
        mut self,
        entries: impl IntoIterator<Item = impl Into<ProviderEntry>>,
    ) -> Self {
        self.0.only = Some(texts(entries));
        self
    }

    /// Never uses these providers or endpoints, nor those that the account ignores.
    #[must_use]
    pub fn with_ignore(
        mut self,
        entries: impl IntoIterator<Item = impl Into<ProviderEntry>>,
    ) -> Self {
        self.0.ignore = Some(texts(entries));
        self
    }

    /// Says explicitly that other providers may be tried when one fails, which is the default.
    #[must_use]
    pub fn with_fallbacks(mut self) -> Self {
        self.0.allow_fallbacks = Some(true);
        self
    }

    /// Tries only the first endpoint, or only those of `order`; its error is then returned.
    #[must_use]
    pub fn without_fallbacks(mut self) -> Self {
        self.0.allow_fallbacks = Some(false);
        self
    }

    /// Uses only endpoints that support every parameter of the request. Without it, parameters that an endpoint does
    /// not know are dropped without a word.
    #[must_use]
    pub fn with_required_parameters(mut self) -> Self {
        self.0.require_parameters = Some(true);
        self
    }

    /// Says explicitly that parameters which an endpoint does not know are dropped, which is the default.
    #[must_use]
    pub fn without_required_parameters(mut self) -> Self {
        self.0.require_parameters = Some(false);
        self
    }

    /// Uses only providers that neither keep prompts nor train on them.
    #[must_use]
    pub fn without_data_collection(self) -> Self {
        self.with_data_collection("deny")
    }

    /// Sets `data_collection`; the API knows `allow`, its default, and `deny`.
    #[must_use]
    pub fn with_data_collection(mut self, value: impl Into<types::DataCollection>) -> Self {
        self.0.data_collection = Some(value.into());
        self
    }

    /// Uses only endpoints with a policy of zero data retention.
    #[must_use]
    pub fn with_zero_data_retention(mut self) -> Self {
        self.0.zdr = Some(true);
        self
    }

    /// Uses only models whose author allows training on their output.
    #[must_use]
    pub fn with_distillable_text(mut self) -> Self {
        self.0.enforce_distillable_text = Some(true);
        self
    }

    /// Uses only endpoints of these quantizations. `fp4` and `fp8` cover their `mx` and `nv` kinds; `unknown` selects
    /// endpoints that do not declare theirs.
    #[must_use]
    pub fn with_quantizations(
        mut self,
        quantizations: impl IntoIterator<Item = impl Into<types::Quantization>>,
    ) -> Self {
        self.0.quantizations = Some(quantizations.into_iter().map(Into::into).collect());
        self
    }

    /// Sorts the endpoints of each model instead of drawing by price. Turns load balancing off.
    #[must_use]
    pub fn with_sort(mut self, sort: impl Into<types::ProviderSort>) -> Self {
        self.0.sort = Some(types::ProviderPreferencesSort::ProviderSort(sort.into()));
        self
    }

    /// Sorts the endpoints of all models of the request as one list, so that the fastest or cheapest of several models
    /// answers, rather than the first that is there.
    #[must_use]
    pub fn with_sort_across_models(self, sort: impl Into<types::ProviderSort>) -> Self {
        let by = sort.into();
        self.with_sort_config(
            types::ProviderSortConfig::default()
                .with_by(by.as_str())
                .with_partition(types::ProviderSortConfigPartition::None),
        )
    }

    /// Sets the long form of `sort`.
    #[must_use]
    pub fn with_sort_config(mut self, config: types::ProviderSortConfig) -> Self {
        self.0.sort = Some(types::ProviderPreferencesSort::ProviderSortConfig(config));
        self
    }

    /// Moves endpoints that are slower than this to the end of the list; none is excluded. A single number stands for
    /// the median.
    #[must_use]
    pub fn with_min_throughput(mut self, cutoffs: impl Into<Cutoffs<TokensPerSecond>>) -> Self {
        self.0.preferred_min_throughput = Some(cutoffs.into().into());
        self
    }

    /// Moves endpoints whose first token takes longer than this to the end of the list; none is excluded. A single
    /// number stands for the median.
    #[must_use]
    pub fn with_max_latency(mut self, cutoffs: impl Into<Cutoffs<Seconds>>) -> Self {
        self.0.preferred_max_latency = Some(cutoffs.into().into());
        self
    }

    /// Excludes endpoints that ask more than this for input tokens.
    #[must_use]
    pub fn with_max_prompt_price(mut self, price: UsdPerMillion) -> Self {
        self.max_price().prompt = Some(decimal(price));
        self
    }

    /// Excludes endpoints that ask more than this for output tokens.
    #[must_use]
    pub fn with_max_completion_price(mut self, price: UsdPerMillion) -> Self {
        self.max_price().completion = Some(decimal(price));
        self
    }

    /// Excludes endpoints that ask more than this for a request.
    #[must_use]
    pub fn with_max_request_price(mut self, price: Usd) -> Self {
        self.max_price().request = Some(decimal(price));
        self
    }

    /// Excludes endpoints that ask more than this for an input image.
    #[must_use]
    pub fn with_max_image_price(mut self, price: Usd) -> Self {
        self.max_price().image = Some(decimal(price));
        self
    }

    /// Excludes endpoints that ask more than this for audio. In which unit the API counts audio here is not documented.
    #[must_use]
    pub fn with_max_audio_price(mut self, price: Usd) -> Self {
        self.max_price().audio = Some(decimal(price));
        self
    }

    /// Adds a field that this version does not know.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<types::RawJson>) -> Self {
        self.0.extra.insert(name, value);
        self
    }

    fn max_price(&mut self) -> &mut types::ProviderMaxPrice {
        self.0.max_price.get_or_insert_default()
    }
}

/// Takes what is there, to check it or to add to it.
impl From<types::ProviderPreferences> for Preferences {
    fn from(wire: types::ProviderPreferences) -> Self {
        Self(wire)
    }
}

impl From<Preferences> for types::ProviderPreferences {
    fn from(preferences: Preferences) -> Self {
        preferences.0
    }
}

fn texts(entries: impl IntoIterator<Item = impl Into<ProviderEntry>>) -> Vec<String> {
    entries
        .into_iter()
        .map(|entry| entry.into().into())
        .collect()
}

/// The wire takes prices as strings of a decimal number.
fn decimal(price: impl fmt::Display) -> types::Decimal {
    // The text of an amount is always a decimal number.
    price.to_string().parse().unwrap_or_default()
}
