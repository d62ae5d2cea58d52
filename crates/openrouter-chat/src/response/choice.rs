//! One of the answers to one question.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use openrouter_types as types;
use types::{ChatAssistantMessage, ChatChoice};

use super::{ChatResponse, Ending};
use crate::media::{Base64Stream, DecodedMedia, MediaError};
use crate::message::{Content as _, Message};
use crate::reasoning;
use crate::tools::{ToolCall, problem_of, set_apart};

/// One choice of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    pub(super) choice: &'a ChatChoice,
    pub(super) response: &'a ChatResponse,
}

impl<'a> Choice<'a> {
    /// Its number, from 0.
    #[must_use]
    pub fn index(self) -> u64 {
        self.choice.index.unwrap_or_default()
    }

    /// Its text; empty when there is none.
    #[must_use]
    pub fn text(self) -> Cow<'a, str> {
        match self.wire().and_then(|message| message.content.as_ref()) {
            Some(types::ChatAssistantMessageContent::Text(text)) => Cow::Borrowed(text),
            Some(content) => Cow::Owned(content.text()),
            None => Cow::Borrowed(""),
        }
    }

    /// What the model thought, as far as it may be read.
    #[must_use]
    pub fn reasoning(self) -> Option<Cow<'a, str>> {
        let message = self.wire()?;
        if let Some(text) = reasoning::plain(&message.reasoning, &message.reasoning_content) {
            return Some(Cow::Borrowed(text));
        }
        let blocks = self.reasoning_details().iter();
        let mut text: String = blocks.filter_map(reasoning::readable).collect();
        if let Some(types::ChatAssistantMessageContent::Parts(parts)) = &message.content {
            text.extend(parts.iter().filter_map(|part| match part {
                types::ChatContentItems::Unknown(part) => reasoning::thought(part),
                _ => None,
            }));
        }
        (!text.is_empty()).then_some(Cow::Owned(text))
    }

    /// The reasoning blocks, as they are to be sent back.
    #[must_use]
    pub fn reasoning_details(self) -> &'a [types::ReasoningDetailUnion] {
        self.wire()
            .and_then(|message| message.reasoning_details.as_deref())
            .unwrap_or_default()
    }

    /// The tools that the model asks to call, in order, without [those that cannot be run](Self::invalid_tool_calls). No two
    /// of them share an id.
    #[must_use]
    pub fn tool_calls(self) -> Vec<ToolCall> {
        self.calls_where(true)
    }

    /// The calls that cannot be run, in order: without a name, or with arguments that are not JSON.
    #[must_use]
    pub fn invalid_tool_calls(self) -> Vec<ToolCall> {
        self.calls_where(false)
    }

    fn calls_where(self, valid: bool) -> Vec<ToolCall> {
        let calls = self.wire().and_then(|message| message.tool_calls.clone());
        let mut calls = calls.unwrap_or_default();
        set_apart(&mut calls);
        calls
            .into_iter()
            .filter(|call| problem_of(call).is_none() == valid)
            .map(ToolCall::from_wire)
            .collect()
    }

    /// Why the model refused to answer, when it did.
    #[must_use]
    pub fn refusal(self) -> Option<&'a str> {
        self.wire()?
            .refusal
            .as_deref()
            .filter(|text| !text.is_empty())
    }

    /// Citations and parsed files.
    #[must_use]
    pub fn annotations(self) -> &'a [types::ChatAnnotation] {
        self.wire()
            .and_then(|message| message.annotations.as_deref())
            .unwrap_or_default()
    }

    /// The images that the model made, decoded; an address that is no data URL is an error in its place.
    pub fn images(self) -> Vec<Result<DecodedMedia, MediaError>> {
        let images = self
            .wire()
            .and_then(|message| message.images.as_deref())
            .unwrap_or_default();
        let decode = |image: &types::ChatAssistantImage| match image.image_url.url.as_str() {
            Some(url) => DecodedMedia::from_data_url(url),
            None => DecodedMedia::from_data_url(&image.image_url.url.to_string()),
        };
        images.iter().map(decode).collect()
    }

    /// The audio that the model made, decoded; `None` when it made none. Its format is the one that was asked for.
    ///
    /// # Errors
    ///
    /// When the audio is not base64.
    pub fn audio(self) -> Option<Result<Bytes, MediaError>> {
        let data = self.wire()?.audio.as_ref()?.data.as_ref()?;
        Some(match data.as_str() {
            Some(data) => decode_base64(data),
            None => decode_base64(&data.to_string()),
        })
    }

    /// The words spoken in the audio.
    #[must_use]
    pub fn transcript(self) -> Option<&'a str> {
        self.wire()?.audio.as_ref()?.transcript.as_deref()
    }

    /// How it ended.
    #[must_use]
    pub fn ending(self) -> Ending {
        Ending::of(
            self.choice,
            self.response.is_done(),
            self.response.as_wire().error.is_some(),
        )
    }

    /// Why the model stopped, in OpenRouter's words.
    #[must_use]
    pub fn finish_reason(self) -> Option<&'a types::ChatFinishReasonEnum> {
        self.choice.finish_reason.as_ref()
    }

    /// Why the model stopped, in the provider's words.
    #[must_use]
    pub fn native_finish_reason(self) -> Option<&'a str> {
        self.choice.native_finish_reason.as_deref()
    }

    /// Log probabilities of the tokens, when they were asked for.
    #[must_use]
    pub fn logprobs(self) -> Option<&'a types::ChatTokenLogprobs> {
        self.choice.logprobs.as_deref()
    }

    /// The reply as a message of the conversation, to be sent back exactly as it came; only of calls that share an id, the
    /// later ones have one of their own, as in [`tool_calls`](Self::tool_calls).
    #[must_use]
    pub fn message(self) -> Message {
        let mut message = self.wire().cloned().unwrap_or_default();
        message.claim_role();
        set_apart(message.tool_calls.as_deref_mut().unwrap_or_default());
        let message = Message::from(message);
        match self.response.model() {
            Some(model) => message.with_origin(model),
            None => message,
        }
    }

    /// The choice as the wire has it.
    #[must_use]
    pub fn as_wire(self) -> &'a ChatChoice {
        self.choice
    }

    fn wire(self) -> Option<&'a ChatAssistantMessage> {
        self.choice.message.as_ref()
    }
}

/// Decodes base64 that may have been joined from pieces with padding of their own.
fn decode_base64(text: &str) -> Result<Bytes, MediaError> {
    let mut stream = Base64Stream::new();
    let mut decoded = BytesMut::from(&stream.push(text)?[..]);
    decoded.extend_from_slice(&stream.finish()?);
    Ok(decoded.freeze())
}
