//! Preferences that have a name.

use openrouter_types::ProviderSort;

use super::{Cutoffs, EndpointTag, Preferences, TokensPerSecond};

impl Preferences {
    /// The cheapest endpoint first, always; without it, cheap endpoints are only likelier.
    #[must_use]
    pub fn cheapest() -> Self {
        Self::new().with_sort(ProviderSort::Price)
    }

    /// The endpoint with the most output tokens per second first.
    #[must_use]
    pub fn fastest() -> Self {
        Self::new().with_sort(ProviderSort::Throughput)
    }

    /// The endpoint with the shortest time to the first token first.
    #[must_use]
    pub fn most_responsive() -> Self {
        Self::new().with_sort(ProviderSort::Latency)
    }

    /// The endpoints with the best record of tool calls first.
    #[must_use]
    pub fn best_tool_calls() -> Self {
        Self::new().with_sort(ProviderSort::Exacto)
    }

    /// Endpoints that keep nothing and train on nothing.
    #[must_use]
    pub fn private() -> Self {
        Self::new()
            .with_zero_data_retention()
            .without_data_collection()
    }

    /// This endpoint and no other.
    #[must_use]
    pub fn pinned(tag: impl Into<EndpointTag>) -> Self {
        Self::new().with_order([tag.into()]).without_fallbacks()
    }

    /// Only endpoints that support everything that the request asks for, such as JSON output.
    #[must_use]
    pub fn strict() -> Self {
        Self::new().with_required_parameters()
    }

    /// Only models whose output may be trained on.
    #[must_use]
    pub fn distillable() -> Self {
        Self::new().with_distillable_text()
    }

    /// The fastest endpoint of all models of the request.
    #[must_use]
    pub fn fastest_of_models() -> Self {
        Self::new().with_sort_across_models(ProviderSort::Throughput)
    }

    /// The endpoint of all models of the request that answers soonest.
    #[must_use]
    pub fn most_responsive_of_models() -> Self {
        Self::new().with_sort_across_models(ProviderSort::Latency)
    }

    /// The cheapest endpoint of all models of the request, among those with this rate in nine requests of ten; the
    /// slower ones come after them.
    #[must_use]
    pub fn cheapest_of_models_at(throughput: TokensPerSecond) -> Self {
        let cutoffs = Cutoffs::new().with_p90(throughput);
        Self::new()
            .with_sort_across_models(ProviderSort::Price)
            .with_min_throughput(cutoffs)
    }
}
