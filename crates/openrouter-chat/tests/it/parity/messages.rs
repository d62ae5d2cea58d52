//! Messages, names, tool calls, and reasoning that goes back.

use openrouter_chat::{ChatOptions, Conversation, Message, Role, ToolCall};
use serde_json::{Value, json};

use crate::wire::{
    body, body_text, delta, offline, reply_of, replying, saved, sent, sent_to, streaming,
};

#[test]
fn each_role_is_sent_with_its_content() {
    for (message, role, wire) in [
        (Message::system("Be brief."), Role::System, "system"),
        (
            Message::developer("Be brief."),
            Role::Developer,
            "developer",
        ),
        (Message::user("Be brief."), Role::User, "user"),
        (
            Message::assistant("Be brief."),
            Role::Assistant,
            "assistant",
        ),
    ] {
        assert_eq!(message.role(), role);
        assert_eq!(sent(message), json!({"role": wire, "content": "Be brief."}));
    }
}

#[test]
fn a_text_alone_is_what_the_user_says() {
    assert_eq!(
        body(&offline(), "Hi", &ChatOptions::new())["messages"],
        json!([{"role": "user", "content": "Hi"}])
    );
}

#[test]
fn a_role_that_is_not_known_is_sent_as_it_is() {
    let message = Message::with_role("critic", "Too long.");
    assert_eq!(message.role(), Role::Other("critic".into()));
    assert_eq!(message.text(), "Too long.");
    assert_eq!(
        sent(message),
        json!({"role": "critic", "content": "Too long."})
    );
    let known = Message::with_role("developer", "Be brief.");
    assert_eq!(known.role(), Role::Developer);
    let novel = r#"{"role":"critic","content":[{"type":"novel"}],"weight":1.50}"#;
    assert!(body_text(&offline(), saved(novel), &ChatOptions::new()).contains(novel));
}

#[test]
fn the_result_of_a_tool_has_its_content_and_the_id_of_its_call() {
    assert_eq!(
        sent(Message::tool("call-1", "4 °C")),
        json!({"role": "tool", "content": "4 °C", "tool_call_id": "call-1"})
    );
}

#[test]
fn any_role_has_a_name() {
    for message in [
        Message::system("x"),
        Message::developer("x"),
        Message::user("x"),
        Message::assistant("x"),
        Message::tool("c", "x"),
        Message::with_role("critic", "x"),
    ] {
        let sent = sent(message.with_name("ana"));
        assert_eq!(sent["name"], "ana", "{sent}");
    }
}

#[test]
fn calls_without_text_have_null_content() {
    let calls = [ToolCall::new("c1", "weather", r#"{"city":"Oslo"}"#)];
    assert_eq!(
        sent(Message::assistant_tool_calls(calls)),
        json!({
            "role": "assistant",
            "content": null,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Oslo\"}"}}],
        })
    );
}

/// They write arguments anew; ours stay byte for byte, since a prompt cache goes by bytes.
#[test]
fn arguments_are_text_that_stays_as_it_was() {
    for arguments in [
        r#"{"city":"Tromsø 🌨"}"#,
        r#"{ "b" : 1.50,"a":"\u00e5" }"#,
        r#" {"a":1}"#,
    ] {
        let message = sent(Message::assistant_tool_calls([ToolCall::new(
            "c", "f", arguments,
        )]));
        assert_eq!(message["tool_calls"][0]["function"]["arguments"], arguments);
    }
    let call = ToolCall::new("c", "f", r#"{"city":"Tromsø"}"#);
    let text = body_text(
        &offline(),
        Message::assistant_tool_calls([call]),
        &ChatOptions::new(),
    );
    assert!(text.contains("Tromsø"), "not escaped: {text}");
}

/// The one change: servers that read the text as JSON refuse a message with an empty one.
#[test]
fn a_call_without_arguments_is_sent_with_an_empty_object() {
    for arguments in ["", " \n"] {
        let call = ToolCall::new("c", "f", arguments);
        let message = sent(Message::assistant_tool_calls([call]));
        assert_eq!(message["tool_calls"][0]["function"]["arguments"], "{}");
    }
    let history = saved(
        r#"{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f"},"novel":1}]}"#,
    );
    assert_eq!(
        sent(history)["tool_calls"],
        json!([{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}, "novel": 1}])
    );
}

#[tokio::test]
async fn invalid_calls_go_back_with_their_raw_text() {
    let reply = reply_of(
        r#"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"not-json{{{"}}]}"#,
    );
    let answer = replying(reply).await.invoke("Hi").await.unwrap();
    assert_eq!(
        (answer.tool_calls().len(), answer.invalid_tool_calls().len()),
        (0, 1)
    );
    let back = sent(answer.message().unwrap());
    assert_eq!(back["tool_calls"][0]["id"], "c1");
    assert_eq!(
        back["tool_calls"][0]["function"],
        json!({"name": "weather", "arguments": "not-json{{{"})
    );
}

#[test]
fn reasoning_goes_back_as_text_as_blocks_or_as_both() {
    let blocks =
        json!([{"type": "reasoning.text", "text": "Hm.", "signature": "c2ln", "index": 0}]);
    for reply in [
        json!({"role": "assistant", "content": "Hi", "reasoning": "Hm."}),
        json!({"role": "assistant", "content": "Hi", "reasoning_details": blocks}),
        json!({"role": "assistant", "content": "Hi", "reasoning": "Hm.", "reasoning_details": blocks}),
    ] {
        assert_eq!(sent(saved(&reply.to_string())), reply);
    }
}

