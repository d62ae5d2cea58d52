//! How earlier replies go back to a model.

use openrouter_chat::types::{ChatMessages, Decode as _};
use openrouter_chat::{ChatModel, ChatOptions, Client, Message, ReasoningReplay};
use serde_json::Value;

/// The messages that are sent, as JSON.
fn sent(model: &str, messages: &[Message], options: &ChatOptions) -> Vec<Value> {
    let client = Client::builder()
        .base_url("http://127.0.0.1:9/api/v1")
        .api_key("k")
        .build()
        .unwrap();
    let request = ChatModel::new(client, model)
        .encode(messages, options)
        .unwrap();
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    body["messages"].as_array().unwrap().clone()
}

fn reply(json: &str) -> Message {
    Message::from(ChatMessages::decode(json.as_bytes()).unwrap())
}

const SIGNED: &str = r#"{"role":"assistant","content":"Hi","reasoning":"Hm.","reasoning_details":[{"type":"reasoning.text","text":"Hm.","signature":"c2ln","format":"anthropic-claude-v1","index":0,"novel":1.50}]}"#;

#[test]
fn a_reply_goes_back_exactly_as_it_came() {
    let client = Client::builder()
        .base_url("http://127.0.0.1:9/api/v1")
        .api_key("k")
        .build()
        .unwrap();
    let request = ChatModel::new(client, "anthropic/x")
        .encode(&[reply(SIGNED)], &ChatOptions::new())
        .unwrap();
    assert!(String::from_utf8_lossy(request.body()).contains(SIGNED));
}

#[test]
fn reasoning_of_another_authors_model_stays_behind_unless_asked_for() {
    let message = [reply(SIGNED).with_origin("anthropic/claude-opus")];
    assert!(
        sent("anthropic/claude-sonnet", &message, &ChatOptions::new())[0]
            .get("reasoning_details")
            .is_some()
    );
    let foreign = sent("openai/gpt", &message, &ChatOptions::new());
    assert_eq!(foreign[0].get("reasoning_details"), None);
    assert_eq!(foreign[0].get("reasoning"), None);
    assert_eq!(foreign[0]["content"], "Hi");
    let always = ChatOptions::new().with_reasoning_replay(ReasoningReplay::Always);
    assert!(
        sent("openai/gpt", &message, &always)[0]
            .get("reasoning_details")
            .is_some()
    );
    let never = ChatOptions::new().with_reasoning_replay(ReasoningReplay::Never);
    assert_eq!(
        sent("anthropic/claude-opus", &message, &never)[0].get("reasoning_details"),
        None
    );
    // A router's author is not known, so nothing is taken away.
    assert!(
        sent("openrouter/auto", &message, &ChatOptions::new())[0]
            .get("reasoning_details")
            .is_some()
    );
}

#[test]
fn unsigned_thinking_of_a_format_that_signs_stays_behind() {
    let message = [reply(&SIGNED.replace(r#""signature":"c2ln","#, ""))];
    let sent = sent("anthropic/x", &message, &ChatOptions::new());
    assert_eq!(sent[0]["reasoning_details"], Value::Array(Vec::new()));
    assert_eq!(sent[0].get("reasoning"), None);
}

#[test]
fn a_block_that_occurs_twice_is_sent_once() {
    let messages = [reply(SIGNED), Message::user("Go on."), reply(SIGNED)];
    let sent = sent("anthropic/x", &messages, &ChatOptions::new());
    assert_eq!(sent[0]["reasoning_details"].as_array().unwrap().len(), 1);
    assert_eq!(sent[2]["reasoning_details"], Value::Array(Vec::new()));
}

#[test]
fn an_empty_list_of_blocks_stays_an_empty_list() {
    let message = [reply(
        r#"{"role":"assistant","content":"Hi","reasoning_details":[]}"#,
    )];
    assert_eq!(
        sent("deepseek/x", &message, &ChatOptions::new())[0]["reasoning_details"],
        Value::Array(Vec::new())
    );
}

#[test]
fn plain_thinking_goes_back_to_models_that_only_have_that() {
    let message = [reply(
        r#"{"role":"assistant","content":"Hi","reasoning_content":"Hm."}"#,
    )];
    assert_eq!(
        sent("deepseek/x", &message, &ChatOptions::new())[0]["reasoning_content"],
        "Hm."
    );
}

#[test]
fn a_turn_that_only_calls_tools_has_null_content() {
    let call = openrouter_chat::ToolCall::new("c1", "weather", r#"{ "city" : "Oslo" }"#);
    let sent = sent(
        "openai/x",
        &[Message::assistant_tool_calls([call])],
        &ChatOptions::new(),
    );
    assert!(sent[0].as_object().unwrap().contains_key("content") && sent[0]["content"].is_null());
    assert_eq!(
        sent[0]["tool_calls"][0]["function"]["arguments"],
        r#"{ "city" : "Oslo" }"#
    );
}

#[test]
fn options_are_saved_without_secrets_and_loaded() {
    let options = ChatOptions::new()
        .with_temperature(0.5)
        .with_seed(7)
        .with_router_metadata(true);
    let saved = serde_json::to_string(&options).unwrap();
    let loaded: ChatOptions = serde_json::from_str(&saved).unwrap();
    assert_eq!(loaded.request, options.request);
    assert_eq!(loaded.router_metadata, Some(true));
}

#[test]
fn a_saved_conversation_remembers_who_said_what_and_does_not_send_it() {
    let messages = vec![reply(SIGNED).with_origin("anthropic/claude-opus")];
    let saved = serde_json::to_string(&messages).unwrap();
    let loaded: Vec<Message> = serde_json::from_str(&saved).unwrap();
    assert_eq!(loaded, messages);
    assert_eq!(loaded[0].origin(), Some("anthropic/claude-opus"));
    assert_eq!(
        sent("anthropic/x", &loaded, &ChatOptions::new())[0].get("model"),
        None
    );
    assert_eq!(
        sent("openai/x", &loaded, &ChatOptions::new())[0].get("reasoning_details"),
        None
    );
}
