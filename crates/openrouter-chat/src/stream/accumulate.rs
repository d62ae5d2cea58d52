//! From chunks to one answer.
//!
//! The accumulator is a function of its input: chunks go in, events come out, and at the end there is one answer. The
//! answer to a call that was not streamed goes through the same last step.

use std::collections::VecDeque;

use openrouter_types as types;
use types::ChatAssistantMessageContent as Content;
use types::{ChatResult, ChatStreamChoice, ChatStreamChunk, ChatStreamDelta, Decode as _};

use super::calls::CallSlots;
use super::event::{StreamEvent, Text};
use super::parts::take_parts;
use super::read::Hole;
use crate::reasoning;
use crate::response::ChatResponse;
use crate::trace::CallSpan;

/// What has arrived so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accumulator {
    result: ChatResult,
    choices: Vec<Choice>,
    done: bool,
}

/// What has arrived of one choice.
#[derive(Clone, Debug, Default)]
struct Choice {
    index: u64,
    text: String,
    reasoning: String,
    refusal: String,
    message: types::ChatAssistantMessage,
    calls: CallSlots,
    finish_reason: Option<types::ChatFinishReasonEnum>,
    native_finish_reason: Option<String>,
    logprobs: Option<Box<types::ChatTokenLogprobs>>,
    error: Option<Box<types::ErrorBody>>,
    /// What else was said beside the deltas.
    extra: types::Extra,
}

impl Accumulator {
    /// Takes in a chunk, and tells what is new in it.
    pub(crate) fn chunk(&mut self, chunk: ChatStreamChunk, events: &mut VecDeque<StreamEvent>) {
        let result = &mut self.result;
        keep_first_text(&mut result.id, chunk.id);
        keep_first_text(&mut result.model, chunk.model);
        keep_first_text(&mut result.provider, chunk.provider);
        keep_first(&mut result.created, chunk.created);
        keep_first_text(&mut result.system_fingerprint, chunk.system_fingerprint);
        if chunk.service_tier.is_some() {
            result.service_tier = chunk.service_tier;
        }
        reasoning::keep_first(&mut result.extra, &chunk.extra);
        for choice in chunk.choices {
            self.choice(choice, events);
        }
        if let Some(usage) = chunk.usage {
            events.push_back(StreamEvent::Usage(usage.clone()));
            self.result.usage = Some(usage);
        }
        if let Some(metadata) = chunk.openrouter_metadata {
            events.push_back(StreamEvent::Metadata(metadata.clone()));
            self.result.openrouter_metadata = Some(metadata);
        }
        if let Some(debug) = chunk.debug {
            events.push_back(StreamEvent::Debug(debug));
        }
        if self.result.error.is_none() {
            self.result.error = chunk.error;
        }
    }

    /// Takes in more of one string of a choice that has already begun, and says which choice that is.
    pub(super) fn fill(&mut self, choice: usize, hole: Hole, text: &str) -> u64 {
        let known = &mut self.choices[choice];
        match hole {
            Hole::Text => known.text.push_str(text),
            Hole::Reasoning => known.reasoning.push_str(text),
            Hole::ReasoningAndText | Hole::ReasoningAndSummary => {
                known.reasoning.push_str(text);
                let blocks = known.message.reasoning_details.as_mut();
                reasoning::go_on(blocks.and_then(|blocks| blocks.last_mut()), text);
            }
            Hole::Arguments(call) => known.calls.arguments(call, text),
        }
        known.index
    }

    /// Takes in the delta of a choice that has already begun.
    pub(crate) fn delta(
        &mut self,
        choice: usize,
        delta: ChatStreamDelta,
        events: &mut VecDeque<StreamEvent>,
    ) {
        self.choices[choice].delta(delta, events);
    }

    /// Where a choice that has begun is kept.
    pub(super) fn position_of(&self, index: u64) -> usize {
        self.choices
            .iter()
            .position(|known| known.index == index)
            .unwrap_or_default()
    }

    /// The call of a choice that the last fragment belonged to, when more fragments with this index and nothing else that
    /// tells calls apart will belong to it too.
    pub(super) fn call_of(&self, choice: usize, index: Option<u64>) -> Option<usize> {
        self.choices[choice].calls.last_with(index)
    }

    /// Whether the server wrote an error into the stream, at the top or inside a choice.
    pub(crate) fn has_failed(&self) -> bool {
        self.result.error.is_some()
            || self.choices.iter().any(|choice| {
                choice.error.is_some()
                    || choice.finish_reason == Some(types::ChatFinishReasonEnum::Error)
            })
            // An error of a kind that the field cannot hold, such as a text.
            || self.result.extra.get("error").is_some_and(|error| !error.is_null())
    }

