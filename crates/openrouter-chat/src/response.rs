//! The model's answer, streamed or not.

mod choice;
mod ending;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use openrouter_transport::Metadata;
use openrouter_types as types;
use types::ChatResult;

pub use choice::Choice;
pub use ending::Ending;

use crate::media::{DecodedMedia, MediaError};
use crate::outlined::Outlined;
use crate::payloads;
use crate::stream::complete_calls;
use crate::tools::ToolCall;
use crate::{Error, ErrorKind, Message};

/// The model's answer.
///
/// `invoke` and a finished stream end in the same value. Methods without an index speak of the first choice, the only
/// one unless several were asked for; [`choices`](Self::choices) has them all.
pub struct ChatResponse(Outlined<Answer>);

#[derive(Clone)]
struct Answer {
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
        let choices = result.choices.iter_mut();
        for message in choices.filter_map(|choice| choice.message.as_mut()) {
            complete_calls(message, result.id.as_deref().unwrap_or_default());
        }
        Self(Outlined::new(Answer {
            result,
            done,
            exchange: None,
        }))
    }

    /// Reads an answer that was not streamed.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Error> {
        match payloads::decode::<ChatResult>(body) {
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
        self.0.result.error.is_some()
            || self.0.result.choices.iter().any(|choice| {
                choice.error.is_some() || choice.finish_reason == Some(types::ChatFinishReasonEnum::Error)
            })
            // An error of a kind that the field cannot hold, such as a text.
            || self.0.result.extra.get("error").is_some_and(|error| !error.is_null())
    }

    pub(crate) fn with_exchange(mut self, metadata: Metadata, timing: Timing) -> Self {
        self.0.exchange = Some(Box::new(Exchange { metadata, timing }));
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
    ///
    /// No two of them share an id, whatever the server gave, and [`message`](Self::message) names them by the same ids.
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
        self.0.result.usage.as_deref()
    }

    /// The model that answered. For aliases, routers and fallbacks it is not the one that was asked.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.0.result.model.as_deref()
    }

    /// The provider that answered, by its display name.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.result.provider.as_deref()
    }

    /// The generation's id, by which its cost can be looked up later.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0
            .result
            .id
            .as_deref()
            .or_else(|| self.metadata()?.generation_id())
    }

    /// Status, header fields, attempts, response cache; `None` for an answer that came over no network.
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        self.0
            .exchange
            .as_deref()
            .map(|exchange| &exchange.metadata)
    }

    /// How long it took from the call to the first event of a stream.
    #[must_use]
    pub fn time_to_first_event(&self) -> Option<Duration> {
        self.0.exchange.as_deref()?.timing.first_event
    }

    /// How long it took from the call to the end of the answer.
    #[must_use]
    pub fn total_time(&self) -> Option<Duration> {
        self.0
            .exchange
            .as_deref()
            .map(|exchange| exchange.timing.total)
    }

    /// When the answer was made, in seconds since 1970.
    #[must_use]
    pub fn created(&self) -> Option<u64> {
        self.0.result.created
    }

    /// The service tier that was billed, such as `default`, `flex` or `priority`.
    #[must_use]
    pub fn service_tier(&self) -> Option<&str> {
        self.0.result.service_tier.as_deref()
    }

    /// The provider's mark of the configuration that answered; same seed and same mark should give the same answer.
    #[must_use]
    pub fn system_fingerprint(&self) -> Option<&str> {
        self.0.result.system_fingerprint.as_deref()
    }

    /// How OpenRouter found the endpoint, when it was asked to tell.
    #[must_use]
    pub fn router_metadata(&self) -> Option<&types::OpenRouterMetadata> {
        self.0.result.openrouter_metadata.as_deref()
    }

    /// Whether the end of the answer was seen: `[DONE]` in a stream, the end of the body otherwise.
    #[must_use]
    pub fn has_end_mark(&self) -> bool {
        self.0.done
    }

    /// All choices: in the order of their numbers where they were streamed, else as they came.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice<'_>> {
        self.0
            .result
            .choices
            .iter()
            .map(|choice| Choice {
                choice,
                response: self,
            })
            .collect()
    }

    /// The reply of the first choice as a message of the conversation, to be sent back exactly as it came; only of calls
    /// that share an id, the later ones have one of their own.
    #[must_use]
    pub fn message(&self) -> Option<Message> {
        self.first().map(Choice::message)
    }

    /// The answer as the wire has it, with everything this crate does not look at.
    #[must_use]
    pub fn as_wire(&self) -> &ChatResult {
        &self.0.result
    }

    /// Whether the answer's end mark was seen.
    pub(crate) fn is_done(&self) -> bool {
        self.0.done
    }

    fn first(&self) -> Option<Choice<'_>> {
        let choices = &self.0.result.choices;
        let is_first = |choice: &&types::ChatChoice| choice.index.unwrap_or_default() == 0;
        let choice = choices.iter().find(is_first).or_else(|| choices.first())?;
        Some(Choice {
            choice,
            response: self,
        })
    }
}

impl Clone for ChatResponse {
    fn clone(&self) -> Self {
        Self(Outlined::new(Answer::clone(&self.0)))
    }
}

impl fmt::Debug for ChatResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.result.fmt(f)
    }
}

/// Compares what was answered, not how it came.
impl PartialEq for ChatResponse {
    fn eq(&self, other: &Self) -> bool {
        self.0.result == other.0.result && self.0.done == other.0.done
    }
}

/// Most bytes of an undecodable answer that stand in an error.
const SHOWN_BYTES: usize = 120;
