//! What travels both ways goes back as it came.

use openrouter_types::{
    ChatAssistantMessage, ChatMessages, ChatToolCall, Decode, ReasoningDetailUnion,
};

#[track_caller]
fn same<T: Decode + serde::Serialize>(json: &str) -> T {
    let value = T::decode(json.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    value
}

#[test]
fn an_assistant_message_goes_back_byte_for_byte() {
    same::<ChatAssistantMessage>(concat!(
        r#"{"content":null,"role":"assistant","novel":{"b":1.50,"a":[1e3,"\u00e9"]},"refusal":null,"#,
        r#""reasoning":"Because.","reasoning_details":[{"index":0,"type":"reasoning.text","text":"Because.","#,
        r#""signature":"c2ln","id":null,"format":"anthropic-claude-v1","later":0.10}],"#,
        r#""tool_calls":[{"function":{"arguments":"{\"a\": 1}","name":"add"},"index":0,"type":"function","id":"c1"}]}"#,
    ));
    same::<ChatAssistantMessage>(
        r#"{"role":"assistant","content":"","tool_calls":[],"reasoning_details":[]}"#,
    );
    for content in ["7", "7.250", "true", r#"{"new":1.50}"#, r#"[{"new":1.50}]"#] {
        same::<ChatAssistantMessage>(&format!(r#"{{"content":{content}}}"#));
    }
}

#[test]
fn reasoning_details_of_every_kind_go_back_byte_for_byte() {
    for json in [
        r#"{"type":"reasoning.summary","summary":"s","id":"rs_1","format":"openai-responses-v1","index":0}"#,
        r#"{"type":"reasoning.encrypted","data":"gAAAA","id":null,"format":null,"index":1.0}"#,
        r#"{"data":"gAAAA","index":1e0,"type":"reasoning.encrypted"}"#,
        r#"{"type":"reasoning.server_tool_call","tool_name":"t","arguments":"{}","result":"{}","tool_call_id":"c9"}"#,
        r#"{"type":"reasoning.novel","z":1.0,"a":{"k":[true,null]}}"#,
        r#"{"text":"no type at all"}"#,
        r#"{"type":7,"text":"not a name"}"#,
    ] {
        same::<ReasoningDetailUnion>(json);
    }
}

#[test]
fn a_changed_field_is_written_in_its_place() {
    let mut call = same::<ChatToolCall>(
        r#"{"type":"function","id":"","function":{"name":"f","arguments":""},"x":1}"#,
    );
    call.id = "abc".into();
    assert_eq!(
        serde_json::to_string(&call).unwrap(),
        r#"{"type":"function","id":"abc","function":{"name":"f","arguments":""},"x":1}"#
    );
}

#[test]
fn a_tool_call_without_an_id_gets_one_at_the_end_and_null_stays_null_until_then() {
    let mut call = same::<ChatToolCall>(
        r#"{"id":null,"type":"function","function":{"name":"f","arguments":"{}"}}"#,
    );
    assert_eq!(call.id, "");
    call.id = "abc".into();
    assert!(
        serde_json::to_string(&call)
            .unwrap()
            .starts_with(r#"{"id":"abc""#)
    );
}

#[test]
fn unknown_roles_and_parts_go_back_byte_for_byte() {
    same::<ChatMessages>(r#"{"role":"critic","content":"no","score":0.50}"#);
    same::<ChatMessages>(
        r#"{"role":"assistant","content":[{"type":"hologram","data":[1.0]},{"text":"hi","type":"text"}]}"#,
    );
}
