//! Streams whose chunks change their shape from one to the next say the same, whether only what changed is read or
//! every chunk in full.

use std::sync::LazyLock;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::select;

use crate::two_ways::TwoWays;

/// Deltas; `WORD` is where a word goes.
const DELTAS: [&str; 36] = [
    r#"{"role":"assistant","content":"WORD"}"#,
    r#"{"content":"WORD"}"#,
    r#"{ "role" : "assistant" , "content" : "WORD" }"#,
    r#"{"content":"WORD","role":"assistant"}"#,
    r#"{"content":""}"#,
    r#"{"content":null}"#,
    r#"{"content":"WORD","content":"WORD"}"#,
    r#"{"cont\u0065nt":"WORD"}"#,
    r#"{"content":"WORD","refusal":null,"reasoning":null}"#,
    r#"{"content":"","reasoning":"WORD"}"#,
    r#"{"content":"WORD","reasoning":"WORD"}"#,
    r#"{"content":"","reasoning":"WORD","reasoning_details":[{"type":"reasoning.text","text":"WORD","format":"anthropic-claude-v1","index":0}]}"#,
    r#"{"content":"","reasoning_details":[{"type":"reasoning.text","text":"WORD","index":0}]}"#,
    r#"{"content":"","reasoning_details":[{"type":"reasoning.text","signature":"WORD","index":0}]}"#,
    r#"{"content":"","reasoning_details":[{"type":"reasoning.encrypted","data":"WORD","id":"rs_1","index":1}]}"#,
    r#"{"content":"","reasoning_details":[{"type":"reasoning.later","what":"WORD"}]}"#,
    r#"{"content":"WORD","reasoning_content":"so"}"#,
    r#"{"content":"WORD","refusal":"no"}"#,
    r#"{"tool_calls":[{"index":0,"id":"call_0","type":"function","function":{"name":"f","arguments":""}}]}"#,
    r#"{"tool_calls":[{"index":1,"id":"call_1","type":"function","function":{"name":"g","arguments":"WORD"}}]}"#,
    r#"{"tool_calls":[{"index":0,"function":{"arguments":"WORD"}}]}"#,
    r#"{"tool_calls":[{"index":0,"id":"","type":"function","function":{"name":"","arguments":"WORD"}}]}"#,
    r#"{"tool_calls":[{"index":1,"function":{"arguments":"WORD"}}]}"#,
    r#"{"tool_calls":[{"function":{"arguments":"WORD"}}]}"#,
    r#"{"tool_calls":[{"index":0,"function":{"arguments":"WORD"}},{"index":1,"function":{"arguments":"WORD"}}]}"#,
    r#"{"tool_calls":[{"index":0,"function":{"arguments":"WORD"},"later":"WORD"}]}"#,
    r#"{"content":"WORD","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}"#,
    r#"{"content":"WORD","annotations":[{"type":"url_citation","url_citation":{"url":"https://example.org/"}}]}"#,
    r#"{"content":"WORD","audio":{"id":"a","data":"AAAA","transcript":"WORD"}}"#,
    r#"{"content":"WORD","later":"WORD"}"#,
    r#"{"content":7}"#,
    r#"{"content":["WORD"]}"#,
    r#"{"tool_calls":{"index":0}}"#,
    "{}",
    "null",
    "[]",
];

