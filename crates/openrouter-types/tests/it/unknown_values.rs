//! Nothing a server writes makes an answer undecodable.

use openrouter_types::{ChatResult, ChatStreamChunk, ChatUsage, Decode};

#[test]
fn values_of_the_wrong_kind_are_kept_beside_the_known_fields() {
    let chunk = ChatStreamChunk::decode(br#"{"id": 7, "choices": "none", "model": "m"}"#).unwrap();
    assert_eq!(chunk.model.as_deref(), Some("m"));
    assert_eq!(
        chunk.extra.get("choices").map(|raw| raw.as_str()),
        Some("\"none\"")
    );
    assert_eq!(chunk.extra.get("id").map(|raw| raw.as_str()), Some("7"));
}

#[test]
fn a_choice_of_the_wrong_kind_does_not_hide_the_others() {
    let chunk =
        ChatStreamChunk::decode(br#"{"choices": ["x", {"index": 0, "delta": {"content": "Hi"}}]}"#)
            .unwrap();
    assert_eq!(chunk.choices.len(), 1);
}

#[test]
fn counts_may_be_floats_or_texts() {
    let usage = ChatUsage::decode(
        br#"{"prompt_tokens": 12.0, "completion_tokens": "7", "total_tokens": 19}"#,
    )
    .unwrap();
    assert_eq!(
        (
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.total_tokens
        ),
        (Some(12), Some(7), Some(19))
    );
}

#[test]
fn text_that_is_not_json_is_an_error_with_its_place() {
    let error = ChatResult::decode(b"{\"id\": \n oops}").unwrap_err();
    assert_eq!(error.line(), 2);
    assert!(ChatResult::decode(b"[]").is_err());
    assert!(ChatResult::decode(b"").is_err());
}
