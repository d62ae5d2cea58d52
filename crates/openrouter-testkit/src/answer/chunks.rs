//! A turn cut into the chunks of a stream.

use std::time::Duration;

use bytes::Bytes;
use openrouter_types as types;
use types::{
    ChatAudioOutput, ChatStreamChoice, ChatStreamChunk, ChatStreamDelta, ChatStreamToolCall,
    ChatStreamToolCallFunction,
};

use super::whole::{Envelope, detail, images};
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
/// `change` sees each chunk before it is written.
pub(crate) fn chunks(
    answer: &Answer,
    envelope: &Envelope,
    mut change: impl FnMut(&mut ChatStreamChunk),
) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = (0..answer.comments)
        .map(|_| piece(Duration::ZERO, ": OPENROUTER PROCESSING\n\n"))
        .collect();
    for (at, mut event) in events(answer, envelope).into_iter().enumerate() {
        let wait = if at == 0 {
            answer.pace.time_to_first_token
        } else {
            answer.pace.between_tokens
        };
        if answer.break_off_after == Some(at) {
            return pieces;
        }
        if let Some((after, error)) = &answer.error_after
            && *after == at
        {
            let choice = ChatStreamChoice::default()
                .with_index(0)
                .with_delta(delta().with_content(""))
                .with_finish_reason("error");
            let mut event = envelope
                .chunk()
                .with_choices([choice])
                .with_error(error.body());
            nulls::chunk(&mut event);
            change(&mut event);
            pieces.push(piece(wait, data(&event)));
            return pieces;
        }
        nulls::chunk(&mut event);
        change(&mut event);
        pieces.push(piece(wait, data(&event)));
    }
    pieces.push(piece(Duration::ZERO, "data: [DONE]\n\n"));
    pieces
}

/// How long the stream takes, and thus an answer that is not streamed.
pub(crate) fn duration(answer: &Answer, envelope: &Envelope) -> Duration {
    if answer.pace == Pace::default() {
        return Duration::ZERO;
    }
    let pieces = chunks(answer, envelope, |_| ());
    pieces.iter().map(|piece| piece.wait).sum()
}

/// All chunks: those of several choices take turns.
fn events(answer: &Answer, envelope: &Envelope) -> Vec<ChatStreamChunk> {
    let choices = answer.choices(envelope.n);
    let mut queues: Vec<_> = choices
        .iter()
        .map(|choice| deltas(choice, envelope).into_iter())
        .collect();
    let mut events = Vec::new();
    if let Some(echo) = &envelope.echo {
        let mut event = envelope.chunk();
        event.debug = Some(Box::new(echo.clone()));
        events.push(event);
    }
    loop {
        let before = events.len();
        for (index, queue) in (0..).zip(&mut queues) {
            let choice = queue.next();
            events.extend(
                choice.map(|choice| envelope.chunk().with_choices([choice.with_index(index)])),
            );
        }
        if events.len() == before {
            break;
        }
    }
    let mut last = envelope.chunk().with_usage(usage(answer, envelope));
    last.service_tier.clone_from(&envelope.service_tier);
    last.openrouter_metadata = envelope.metadata.clone().map(Box::new);
    events.push(last);
    events
}

