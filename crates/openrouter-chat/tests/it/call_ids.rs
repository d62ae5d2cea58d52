//! No two calls that are to be answered share an id, whatever a server gives.

use std::collections::HashSet;

use openrouter_chat::tools::{Decision, StopReason, Tool, Tools};
use openrouter_chat::{
    ChatModel, ChatOptions, ChatResponse, Client, Conversation, Message, StreamEvent, ToolCall,
};
use openrouter_testkit::Answer;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::tools::{body, server};

/// Says which city, so that a result can be told from another.
fn weather() -> Tools {
    let tool = Tool::function(
        "weather",
        "",
        json!({"type": "object"}),
        |place: Value| async move { format!("rain in {}", place["city"].as_str().unwrap()) },
    );
    Tools::new([tool]).unwrap()
}

fn asks(calls: &[(&str, &str)]) -> Answer {
    calls.iter().fold(Answer::new(), |answer, (id, city)| {
        answer.tool_call_with_id(*id, "weather", json!({"city": city}).to_string())
    })
}

fn ids(calls: &[ToolCall]) -> Vec<&str> {
    calls.iter().map(ToolCall::id).collect()
}

/// The ids as the server gave them.
fn given(response: &ChatResponse) -> Vec<String> {
    let message = response.as_wire().choices[0].message.as_ref().unwrap();
    let calls = message.tool_calls.iter().flatten();
    calls.map(|call| call.id.clone()).collect()
}

fn is_made_up(id: &str) -> bool {
    id.len() == 9 && id.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Every call has an id of its own, and right behind it the result that belongs to it.
fn assert_paired(messages: &[Value]) {
    let mut seen = HashSet::new();
    let mut at = 0;
    while let Some(message) = messages.get(at) {
        at += 1;
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let id = call["id"].as_str().unwrap();
            assert!(!id.is_empty() && seen.insert(id), "{id:?}: {messages:?}");
            let result = &messages[at];
            assert_eq!(result["tool_call_id"], *id, "{messages:?}");
            let arguments = call["function"]["arguments"].as_str().unwrap();
            let arguments: Value = serde_json::from_str(arguments).unwrap();
            let city = arguments["city"].as_str().unwrap();
            assert!(
                result["content"].as_str().unwrap().contains(city),
                "{messages:?}"
            );
            at += 1;
        }
    }
}

