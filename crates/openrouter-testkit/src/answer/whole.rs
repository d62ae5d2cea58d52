//! A turn as one body.

use openrouter_types as types;
use types::{
    ChatAssistantMessage, ChatChoice, ChatResult, ChatStreamChunk, ChatToolCall,
    ChatToolCallFunction, ChatUsage,
};

use super::Answer;
use super::chunks::call_id;

/// What every part of an answer says about itself.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) id: String,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) provider: String,
    pub(crate) prompt_words: u64,
}

impl Envelope {
    pub(crate) fn chunk(&self) -> ChatStreamChunk {
        ChatStreamChunk::default()
            .with_id(self.id.as_str())
            .with_created(self.created)
            .with_model(self.model.as_str())
            .with_provider(self.provider.as_str())
    }
}

/// The body of an answer that is not streamed.
pub(crate) fn whole(answer: &Answer, envelope: &Envelope) -> ChatResult {
    let mut message = ChatAssistantMessage::new();
    message.content = (!answer.text.is_empty() || answer.tool_calls.is_empty())
        .then(|| answer.text.as_str().into());
    if !answer.reasoning.is_empty() {
        let detail = types::ReasoningDetailText::new()
            .with_text(answer.reasoning.as_str())
            .with_format("unknown")
            .with_index(0);
        message = message
            .with_reasoning(answer.reasoning.as_str())
            .with_reasoning_details([types::ReasoningDetailUnion::from(detail)]);
    }
    if !answer.refusal.is_empty() {
        message = message.with_refusal(answer.refusal.as_str());
    }
    if !answer.tool_calls.is_empty() {
        let calls = (0_u64..)
            .zip(&answer.tool_calls)
            .map(|(index, (name, arguments))| {
                ChatToolCall::new(
                    call_id(index),
                    ChatToolCallFunction::new(name.as_str(), arguments.as_str()),
                )
            });
        message = message.with_tool_calls(calls);
    }
    let choice = ChatChoice::default()
        .with_index(0)
        .with_message(message)
        .with_finish_reason(&*answer.finish())
        .with_native_finish_reason(answer.finish());
    ChatResult::default()
        .with_id(envelope.id.as_str())
        .with_created(envelope.created)
        .with_model(envelope.model.as_str())
        .with_provider(envelope.provider.as_str())
        .with_choices([choice])
        .with_usage(usage(answer, envelope))
}

/// Words stand for tokens, and a token costs a millionth of a dollar.
pub(super) fn usage(answer: &Answer, envelope: &Envelope) -> ChatUsage {
    if let Some(usage) = &answer.usage {
        return usage.clone();
    }
    let count = |text: &str| text.split_whitespace().count() as u64;
    let reasoning = count(&answer.reasoning);
    let calls: u64 = answer
        .tool_calls
        .iter()
        .map(|(name, arguments)| count(name) + count(arguments))
        .sum();
    let output = reasoning + count(&answer.text) + calls;
    let total = envelope.prompt_words + output;
    #[allow(clippy::cast_precision_loss, reason = "counts of words are small")]
    let cost = total as f64 / 1e6;
    ChatUsage::default()
        .with_prompt_tokens(envelope.prompt_words)
        .with_completion_tokens(output)
        .with_total_tokens(total)
        .with_cost(cost)
        .with_is_byok(false)
        .with_completion_tokens_details(
            types::ChatUsageCompletionTokensDetails::default().with_reasoning_tokens(reasoning),
        )
}
