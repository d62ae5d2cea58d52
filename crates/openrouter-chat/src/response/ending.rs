//! How an answer ended.

use openrouter_types::{ChatChoice, ChatFinishReasonEnum};

use crate::tools::problem_of;

/// How an answer ended.
///
/// Derived from the finish reason, the provider's own reason, the end mark of the stream, and whether the arguments of
/// tool calls are whole; finish reasons alone do not tell the truth with every provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// The model said all that it wanted to say, or asks for tools.
    Complete,
    /// A token limit was reached: the text, or the arguments of a tool call, stop where they were.
    Length,
    /// The answer breaks off: the stream ended without its end mark, or a tool call's arguments are not whole.
    CutOff,
    /// The model refused.
    Refused,
    /// A content filter stopped it.
    Filtered,
    /// The provider failed while it answered.
    Error,
    /// Nothing came: no text, no call and no reason, as from a model that is still starting, or a stream fell silent.
    Stalled,
}

impl Ending {
    pub(crate) fn of(choice: &ChatChoice, done: bool, error: bool) -> Self {
        let native = choice.native_finish_reason.as_deref().unwrap_or_default();
        let message = choice.message.as_ref();
        let calls = message
            .and_then(|message| message.tool_calls.as_deref())
            .unwrap_or_default();
        let refusal = message
            .and_then(|message| message.refusal.as_deref())
            .is_some_and(|text| !text.is_empty());
        let by_length = |native: &str| {
            matches!(
                native,
                "length" | "max_tokens" | "max_output_tokens" | "MAX_TOKENS" | "model_length"
            )
        };
        match &choice.finish_reason {
            _ if error || choice.error.is_some() => return Self::Error,
            Some(ChatFinishReasonEnum::Error) => return Self::Error,
            Some(ChatFinishReasonEnum::Length) => return Self::Length,
            Some(ChatFinishReasonEnum::ContentFilter) if !refusal => return Self::Filtered,
            _ if by_length(native) => return Self::Length,
            None if !done => return Self::CutOff,
            _ => {}
        }
        if calls.iter().any(|call| problem_of(call).is_some()) {
            return Self::CutOff;
        }
        if refusal || native == "refusal" {
            return Self::Refused;
        }
        let says_nothing =
            message.is_none_or(|message| message.content.is_none() && message.images.is_none());
        let no_reason = choice
            .finish_reason
            .as_ref()
            .is_none_or(|reason| reason.as_str().is_empty());
        if no_reason && calls.is_empty() && (says_nothing || is_empty(choice)) {
            return Self::Stalled;
        }
        Self::Complete
    }

    /// Whether the answer is all that the model wanted to say.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self == Self::Complete
    }
}

fn is_empty(choice: &ChatChoice) -> bool {
    let Some(message) = &choice.message else {
        return true;
    };
    let text = message
        .content
        .as_ref()
        .map(crate::message::Content::text)
        .unwrap_or_default();
    text.is_empty()
        && message.images.is_none()
        && message.audio.is_none()
        && message.reasoning.is_none()
}
