//! What a program would write for itself that wants these chunks and nothing else.

use serde::Deserialize;
use serde_json::Value;

/// A chunk that owns what it holds.
#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by nobody, but decoded")]
pub struct Chunk {
    id: String,
    provider: Option<String>,
    model: String,
    object: String,
    created: u64,
    choices: Vec<Choice>,
    usage: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by nobody, but decoded")]
struct Choice {
    index: u32,
    delta: Delta,
    finish_reason: Option<String>,
    native_finish_reason: Option<String>,
    logprobs: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by nobody, but decoded")]
struct Delta {
    role: Option<String>,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    reasoning: Option<String>,
    #[serde(default)]
    reasoning_details: Vec<Value>,
    #[serde(default)]
    tool_calls: Option<Vec<Tool>>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by nobody, but decoded")]
struct Tool {
    index: Option<u32>,
    id: Option<String>,
    function: Function,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by nobody, but decoded")]
struct Function {
    name: Option<String>,
    arguments: String,
}

/// The text of a stream whose every event lies on one line, and how many chunks it had.
pub fn read(stream: &[u8]) -> (String, usize) {
    let (mut text, mut chunks) = (String::new(), 0);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', stream) {
        let line = &stream[start..end];
        start = end + 1;
        let Some(json) = line
            .strip_prefix(b"data: ")
            .filter(|data| data.starts_with(b"{"))
        else {
            continue;
        };
        let chunk: Chunk = serde_json::from_slice(json).expect("the streams here are JSON");
        chunks += 1;
        for choice in &chunk.choices {
            text.push_str(choice.delta.content.as_deref().unwrap_or_default());
        }
    }
    (text, chunks)
}
