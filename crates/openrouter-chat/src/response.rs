//! The model's answer, streamed or not.

mod ending;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use openrouter_transport::Metadata;
use openrouter_types as types;
use types::{ChatAssistantMessage, ChatChoice, ChatResult, Decode};

pub use ending::Ending;

use crate::media::{Base64Stream, DecodedMedia, MediaError};
use crate::message::Content as _;
use crate::reasoning;
use crate::stream::give_ids;
use crate::tools::{ToolCall, problem_of};
use crate::{Error, ErrorKind, Message};

/// The model's answer.
///
/// `invoke` and a finished stream end in the same value. Methods without an index speak of the first choice, the only
/// one unless several were asked for; [`choices`](Self::choices) has them all.
#[derive(Clone)]
pub struct ChatResponse {
    result: ChatResult,
    done: bool,
    exchange: Option<Box<Exchange>>,
}

/// How an answer came.
#[derive(Clone, Debug)]
struct Exchange {
    metadata: Metadata,
    timing: Timing,
}

/// When parts of an answer came, from the beginning of the call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timing {
    pub(crate) first_event: Option<Duration>,
    pub(crate) total: Duration,
}

impl ChatResponse {
    /// Takes what has been read. `done` says whether the answer's end mark was seen.
    pub(crate) fn new(mut result: ChatResult, done: bool) -> Self {
        for choice in &mut result.choices {
            let calls = choice
                .message
                .as_mut()
                .and_then(|message| message.tool_calls.as_mut());
            give_ids(calls.into_iter().flatten());
        }
        Self {
            result,
            done,
            exchange: None,
        }
    }

    /// Reads an answer that was not streamed.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Error> {
        match ChatResult::decode(body) {
            Ok(result) => Ok(Self::new(result, true)),
            Err(error) => {
                let start =
                    String::from_utf8_lossy(&body[..body.len().min(SHOWN_BYTES)]).into_owned();
                let message = format!(
                    "the answer is not JSON of the expected kind: {error}; it begins {start:?}"
                );
                Err(Error::new(ErrorKind::Decode, message))
            }
        }
    }

    /// Whether the server wrote an error into the answer, at the top or inside a choice.
    pub(crate) fn has_failed(&self) -> bool {
        self.result.error.is_some()
            || self.result.choices.iter().any(|choice| {
                choice.error.is_some() || choice.finish_reason == Some(types::ChatFinishReasonEnum::Error)
            })
            // An error of a kind that the field cannot hold, such as a text.
            || self.result.extra.get("error").is_some_and(|error| !error.is_null())
    }

    pub(crate) fn with_exchange(mut self, metadata: Metadata, timing: Timing) -> Self {
        self.exchange = Some(Box::new(Exchange { metadata, timing }));
        self
    }

    /// The answer's text; empty when there is none.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.first().map(Choice::text).unwrap_or_default()
    }

    /// What the model thought, as far as it may be read.
    #[must_use]
    pub fn reasoning(&self) -> Option<Cow<'_, str>> {
        self.first()?.reasoning()
    }

    /// The reasoning blocks, as they are to be sent back.
    #[must_use]
    pub fn reasoning_details(&self) -> &[types::ReasoningDetailUnion] {
        self.first()
            .map(Choice::reasoning_details)
            .unwrap_or_default()
    }

    /// The tools that the model asks to call, in order. Calls that cannot be run are
    /// [apart](Self::invalid_tool_calls).
    #[must_use]
    pub fn tool_calls(&self) -> Vec<ToolCall> {
        self.first().map(Choice::tool_calls).unwrap_or_default()
    }

    /// The calls that cannot be run, in order: without a name, or with arguments that are not JSON.
    /// [`ToolCall::problem`] says which.
    #[must_use]
    pub fn invalid_tool_calls(&self) -> Vec<ToolCall> {
        self.first()
            .map(Choice::invalid_tool_calls)
            .unwrap_or_default()
    }

    /// Why the model refused to answer, when it did.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.first()?.refusal()
    }

    /// Citations and parsed files.
    #[must_use]
    pub fn annotations(&self) -> &[types::ChatAnnotation] {
        self.first().map(Choice::annotations).unwrap_or_default()
    }

    /// The images that the model made, decoded; an address that is no data URL is an error in its place.
    pub fn images(&self) -> Vec<Result<DecodedMedia, MediaError>> {
        self.first().map(Choice::images).unwrap_or_default()
    }

    /// The audio that the model made, decoded; `None` when it made none.
    ///
    /// # Errors
    ///
    /// When the audio is not base64.
    pub fn audio(&self) -> Option<Result<Bytes, MediaError>> {
        self.first()?.audio()
    }

    /// How the answer ended.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.first().map_or(Ending::Stalled, Choice::ending)
    }

    /// Why the model stopped, in OpenRouter's words.
    #[must_use]
    pub fn finish_reason(&self) -> Option<&types::ChatFinishReasonEnum> {
        self.first()?.finish_reason()
    }

    /// Why the model stopped, in the provider's words.
    #[must_use]
    pub fn native_finish_reason(&self) -> Option<&str> {
        self.first()?.native_finish_reason()
    }

    /// What the answer took.
    #[must_use]
    pub fn usage(&self) -> Option<&types::ChatUsage> {
        self.result.usage.as_deref()
    }

    /// The model that answered. For aliases, routers and fallbacks it is not the one that was asked.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.result.model.as_deref()
    }

    /// The provider that answered, by its display name.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.result.provider.as_deref()
    }

    /// The generation's id, by which its cost can be looked up later.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.result
            .id
            .as_deref()
            .or_else(|| self.metadata()?.generation_id())
    }

    /// Status, header fields, attempts, response cache; `None` for an answer that came over no network.
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        self.exchange.as_deref().map(|exchange| &exchange.metadata)
    }

    /// How long it took from the call to the first event of a stream.
    #[must_use]
    pub fn time_to_first_event(&self) -> Option<Duration> {
        self.exchange.as_deref()?.timing.first_event
    }

    /// How long it took from the call to the end of the answer.
    #[must_use]
    pub fn total_time(&self) -> Option<Duration> {
        self.exchange
            .as_deref()
            .map(|exchange| exchange.timing.total)
    }

    /// When the answer was made, in seconds since 1970.
    #[must_use]
    pub fn created(&self) -> Option<u64> {
        self.result.created
    }

    /// The service tier that was billed, such as `default`, `flex` or `priority`.
    #[must_use]
    pub fn service_tier(&self) -> Option<&str> {
        self.result.service_tier.as_deref()
    }

    /// The provider's mark of the configuration that answered; same seed and same mark should give the same answer.
    #[must_use]
    pub fn system_fingerprint(&self) -> Option<&str> {
        self.result.system_fingerprint.as_deref()
    }

    /// How OpenRouter found the endpoint, when it was asked to tell.
    #[must_use]
    pub fn router_metadata(&self) -> Option<&types::OpenRouterMetadata> {
        self.result.openrouter_metadata.as_deref()
    }

    /// Whether the end of the answer was seen: `[DONE]` in a stream, the end of the body otherwise.
    #[must_use]
    pub fn has_end_mark(&self) -> bool {
        self.done
    }

    /// All choices, in the order in which they began.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice<'_>> {
        self.result
            .choices
            .iter()
            .map(|choice| Choice {
                choice,
                response: self,
            })
            .collect()
    }

    /// The reply of the first choice as a message of the conversation, to be sent back exactly as it came.
    #[must_use]
    pub fn message(&self) -> Option<Message> {
        self.first().map(Choice::message)
    }

    /// The answer as the wire has it, with everything this crate does not look at.
    #[must_use]
    pub fn as_wire(&self) -> &ChatResult {
        &self.result
    }

    /// Whether the answer's end mark was seen.
    pub(crate) fn is_done(&self) -> bool {
        self.done
    }

    fn first(&self) -> Option<Choice<'_>> {
        self.result.choices.first().map(|choice| Choice {
            choice,
            response: self,
        })
    }
}

