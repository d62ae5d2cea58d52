//! Tool calls as many servers write them: each comes out once, whole, with an id; streamed and unary alike.
//!
//! What is odd in a case was reported of the server, or is a case of the client, that its name tells; the words are ours.

mod shapes;

use openrouter_chat::{ChatModel, Client, RetryPolicy, StreamEvent, ToolCall};
use serde_json::{Value, json};

use crate::cases::serve::{CaseServer, Script};
use shapes::cases;

/// An id that is made up here: there was none.
const NONE: Option<&str> = None;

type Call = (Option<&'static str>, &'static str, &'static str);

struct Case {
    name: &'static str,
    /// The deltas of the first choice, one chunk each.
    deltas: Vec<Value>,
    calls: Vec<Call>,
    finish: Value,
}

fn case(name: &'static str, deltas: Value, calls: &[Call]) -> Case {
    Case {
        name,
        deltas: deltas.as_array().unwrap().clone(),
        calls: calls.to_vec(),
        finish: json!("tool_calls"),
    }
}

/// Deltas that hold nothing but these fragments of calls, a chunk for each.
fn fragments(fragments: Value) -> Value {
    let fragments = fragments.as_array().unwrap().iter();
    fragments
        .map(|fragment| json!({"tool_calls": [fragment]}))
        .collect()
}

const OSLO: &str = r#"{"city": "Oslo"}"#;
const ROME: &str = r#"{"city": "Rome"}"#;

/// The same calls in an answer that is not streamed, as far as one could look like that.
fn whole(case: &Case) -> Value {
    let calls: Vec<Value> = case
        .calls
        .iter()
        .map(|(id, name, arguments)| {
            json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
        })
        .collect();
    json!({"role": "assistant", "content": null, "tool_calls": calls})
}

async fn start() -> (CaseServer, ChatModel) {
    let server = CaseServer::start().await.unwrap();
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("test-key")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    (server, ChatModel::new(client, "acme/model"))
}

fn say_stream(server: &CaseServer, chunks: impl IntoIterator<Item = Value>) {
    let mut body = String::new();
    for chunk in chunks {
        body += &format!("data: {chunk}\n\n");
    }
    body += "data: [DONE]\n\n";
    server.say(Script {
        status: 200,
        headers: vec![("content-type".to_owned(), "text/event-stream".to_owned())],
        pieces: vec![body.into_bytes()],
    });
}

fn say_whole(server: &CaseServer, choice: Value) {
    let body = json!({"id": "gen-1", "object": "chat.completion", "created": 1, "model": "acme/model", "choices": [choice]});
    server.say(Script {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        pieces: vec![body.to_string().into_bytes()],
    });
}

fn chunk(choice: u64, delta: &Value, finish: &Value) -> Value {
    json!({"id": "gen-1", "object": "chat.completion.chunk", "created": 1, "model": "acme/model",
        "choices": [{"index": choice, "delta": delta, "finish_reason": finish}]})
}

fn assert_calls(name: &str, found: &[ToolCall], expected: &[Call]) {
    let shown: Vec<_> = found
        .iter()
        .map(|call| (call.name(), call.arguments_text()))
        .collect();
    let wanted: Vec<_> = expected
        .iter()
        .map(|(_, name, arguments)| (*name, *arguments))
        .collect();
    assert_eq!(shown, wanted, "{name}");
    for (call, (id, ..)) in found.iter().zip(expected) {
        match id {
            Some(id) => assert_eq!(call.id(), *id, "{name}"),
            None => {
                let is_plain = call.id().chars().all(|c| c.is_ascii_alphanumeric());
                assert!(call.id().len() == 9 && is_plain, "{name}: {:?}", call.id());
                let same = found.iter().filter(|other| other.id() == call.id());
                assert_eq!(same.count(), 1, "{name}: {found:?}");
            }
        }
        assert!(call.is_valid(), "{name}: {:?}", call.problem());
        assert!(call.arguments().unwrap().is_object(), "{name}: {call:?}");
    }
}

#[tokio::test]
async fn each_call_is_told_once_and_whole_however_a_server_writes_it() {
    let (server, model) = start().await;
    for mut case in cases() {
        for finish in [case.finish.clone(), json!("stop"), Value::Null] {
            case.finish = finish;
            let chunks = case
                .deltas
                .iter()
                .map(|delta| chunk(0, delta, &Value::Null));
            say_stream(&server, chunks.chain([chunk(0, &json!({}), &case.finish)]));
            let mut stream = model.stream("Hi").await.unwrap();
            let mut told: Vec<(usize, ToolCall)> = Vec::new();
            let mut started = Vec::new();
            let mut pieces: Vec<String> = vec![String::new(); case.calls.len()];
            while let Some(event) = stream.next().await {
                match event.unwrap() {
                    StreamEvent::ToolCall {
                        call, tool_call, ..
                    } => told.push((call, tool_call)),
                    StreamEvent::ToolCallStarted { call, .. } => started.push(call),
                    StreamEvent::ToolCallArguments { call, text, .. } => pieces[call] += &text,
                    _ => {}
                }
            }
            let places: Vec<usize> = (0..case.calls.len()).collect();
            assert_eq!(
                told.iter().map(|(place, _)| *place).collect::<Vec<_>>(),
                places,
                "{}",
                case.name
            );
            assert_eq!(started, places, "{}", case.name);
            let told: Vec<ToolCall> = told.into_iter().map(|(_, call)| call).collect();
            assert_calls(case.name, &told, &case.calls);
            for (pieces, call) in pieces.iter().zip(&told) {
                assert_eq!(pieces, call.arguments_text(), "{}", case.name);
            }
            let streamed = stream.finish().await.unwrap();
            assert_eq!(streamed.tool_calls(), told, "{}", case.name);
            assert!(streamed.invalid_tool_calls().is_empty(), "{}", case.name);

            say_whole(
                &server,
                json!({"index": 0, "message": whole(&case), "finish_reason": case.finish}),
            );
            let unary = model.invoke("Hi").await.unwrap();
            assert_eq!(
                unary.tool_calls(),
                told,
                "{}: streamed and whole differ",
                case.name
            );
        }
    }
}

/// The calls of a stream of these fragments, a chunk for each.
async fn streamed(pieces: Value) -> Vec<ToolCall> {
    let (server, model) = start().await;
    let deltas = fragments(pieces);
    let chunks = deltas.as_array().unwrap().iter();
    let chunks = chunks.map(|delta| chunk(0, delta, &Value::Null));
    say_stream(
        &server,
        chunks.chain([chunk(0, &json!({}), &json!("tool_calls"))]),
    );
    let answer = model.stream("Hi").await.unwrap().finish().await.unwrap();
    assert!(answer.invalid_tool_calls().is_empty(), "{answer:?}");
    answer.tool_calls()
}

#[tokio::test]
async fn an_empty_object_before_the_arguments_makes_room_for_them() {
    // A second call of the same shape, too: it is read by the pattern of the first.
    let calls = streamed(json!([
        {"index": 0, "id": "a", "function": {"name": "weather", "arguments": "{}"}},
        {"index": 0, "function": {"arguments": OSLO}},
        {"index": 0, "id": "b", "function": {"name": "weather", "arguments": "{}"}},
        {"index": 0, "function": {"arguments": ROME}},
        {"index": 1, "id": "c", "function": {"name": "now", "arguments": "{}"}},
        {"index": 1, "function": {"arguments": " "}},
    ]))
    .await;
    assert_calls(
        "placeholders",
        &calls,
        &[
            (Some("a"), "weather", OSLO),
            (Some("b"), "weather", ROME),
            (Some("c"), "now", "{} "),
        ],
    );
}

#[tokio::test]
async fn calls_of_two_tools_under_one_index_and_id_are_two_calls() {
    let calls = streamed(json!([
        {"index": 0, "id": "a", "function": {"name": "weather", "arguments": ""}},
        {"index": 0, "id": "a", "function": {"arguments": OSLO}},
        {"index": 0, "id": "a", "function": {"name": "now", "arguments": ""}},
        {"index": 0, "id": "a", "function": {"arguments": "{}"}},
    ]))
    .await;
    assert_calls(
        "two tools",
        &calls,
        &[(Some("a"), "weather", OSLO), (NONE, "now", "{}")],
    );
}

#[tokio::test]
async fn whole_answers_are_mended_as_streams_are() {
    let (server, model) = start().await;
    let cases: [(Value, &[Call]); 6] = [
        (
            json!({"tool_calls": [{"function": {"name": "weather", "arguments": {"city": "Oslo"}}}]}),
            &[(NONE, "weather", r#"{"city":"Oslo"}"#)],
        ),
        (
            json!({"tool_calls": [{"id": "a", "function": {"name": "now", "arguments": null}}]}),
            &[(Some("a"), "now", "")],
        ),
        (
            json!({"tool_calls": [{"id": null, "function": {"name": "now"}}]}),
            &[(NONE, "now", "")],
        ),
        (
            json!({"content": "", "function_call": {"name": "weather", "arguments": OSLO}}),
            &[(NONE, "weather", OSLO)],
        ),
        (
            json!({"function_call": {"name": "weather", "arguments": {"city": "Oslo"}}}),
            &[(NONE, "weather", r#"{"city":"Oslo"}"#)],
        ),
        (
            json!({"content": "Hi.", "function_call": null, "tool_calls": []}),
            &[],
        ),
    ];
    for (message, calls) in cases {
        say_whole(
            &server,
            json!({"index": 0, "message": message, "finish_reason": "stop"}),
        );
        let answer = model.invoke("Hi").await.unwrap();
        assert_calls(&message.to_string(), &answer.tool_calls(), calls);
        let sent = serde_json::to_value(answer.message().unwrap()).unwrap();
        assert!(
            sent.get("function_call").is_none_or(Value::is_null),
            "{sent}"
        );
    }
}

#[tokio::test]
async fn calls_of_several_choices_stay_apart() {
    let (server, model) = start().await;
    let call = |id: &str, arguments: &str| json!({"tool_calls": [{"index": 0, "id": id, "function": {"name": if id.is_empty() { "" } else { "weather" }, "arguments": arguments}}]});
    let no = &Value::Null;
    say_stream(
        &server,
        [
            chunk(0, &call("a", "{\"city\""), no),
            chunk(1, &call("b", "{\"city\""), no),
            chunk(1, &call("", ": \"Rome\"}"), no),
            chunk(0, &call("", ": \"Oslo\"}"), no),
            chunk(1, &json!({}), &json!("tool_calls")),
            chunk(0, &json!({}), &json!("tool_calls")),
        ],
    );
    let answer = model.stream("Hi").await.unwrap().finish().await.unwrap();
    let of = |index: u64| {
        answer
            .choices()
            .into_iter()
            .find(|choice| choice.index() == index)
            .unwrap()
            .tool_calls()
    };
    assert_calls("first", &of(0), &[(Some("a"), "weather", OSLO)]);
    assert_calls("second", &of(1), &[(Some("b"), "weather", ROME)]);
}