/// One choice, piece by piece.
fn deltas(answer: &Answer, envelope: &Envelope) -> Vec<ChatStreamChoice> {
    let mut deltas: Vec<ChatStreamDelta> = Vec::new();
    if !envelope.hides_reasoning {
        for word in words(&answer.reasoning) {
            deltas.push(
                delta()
                    .with_content("")
                    .with_reasoning(word)
                    .with_reasoning_details([detail(word)]),
            );
        }
        for detail in &answer.reasoning_details {
            deltas.push(
                delta()
                    .with_content("")
                    .with_reasoning_details([detail.clone()]),
            );
        }
    }
    let before_text = deltas.len();
    let tokens = words(&answer.text);
    for word in &tokens {
        deltas.push(delta().with_content(*word));
    }
    for word in words(&answer.refusal) {
        deltas.push(delta().with_refusal(word));
    }
    for (index, call) in (0_u64..).zip(&answer.tool_calls) {
        let start = ChatStreamToolCallFunction::default()
            .with_name(call.name.as_str())
            .with_arguments("");
        let mut first = ChatStreamToolCall::default()
            .with_index(index)
            .with_id(call.id(index))
            .with_function(start);
        first.kind = Some("function".into());
        deltas.push(delta().with_content("").with_tool_calls([first]));
        for piece in pieces(&call.arguments, 6) {
            let more = ChatStreamToolCallFunction::default().with_arguments(piece);
            let more = ChatStreamToolCall::default()
                .with_index(index)
                .with_function(more);
            deltas.push(delta().with_tool_calls([more]));
        }
    }
    for image in images(answer) {
        deltas.push(delta().with_content("").with_images([image]));
    }
    deltas.extend(answer.audio.iter().flat_map(audio));
    if !answer.annotations.is_empty() {
        deltas.push(
            delta()
                .with_content("")
                .with_annotations(answer.annotations.clone()),
        );
    }
    if deltas.is_empty() {
        deltas.push(delta().with_content(""));
    }

    let mut choices: Vec<_> = deltas
        .into_iter()
        .map(|delta| ChatStreamChoice::default().with_delta(delta))
        .collect();
    if let Some(given) = &answer.logprobs {
        let first = before_text.min(choices.len() - 1);
        choices[first].logprobs = Some(Box::new(given.clone()));
    } else if let Some(alternatives) = envelope.logprobs {
        for (choice, token) in choices[before_text..].iter_mut().zip(&tokens) {
            choice.logprobs = Some(Box::new(logprobs::made_up(&[token], alternatives)));
        }
    }
    choices.push(
        ChatStreamChoice::default()
            .with_delta(delta().with_content(""))
            .with_finish_reason(&*answer.finish())
            .with_native_finish_reason(answer.native_finish()),
    );
    choices
}

/// Data first, in pieces that can be joined before or after decoding; then the transcript; then the end.
fn audio(audio: &ChatAudioOutput) -> Vec<ChatStreamDelta> {
    let id = audio.id.as_deref().unwrap_or("audio_testkit");
    let part = || ChatAudioOutput::new().with_id(id);
    let data = audio.data.as_ref().map(ToString::to_string);
    let mut parts: Vec<ChatAudioOutput> = pieces(&data.unwrap_or_default(), 4096)
        .into_iter()
        .map(|piece| part().with_data(piece))
        .collect();
    parts.extend(
        words(audio.transcript.as_deref().unwrap_or_default())
            .into_iter()
            .map(|word| part().with_transcript(word)),
    );
    if let Some(expires_at) = &audio.expires_at {
        parts.push(part().with_expires_at(expires_at.clone()));
    }
    parts
        .into_iter()
        .map(|part| delta().with_content("").with_audio(part))
        .collect()
}

fn piece(wait: Duration, bytes: impl Into<Bytes>) -> Piece {
    Piece {
        wait,
        bytes: bytes.into(),
    }
}

fn data(chunk: &ChatStreamChunk) -> Bytes {
    let mut bytes = b"data: ".to_vec();
    // Chunks hold nothing that JSON cannot.
    bytes.extend(serde_json::to_vec(chunk).unwrap_or_default());
    bytes.extend(b"\n\n");
    bytes.into()
}

fn delta() -> ChatStreamDelta {
    ChatStreamDelta::default().with_role("assistant")
}

/// A text cut before each word, as tokenizers do.
pub(crate) fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut blank_before = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && !blank_before && at > start {
            words.push(&text[start..at]);
            start = at;
        }
        blank_before = c.is_whitespace();
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

/// A text cut every few characters, wherever that is.
fn pieces(text: &str, length: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars
        .chunks(length)
        .map(|piece| piece.iter().collect())
        .collect()
}