/// The blocks that a stream of these lists of fragments ends in, as they go back.
async fn blocks_of(fragments: &[&str]) -> Value {
    let mut chunks: Vec<String> = fragments
        .iter()
        .map(|list| delta(&format!(r#"{{"reasoning_details":[{list}]}}"#)))
        .collect();
    chunks.push(delta(r#"{"content":"Hi"}"#));
    let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
    let answer = streaming(&chunks)
        .await
        .stream("Hi")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    let message = sent(answer.message().unwrap());
    message
        .get("reasoning_details")
        .cloned()
        .unwrap_or_default()
}

#[tokio::test]
async fn consecutive_fragments_of_one_block_are_merged() {
    let merged = blocks_of(&[
        r#"{"type":"reasoning.text","text":"The","format":"anthropic-claude-v1","index":0}"#,
        r#"{"type":"reasoning.text","text":" user wants","format":"anthropic-claude-v1","index":0}"#,
        r#"{"type":"reasoning.text","signature":"sig","format":"anthropic-claude-v1","index":0}"#,
    ])
    .await;
    assert_eq!(
        merged,
        json!([{"type": "reasoning.text", "text": "The user wants", "format": "anthropic-claude-v1", "signature": "sig", "index": 0}])
    );
}

/// They keep the last piece alone of summaries and encrypted data; ours are joined.
#[tokio::test]
async fn pieces_of_summaries_and_of_encrypted_data_are_joined() {
    let merged = blocks_of(&[
        r#"{"type":"reasoning.summary","summary":"Compared ","format":"openai-responses-v1","index":0,"id":"rs_1"}"#,
        r#"{"type":"reasoning.summary","summary":"both.","format":"openai-responses-v1","index":0}"#,
        r#"{"type":"reasoning.encrypted","data":"gAAA","format":"openai-responses-v1","index":1,"id":"rs_1"}"#,
        r#"{"type":"reasoning.encrypted","data":"AB==","index":1}"#,
    ])
    .await;
    assert_eq!(
        merged,
        json!([
            {"type": "reasoning.summary", "summary": "Compared both.", "format": "openai-responses-v1", "index": 0, "id": "rs_1"},
            {"type": "reasoning.encrypted", "data": "gAAAAB==", "format": "openai-responses-v1", "index": 1, "id": "rs_1"},
        ])
    );
}

#[tokio::test]
async fn entries_without_an_index_stay_apart() {
    let blocks = [
        r#"{"type":"reasoning.text","text":"A","format":"unknown"}"#,
        r#"{"type":"reasoning.text","text":"B","format":"unknown"}"#,
    ];
    let kept = blocks_of(&blocks).await;
    assert_eq!(
        kept,
        serde_json::from_str::<Value>(&format!("[{}]", blocks.join(","))).unwrap()
    );
}

#[tokio::test]
async fn interleaved_runs_stay_apart() {
    let blocks = [
        r#"{"type":"reasoning.text","text":"A","index":0,"format":"unknown"}"#,
        r#"{"type":"reasoning.text","text":"B","index":1,"format":"unknown"}"#,
        r#"{"type":"reasoning.text","text":"C","index":0,"format":"unknown"}"#,
        r#"{"type":"reasoning.text","text":"D","index":1,"format":"unknown"}"#,
    ];
    let kept = blocks_of(&blocks).await;
    assert_eq!(
        kept,
        serde_json::from_str::<Value>(&format!("[{}]", blocks.join(","))).unwrap()
    );
}

/// A history saved by a client that keeps fragments: what is signed as one block has to go back as one.
#[test]
fn fragments_in_a_saved_history_go_back_as_the_block_that_was_signed() {
    let message = saved(
        r#"{"role":"assistant","content":"Answer","reasoning_details":[
            {"type":"reasoning.text","text":"The","format":"anthropic-claude-v1","index":0},
            {"type":"reasoning.text","text":" user wants","format":"anthropic-claude-v1","index":0},
            {"type":"reasoning.text","signature":"sig","format":"anthropic-claude-v1","index":0}]}"#,
    );
    assert_eq!(
        sent_to("anthropic/claude-x", message)[0]["reasoning_details"],
        json!([{"type": "reasoning.text", "text": "The user wants", "format": "anthropic-claude-v1", "index": 0, "signature": "sig"}])
    );
}

/// They drop ids that begin with `rs_`. The documentation asks for blocks unchanged, and OpenAI finds the item by its id.
#[test]
fn ids_of_reasoning_items_are_kept() {
    let reply = json!({"role": "assistant", "content": "Hi", "reasoning_details": [
        {"type": "reasoning.summary", "summary": "Compared.", "id": "rs_1", "format": "openai-responses-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "openai-responses-v1", "index": 1},
    ]});
    assert_eq!(sent(saved(&reply.to_string())), reply);
}

#[test]
fn a_conversation_is_saved_and_loaded_without_a_change() {
    let history = r#"[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","content":null,"reasoning":"Hm.","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{ }"}}],"novel":1.50},{"role":"tool","tool_call_id":"c1","content":"done"}]"#;
    let talk: Conversation = serde_json::from_str(history).unwrap();
    assert_eq!(serde_json::to_string(&talk).unwrap(), history);
    assert!(body_text(&offline(), &talk, &ChatOptions::new()).contains(history));
}
