//! Where that client fails over a real socket, and ours must not.

use openrouter_chat::types::{self, Decode as _};
use openrouter_chat::{ChatOptions, ErrorKind, StreamEvent};
use serde_json::json;

use crate::wire::{answered_with, body, delta, offline, replying, sent, streaming};

#[tokio::test]
async fn good_replies_may_lack_fingerprint_index_and_arguments() {
    let reply = r#"{"id":"gen-1","choices":[{"finish_reason":"tool_calls","message":{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"now"}}]}}]}"#;
    let answer = replying(reply).await.invoke("Hi").await.unwrap();
    assert_eq!(
        (
            answer.tool_calls()[0].name(),
            answer.tool_calls()[0].arguments().unwrap()
        ),
        ("now", json!({}))
    );
    let chunk = r#"{"choices":[{"delta":{"tool_calls":[{"id":"c1","function":{"name":"now"}}]},"finish_reason":"tool_calls"}]}"#;
    let answer = streaming(&[chunk])
        .await
        .stream("Hi")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    assert_eq!(
        (
            answer.tool_calls()[0].name(),
            answer.tool_calls()[0].arguments().unwrap()
        ),
        ("now", json!({}))
    );
}

#[tokio::test]
async fn streamed_reasoning_is_not_corrupted() {
    let answer = streaming(&[
        &delta(r#"{"reasoning_details":[{"type":"reasoning.summary","summary":"Com","format":"openai-responses-v1","index":0}]}"#),
        &delta(r#"{"reasoning_details":[{"type":"reasoning.summary","summary":"pared.","format":"openai-responses-v1","index":0}]}"#),
        &delta(r#"{"reasoning_details":[{"type":"reasoning.encrypted","data":"gAAA","id":"rs_1","format":"openai-responses-v1","index":0}]}"#),
        &delta(r#"{"content":"Hi"}"#),
    ])
    .await
    .stream("Hi")
    .await
    .unwrap()
    .finish()
    .await
    .unwrap();
    assert_eq!(
        sent(answer.message().unwrap())["reasoning_details"],
        json!([
            {"type": "reasoning.summary", "summary": "Compared.", "format": "openai-responses-v1", "index": 0},
            {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "openai-responses-v1", "index": 0},
        ])
    );
}

#[tokio::test]
async fn the_documented_error_within_a_stream_is_told() {
    let error = r#"{"id":"gen-1","object":"chat.completion.chunk","created":1,"model":"m/x","provider":"Groq","error":{"code":502,"message":"upstream closed","metadata":{"error_type":"provider_unavailable","provider_code":"conn_reset"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error","native_finish_reason":null}]}"#;
    let failure = streaming(&[&delta(r#"{"content":"Hi"}"#), error])
        .await
        .stream("Hi")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap_err();
    assert_eq!(
        (failure.kind(), failure.status().unwrap().as_u16()),
        (ErrorKind::Call, 502)
    );
    assert!(failure.to_string().contains("upstream closed"), "{failure}");
    assert_eq!(failure.partial().unwrap().provider(), Some("Groq"));
}

#[tokio::test]
async fn provider_native_reason_annotations_and_images_are_delivered() {
    let image = r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}"#;
    let citation =
        r#"{"type":"url_citation","url_citation":{"url":"https://example.org","title":"T"}}"#;
    let last = r#"{"provider":"Acme","choices":[{"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"STOP"}]}"#;
    let chunks = [
        &delta(&format!(
            r#"{{"content":"Hi","images":[{image}],"annotations":[{citation}]}}"#
        )) as &str,
        last,
    ];
    let mut stream = streaming(&chunks).await.stream("Hi").await.unwrap();
    let mut told = (0, 0);
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            StreamEvent::Image { .. } => told.0 += 1,
            StreamEvent::Annotation { .. } => told.1 += 1,
            _ => {}
        }
    }
    assert_eq!(told, (1, 1));
    let answer = stream.finish().await.unwrap();
    assert_eq!(
        (answer.provider(), answer.native_finish_reason()),
        (Some("Acme"), Some("STOP"))
    );
    assert_eq!(
        &answer.images()[0].as_ref().unwrap().bytes[..],
        b"\x89PNG\r\n\x1a\n"
    );
    assert_eq!(answer.annotations().len(), 1);
}

#[test]
fn every_key_of_reasoning_is_sent() {
    let reasoning = json!({"effort": "high", "max_tokens": 2000, "summary": "auto", "exclude": false, "enabled": true, "context": "all_turns", "mode": "pro", "novel": [1]});
    let parsed = types::ChatRequestReasoning::decode(reasoning.to_string().as_bytes()).unwrap();
    assert_eq!(
        body(&offline(), "Hi", &ChatOptions::new().with_reasoning(parsed))["reasoning"],
        reasoning
    );
}

#[test]
fn prices_may_be_numbers_or_texts_and_preferences_stay_whole() {
    for price in [r#"1"#, r#""1""#, r#"0.5"#] {
        let json = format!(
            r#"{{"order":["acme"],"sort":{{"by":"price","partition":"none"}},"max_price":{{"prompt":{price}}},"preferred_max_latency":{{"p90":3.0}}}}"#
        );
        let parsed = types::ProviderPreferences::decode(json.as_bytes()).unwrap();
        let sent =
            body(&offline(), "Hi", &ChatOptions::new().with_provider(parsed))["provider"].clone();
        assert_eq!(
            (
                &sent["order"],
                &sent["sort"]["by"],
                &sent["preferred_max_latency"]["p90"]
            ),
            (&json!(["acme"]), &json!("price"), &json!(3.0))
        );
        assert!(!sent["max_price"]["prompt"].is_null(), "{sent}");
    }
}

#[test]
fn several_choices_routes_and_new_parameters_raise_nothing() {
    let options = ChatOptions::new()
        .with_n(2)
        .with_route("fallback")
        .with_extra("novel", types::RawJson::from(1));
    let body = body(&offline(), "Hi", &options);
    assert_eq!(
        (&body["n"], &body["route"], &body["novel"]),
        (&json!(2), &json!("fallback"), &json!(1))
    );
}

#[tokio::test]
async fn several_choices_of_a_stream_stay_apart() {
    let chunk = |index: u64, text: &str| {
        format!(r#"{{"choices":[{{"index":{index},"delta":{{"content":"{text}"}}}}]}}"#)
    };
    let chunks = [
        chunk(1, "b1"),
        chunk(0, "a1"),
        chunk(1, "b2"),
        chunk(0, "a2"),
    ];
    let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
    let answer = streaming(&chunks)
        .await
        .stream("Hi")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    let mut texts: Vec<_> = answer
        .choices()
        .iter()
        .map(|choice| (choice.index(), choice.text().into_owned()))
        .collect();
    texts.sort();
    assert_eq!(texts, [(0, "a1a2".to_owned()), (1, "b1b2".to_owned())]);
    assert_eq!(
        answer.text(),
        "a1a2",
        "the first choice is the one of index 0"
    );
}

#[tokio::test]
async fn usage_that_comes_twice_is_not_added_up() {
    let usage = r#"{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"cost":0.5}}"#;
    let answer = streaming(&[&delta(r#"{"content":"Hi"}"#), usage, usage])
        .await
        .stream("Hi")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    assert_eq!(
        (
            answer.usage().unwrap().total(),
            answer.usage().unwrap().cost_usd()
        ),
        (15, Some(0.5))
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let error = answered_with(302, "text/html", ["moved"])
        .await
        .invoke("Hi")
        .await
        .unwrap_err();
    assert_eq!(error.call().unwrap().status().unwrap().as_u16(), 302);
}
