//! What is not quite JSON, or not quite what it should be, is read all the same.

use openrouter_types::{
    ChatAssistantMessage, ChatMessages, ChatRequest, ChatResult, ChatStreamChunk, ChatUsage,
    Decode, ErrorResponse, GenerationResponse, ModelsListResponse, RawJson,
};
use proptest::prelude::*;

fn content_of(json: &[u8]) -> String {
    let chunk = ChatStreamChunk::decode(json).unwrap();
    let delta = chunk.choices[0].delta.clone().unwrap();
    delta.content.unwrap()
}

fn chunk_with(content: &[u8]) -> Vec<u8> {
    let mut json = br#"{"choices":[{"delta":{"content":""#.to_vec();
    json.extend(content);
    json.extend(br#""}}]}"#);
    json
}

#[test]
fn half_a_surrogate_pair_becomes_a_replacement_character() {
    for (escaped, read) in [
        (r"\ud83d\ude80", "\u{1f680}"),
        (r"\ud83d", "\u{fffd}"),
        (r"a\ud83d\n\uDE80b", "a\u{fffd}\n\u{fffd}b"),
        (r"\ud83d\ud83d\ude80", "\u{fffd}\u{1f680}"),
        (r"\\ud83d \ud83d", "\\ud83d \u{fffd}"),
        (r#"\"\ud83d\""#, "\"\u{fffd}\""),
    ] {
        assert_eq!(
            content_of(&chunk_with(escaped.as_bytes())),
            read,
            "{escaped}"
        );
    }
}

#[test]
fn bytes_that_are_not_utf_8_become_replacement_characters() {
    assert_eq!(content_of(&chunk_with(b"caf\xe9!")), "caf\u{fffd}!");
    assert_eq!(content_of(&chunk_with(b"\xf0\x9f\x9a")), "\u{fffd}");
}

#[test]
fn control_characters_may_stand_in_strings() {
    assert_eq!(content_of(&chunk_with(b"a\nb\tc\0")), "a\nb\tc\0");
}

#[test]
fn what_stands_around_the_json_does_not_matter() {
    for json in [
        "\u{feff}{\"id\":\"gen-1\"}",
        "\n\n   \t{\"id\":\"gen-1\"}\r\n",
        "\u{feff}\n{\"id\":\"gen-1\", \"choices\": 3}",
    ] {
        let chunk = ChatStreamChunk::decode(json.as_bytes()).unwrap();
        assert_eq!(chunk.id.as_deref(), Some("gen-1"), "{json}");
    }
}

#[test]
fn numbers_are_read_as_what_they_are_meant_to_be() {
    for (json, tokens) in [
        ("12", Some(12)),
        ("12.0", Some(12)),
        ("1.2e1", Some(12)),
        ("12.7", Some(12)),
        (r#""12""#, Some(12)),
        (r#"" 12.0 ""#, Some(12)),
        ("18446744073709551615", Some(u64::MAX)),
        (r#""18446744073709551615""#, Some(u64::MAX)),
        ("null", None),
    ] {
        let usage = ChatUsage::decode(format!(r#"{{"prompt_tokens":{json}}}"#).as_bytes()).unwrap();
        assert_eq!(usage.prompt_tokens, tokens, "{json}");
        assert!(usage.extra.is_empty(), "{json}");
    }
}

#[test]
fn a_number_that_the_field_cannot_hold_is_kept_as_it_came() {
    for json in [
        "18446744073709551616",
        "1e400",
        "-1",
        "1e30",
        r#""many""#,
        r#""NaN""#,
        "true",
        "[]",
    ] {
        let text = format!(r#"{{"prompt_tokens":{json},"completion_tokens":3}}"#);
        let usage = ChatUsage::decode(text.as_bytes()).unwrap();
        assert_eq!(usage.prompt_tokens, None, "{json}");
        assert_eq!(usage.completion_tokens, Some(3), "{json}");
        assert_eq!(
            usage.extra.get("prompt_tokens").map(RawJson::as_str),
            Some(json)
        );
    }
}

#[test]
fn what_is_not_a_number_never_becomes_one() {
    for json in [
        "NaN",
        "Infinity",
        "-Infinity",
        r#""NaN""#,
        r#""inf""#,
        "1e999",
    ] {
        let usage = ChatUsage::decode(format!(r#"{{"cost":{json},"total_tokens":1}}"#).as_bytes());
        let usage = usage.unwrap();
        assert_eq!(usage.cost, None, "{json}");
        assert_eq!(usage.total_tokens, Some(1), "{json}");
    }
    // Inside a string they are words.
    assert_eq!(content_of(&chunk_with(b"NaN \xff")), "NaN \u{fffd}");
}

#[test]
fn of_a_key_that_comes_twice_the_last_value_holds() {
    let chunk =
        ChatStreamChunk::decode(br#"{"id":"a","new":1,"id":"b","new":2,"model":"m","id":null}"#);
    let chunk = chunk.unwrap();
    assert_eq!(chunk.id, None);
    assert_eq!(chunk.model.as_deref(), Some("m"));
    assert_eq!(chunk.extra.len(), 2);

    // Nothing of an earlier object, list or union shines through, and the field stays where it first came.
    let json = concat!(
        r#"{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}},{"id":"2"}],"#,
        r#""content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}],"audio":{"id":"a"},"#,
        r#""tool_calls":[{"id":"3","function":{"arguments":"","name":"g"},"function":{"name":"h"}}],"content":"b","#,
        r#""audio":{"data":""}}"#,
    );
    let message = ChatAssistantMessage::decode(json.as_bytes()).unwrap();
    assert_eq!(
        serde_json::to_string(&message).unwrap(),
        r#"{"role":"assistant","tool_calls":[{"id":"3","function":{"name":"h"}}],"content":"b","audio":{"data":""}}"#
    );

    // The last value holds also where it is of the wrong kind: it is among the extra fields.
    let message = ChatAssistantMessage::decode(br#"{"audio":{"id":"a"},"audio":7}"#).unwrap();
    assert_eq!(message.audio, None);
    assert_eq!(message.extra.get("audio").map(RawJson::as_str), Some("7"));
}

#[test]
fn unknown_parts_may_be_nested_as_deeply_as_they_like() {
    for depth in [100, 10_000] {
        let deep = "[".repeat(depth) + &"]".repeat(depth);
        let json = format!(r#"{{"id":"gen-1","deep":{deep},"choices":{deep}}}"#);
        let chunk = ChatStreamChunk::decode(json.as_bytes()).unwrap();
        assert_eq!(chunk.id.as_deref(), Some("gen-1"));
        assert_eq!(chunk.extra.get("deep").map(RawJson::as_str), Some(&*deep));
    }
}

#[test]
fn what_is_no_object_does_not_decode_and_the_error_says_where() {
    for json in [
        "",
        " ",
        "nul",
        "{",
        r#"{"id":"#,
        r#"{"id":"a"} x"#,
        "[]",
        "7",
        r#""text""#,
    ] {
        let error = ChatStreamChunk::decode(json.as_bytes()).unwrap_err();
        assert!(!error.to_string().is_empty(), "{json}");
        assert!(error.line() <= 1, "{json}");
    }
    for (json, found) in [(&b"null"[..], "null"), (b"\"\xff\"", "a string")] {
        let error = ChatStreamChunk::decode(json).unwrap_err().to_string();
        assert_eq!(error, format!("invalid type: {found}, expected an object"));
    }
    let error = ChatStreamChunk::decode(b"[1]").unwrap_err();
    insta::assert_snapshot!(error, @"invalid type: sequence, expected an object at line 1 column 1");
}

const RECORDED: [&str; 7] = [
    r#"{"id":"gen-1","provider":"Anthropic","model":"anthropic/claude-sonnet-4.5","object":"chat.completion.chunk","created":1763793000,"choices":[{"index":0,"delta":{"role":"assistant","content":" caf\u00e9"},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}"#,
    r#"{"id":"gen-1","object":"chat.completion.chunk","created":1763793000,"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"So","reasoning_details":[{"type":"reasoning.text","text":"So","format":"anthropic-claude-v1","index":0}]},"finish_reason":null}]}"#,
    r#"{"id":"gen-1","object":"chat.completion.chunk","created":1763793000,"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"cost":0.01834,"is_byok":false,"cost_details":{"upstream_inference_cost":null}}}"#,
    r#"{"id":"gen-2","object":"chat.completion","created":1763793000,"model":"openai/gpt-5","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null,"annotations":[{"type":"url_citation","url_citation":{"url":"https://example.org","title":"E","start_index":0,"end_index":2}}],"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},"finish_reason":"stop","logprobs":{"content":[{"token":"Hi","logprob":-0.1,"bytes":[72,105],"top_logprobs":[]}]}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#,
    r#"{"error":{"code":429,"message":"Provider returned error","metadata":{"provider_name":"OpenAI","raw":"{\"error\":{}}","error_type":"rate_limit"}},"user_id":"user_1"}"#,
    r#"{"data":[{"id":"openai/gpt-5","name":"GPT-5","created":1754587413,"architecture":{"modality":"text+image->text","input_modalities":["text","image"],"output_modalities":["text"],"tokenizer":"GPT","instruct_type":null},"pricing":{"prompt":"0.00000125","completion":0.00001},"top_provider":{"context_length":400000,"max_completion_tokens":128000,"is_moderated":true},"supported_parameters":["tools","seed"]}]}"#,
    r#"{"model":"openai/gpt-5","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"assistant","content":null,"tool_calls":[]}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"provider":{"order":["openai"],"sort":"price","max_price":{"prompt":1}},"stop":["a"],"max_tokens":10}"#,
];

/// Reads bytes as everything that an answer may be. What decodes must also be written, and read again.
fn read_as_everything(json: &[u8]) -> usize {
    fn one<T: Decode + serde::Serialize + std::fmt::Debug>(json: &[u8]) -> usize {
        let Ok(value) = T::decode(json) else { return 0 };
        assert!(!format!("{value:?}").is_empty());
        let text = serde_json::to_vec(&value).unwrap();
        T::decode(&text).unwrap();
        1
    }
    one::<ChatStreamChunk>(json)
        + one::<ChatResult>(json)
        + one::<ErrorResponse>(json)
        + one::<ModelsListResponse>(json)
        + one::<GenerationResponse>(json)
        + one::<ChatRequest>(json)
        + one::<ChatMessages>(json)
}

/// Another byte, or other bytes, in the place of some.
#[derive(Clone, Debug)]
enum Change {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index, prop::sample::Index),
    Put(prop::sample::Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let pieces = prop::sample::select(vec![
        "null", "1e999", "-0", "\"\"", "{}", "[]", ",", ":", "\"", "\\", "\\ud800", "\u{feff}",
        "NaN", "{", "]", "true",
    ]);
    prop_oneof![
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (any::<prop::sample::Index>(), any::<prop::sample::Index>())
            .prop_map(|(from, to)| Change::Cut(from, to)),
        (any::<prop::sample::Index>(), pieces)
            .prop_map(|(at, piece)| Change::Put(at, piece.into())),
        (
            any::<prop::sample::Index>(),
            prop::collection::vec(any::<u8>(), 0..4)
        )
            .prop_map(|(at, bytes)| Change::Put(at, bytes)),
    ]
}

fn changed(mut json: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let len = json.len();
        match change {
            Change::Byte(at, byte) if len > 0 => json[at.index(len)] = *byte,
            Change::Cut(from, to) if len > 0 => {
                let (from, to) = (from.index(len), to.index(len));
                json.drain(from.min(to)..from.max(to).min(from.min(to) + 40));
            }
            Change::Put(at, bytes) => {
                let at = at.index(len + 1);
                json.splice(at..at, bytes.iter().copied());
            }
            Change::Byte(..) | Change::Cut(..) => {}
        }
    }
    json
}

#[test]
fn recorded_texts_decode_as_everything() {
    for json in RECORDED {
        assert_eq!(read_as_everything(json.as_bytes()), 7, "{json}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn no_damage_to_a_recorded_text_makes_it_panic(
        json in prop::sample::select(RECORDED.to_vec()),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        read_as_everything(&changed(json.into(), &changes));
    }

    #[test]
    fn everything_that_is_json_and_an_object_decodes(
        json in prop::sample::select(RECORDED.to_vec()),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let json = changed(json.into(), &changes);
        if serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&json).is_ok() {
            prop_assert_eq!(read_as_everything(&json), 7);
        }
    }
}
