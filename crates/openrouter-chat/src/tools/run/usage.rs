//! Tokens and money of many requests together.

use super::state::Step;
use crate::ChatResponse;

/// What several requests took together: those of a run, or of an answer and the repair turns before it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RunUsage {
    /// How many requests were made; in a run, failed and cancelled ones included.
    pub requests: usize,
    /// How many of them told no cost: what they cost can be looked up by [`Step::generation_id`].
    pub requests_without_cost: usize,
    /// Tokens of all prompts: what is sent again with each step counts again.
    pub input_tokens: u64,
    /// Tokens of all replies, reasoning included.
    pub output_tokens: u64,
    /// All tokens.
    pub total_tokens: u64,
    /// Tokens of the replies that were spent on reasoning.
    pub reasoning_tokens: u64,
    /// Tokens of the prompts that were read from a cache.
    pub cache_read_tokens: u64,
    /// What the account is charged, in USD.
    pub cost_usd: f64,
    /// What providers charge to keys of your own, in USD.
    pub upstream_cost_usd: f64,
}

impl RunUsage {
    pub(super) fn of(steps: &[Step]) -> Self {
        Self::sum(steps.iter().map(Step::response))
    }

    /// What so many replies took.
    pub(crate) fn of_replies<'a>(replies: impl IntoIterator<Item = &'a ChatResponse>) -> Self {
        Self::sum(replies.into_iter().map(Some))
    }

    fn sum<'a>(requests: impl Iterator<Item = Option<&'a ChatResponse>>) -> Self {
        let mut sum = Self::default();
        for reply in requests {
            sum.requests += 1;
            let usage = reply.and_then(ChatResponse::usage);
            if usage
                .and_then(openrouter_types::ChatUsage::cost_usd)
                .is_none()
            {
                sum.requests_without_cost += 1;
            }
            let Some(usage) = usage else { continue };
            sum.input_tokens = sum.input_tokens.saturating_add(usage.input_tokens());
            sum.output_tokens = sum.output_tokens.saturating_add(usage.output_tokens());
            sum.total_tokens = sum.total_tokens.saturating_add(usage.total());
            sum.reasoning_tokens = sum
                .reasoning_tokens
                .saturating_add(usage.reasoning_tokens().unwrap_or_default());
            sum.cache_read_tokens = sum
                .cache_read_tokens
                .saturating_add(usage.cache_read_tokens().unwrap_or_default());
            sum.cost_usd += usage.cost_usd().unwrap_or_default();
            // Without a key of one's own, the same sum stands in both fields.
            if usage.is_byok == Some(true) {
                sum.upstream_cost_usd += usage.upstream_cost_usd().unwrap_or_default();
            }
        }
        sum
    }

    /// What all of it costs, in USD: the account's charge, and what goes to keys of your own.
    #[must_use]
    pub fn total_cost_usd(&self) -> f64 {
        self.cost_usd + self.upstream_cost_usd
    }
}