    pub(crate) fn tell_who_served(&self, span: &CallSpan) {
        let result = &self.result;
        span.served_by(
            result.id.as_deref(),
            result.model.as_deref(),
            result.provider.as_deref(),
        );
    }

    /// The generation's id, once a chunk has told it.
    pub(crate) fn id(&self) -> Option<&str> {
        self.result.id.as_deref()
    }

    /// The end mark has come: calls are complete.
    pub(crate) fn end(&mut self, events: &mut VecDeque<StreamEvent>) {
        self.done = true;
        let reply = self.result.id.as_deref().unwrap_or_default();
        for choice in &mut self.choices {
            choice.calls.complete_all(choice.index, reply, events);
        }
    }

    /// The answer as far as it has come, while more may follow.
    pub(crate) fn snapshot(&self) -> ChatResponse {
        self.clone().finish()
    }

    /// The answer, from what has arrived.
    pub(crate) fn finish(self) -> ChatResponse {
        let Self {
            mut result,
            mut choices,
            done,
            ..
        } = self;
        // Servers send whichever is ready; an answer that is not streamed has them in order.
        choices.sort_by_key(|choice| choice.index);
        result.choices = choices.into_iter().map(Choice::finish).collect();
        ChatResponse::new(result, done)
    }

    fn choice(&mut self, choice: ChatStreamChoice, events: &mut VecDeque<StreamEvent>) {
        let index = choice.index.unwrap_or_default();
        let position = match self.choices.iter().position(|known| known.index == index) {
            Some(position) => position,
            None => {
                // Nearly always the only one, and large.
                self.choices.reserve_exact(1);
                self.choices.push(Choice {
                    index,
                    ..Choice::default()
                });
                self.choices.len() - 1
            }
        };
        let known = &mut self.choices[position];
        let mut extra = choice.extra;
        let delta = choice.delta.or_else(|| known.message_of(&extra));
        if let Some(delta) = delta {
            known.delta(delta, events);
        }
        if !extra.is_empty() {
            extra.remove("message");
            reasoning::keep_first(&mut known.extra, &extra);
        }
        if let Some(logprobs) = choice.logprobs {
            known.logprobs(logprobs, events);
        }
        if known.error.is_none() {
            known.error = choice.error;
        }
        if known.native_finish_reason.is_none() {
            known.native_finish_reason = choice.native_finish_reason;
        }
        if known.finish_reason.is_none()
            && let Some(reason) = choice.finish_reason
        {
            events.push_back(StreamEvent::Finish {
                choice: index,
                reason: reason.clone(),
            });
            known.finish_reason = Some(reason);
        }
    }
}

impl Choice {
    /// The whole message that some servers send in the place of a delta, when nothing has come in deltas.
    fn message_of(&self, extra: &types::Extra) -> Option<ChatStreamDelta> {
        let message = extra.get("message")?;
        let is_new = self.text.is_empty() && self.reasoning.is_empty() && self.calls.is_empty();
        is_new
            .then(|| ChatStreamDelta::decode(message.as_str().as_bytes()).ok())
            .flatten()
    }

