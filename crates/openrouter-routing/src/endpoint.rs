//! What is known of an endpoint.

use openrouter_types as types;

use crate::price::Prices;
use crate::provider::{EndpointTag, slug_of_name};

/// One endpoint of one model: the facts that routing looks at.
///
/// Comes from the wire with `Endpoint::from(&types::PublicEndpoint)`; fields that the answer lacks are unknown, not zero.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The permanent slug of the model (`model_id`).
    pub model: String,
    /// The routing slug. Guessed from the provider's name when the answer has none.
    pub tag: EndpointTag,
    /// The provider's display name.
    pub provider_name: String,
    /// What it charges.
    pub prices: Prices,
    /// How its weights are quantized; `None` when it does not say.
    pub quantization: Option<types::Quantization>,
    /// The request parameters that it takes.
    pub parameters: Vec<types::Parameter>,
    /// Tokens of input and output together.
    pub context_length: Option<u64>,
    /// Most output tokens; `None` when there is no limit.
    pub max_completion_tokens: Option<u64>,
    /// Most input tokens; `None` when there is no limit.
    pub max_prompt_tokens: Option<u64>,
    /// Zero is normal; the meaning of the negative codes is not published.
    pub status: Option<i64>,
    /// Percent of requests answered in the last five minutes; `None` when there were too few.
    pub uptime_last_5m: Option<f64>,
    /// Time to the first token over the last half hour, as listed. Needs a key.
    pub latency: Option<Percentiles>,
    /// Output tokens per second over the last half hour. A higher percentile is a lower rate. Needs a key.
    pub throughput: Option<Percentiles>,
}

/// A measurement's percentiles, as listed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Percentiles {
    /// The median.
    pub p50: Option<f64>,
    /// Three quarters are at least this good.
    pub p75: Option<f64>,
    /// Nine tenths are at least this good.
    pub p90: Option<f64>,
    /// All but one in a hundred are at least this good.
    pub p99: Option<f64>,
}

/// How healthy an endpoint is, by the classes that OpenRouter publishes for providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Health {
    /// At least 95 % of requests were answered, or too few were made to tell.
    Stable,
    /// From 80 % to below 95 %.
    Degraded,
    /// Below 80 %: used when nothing else is left.
    FallbackOnly,
}

impl Endpoint {
    /// An endpoint of which nothing else is known.
    #[must_use]
    pub fn new(model: impl Into<String>, tag: impl Into<EndpointTag>) -> Self {
        Self {
            model: model.into(),
            tag: tag.into(),
            ..Self::default()
        }
    }

    /// The class of the uptime over the last five minutes. The router looks at the last thirty seconds, which are not
    /// published.
    #[must_use]
    pub fn health(&self) -> Health {
        match self.uptime_last_5m {
            Some(uptime) if uptime < 80.0 => Health::FallbackOnly,
            Some(uptime) if uptime < 95.0 => Health::Degraded,
            _ => Health::Stable,
        }
    }

    /// Whether a request parameter is listed as supported.
    #[must_use]
    pub fn supports(&self, parameter: &types::Parameter) -> bool {
        self.parameters.contains(parameter)
    }

    /// The listed latencies in seconds.
    ///
    /// The API's text says milliseconds while its own example looks like seconds. A median below 50 is taken as
    /// seconds, since no endpoint answers in 50 ms; everything else is divided by a thousand.
    #[must_use]
    pub fn latency_in_seconds(&self) -> Option<Percentiles> {
        let listed = self.latency?;
        let typical = listed.p50.or(listed.p75).or(listed.p90).or(listed.p99)?;
        if typical < SLOWEST_MEDIAN_IN_SECONDS {
            return Some(listed);
        }
        let seconds = |milliseconds: Option<f64>| milliseconds.map(|number| number / 1000.0);
        Some(Percentiles {
            p50: seconds(listed.p50),
            p75: seconds(listed.p75),
            p90: seconds(listed.p90),
            p99: seconds(listed.p99),
        })
    }
}

/// Listed medians below this are taken as seconds.
const SLOWEST_MEDIAN_IN_SECONDS: f64 = 50.0;

impl Percentiles {
    /// The same number for every percentile.
    #[must_use]
    pub fn all(number: f64) -> Self {
        Self {
            p50: Some(number),
            p75: Some(number),
            p90: Some(number),
            p99: Some(number),
        }
    }

    /// Whether no percentile is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<&types::PublicEndpoint> for Endpoint {
    fn from(wire: &types::PublicEndpoint) -> Self {
        let provider_name = wire
            .provider_name
            .as_ref()
            .map_or("", types::ProviderName::as_str)
            .to_owned();
        let tag = match &wire.tag {
            Some(tag) => EndpointTag::from(tag.as_str()),
            None => EndpointTag::from(slug_of_name(&provider_name).into_owned()),
        };
        Self {
            model: wire.model_id.clone().unwrap_or_default(),
            tag,
            provider_name,
            prices: wire.pricing.as_ref().map(Prices::from).unwrap_or_default(),
            quantization: wire.quantization.clone(),
            parameters: wire.supported_parameters.clone(),
            context_length: wire.context_length,
            max_completion_tokens: wire.max_completion_tokens,
            max_prompt_tokens: wire.max_prompt_tokens,
            status: wire.status,
            uptime_last_5m: wire.uptime_last_5m,
            latency: wire
                .latency_last_30m
                .as_ref()
                .map(Percentiles::from)
                .filter(|stats| !stats.is_empty()),
            throughput: wire
                .throughput_last_30m
                .as_ref()
                .map(Percentiles::from)
                .filter(|stats| !stats.is_empty()),
        }
    }
}

impl From<&types::PercentileStats> for Percentiles {
    fn from(wire: &types::PercentileStats) -> Self {
        Self {
            p50: wire.p50,
            p75: wire.p75,
            p90: wire.p90,
            p99: wire.p99,
        }
    }
}
