//! A turn cut into the chunks of a stream.

use std::time::Duration;

use bytes::Bytes;
use openrouter_types as types;
use types::{
    ChatAudioOutput, ChatStreamChoice, ChatStreamChunk, ChatStreamDelta, ChatStreamToolCall,
    ChatStreamToolCallFunction,
};

use super::moments::{Entry, Moment, moments};
use super::whole::{Envelope, detail, image};
use super::{Answer, Pace, logprobs, usage};
use crate::nulls;

/// A piece of the body, and how long to wait before it.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) wait: Duration,
    pub(crate) bytes: Bytes,
}

/// The body of a streamed answer, as OpenRouter writes it: comments, deltas, finish, usage, end mark.
///
/// A chunk is written when it is asked for, so that a thousand slow streams hold their answers and no more.
pub(crate) struct Chunks<F> {
    answer: Answer,
    envelope: Envelope,
    change: F,
    comments: usize,
    entries: Vec<Entry>,
    // How many entries were written.
    at: usize,
    is_over: bool,
}

impl<F: FnMut(&mut ChatStreamChunk)> Chunks<F> {
    /// `change` sees each chunk before it is written.
    pub(crate) fn new(answer: Answer, envelope: Envelope, change: F) -> Self {
        Self {
            comments: answer.comments,
            entries: moments(&answer, &envelope),
            answer,
            envelope,
            change,
            at: 0,
            is_over: false,
        }
    }

    fn write(&mut self, wait: Duration, mut chunk: ChatStreamChunk) -> Piece {
        nulls::chunk(&mut chunk);
        (self.change)(&mut chunk);
        let mut bytes = b"data: ".to_vec();
        // Chunks hold nothing that JSON cannot.
        bytes.extend(serde_json::to_vec(&chunk).unwrap_or_default());
        bytes.extend(b"\n\n");
        piece(wait, bytes)
    }
}

impl<F: FnMut(&mut ChatStreamChunk)> Iterator for Chunks<F> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.is_over {
            return None;
        }
        if self.comments > 0 {
            self.comments -= 1;
            return Some(piece(Duration::ZERO, ": OPENROUTER PROCESSING\n\n"));
        }
        let (at, is_last) = (self.at, self.at == self.entries.len());
        if is_last {
            self.is_over = true;
            return Some(piece(Duration::ZERO, "data: [DONE]\n\n"));
        }
        if self.answer.break_off_after == Some(at) {
            self.is_over = true;
            return None;
        }
        self.at += 1;
        let wait = wait(self.answer.pace, at);
        let chunk = match &self.answer.error_after {
            Some((after, error)) if *after == at => {
                self.is_over = true;
                let choice = ChatStreamChoice::default()
                    .with_index(0)
                    .with_delta(silence())
                    .with_finish_reason("error");
                self.envelope
                    .chunk()
                    .with_choices([choice])
                    .with_error(error.body())
            }
            _ => chunk(&self.answer, &self.envelope, &self.entries[at]),
        };
        Some(self.write(wait, chunk))
    }
}

fn wait(pace: Pace, at: usize) -> Duration {
    match at {
        0 => pace.time_to_first_token,
        _ => pace.between_tokens,
    }
}

/// How long the stream takes, and thus an answer that is not streamed.
pub(crate) fn duration(answer: &Answer, envelope: &Envelope) -> Duration {
    if answer.pace == Pace::default() {
        return Duration::ZERO;
    }
    let entries = moments(answer, envelope).len();
    let failure = answer.error_after.as_ref().map(|(at, _)| at + 1);
    let ends = [answer.break_off_after, failure];
    let written = ends.into_iter().flatten().fold(entries, usize::min);
    (0..written).map(|at| wait(answer.pace, at)).sum()
}

/// One chunk.
fn chunk(answer: &Answer, envelope: &Envelope, entry: &Entry) -> ChatStreamChunk {
    let mut chunk = envelope.chunk();
    match entry.moment {
        Moment::Echo => {
            chunk.debug = envelope.echo.clone().map(Box::new);
        }
        Moment::Usage => {
            chunk.usage = Some(Box::new(usage(answer, envelope)));
            chunk.service_tier.clone_from(&envelope.service_tier);
            chunk.openrouter_metadata = envelope.metadata.clone().map(Box::new);
        }
        _ => {
            let choice = choice(answer.choice(entry.choice), envelope, entry);
            chunk.choices = vec![choice.with_index(entry.choice as u64)];
        }
    }
    chunk
}

