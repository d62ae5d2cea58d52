//! Tools and plugins of every kind.

use openrouter_types::{
    ChatFunctionDefinition, ChatFunctionDefinitionTool, ChatFunctionTool, ChatToolChoice,
    ChatToolChoiceMode, Decode, RawJson,
};
use serde_json::Value;

fn same_meaning<T: Decode + serde::Serialize>(json: &str) -> T {
    let value = T::decode(json.as_bytes()).unwrap();
    let written: Value = serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(json).unwrap());
    value
}

/// Whether every field was one that the type knows.
fn shows_no_unknown_field(value: &impl std::fmt::Debug) -> bool {
    !format!("{value:?}")
        .replace("extra: Extra {}", "")
        .replace("extra: {}", "")
        .contains("extra:")
}

#[test]
fn every_documented_tool_is_known_with_all_its_fields() {
    for json in [
        r#"{"type":"function","function":{"name":"weather","description":"Current weather","parameters":{"type":"object","z":1,"a":2},"strict":true},"cache_control":{"type":"ephemeral"},"eager_input_streaming":true}"#,
        r#"{"type":"openrouter:web_search","parameters":{"engine":"exa","mode":"deep-lite","max_results":3,"max_total_results":9,"max_uses":2,"max_characters":2000,"search_context_size":"low","allowed_domains":["example.org"],"excluded_domains":[],"user_location":{"type":"approximate","city":"Oslo","country":"NO"}}}"#,
        r#"{"type":"openrouter:web_fetch","parameters":{"engine":"openrouter","max_uses":2,"max_content_tokens":100,"allowed_domains":["example.org"],"blocked_domains":[]}}"#,
        r#"{"type":"openrouter:datetime","parameters":{"timezone":"Europe/Oslo"}}"#,
        r#"{"type":"openrouter:image_generation","parameters":{"model":"openai/gpt-5-image","quality":"high","size":"1024x1024","aspect_ratio":"16:9","background":"opaque","output_format":"png","output_compression":80.5,"moderation":"auto"}}"#,
        r#"{"type":"openrouter:fusion","parameters":{"analysis_models":["openai/gpt-5-mini"],"model":"a/b","max_tool_calls":4,"max_completion_tokens":16000,"temperature":0.5,"reasoning":{"effort":"high","max_tokens":100},"tools":[{"type":"openrouter:web_search","parameters":{"max_results":1}}],"cache_control":{"type":"ephemeral","ttl":"1h"}}}"#,
        r#"{"type":"openrouter:advisor","parameters":{"name":"reviewer","model":"~anthropic/claude-opus-latest","instructions":"Be brief.","forward_transcript":true,"stream":false,"max_completion_tokens":100,"max_tool_calls":3,"temperature":0.5,"reasoning":{"effort":"low"}}}"#,
        r#"{"type":"openrouter:subagent","parameters":{"name":"worker","model":"a/b","instructions":"Work.","tools":[{"type":"openrouter:web_search"}],"max_tool_calls":25,"max_completion_tokens":100,"temperature":0.5,"reasoning":{"max_tokens":10},"inherit_functions":true,"inherited_function_names":["f"]}}"#,
        r#"{"type":"openrouter:files"}"#,
        r#"{"type":"openrouter:experimental__search_models","parameters":{"max_results":5}}"#,
        r#"{"type":"openrouter:bash","parameters":{"engine":"native","environment":{"type":"container_reference","container_id":"c-1"},"sleep_after_seconds":900}}"#,
        r#"{"type":"web_search","max_results":3}"#,
        r#"{"type":"web_search_preview_2025_03_11","parameters":{"engine":"native"}}"#,
    ] {
        let tool = same_meaning::<ChatFunctionTool>(json);
        assert!(!matches!(tool, ChatFunctionTool::Unknown(_)), "{json}");
        assert!(shows_no_unknown_field(&tool), "{tool:?}");
    }
}

#[test]
fn a_tool_of_a_kind_not_known_yet_goes_out_as_it_was_given() {
    let json = r#"{"type":"openrouter:novel","z":1.50,"a":{"k":null}}"#;
    let tool = ChatFunctionTool::decode(json.as_bytes()).unwrap();
    assert!(matches!(tool, ChatFunctionTool::Unknown(_)));
    assert_eq!(serde_json::to_string(&tool).unwrap(), json);
}

#[test]
fn a_functions_schema_keeps_the_order_of_its_keys() {
    let schema = r#"{"type":"object","properties":{"z":{"type":"number"},"a":{"type":"string"}},"required":["z"]}"#;
    let function =
        ChatFunctionDefinition::new("f").with_parameters(RawJson::parse(schema).unwrap());
    let tool = ChatFunctionTool::from(ChatFunctionDefinitionTool::new(function));
    let expected =
        format!(r#"{{"type":"function","function":{{"name":"f","parameters":{schema}}}}}"#);
    assert_eq!(serde_json::to_string(&tool).unwrap(), expected);
}

#[test]
fn every_tool_choice_is_written_as_the_api_takes_it() {
    for json in [
        r#""none""#,
        r#""auto""#,
        r#""required""#,
        r#"{"type":"function","function":{"name":"weather"}}"#,
        r#"{"type":"openrouter:web_search"}"#,
    ] {
        let choice = ChatToolChoice::decode(json.as_bytes()).unwrap();
        assert!(!matches!(choice, ChatToolChoice::Unknown(_)), "{json}");
        assert_eq!(serde_json::to_string(&choice).unwrap(), json);
    }
    let choice = ChatToolChoice::from(ChatToolChoiceMode::Required);
    assert_eq!(serde_json::to_string(&choice).unwrap(), r#""required""#);
}
