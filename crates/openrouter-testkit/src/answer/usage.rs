//! What an answer takes.

use openrouter_types as types;

use super::{Answer, Envelope};

/// Words stand for tokens, and a token costs a millionth of a dollar.
pub(crate) fn usage(answer: &Answer, envelope: &Envelope) -> types::ChatUsage {
    if envelope.is_cached {
        return types::ChatUsage::default()
            .with_prompt_tokens(0)
            .with_completion_tokens(0)
            .with_total_tokens(0)
            .with_cost(0.0);
    }
    if let Some(usage) = &answer.usage {
        return usage.clone();
    }
    let count = |text: &str| text.split_whitespace().count() as u64;
    let (mut reasoning, mut output) = (0, 0);
    for choice in answer.choices(envelope.n) {
        reasoning += count(&choice.reasoning);
        output += count(&choice.reasoning) + count(&choice.text) + count(&choice.refusal);
        output += choice
            .tool_calls
            .iter()
            .map(|call| count(&call.name) + count(&call.arguments))
            .sum::<u64>();
    }
    let total = envelope.prompt_words + output;
    #[allow(clippy::cast_precision_loss, reason = "counts of words are small")]
    let cost = |tokens: u64| tokens as f64 / 1e6;
    types::ChatUsage::default()
        .with_prompt_tokens(envelope.prompt_words)
        .with_completion_tokens(output)
        .with_total_tokens(total)
        .with_cost(cost(total))
        .with_is_byok(false)
        .with_prompt_tokens_details(
            types::ChatUsagePromptTokensDetails::default()
                .with_cached_tokens(0)
                .with_audio_tokens(0),
        )
        .with_completion_tokens_details(
            types::ChatUsageCompletionTokensDetails::default().with_reasoning_tokens(reasoning),
        )
        .with_cost_details(
            types::CostDetails::default()
                .with_upstream_inference_prompt_cost(cost(envelope.prompt_words))
                .with_upstream_inference_completions_cost(cost(output)),
        )
}
