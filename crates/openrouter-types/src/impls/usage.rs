//! Tokens and money.

use crate::{ChatUsage, Decode};

impl ChatUsage {
    /// Tokens of the prompt: text, images, audio and tool definitions, those read from a cache included.
    #[must_use]
    pub fn input_tokens(&self) -> u64 {
        self.prompt_tokens
            .or_else(|| self.by_newer_name("input_tokens"))
            .unwrap_or_default()
    }

    /// Tokens of the answer, reasoning included.
    #[must_use]
    pub fn output_tokens(&self) -> u64 {
        self.completion_tokens
            .or_else(|| self.by_newer_name("output_tokens"))
            .unwrap_or_default()
    }

    /// A count by the name that newer APIs give it, as some servers write it here too.
    fn by_newer_name(&self, name: &str) -> Option<u64> {
        u64::decode(self.extra.get(name)?.as_str().as_bytes()).ok()
    }

    /// All tokens: what the server says, or input and output together where it says nothing.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total_tokens
            .unwrap_or_else(|| self.input_tokens().saturating_add(self.output_tokens()))
    }

    /// Tokens of the answer that were spent on reasoning.
    #[must_use]
    pub fn reasoning_tokens(&self) -> Option<u64> {
        self.completion_tokens_details.as_ref()?.reasoning_tokens
    }

    /// Tokens of the prompt that were read from a cache, at a lower price.
    #[must_use]
    pub fn cache_read_tokens(&self) -> Option<u64> {
        self.prompt_tokens_details.as_ref()?.cached_tokens
    }

    /// Tokens of the prompt that were written to a cache; told only for models that charge for it.
    #[must_use]
    pub fn cache_write_tokens(&self) -> Option<u64> {
        self.prompt_tokens_details.as_ref()?.cache_write_tokens
    }

    /// What the account is charged, in USD. With a provider key of your own, only OpenRouter's fee: see
    /// [`upstream_cost_usd`](Self::upstream_cost_usd).
    #[must_use]
    pub fn cost_usd(&self) -> Option<f64> {
        self.cost
    }

    /// What the provider charges to your own key, in USD.
    #[must_use]
    pub fn upstream_cost_usd(&self) -> Option<f64> {
        self.cost_details.as_ref()?.upstream_inference_cost
    }
}
