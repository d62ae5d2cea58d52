//! Streams.

use openrouter_chat::{ChatOptions, ChatResponse, Ending, ErrorKind, StreamEvent};
use openrouter_testkit::{Answer, TestServer};
use serde_json::json;

use crate::wire::{client, delta, streaming};

async fn events(chunks: &[&str]) -> Vec<StreamEvent> {
    let mut stream = streaming(chunks).await.stream("Hi").await.unwrap();
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event.unwrap());
    }
    events
}

async fn answer(chunks: &[&str]) -> ChatResponse {
    streaming(chunks)
        .await
        .stream("Hi")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap()
}

fn finish(reason: &str) -> String {
    format!(
        r#"{{"id":"gen-1","choices":[{{"index":0,"delta":{{}},"finish_reason":"{reason}","native_finish_reason":"end_turn"}}]}}"#
    )
}

#[tokio::test]
async fn streams_ask_for_usage_unless_told_otherwise() {
    let server = TestServer::builder()
        .turn(Answer::text("Hi."))
        .turn(Answer::text("Hi."))
        .turn(Answer::text("Hi."))
        .start()
        .await
        .unwrap();
    let model = openrouter_chat::ChatModel::new(client(&server.base_url()), "acme/model");
    let mut quiet = ChatOptions::new();
    quiet.request.stream_options =
        Some(openrouter_chat::types::ChatStreamOptions::new().with_include_usage(false));
    model.stream("Hi").await.unwrap().finish().await.unwrap();
    model
        .stream_with("Hi", &quiet)
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    model.invoke("Hi").await.unwrap();
    let sent = server.requests();
    sent[0].assert_body(&json!({"model": "acme/model", "messages": [{"role": "user", "content": "Hi"}], "stream": true, "stream_options": {"include_usage": true}}));
    sent[1].assert_body_has(&json!({"stream": true, "stream_options": {"include_usage": false}}));
    sent[2].assert_body(
        &json!({"model": "acme/model", "messages": [{"role": "user", "content": "Hi"}]}),
    );
}

