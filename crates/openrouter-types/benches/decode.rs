//! Instructions that decoding a hundred stream chunks costs, against `serde_json` on its own.
//!
//! `cargo bench -p openrouter-types --bench decode` needs valgrind, and `gungraun-runner` of the same version as the
//! library. `owned` is a derived struct of no more than the fields that are in the chunks, `value` is a
//! `serde_json::Value`; neither keeps what it does not know in a form that could be written back.

#![allow(
    missing_docs,
    unused_qualifications,
    reason = "made by the benchmark's macros"
)]

use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use openrouter_types::{ChatStreamChunk, Decode};

const TEXT: &str = r#"{"id":"gen-1763793000-Zb3kQpXv7LrT9yWcAeHd","provider":"Anthropic","model":"anthropic/claude-sonnet-4.5","object":"chat.completion.chunk","created":1763793000,"choices":[{"index":0,"delta":{"role":"assistant","content":" request"},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}"#;
const REASONING: &str = r#"{"id":"gen-1763793000-Zb3kQpXv7LrT9yWcAeHd","provider":"Anthropic","model":"anthropic/claude-sonnet-4.5","object":"chat.completion.chunk","created":1763793000,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":" request","reasoning_details":[{"type":"reasoning.text","text":" request","format":"anthropic-claude-v1","index":0}]},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}"#;
const TOOL: &str = r#"{"id":"gen-1763793000-Zb3kQpXv7LrT9yWcAeHd","provider":"Anthropic","model":"anthropic/claude-sonnet-4.5","object":"chat.completion.chunk","created":1763793000,"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"type":"function","function":{"arguments":"\"Paris\","}}]},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}"#;

const CHUNKS: usize = 100;

/// What a program would derive that wants these chunks and nothing else.
#[allow(dead_code, reason = "read by nobody, as in the other benchmarks")]
mod derived {
    use serde::Deserialize;
    use serde_json::Value;

    #[derive(Deserialize)]
    pub(crate) struct Chunk {
        id: String,
        provider: Option<String>,
        model: String,
        object: String,
        created: u64,
        choices: Vec<Choice>,
        usage: Option<Value>,
    }

    #[derive(Deserialize)]
    struct Choice {
        index: u32,
        delta: Delta,
        finish_reason: Option<String>,
        native_finish_reason: Option<String>,
        logprobs: Option<Value>,
    }

    #[derive(Deserialize)]
    struct Delta {
        role: Option<String>,
        #[serde(default)]
        content: Option<String>,
        #[serde(default)]
        reasoning: Option<String>,
        #[serde(default)]
        reasoning_details: Vec<Value>,
        #[serde(default)]
        tool_calls: Vec<Tool>,
    }

    #[derive(Deserialize)]
    struct Tool {
        index: Option<u32>,
        id: Option<String>,
        function: Function,
    }

    #[derive(Deserialize)]
    struct Function {
        name: Option<String>,
        arguments: String,
    }
}

fn decode<T>(json: &str, one: fn(&[u8]) -> Option<T>) -> usize {
    (0..CHUNKS)
        .filter(|_| black_box(one(black_box(json.as_bytes()))).is_some())
        .count()
}

#[library_benchmark]
#[bench::text(TEXT)]
#[bench::reasoning(REASONING)]
#[bench::tool(TOOL)]
fn typed(json: &str) -> usize {
    decode(json, |json| ChatStreamChunk::decode(json).ok())
}

#[library_benchmark]
#[bench::text(TEXT)]
#[bench::reasoning(REASONING)]
#[bench::tool(TOOL)]
fn owned(json: &str) -> usize {
    decode(json, |json| {
        serde_json::from_slice::<derived::Chunk>(json).ok()
    })
}

#[library_benchmark]
#[bench::text(TEXT)]
#[bench::reasoning(REASONING)]
#[bench::tool(TOOL)]
fn value(json: &str) -> usize {
    decode(json, |json| {
        serde_json::from_slice::<serde_json::Value>(json).ok()
    })
}

library_benchmark_group!(name = decoding, benchmarks = [typed, owned, value]);
main!(library_benchmark_groups = decoding);