#[tokio::test]
async fn of_calls_that_share_an_id_the_first_keeps_it_and_the_wire_stays_as_it_came() {
    let turn = asks(&[("a", "Oslo"), ("a", "Rome"), ("b", "Bonn"), ("a", "Rome")]);
    let (_server, model) = server([turn.clone(), turn]).await;
    let whole = model.invoke("Go").await.unwrap();
    let mut stream = model.stream("Go").await.unwrap();
    let mut told = Vec::new();
    while let Some(event) = stream.next().await {
        if let StreamEvent::ToolCall { tool_call, .. } = event.unwrap() {
            told.push(tool_call);
        }
    }
    let streamed = stream.finish().await.unwrap();
    for response in [whole, streamed] {
        assert_eq!(given(&response), ["a", "a", "b", "a"]);
        let calls = response.tool_calls();
        assert_eq!(calls, told);
        assert_eq!(response.message().unwrap().tool_calls(), told);
        let [first, second, third, fourth] = ids(&calls)[..] else {
            panic!("{calls:?}");
        };
        assert_eq!((first, third), ("a", "b"));
        assert!(is_made_up(second) && is_made_up(fourth) && second != fourth);
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_run_does_not_take_the_id_of_one_that_can() {
    let turn = asks(&[])
        .tool_call_with_id("a", "weather", "{")
        .tool_call_with_id("a", "weather", "{}");
    let (_server, model) = server([turn]).await;
    let response = model.invoke("Go").await.unwrap();
    let message = response.message().unwrap().tool_calls();
    assert_eq!(response.invalid_tool_calls(), message[..1]);
    assert_eq!(response.tool_calls(), message[1..]);
    assert_eq!(message[0].id(), "a");
    assert!(is_made_up(message[1].id()));
}

#[tokio::test]
async fn the_loop_answers_each_call_once_whatever_ids_a_server_gives() {
    let turns = [
        asks(&[("call_0", "Oslo"), ("call_0", "Rome")]),
        // The server counts anew in each reply, and the same is asked for once more.
        asks(&[
            ("call_0", "Bonn"),
            ("call_1", "Oslo"),
            ("call_0", "Rome"),
            ("call_0", "Rome"),
        ]),
        asks(&[("call_1", "Bern")]),
        asks(&[("call_2", "Bern")]),
        Answer::text("Rain."),
    ];
    let tools = weather();
    let mut sent = Vec::new();
    for is_streamed in [false, true] {
        let (server, model) = server(turns.clone()).await;
        let mut run = model.run(&tools, "Go");
        let outcome = match is_streamed {
            false => run.finish().await,
            true => run.stream().finish().await,
        };
        let outcome = outcome.unwrap();
        assert_eq!(outcome.stop, StopReason::Complete);
        assert_eq!(outcome.state.calls().count(), 8);
        let mut before = Vec::new();
        for request in 0..5 {
            let messages = body(&server, request)["messages"]
                .as_array()
                .unwrap()
                .clone();
            assert_paired(&messages);
            assert_eq!(messages[..before.len()], before, "the cached prompt stays");
            before = messages;
        }
        // Where nothing is repeated, nothing is touched.
        assert_eq!(before[1]["tool_calls"][0]["id"], "call_0");
        assert_eq!(before.last().unwrap()["tool_call_id"], "call_2");
        sent.push(before);
    }
    let pairs = sent[0].iter().zip(&sent[1]);
    for (whole, streamed) in pairs {
        assert_eq!(whole["tool_call_id"], streamed["tool_call_id"]);
        assert_eq!(whole["tool_calls"], streamed["tool_calls"]);
    }
}

#[tokio::test]
async fn calls_that_wait_are_decided_one_by_one_though_a_server_gave_them_one_id() {
    let turns = [
        asks(&[("a", "Oslo"), ("a", "Rome")]),
        Answer::text("Thanks."),
    ];
    let (server, model) = server(turns).await;
    let tools: Tools = Tools::new([Tool::new("weather", "")]).unwrap();
    let outcome = model.run(&tools, "Go").finish().await.unwrap();
    assert_eq!(outcome.stop, StopReason::Paused);
    let saved = serde_json::to_string(&outcome.state).unwrap();
    let mut run = model.resume(&tools, serde_json::from_str(&saved).unwrap());
    let open: Vec<ToolCall> = run.state().open_calls().into_iter().cloned().collect();
    // In another order than they came.
    run.answer(open[1].id(), "rain in Rome").unwrap();
    run.decide(open[0].id(), Decision::Refuse("not Oslo".to_owned()))
        .unwrap();
    assert!(run.finish().await.unwrap().stop.is_complete());
    assert_paired(body(&server, 1)["messages"].as_array().unwrap());
}

#[tokio::test]
async fn the_same_call_without_an_id_in_two_replies_is_two_calls() {
    // Each reply has an id of its own.
    let (_server, model) = server([asks(&[("", "Oslo")]), asks(&[("", "Oslo")])]).await;
    let first = model.invoke("Go").await.unwrap();
    let second = model.invoke("Go").await.unwrap();
    let (first, second) = (first.tool_calls(), second.tool_calls());
    assert!(is_made_up(first[0].id()) && is_made_up(second[0].id()));
    assert_ne!(first[0].id(), second[0].id());
}

fn sent(messages: &Conversation) -> Vec<Value> {
    let client = Client::builder()
        .base_url("http://127.0.0.1:9/api/v1")
        .api_key("k")
        .build()
        .unwrap();
    let model = ChatModel::new(client, "acme/model");
    let request = model.encode(messages, &ChatOptions::new()).unwrap();
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    body["messages"].as_array().unwrap().clone()
}

/// A reply that calls, as another program may have saved it.
fn saved_calls(calls: &[(&str, &str)]) -> Value {
    let calls: Vec<Value> = calls
        .iter()
        .map(|(id, city)| {
            let arguments = json!({"city": city}).to_string();
            json!({"id": id, "type": "function", "function": {"name": "weather", "arguments": arguments}})
        })
        .collect();
    json!({"role": "assistant", "content": null, "tool_calls": calls})
}

fn result(id: &str, city: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": format!("rain in {city}")})
}

#[test]
fn a_conversation_that_another_program_saved_is_sent_with_ids_of_their_own() {
    let cases = [
        // One id for both, and their results in order.
        vec![
            saved_calls(&[("a", "Oslo"), ("a", "Rome")]),
            result("a", "Oslo"),
            result("a", "Rome"),
        ],
        // No ids.
        vec![
            saved_calls(&[("", "Oslo"), ("", "Rome")]),
            result("", "Oslo"),
            result("", "Rome"),
        ],
        // Counted anew in each reply.
        vec![
            saved_calls(&[("a", "Oslo"), ("b", "Rome")]),
            result("a", "Oslo"),
            result("b", "Rome"),
            json!({"role": "assistant", "content": "And now?"}),
            json!({"role": "user", "content": "Go on."}),
            saved_calls(&[("b", "Bonn"), ("a", "Oslo"), ("c", "Bern")]),
            result("b", "Bonn"),
            result("a", "Oslo"),
            result("c", "Bern"),
        ],
    ];
    for messages in cases {
        let talk: Conversation = serde_json::from_value(Value::Array(messages.clone())).unwrap();
        let sent = sent(&talk);
        assert_paired(&sent);
        assert_eq!(serde_json::to_value(&talk).unwrap(), Value::Array(messages));
    }
}

#[tokio::test]
async fn results_named_as_the_calls_were_handed_out_fit_a_message_that_was_kept_as_it_came() {
    let (_server, model) = server([asks(&[("a", "Oslo"), ("a", "Rome")])]).await;
    let response = model.invoke("Go").await.unwrap();
    let as_it_came = response.as_wire().choices[0].message.clone().unwrap();
    let mut talk = Conversation::from_iter([Message::from(as_it_came)]);
    for (call, city) in response.tool_calls().iter().zip(["Oslo", "Rome"]) {
        talk.push(Message::tool(call.id(), format!("rain in {city}")));
    }
    assert_paired(&sent(&talk));
}

#[test]
fn a_result_that_answers_nothing_is_sent_as_it_is() {
    let messages = json!([
        saved_calls(&[("a", "Oslo"), ("a", "Rome")]),
        result("a", "Oslo"),
        result("a", "Rome"),
        result("a", "Bonn"),
        result("z", "Bern"),
    ]);
    let talk: Conversation = serde_json::from_value(messages).unwrap();
    let sent = sent(&talk);
    assert_eq!(sent[3]["tool_call_id"], "a");
    assert_eq!(sent[4]["tool_call_id"], "z");
}

proptest! {
    #[test]
    fn whatever_ids_a_conversation_has_it_is_sent_with_one_for_each_call(
        turns in prop::collection::vec(prop::collection::vec("[ab]?", 0..4), 0..6),
    ) {
        let mut messages = Vec::new();
        for (turn, ids) in turns.iter().enumerate() {
            let cities: Vec<String> = (0..ids.len()).map(|at| format!("city-{turn}-{at}")).collect();
            let calls: Vec<_> = ids.iter().zip(&cities).map(|(id, city)| (&**id, &**city)).collect();
            messages.push(saved_calls(&calls));
            messages.extend(calls.iter().map(|(id, city)| result(id, city)));
        }
        let talk: Conversation = serde_json::from_value(Value::Array(messages)).unwrap();
        assert_paired(&sent(&talk));
    }
}
