//! A turn as one body.

use openrouter_types as types;
use types::{
    ChatAssistantImage, ChatAssistantImageUrl, ChatAssistantMessage, ChatChoice, ChatResult,
    ChatStreamChunk, ChatToolCall, ChatToolCallFunction,
};

use super::{Answer, logprobs, usage, words};
use crate::nulls;

/// What the request and the server add to an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    pub(crate) id: String,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) provider: String,
    pub(crate) prompt_words: u64,
    /// How many choices were asked for.
    pub(crate) n: u64,
    /// Whether reasoning is counted but not shown.
    pub(crate) hides_reasoning: bool,
    /// With how many alternatives token probabilities were asked for.
    pub(crate) logprobs: Option<u64>,
    pub(crate) service_tier: Option<String>,
    pub(crate) metadata: Option<types::OpenRouterMetadata>,
    /// The request as it would have gone on to the provider, when its echo was asked for.
    pub(crate) echo: Option<types::RawJson>,
    pub(crate) is_cached: bool,
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
    let choices = (0..)
        .zip(answer.choices(envelope.n))
        .map(|(index, choice)| {
            let mut choice = choice_of(choice, envelope).with_index(index);
            if let Some((_, error)) = &answer.error_after {
                choice = choice.with_finish_reason("error").with_error(error.body());
            }
            choice
        });
    let mut result = ChatResult::default()
        .with_id(envelope.id.as_str())
        .with_created(envelope.created)
        .with_model(envelope.model.as_str())
        .with_provider(envelope.provider.as_str())
        .with_choices(choices)
        .with_usage(usage(answer, envelope));
    result.service_tier.clone_from(&envelope.service_tier);
    result.openrouter_metadata = envelope.metadata.clone().map(Box::new);
    nulls::result(&mut result);
    result
}

fn choice_of(answer: &Answer, envelope: &Envelope) -> ChatChoice {
    let mut message = ChatAssistantMessage::new();
    let is_silent = answer.text.is_empty()
        && (!answer.tool_calls.is_empty() || !answer.refusal.is_empty() || answer.audio.is_some());
    message.content = (!is_silent).then(|| answer.text.as_str().into());
    if !envelope.hides_reasoning {
        if !answer.reasoning.is_empty() {
            message = message.with_reasoning(answer.reasoning.as_str());
        }
        let details = details(answer);
        if !details.is_empty() {
            message = message.with_reasoning_details(details);
        }
    }
    if !answer.refusal.is_empty() {
        message = message.with_refusal(answer.refusal.as_str());
    }
    if !answer.tool_calls.is_empty() {
        let calls = (0_u64..).zip(&answer.tool_calls).map(|(index, call)| {
            let function = ChatToolCallFunction::new(call.name.as_str(), call.arguments.as_str());
            ChatToolCall::new(call.id(index), function)
        });
        message = message.with_tool_calls(calls);
    }
    if !answer.images.is_empty() {
        message = message.with_images(answer.images.iter().map(|url| image(url)));
    }
    message.audio = answer.audio.clone().map(Box::new);
    if !answer.annotations.is_empty() {
        message = message.with_annotations(answer.annotations.clone());
    }
    let mut choice = ChatChoice::default()
        .with_message(message)
        .with_finish_reason(&*answer.finish())
        .with_native_finish_reason(answer.native_finish());
    let probabilities = answer.logprobs.clone().or_else(|| {
        let alternatives = envelope.logprobs?;
        Some(logprobs::made_up(&words(&answer.text), alternatives))
    });
    choice.logprobs = probabilities.map(Box::new);
    choice
}

/// The blocks of an answer's reasoning.
fn details(answer: &Answer) -> Vec<types::ReasoningDetailUnion> {
    let text = (!answer.reasoning.is_empty()).then(|| detail(&answer.reasoning));
    text.into_iter()
        .chain(answer.reasoning_details.iter().cloned())
        .collect()
}

pub(super) fn detail(text: &str) -> types::ReasoningDetailUnion {
    types::ReasoningDetailText::new()
        .with_text(text)
        .with_format("unknown")
        .with_index(0)
        .into()
}

pub(super) fn image(url: &str) -> ChatAssistantImage {
    let mut image = ChatAssistantImage::new(ChatAssistantImageUrl::new(url));
    image.kind = Some("image_url".to_owned());
    image
}
