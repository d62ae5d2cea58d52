//! The quick way and the plain way say the same.

use std::collections::VecDeque;

use bytes::Bytes;
use openrouter_types::{ChatStreamChunk, Decode};

use super::ChunkReader;
use crate::ChatResponse;
use crate::stream::accumulate::Accumulator;
use crate::stream::event::StreamEvent;

/// Reads every chunk with patterns.
fn quickly(chunks: &[String]) -> Option<(Vec<String>, ChatResponse)> {
    let (mut answer, mut events, mut reader) = (
        Accumulator::default(),
        VecDeque::new(),
        ChunkReader::default(),
    );
    for chunk in chunks {
        reader
            .read(
                &Bytes::copy_from_slice(chunk.as_bytes()),
                &mut answer,
                &mut events,
            )
            .ok()?;
    }
    finish(answer, events)
}

/// Reads every chunk in full.
fn plainly(chunks: &[String]) -> Option<(Vec<String>, ChatResponse)> {
    let (mut answer, mut events) = (Accumulator::default(), VecDeque::new());
    for chunk in chunks {
        answer.chunk(ChatStreamChunk::decode(chunk.as_bytes()).ok()?, &mut events);
    }
    finish(answer, events)
}

fn finish(
    mut answer: Accumulator,
    mut events: VecDeque<StreamEvent>,
) -> Option<(Vec<String>, ChatResponse)> {
    answer.end(&mut events);
    Some((
        events.iter().map(|event| format!("{event:?}")).collect(),
        answer.finish(),
    ))
}

#[track_caller]
fn assert_same(chunks: &[String]) {
    let (quick, plain) = (quickly(chunks), plainly(chunks));
    assert_eq!(quick, plain);
}

fn chunk(delta: &str) -> String {
    format!(
        r#"{{"id":"gen-1","model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]}}"#
    )
}

#[test]
fn recorded_streams_read_the_same_either_way() {
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let mut streams = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&folder).join("streams")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "sse") {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let chunks: Vec<String> = text
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .map(|data| data.trim().to_owned())
                .filter(|data| data.starts_with('{'))
                .collect();
            assert_same(&chunks);
            streams += 1;
        }
    }
    assert!(streams > 100);
}

#[test]
fn shapes_that_alternate_chunk_by_chunk_read_the_same_either_way() {
    let deltas = [
        r#"{"role":"assistant","content":"Hi"}"#,
        r#"{"role":"assistant","content":""}"#,
        r#"{"role":"assistant","content":"a \"quote\" and \u00e9 \n"}"#,
        r#"{"role":"assistant","content":"ends in a backslash \\"}"#,
        r#"{"role":"assistant","content":"","reasoning":"think"}"#,
        r#"{"role":"assistant","content":"","reasoning":"more","reasoning_details":[{"type":"reasoning.text","text":"more","index":0}]}"#,
        r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}"#,
        r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}"#,
        r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#,
        r#"{"tool_calls":[{"index":1,"function":{"arguments":"x"}}]}"#,
        r#"{"content":"looks like \"delta\":{\"content\":\"x\"}"}"#,
        r#"{"content":null}"#,
        r#"{"content":7}"#,
        r#"{"content":["not","text"]}"#,
        "{}",
        "null",
        "[]",
    ];
    for first in deltas {
        for second in deltas {
            for third in deltas {
                assert_same(&[first, first, second, third, second, second, first].map(chunk));
            }
        }
    }
}

#[test]
fn a_string_that_is_cut_open_is_no_match() {
    let good = chunk(r#"{"content":"abc"}"#);
    for bad in [
        good.replace("abc", "ab\"c"),
        good.replace("abc", "ab\\"),
        good.replace("abc", "a\u{1}c"),
        good.replace("abc\"", "abc"),
    ] {
        assert_eq!(
            quickly(&[good.clone(), good.clone(), bad.clone()]).is_none(),
            plainly(&[bad]).is_none()
        );
    }
}

#[test]
fn most_of_a_long_stream_is_not_read_in_full() {
    let (mut answer, mut events, mut reader) = (
        Accumulator::default(),
        VecDeque::new(),
        ChunkReader::default(),
    );
    for word in ["one", "two", "three"] {
        let data = Bytes::from(chunk(&format!(r#"{{"content":"{word}"}}"#)));
        reader.read(&data, &mut answer, &mut events).unwrap();
    }
    assert!(reader.string.is_some());
    assert_eq!(reader.misses, 0);
    // The text of the event is a slice of the input, so nothing was copied for it.
    let data = Bytes::from(chunk(r#"{"content":"four"}"#));
    events.clear();
    reader.read(&data, &mut answer, &mut events).unwrap();
    let Some(StreamEvent::Text { text, .. }) = events.front() else {
        panic!("{events:?}")
    };
    assert!(data.as_ptr_range().contains(&text.as_str().as_ptr()));
}