#[tokio::test]
async fn the_first_finish_reason_wins_and_later_ends_add_what_is_new() {
    let usage = r#"{"id":"gen-1","provider":"Acme","choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"cost":0.5}}"#;
    let chunks = [
        &delta(r#"{"content":"Hi"}"#),
        &finish("stop"),
        usage,
        &finish("stop"),
    ];
    let events = events(&chunks.map(|chunk| chunk as &str)).await;
    let reasons: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            StreamEvent::Finish { reason, .. } => Some(reason.as_str().to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, ["stop"]);
    let answer = answer(&chunks.map(|chunk| chunk as &str)).await;
    assert_eq!(
        (answer.finish_reason().unwrap().as_str(), answer.provider()),
        ("stop", Some("Acme"))
    );
    assert_eq!(answer.usage().unwrap().cost_usd(), Some(0.5));
    assert_eq!(answer.ending(), Ending::Complete);
}

#[tokio::test]
async fn a_chunk_with_usage_alone_is_delivered_with_its_cost() {
    for choices in [r#""choices":[],"#, r#""choices":null,"#, ""] {
        let usage = format!(
            r#"{{"id":"gen-1",{choices}"usage":{{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"cost":7.5e-05,"cost_details":{{"upstream_inference_cost":7e-05}}}}}}"#
        );
        let events = events(&[&delta(r#"{"content":"Hi"}"#), &finish("stop"), &usage]).await;
        let told = events.iter().find_map(|event| match event {
            StreamEvent::Usage(usage) => Some(usage),
            _ => None,
        });
        let told = told.unwrap();
        assert_eq!(
            (told.total(), told.cost_usd(), told.upstream_cost_usd()),
            (15, Some(7.5e-05), Some(7e-05))
        );
    }
}

#[tokio::test]
async fn usage_beside_the_finish_reason_is_delivered() {
    let last = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"cost":7.5e-05}}"#;
    let answer = answer(&[&delta(r#"{"content":"Hi"}"#), last]).await;
    assert_eq!(answer.usage().unwrap().cost_usd(), Some(7.5e-05));
    assert_eq!(answer.finish_reason().unwrap().as_str(), "stop");
}

#[tokio::test]
async fn a_chunk_with_neither_choices_nor_error_is_skipped() {
    let answer = answer(&[
        &delta(r#"{"content":"a"}"#),
        "{}",
        r#"{"id":"gen-1"}"#,
        &delta(r#"{"content":"b"}"#),
        &finish("stop"),
    ])
    .await;
    assert_eq!(answer.text(), "ab");
}

#[tokio::test]
async fn an_error_in_a_chunk_is_an_error_with_what_had_come() {
    for (error, words) in [
        (
            r#"{"code":502,"message":"The cable is cut."}"#,
            "The cable is cut.",
        ),
        (r#"{"code":502}"#, "502"),
        (r#"{"message":"The cable is cut."}"#, "The cable is cut."),
        (r#""The cable is cut.""#, "The cable is cut."),
    ] {
        let chunk = format!(r#"{{"error":{error},"choices":[]}}"#);
        let stream = streaming(&[&delta(r#"{"content":"Hi"}"#), &chunk])
            .await
            .stream("Hi")
            .await
            .unwrap();
        let failure = stream.finish().await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Call);
        assert!(failure.to_string().contains(words), "{failure}");
        assert_eq!(failure.partial().unwrap().text(), "Hi");
    }
}

#[tokio::test]
async fn malformed_tool_fragments_lose_nothing_else() {
    let answer = answer(&[
        &delta(r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"good","arguments":"{}"}}]}"#),
        &delta(r#"{"tool_calls":["no object",null,{"index":1,"function":null},{"index":2,"id":"c3","type":"function","function":{"name":"also_good","arguments":"{\"a\":1}"}}]}"#),
        &finish("tool_calls"),
    ]).await;
    let names: Vec<_> = answer
        .tool_calls()
        .iter()
        .map(|call| call.name().to_owned())
        .collect();
    assert_eq!(names, ["good", "also_good"]);
}

#[tokio::test]
async fn logprobs_come_with_their_chunk() {
    let chunk = r#"{"choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":{"content":[{"token":"Hi","logprob":-0.5,"bytes":null,"top_logprobs":[]}]}}]}"#;
    let told = events(&[chunk, &finish("stop")]).await;
    assert!(
        matches!(&told[..2], [StreamEvent::Text { .. }, StreamEvent::Logprobs { logprobs, .. }] if logprobs.content[0].token.as_deref() == Some("Hi")),
        "{told:?}"
    );
    assert_eq!(
        answer(&[chunk, chunk]).await.choices()[0]
            .logprobs()
            .unwrap()
            .content
            .len(),
        2
    );
}

#[tokio::test]
async fn odd_roles_are_tolerated() {
    for role in [
        r#""user""#,
        r#""system""#,
        r#""critic""#,
        r#""""#,
        "null",
        "7",
    ] {
        let answer = answer(&[
            &delta(&format!(r#"{{"role":{role},"content":"Hi"}}"#)),
            &finish("stop"),
        ])
        .await;
        assert_eq!(answer.text(), "Hi", "{role}");
        assert_eq!(
            crate::wire::sent(answer.message().unwrap())["role"],
            "assistant"
        );
    }
}

#[tokio::test]
async fn reasoning_comes_as_it_is_thought() {
    let told = events(&[
        &delta(r#"{"role":"assistant","content":"","reasoning":"Let me","reasoning_details":[{"type":"reasoning.text","text":"Let me","index":0}]}"#),
        &delta(r#"{"content":"","reasoning":" think.","reasoning_details":[{"type":"reasoning.text","text":" think.","index":0}]}"#),
        &delta(r#"{"content":"42","reasoning":null,"reasoning_details":[]}"#),
        &finish("stop"),
    ]).await;
    let told: Vec<_> = told
        .iter()
        .filter_map(|event| match event {
            StreamEvent::Reasoning { text, .. } => Some(format!("thinks {text}")),
            StreamEvent::Text { text, .. } => Some(format!("says {text}")),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["thinks Let me", "thinks  think.", "says 42"]);
}

#[tokio::test]
async fn metadata_of_a_stream_is_all_there() {
    let answer = answer(&[
        r#"{"id":"gen-1","object":"chat.completion.chunk","created":1700000000.0,"model":"anthropic/claude-x","provider":"Anthropic","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}"#,
        r#"{"id":"gen-1","model":"anthropic/claude-x","service_tier":"default","choices":[{"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"end_turn"}]}"#,
    ]).await;
    assert_eq!(
        (
            answer.id(),
            answer.created(),
            answer.model(),
            answer.provider()
        ),
        (
            Some("gen-1"),
            Some(1_700_000_000),
            Some("anthropic/claude-x"),
            Some("Anthropic")
        )
    );
    assert_eq!(
        (
            answer.system_fingerprint(),
            answer.service_tier(),
            answer.native_finish_reason()
        ),
        (Some("fp_1"), Some("default"), Some("end_turn"))
    );
    assert!(answer.time_to_first_event().is_some() && answer.total_time().is_some());
}