impl fmt::Debug for ChatResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.result.fmt(f)
    }
}

/// Decodes base64 that may have been joined from pieces with padding of their own.
fn decode_base64(text: &str) -> Result<Bytes, MediaError> {
    let mut stream = Base64Stream::new();
    let mut decoded = BytesMut::from(&stream.push(text)?[..]);
    decoded.extend_from_slice(&stream.finish()?);
    Ok(decoded.freeze())
}

/// Compares what was answered, not how it came.
impl PartialEq for ChatResponse {
    fn eq(&self, other: &Self) -> bool {
        self.result == other.result && self.done == other.done
    }
}

/// Most bytes of an undecodable answer that stand in an error.
const SHOWN_BYTES: usize = 120;

/// One choice of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    choice: &'a ChatChoice,
    response: &'a ChatResponse,
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
        if let Some(text) = message
            .reasoning
            .as_deref()
            .or(message.reasoning_content.as_deref())
        {
            return Some(Cow::Borrowed(text));
        }
        let text: String = self
            .reasoning_details()
            .iter()
            .filter_map(reasoning::readable)
            .collect();
        (!text.is_empty()).then_some(Cow::Owned(text))
    }

    /// The reasoning blocks, as they are to be sent back.
    #[must_use]
    pub fn reasoning_details(self) -> &'a [types::ReasoningDetailUnion] {
        self.wire()
            .and_then(|message| message.reasoning_details.as_deref())
            .unwrap_or_default()
    }

    /// The tools that the model asks to call, in order, without [those that cannot be run](Self::invalid_tool_calls).
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
        let calls = self
            .wire()
            .and_then(|message| message.tool_calls.as_deref())
            .unwrap_or_default();
        calls
            .iter()
            .filter(|call| problem_of(call).is_none() == valid)
            .cloned()
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
        let urls = images
            .iter()
            .map(|image| image.image_url.url.clone().into_string());
        urls.map(|url| DecodedMedia::from_data_url(&url)).collect()
    }

    /// The audio that the model made, decoded; `None` when it made none. Its format is the one that was asked for.
    ///
    /// # Errors
    ///
    /// When the audio is not base64.
    pub fn audio(self) -> Option<Result<Bytes, MediaError>> {
        let data = self.wire()?.audio.as_ref()?.data.clone()?.into_string();
        Some(decode_base64(&data))
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
            self.response.done,
            self.response.result.error.is_some(),
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

    /// The reply as a message of the conversation, to be sent back exactly as it came.
    #[must_use]
    pub fn message(self) -> Message {
        let message = Message::from(self.wire().cloned().unwrap_or_default());
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
