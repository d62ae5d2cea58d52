//! Answers that are made up honour the request.

use openrouter_testkit::{Answer, TestServer};
use serde_json::{Value, json};

use crate::raw_client::{ask, call};

fn question(more: Value) -> Value {
    let mut body = json!({"model": "a/b", "messages": [{"role": "user", "content": "How warm is it in Oslo?"}]});
    let fields = body.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    body
}

fn tool(name: &str) -> Value {
    json!({"type": "function", "function": {"name": name, "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}}, "required": ["city"]
    }}})
}

async fn message(more: Value) -> Value {
    let server = TestServer::start().await.unwrap();
    let answer = ask(&server, &question(more)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["choices"][0]["message"].clone()
}

#[tokio::test]
async fn a_tool_is_called_with_arguments_that_fit_its_schema() {
    let message = message(json!({"tools": [tool("weather")]})).await;
    let call = &message["tool_calls"][0]["function"];
    assert_eq!(call["name"], "weather");
    let arguments: Value = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({"city": "city", "unit": "C"}));
}

#[tokio::test]
async fn tool_choice_is_obeyed() {
    let tools = json!([tool("weather"), tool("time")]);
    let none = message(json!({"tools": tools, "tool_choice": "none"})).await;
    assert_eq!(none["tool_calls"], Value::Null);
    let named = json!({"type": "function", "function": {"name": "time"}});
    let named = message(json!({"tools": tools, "tool_choice": named})).await;
    assert_eq!(named["tool_calls"][0]["function"]["name"], "time");
    assert_eq!(named["tool_calls"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn tools_that_the_question_names_are_called_together_unless_that_is_forbidden() {
    let server = TestServer::start().await.unwrap();
    let mut body = json!({"model": "a/b", "tools": [tool("weather"), tool("time"), tool("news")],
        "messages": [{"role": "user", "content": "Tell time and news"}]});
    let calls = ask(&server, &body).await.json()["choices"][0]["message"]["tool_calls"].clone();
    assert_eq!(calls.as_array().unwrap().len(), 2);
    assert_ne!(calls[0]["id"], calls[1]["id"]);
    body["parallel_tool_calls"] = json!(false);
    let calls = ask(&server, &body).await.json()["choices"][0]["message"]["tool_calls"].clone();
    assert_eq!(calls.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_tools_result_the_answer_is_text_that_mentions_it() {
    let server = TestServer::start().await.unwrap();
    let body = json!({"model": "a/b", "tools": [tool("weather")], "messages": [
        {"role": "user", "content": "How warm is it in Oslo?"},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "4 degrees"}
    ]});
    let answer = ask(&server, &body).await.json();
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.contains("4 degrees"), "{text}");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
}

#[tokio::test]
async fn json_is_answered_where_a_format_asks_for_it() {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}, "required": ["n"]});
    let format = json!({"type": "json_schema", "json_schema": {"name": "a", "schema": schema}});
    let fits = message(json!({"response_format": format})).await;
    assert_eq!(fits["content"], r#"{"n":3}"#);
    let any = message(json!({"response_format": {"type": "json_object"}})).await;
    let any: Value = serde_json::from_str(any["content"].as_str().unwrap()).unwrap();
    assert!(any.is_object());
}

#[tokio::test]
async fn reasoning_comes_when_asked_for_and_stays_hidden_when_that_is_asked_for() {
    let on = message(json!({"reasoning": {"effort": "high"}})).await;
    assert_eq!(on["reasoning_details"][0]["text"], on["reasoning"]);
    for off in [
        json!({}),
        json!({"reasoning": {"enabled": false}}),
        json!({"reasoning": {"effort": "none"}}),
        json!({"reasoning_effort": "none"}),
    ] {
        assert_eq!(
            message(off.clone()).await["reasoning"],
            Value::Null,
            "{off}"
        );
    }
    let server = TestServer::start().await.unwrap();
    let hidden = ask(
        &server,
        &question(json!({"reasoning": {"effort": "low", "exclude": true}})),
    )
    .await
    .json();
    assert_eq!(hidden["choices"][0]["message"]["reasoning"], Value::Null);
    assert_ne!(
        hidden["usage"]["completion_tokens_details"]["reasoning_tokens"],
        0
    );
}

#[tokio::test]
async fn so_many_choices_come_as_were_asked_for_also_in_a_stream() {
    let server = TestServer::builder()
        .turn(Answer::text("one two").also(Answer::text("three")))
        .start()
        .await
        .unwrap();
    let answer = ask(&server, &question(json!({"n": 3, "stream": true}))).await;
    let text = |index: u64| -> String {
        let events = answer.events();
        let choices = events.iter().map(|event| &event["choices"][0]);
        choices
            .filter(|choice| choice["index"] == index)
            .filter_map(|choice| choice["delta"]["content"].as_str())
            .collect()
    };
    assert_eq!([text(0), text(1), text(2)], ["one two", "three", "one two"]);
    let whole = ask(&server, &question(json!({"n": 2}))).await.json();
    assert_eq!(whole["choices"].as_array().unwrap().len(), 2);
    assert_eq!(whole["choices"][1]["index"], 1);
}

#[tokio::test]
async fn images_and_audio_come_when_they_are_asked_for() {
    let image = message(json!({"modalities": ["text", "image"]})).await;
    let url = image["images"][0]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;base64,"));

    let server = TestServer::start().await.unwrap();
    let audio =
        json!({"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}});
    let refused = ask(&server, &question(audio.clone())).await;
    assert_eq!(refused.status, 400);
    let mut body = question(audio);
    body["stream"] = json!(true);
    let events = ask(&server, &body).await.events();
    let part = |name: &str| -> String {
        let audio = events
            .iter()
            .map(|event| &event["choices"][0]["delta"]["audio"][name]);
        audio.filter_map(Value::as_str).collect()
    };
    assert!(part("transcript").contains("Oslo"));
    assert_eq!(part("data").len(), 32);
}

#[tokio::test]
async fn log_probabilities_stop_texts_limits_and_citations_are_honoured() {
    let server = TestServer::start().await.unwrap();
    let body = question(json!({"logprobs": true, "top_logprobs": 2, "max_tokens": 3}));
    let choice = ask(&server, &body).await.json()["choices"][0].clone();
    let tokens = choice["logprobs"]["content"].as_array().unwrap();
    assert_eq!(tokens.len(), 3);
    assert_eq!(tokens[0]["top_logprobs"].as_array().unwrap().len(), 2);
    assert_eq!(choice["finish_reason"], "length");

    let stopped = message(json!({"stop": ["Oslo"]})).await;
    assert_eq!(stopped["content"], "You said \u{201c}How warm is it in ");
    let cited = message(json!({"plugins": [{"id": "web"}]})).await;
    assert_eq!(cited["annotations"][0]["type"], "url_citation");
}

#[tokio::test]
async fn routing_is_told_where_the_header_asks_for_it() {
    let server = TestServer::start().await.unwrap();
    let fields = ["authorization: Bearer k", "x-openrouter-metadata: Enabled"];
    let path = "/api/v1/chat/completions";
    let body = question(json!({"model": "testkit/small"})).to_string();
    let answer = call(&server, "POST", path, &fields, &body).await.json();
    let metadata = &answer["openrouter_metadata"];
    assert_eq!(metadata["requested"], "testkit/small");
    assert_eq!(metadata["endpoints"]["total"], 3);
    let silent = call(&server, "POST", path, &fields[..1], &body)
        .await
        .json();
    assert_eq!(silent["openrouter_metadata"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn the_response_cache_answers_the_same_bytes_for_free_until_they_expire() {
    let server = TestServer::builder()
        .turn(Answer::text("once"))
        .start()
        .await
        .unwrap();
    let fields = [
        "authorization: Bearer k",
        "x-openrouter-cache: true",
        "x-openrouter-cache-ttl: 60abc",
    ];
    let ask = async |body: &Value| {
        call(
            &server,
            "POST",
            "/api/v1/chat/completions",
            &fields,
            &body.to_string(),
        )
        .await
    };
    let body = question(json!({}));
    let miss = ask(&body).await;
    assert_eq!(miss.field("x-openrouter-cache-status"), Some("MISS"));
    assert_eq!(miss.field("x-openrouter-cache-ttl"), Some("60"));
    tokio::time::advance(std::time::Duration::from_secs(10)).await;
    let hit = ask(&body).await;
    assert_eq!(hit.field("x-openrouter-cache-status"), Some("HIT"));
    assert_eq!(hit.field("x-openrouter-cache-age"), Some("10"));
    assert_eq!(
        hit.field("x-openrouter-cache-source-id"),
        miss.field("x-generation-id")
    );
    assert_ne!(hit.field("x-generation-id"), miss.field("x-generation-id"));
    assert_eq!(hit.json()["choices"][0]["message"]["content"], "once");
    assert_eq!(hit.json()["usage"]["total_tokens"], 0);
    let other = ask(&question(json!({"seed": 1}))).await;
    assert_eq!(other.field("x-openrouter-cache-status"), Some("MISS"));
    tokio::time::advance(std::time::Duration::from_secs(51)).await;
    assert_eq!(
        ask(&body).await.field("x-openrouter-cache-status"),
        Some("MISS")
    );
}