/// Chunks; `DELTA` is where a delta goes, `COUNT` a number that changes now and then.
const CHUNKS: [&str; 24] = [
    r#"{"id":"gen-1","provider":"Acme","model":"acme/large-2","created":7,"choices":[{"index":0,"delta":DELTA,"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA}]}"#,
    r#"{"id":"gen-COUNT","choices":[{"index":0,"delta":DELTA}]}"#,
    r#"{"choices":[{"delta":DELTA,"index":0}],"id":"gen-1"}"#,
    r#" { "id" : "gen-1" , "choices" : [ { "index" : 0 , "delta" : DELTA } ] } "#,
    r#"{"id":"gen-1","choices":[{"delta":DELTA}]}"#,
    r#"{"id":"gen-1","choices":[{"index":1,"delta":DELTA}]}"#,
    r#"{"id":"gen-1","choices":[{"index":"0","delta":DELTA}]}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA},{"index":1,"delta":DELTA}]}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":{"content":"first"},"delta":DELTA}]}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delt\u0061":DELTA}]}"#,
    r#"{"id":"gen-1","later":{"delta":DELTA},"choices":[{"index":0,"delta":DELTA}]}"#,
    r#"{"id":"gen-1","later":COUNT,"choices":[{"index":0,"delta":DELTA,"more":COUNT}]}"#,
    r#"{"id":"gen-1","service_tier":"default","system_fingerprint":"fp_COUNT","choices":[{"index":0,"delta":DELTA}]}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA,"logprobs":{"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[]}]}}]}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA,"finish_reason":"stop","native_finish_reason":"end_turn"}]}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA,"finish_reason":"tool_calls"}]}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA,"finish_reason":null}],"usage":{"prompt_tokens":1,"completion_tokens":COUNT,"total_tokens":9}}"#,
    r#"{"id":"gen-1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":COUNT,"total_tokens":9}}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA,"finish_reason":"error"}],"error":{"code":502,"message":"COUNT"}}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA,"error":{"code":502,"message":"COUNT"}}]}"#,
    r#"{"error":{"code":429,"message":"COUNT"}}"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA}]"#,
    r#"{"id":"gen-1","choices":[{"index":0,"delta":DELTA}]}}"#,
];

/// Words, as they stand between the quotes; the last ones are no JSON there.
const WORDS: [&str; 15] = [
    "the",
    " caf\u{e9} \u{1f680}",
    "",
    r"two\nlines",
    r#"a \"quoted\" word"#,
    r"ends in a backslash \\",
    r"\u00e9\ud83d\ude80",
    r#"\"delta\":{\"content\":\"x\"}"#,
    r#"\"arguments\":\"x\""#,
    r"\/",
    r"\ud83d",
    r"\x",
    "\u{1}",
    r#"","content":"more"#,
    r#""},"finish_reason":"stop","delta":{"content":""#,
];

/// A run of chunks of one shape, for which the quick way is meant.
fn run() -> impl Strategy<Value = Vec<(&'static str, &'static str, Vec<&'static str>)>> {
    let words = prop::collection::vec(select(&WORDS[..]), 2);
    // The first shapes are those of nearly every stream.
    let chunk = prop_oneof![3 => Just(CHUNKS[0]), 2 => select(&CHUNKS[..])];
    let delta = prop_oneof![1 => Just(DELTAS[0]), 4 => select(&DELTAS[..])];
    let words = prop_oneof![
        4 => prop::collection::vec(select(&WORDS[..11]), 2),
        1 => words,
    ];
    (chunk, delta, prop::collection::vec(words, 1..5)).prop_map(|(chunk, delta, words)| {
        words
            .into_iter()
            .map(|words| (chunk, delta, words))
            .collect()
    })
}

fn json(at: usize, chunk: &str, delta: &str, words: &[&str]) -> String {
    let delta = delta
        .replacen("WORD", words[0], 1)
        .replace("WORD", words[1]);
    chunk
        .replace("DELTA", &delta)
        .replace("COUNT", &(at / 3).to_string())
}

static WAYS: LazyLock<TwoWays> = LazyLock::new(TwoWays::new);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn alternating_shapes_read_the_same_either_way(
        runs in prop::collection::vec(run(), 1..8),
        has_end in any::<bool>(),
    ) {
        let mut body = String::new();
        for (at, (chunk, delta, words)) in runs.into_iter().flatten().enumerate() {
            body.push_str(&format!("data: {}\n\n", json(at, chunk, delta, &words)));
        }
        if has_end {
            body.push_str("data: [DONE]\n\n");
        }
        let (quick, full) = WAYS.read(&Bytes::from(body.clone()));
        prop_assert_eq!(quick, full, "{}", body);
    }
}