    fn delta(&mut self, mut delta: ChatStreamDelta, events: &mut VecDeque<StreamEvent>) {
        let choice = self.index;
        let has_text = |text: &String| !text.is_empty();
        if let Some(parts) = take_parts(&mut delta.extra) {
            delta.content.get_or_insert_default().push_str(&parts.text);
            delta
                .reasoning
                .get_or_insert_default()
                .push_str(&parts.reasoning);
            self.parts(parts.others);
        }
        let plain =
            (delta.reasoning.filter(has_text)).or_else(|| delta.reasoning_content.filter(has_text));
        if let Some(details) = delta.reasoning_details {
            let blocks = self.message.reasoning_details.get_or_insert_default();
            // What is no object is no block.
            let objects = details.into_iter().filter(|detail| match detail {
                types::ReasoningDetailUnion::Unknown(member) => member.fields().is_some(),
                _ => true,
            });
            for detail in objects {
                // The plain text says the same as the blocks.
                if plain.is_none()
                    && let Some(text) = reasoning::readable(&detail).filter(|text| !text.is_empty())
                {
                    self.reasoning.push_str(text);
                    events.push_back(StreamEvent::Reasoning {
                        choice,
                        text: Text::from(text),
                    });
                }
                reasoning::merge(blocks, detail);
            }
        }
        if let Some(text) = plain {
            self.reasoning.push_str(&text);
            events.push_back(StreamEvent::Reasoning {
                choice,
                text: text.into(),
            });
        }
        if let Some(text) = delta.content.filter(|text| !text.is_empty()) {
            self.text.push_str(&text);
            events.push_back(StreamEvent::Text {
                choice,
                text: text.into(),
            });
        }
        if let Some(text) = delta.refusal.filter(|text| !text.is_empty()) {
            self.refusal.push_str(&text);
            events.push_back(StreamEvent::Refusal {
                choice,
                text: text.into(),
            });
        }
        for call in delta.tool_calls {
            self.calls.fragment(choice, call, events);
        }
        self.calls.legacy(choice, &mut delta.extra, events);
        if !delta.images.is_empty() {
            let images = self.message.images.get_or_insert_default();
            for image in delta.images {
                events.push_back(StreamEvent::Image {
                    choice,
                    image: image.clone(),
                });
                images.push(image);
            }
        }
        if !delta.annotations.is_empty() {
            let annotations = self.message.annotations.get_or_insert_default();
            for annotation in delta.annotations {
                events.push_back(StreamEvent::Annotation {
                    choice,
                    annotation: annotation.clone(),
                });
                annotations.push(annotation);
            }
        }
        if let Some(audio) = delta.audio {
            self.audio(*audio, events);
        }
        reasoning::keep_first(&mut self.message.extra, &delta.extra);
    }

    /// Keeps parts of the content that are no text.
    fn parts(&mut self, more: Vec<types::ChatContentItems>) {
        match &mut self.message.content {
            Some(Content::Parts(parts)) => parts.extend(more),
            _ if more.is_empty() => {}
            content => *content = Some(Content::Parts(more)),
        }
    }

    fn audio(&mut self, audio: types::ChatAudioOutput, events: &mut VecDeque<StreamEvent>) {
        let whole = self.message.audio.get_or_insert_default();
        keep_first(&mut whole.id, audio.id.clone());
        keep_first(&mut whole.expires_at, audio.expires_at.clone());
        if let Some(data) = audio.data.as_ref().and_then(types::BulkText::as_str) {
            whole.data.get_or_insert_default().push_str(data);
        }
        if let Some(transcript) = &audio.transcript {
            whole
                .transcript
                .get_or_insert_default()
                .push_str(transcript);
        }
        reasoning::keep_first(&mut whole.extra, &audio.extra);
        events.push_back(StreamEvent::Audio {
            choice: self.index,
            audio,
        });
    }

    fn logprobs(
        &mut self,
        logprobs: Box<types::ChatTokenLogprobs>,
        events: &mut VecDeque<StreamEvent>,
    ) {
        if logprobs.content.is_empty() && logprobs.refusal.is_empty() {
            return;
        }
        events.push_back(StreamEvent::Logprobs {
            choice: self.index,
            logprobs: logprobs.clone(),
        });
        match &mut self.logprobs {
            None => self.logprobs = Some(logprobs),
            Some(known) => {
                known.content.extend(logprobs.content);
                known.refusal.extend(logprobs.refusal);
            }
        }
    }

    fn finish(self) -> types::ChatChoice {
        let mut message = self.message;
        let calls = self.calls.into_calls();
        message.content = match (message.content, self.text.is_empty(), calls.is_empty()) {
            (Some(Content::Parts(mut parts)), is_empty, _) => {
                if !is_empty {
                    parts.insert(0, types::ChatContentText::new(self.text).into());
                }
                Some(Content::Parts(parts))
            }
            // A turn that only calls tools has no text; some providers refuse an empty one.
            (_, true, false) => None,
            _ => Some(self.text.into()),
        };
        message.reasoning = Some(self.reasoning).filter(|text| !text.is_empty());
        message.refusal = Some(self.refusal).filter(|text| !text.is_empty());
        message.tool_calls = Some(calls).filter(|calls| !calls.is_empty());
        let mut choice = types::ChatChoice::default();
        choice.index = Some(self.index);
        choice.message = Some(message);
        choice.finish_reason = self.finish_reason;
        choice.native_finish_reason = self.native_finish_reason;
        choice.logprobs = self.logprobs;
        choice.error = self.error;
        choice.extra = self.extra;
        choice
    }
}

fn keep_first<T>(known: &mut Option<T>, new: Option<T>) {
    if known.is_none() {
        *known = new;
    }
}

/// The first text that is not empty.
fn keep_first_text(known: &mut Option<String>, new: Option<String>) {
    if known.as_deref().is_none_or(str::is_empty) && new.is_some() {
        *known = new;
    }
}