/// What a chunk says of a choice.
fn choice(answer: &Answer, envelope: &Envelope, entry: &Entry) -> ChatStreamChoice {
    let mut choice = ChatStreamChoice::default().with_delta(delta(answer, &entry.moment));
    if let Moment::Finish = entry.moment {
        choice = choice
            .with_finish_reason(&*answer.finish())
            .with_native_finish_reason(answer.native_finish());
    }
    if entry.brings_logprobs {
        choice.logprobs = answer.logprobs.clone().map(Box::new);
    } else if let (None, Some(alternatives), Moment::Text(word)) =
        (&answer.logprobs, envelope.logprobs, &entry.moment)
    {
        let token = &answer.text[word.clone()];
        choice.logprobs = Some(Box::new(logprobs::made_up(&[token], alternatives)));
    }
    choice
}

fn delta(answer: &Answer, moment: &Moment) -> ChatStreamDelta {
    match moment {
        Moment::Reasoning(word) => {
            let word = &answer.reasoning[word.clone()];
            silence()
                .with_reasoning(word)
                .with_reasoning_details([detail(word)])
        }
        Moment::ReasoningDetail(at) => {
            silence().with_reasoning_details([answer.reasoning_details[*at].clone()])
        }
        Moment::Text(word) => assistant().with_content(&answer.text[word.clone()]),
        Moment::Refusal(word) => assistant().with_refusal(&answer.refusal[word.clone()]),
        Moment::CallStart(at) => {
            let call = &answer.tool_calls[*at];
            let function = ChatStreamToolCallFunction::default()
                .with_name(call.name.as_str())
                .with_arguments("");
            let index = *at as u64;
            let mut first = tool_call(index, function).with_id(call.id(index));
            first.kind = Some("function".into());
            silence().with_tool_calls([first])
        }
        Moment::CallArguments(at, piece) => {
            let arguments = &answer.tool_calls[*at].arguments[piece.clone()];
            let function = ChatStreamToolCallFunction::default().with_arguments(arguments);
            assistant().with_tool_calls([tool_call(*at as u64, function)])
        }
        Moment::Image(at) => silence().with_images([image(&answer.images[*at])]),
        Moment::AudioData(data) => silence().with_audio(audio(answer).with_data(data.as_str())),
        Moment::AudioTranscript(word) => {
            let transcript = answer
                .audio
                .as_ref()
                .and_then(|it| it.transcript.as_deref());
            let word = &transcript.unwrap_or_default()[word.clone()];
            silence().with_audio(audio(answer).with_transcript(word))
        }
        Moment::AudioExpiry => {
            let mut last = audio(answer);
            last.expires_at = answer.audio.as_ref().and_then(|it| it.expires_at.clone());
            silence().with_audio(last)
        }
        Moment::Annotations => silence().with_annotations(answer.annotations.clone()),
        Moment::Echo | Moment::Silence | Moment::Finish | Moment::Usage => silence(),
    }
}

fn audio(answer: &Answer) -> ChatAudioOutput {
    let id = answer.audio.as_ref().and_then(|audio| audio.id.as_deref());
    ChatAudioOutput::new().with_id(id.unwrap_or("audio_testkit"))
}

fn tool_call(index: u64, function: ChatStreamToolCallFunction) -> ChatStreamToolCall {
    ChatStreamToolCall::default()
        .with_index(index)
        .with_function(function)
}

fn assistant() -> ChatStreamDelta {
    ChatStreamDelta::default().with_role("assistant")
}

/// Deltas that bring something else have an empty text beside it.
fn silence() -> ChatStreamDelta {
    assistant().with_content("")
}

fn piece(wait: Duration, bytes: impl Into<Bytes>) -> Piece {
    Piece {
        wait,
        bytes: bytes.into(),
    }
}
