//! A turn cut into the chunks of a stream.

use std::time::Duration;

use bytes::Bytes;
use openrouter_types as types;
use types::{
    ChatStreamChoice, ChatStreamChunk, ChatStreamDelta, ChatStreamToolCall,
    ChatStreamToolCallFunction,
};

use super::Answer;
use super::whole::{Envelope, usage};

/// A piece of the body, and how long to wait before it.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) wait: Duration,
    pub(crate) bytes: Bytes,
}

/// The body of a streamed answer, as OpenRouter writes it: comments, deltas, finish, usage, end mark.
pub(crate) fn chunks(answer: &Answer, envelope: &Envelope) -> Vec<Piece> {
    let mut deltas: Vec<ChatStreamDelta> = Vec::new();
    for word in words(&answer.reasoning) {
        let detail = types::ReasoningDetailText::new()
            .with_text(word)
            .with_format("unknown")
            .with_index(0);
        deltas.push(
            delta()
                .with_content("")
                .with_reasoning(word)
                .with_reasoning_details([types::ReasoningDetailUnion::from(detail)]),
        );
    }
    for word in words(&answer.text) {
        deltas.push(delta().with_content(word));
    }
    for (index, (name, arguments)) in (0_u64..).zip(&answer.tool_calls) {
        let start = ChatStreamToolCallFunction::default()
            .with_name(name.as_str())
            .with_arguments("");
        let mut call = ChatStreamToolCall::default()
            .with_index(index)
            .with_id(call_id(index))
            .with_function(start);
        call.kind = Some("function".into());
        deltas.push(delta().with_content("").with_tool_calls([call]));
        for piece in pieces(arguments) {
            let more = ChatStreamToolCallFunction::default().with_arguments(piece);
            deltas.push(
                delta().with_tool_calls([ChatStreamToolCall::default()
                    .with_index(index)
                    .with_function(more)]),
            );
        }
    }
    let mut events: Vec<ChatStreamChunk> = deltas
        .into_iter()
        .map(|delta| {
            envelope
                .chunk()
                .with_choices([ChatStreamChoice::default().with_index(0).with_delta(delta)])
        })
        .collect();
    let finish = ChatStreamChoice::default()
        .with_index(0)
        .with_delta(delta().with_content(""))
        .with_finish_reason(&*answer.finish())
        .with_native_finish_reason(answer.finish());
    events.push(envelope.chunk().with_choices([finish]));
    events.push(envelope.chunk().with_usage(usage(answer, envelope)));

    let mut pieces: Vec<Piece> = Vec::new();
    for _ in 0..answer.comments {
        pieces.push(Piece {
            wait: Duration::ZERO,
            bytes: Bytes::from_static(b": OPENROUTER PROCESSING\n\n"),
        });
    }
    for (at, event) in events.iter().enumerate() {
        let wait = if at == 0 {
            answer.pace.time_to_first_token
        } else {
            answer.pace.between_tokens
        };
        if answer.break_off_after == Some(at) {
            return pieces;
        }
        if let Some((_, error)) = answer
            .error_after
            .as_ref()
            .filter(|(after, _)| *after == at)
        {
            let choice = ChatStreamChoice::default()
                .with_index(0)
                .with_delta(delta().with_content(""));
            let chunk = envelope
                .chunk()
                .with_choices([choice.with_finish_reason("error")])
                .with_error(error.body());
            pieces.push(Piece {
                wait,
                bytes: data(&chunk),
            });
            return pieces;
        }
        pieces.push(Piece {
            wait,
            bytes: data(event),
        });
    }
    pieces.push(Piece {
        wait: Duration::ZERO,
        bytes: Bytes::from_static(b"data: [DONE]\n\n"),
    });
    pieces
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

pub(super) fn call_id(index: u64) -> String {
    format!("call_{:09}", index + 1)
}

/// A text cut before each word, as tokenizers do.
fn words(text: &str) -> Vec<&str> {
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
fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars
        .chunks(6)
        .map(|piece| piece.iter().collect())
        .collect()
}
