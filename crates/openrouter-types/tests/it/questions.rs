//! What people ask of answers, and what `Debug` shows of them.

use openrouter_types::{
    ApiErrorType, ChatContentItems, ChatMessages, ChatResult, ChatStreamChunk, Decode, ErrorBody,
    InputModality, Model, OutputModality, Parameter,
};

fn chunk(json: &str) -> ChatStreamChunk {
    ChatStreamChunk::decode(json.as_bytes()).unwrap()
}

#[test]
fn a_chunk_tells_what_is_new_of_the_first_answer() {
    let chunk1 = chunk(
        r#"{"choices":[{"index":1,"delta":{"content":"B"}},{"index":0,"delta":{"content":"A"}}]}"#,
    );
    assert_eq!(chunk1.text(), Some("A"));
    assert_eq!(
        chunk(r#"{"choices":[{"delta":{"content":"A"}}]}"#).text(),
        Some("A")
    );
    assert_eq!(
        chunk(r#"{"choices":[{"index":1,"delta":{"content":"B"}}]}"#).text(),
        None
    );
    assert_eq!(
        chunk(r#"{"choices":[{"delta":{"content":""}}]}"#).text(),
        None
    );
    let thinking = chunk(r#"{"choices":[{"delta":{"reasoning":"","reasoning_content":"So"}}]}"#);
    assert_eq!(thinking.reasoning_text(), Some("So"));
    let end = chunk(r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#);
    assert_eq!(end.usage().map(openrouter_types::ChatUsage::total), Some(7));
    assert_eq!(end.text(), None);
}

#[test]
fn an_answer_tells_its_text_and_its_calls() {
    let parts = br#"{"choices":[{"index":0,"message":{"role":"assistant","content":[{"type":"text","text":"A"},{"type":"novel"},{"type":"text","text":"B"}],"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}}]}"#;
    let result = ChatResult::decode(parts).unwrap();
    assert_eq!(result.text().as_deref(), Some("AB"));
    assert_eq!(result.tool_calls()[0].function.name, "f");
    let empty = ChatResult::decode(br#"{"choices":[{"message":{"content":null}}]}"#).unwrap();
    assert_eq!(empty.text(), None);
    assert!(empty.tool_calls().is_empty());
}

#[test]
fn an_error_is_transient_when_the_server_says_so_else_by_type_else_by_status() {
    for (json, transient) in [
        (r#"{"code":429}"#, true),
        (r#"{"code":"429"}"#, true),
        (r#"{"http_status":503}"#, true),
        (r#"{"code":402}"#, false),
        (r#"{"code":"server_error"}"#, false),
        (r#"{"code":429,"availability":{"retryable":false}}"#, false),
        (
            r#"{"code":404,"availability":{"retryable":true,"retry_after":2.5}}"#,
            true,
        ),
        (r#"{"code":400,"error_type":"provider_unavailable"}"#, true),
        (
            r#"{"code":502,"metadata":{"error_type":"content_policy_violation"}}"#,
            false,
        ),
        (r#"{"code":502,"error_type":"unmapped"}"#, true),
        (r#"{"code":502,"error_type":"not_known_yet"}"#, true),
        ("{}", false),
    ] {
        let error = ErrorBody::decode(json.as_bytes()).unwrap();
        assert_eq!(error.is_transient(), transient, "{json}");
    }
    let error = ErrorBody::decode(br#"{"code":429.0,"availability":{"retry_after":2.5},"metadata":{"error_type":"rate_limit_exceeded","provider_name":"P","raw":{"a":1}}}"#).unwrap();
    assert_eq!(error.status(), Some(429));
    assert_eq!(error.retry_after_seconds(), Some(2.5));
    assert_eq!(error.provider_name(), Some("P"));
    assert_eq!(
        error.kind_of_error(),
        Some(&ApiErrorType::RateLimitExceeded)
    );
    assert_eq!(
        error.raw().map(openrouter_types::RawJson::as_str),
        Some(r#"{"a":1}"#)
    );
}

#[test]
fn a_model_tells_what_it_can_do() {
    let model = Model::decode(br#"{"context_length":8000,"supported_parameters":["tools","structured_outputs"],"architecture":{"input_modalities":["text","image"],"output_modalities":["text"]},"top_provider":{"context_length":4000,"max_completion_tokens":1000},"reasoning":{"mandatory":true}}"#).unwrap();
    assert!(model.supports(&Parameter::TOOLS) && !model.supports(&Parameter::SEED));
    assert!(
        model.calls_tools() && model.follows_schemas() && model.reasons() && model.must_reason()
    );
    assert!(model.takes(&InputModality::Image) && !model.takes(&InputModality::Audio));
    assert!(model.gives(&OutputModality::Text) && !model.gives(&OutputModality::Image));
    assert_eq!(
        (model.max_context_tokens(), model.max_output_tokens()),
        (Some(4000), Some(1000))
    );

    let unknown = Model::decode(br#"{"context_length":8000}"#).unwrap();
    assert!(!unknown.calls_tools() && !unknown.follows_schemas() && !unknown.reasons());
    assert!(unknown.input_modalities().is_empty() && unknown.output_modalities().is_empty());
    assert_eq!(
        (unknown.max_context_tokens(), unknown.max_output_tokens()),
        (Some(8000), None)
    );
}

#[test]
fn debug_shows_how_long_a_payload_is_rather_than_the_payload() {
    let base64 = "iVBORw0KGgo".repeat(1_000);
    let message = ChatMessages::user([
        ChatContentItems::from("What is this?"),
        ChatContentItems::image(format!("data:image/png;base64,{base64}")),
    ]);
    let shown = format!("{message:?}");
    assert!(
        shown.contains("What is this?") && shown.contains("data:image/png;base64,"),
        "{shown}"
    );
    assert!(
        shown.contains("(11022 bytes)") && shown.len() < 500,
        "{shown}"
    );

    let chunk = chunk(&format!(
        r#"{{"choices":[{{"delta":{{"audio":{{"data":"{base64}"}},"later":"{base64}"}}}}]}}"#
    ));
    let shown = format!("{chunk:?}");
    assert!(
        shown.contains("(11000 bytes)") && shown.contains("(11002 bytes)"),
        "{shown}"
    );
    assert!(shown.len() < 2_000, "{shown}");
}

#[test]
fn debug_shows_the_fields_that_have_a_value() {
    let json =
        br#"{"id":"gen-1","provider":null,"choices":[{"delta":{"content":"Hi","tone":"warm"},
        "finish_reason":"stop"}],"usage":{"prompt_tokens":3,"cost":0.10}}"#;
    let chunk = ChatStreamChunk::decode(json).unwrap();
    assert_eq!(
        format!("{chunk:?}"),
        r#"ChatStreamChunk { id: "gen-1", choices: [{delta: {content: "Hi", extra: {"tone": "warm"}}, finish_reason: "stop"}], usage: {prompt_tokens: 3, cost: 0.1} }"#
    );
}
