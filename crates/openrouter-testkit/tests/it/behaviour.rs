//! The server behaves as OpenRouter does.

use std::time::Duration;

use openrouter_testkit::{Answer, Ending, Pace, Refusal, TestServer};

use crate::raw_client::{events, post, send};
use crate::watchdog::in_time;

const QUESTION: &str = r#"{"model":"a/b","messages":[{"role":"user","content":"Hi"}]}"#;
const STREAMED: &str =
    r#"{"model":"a/b","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#;

#[tokio::test]
async fn a_scripted_turn_is_answered_whole() {
    let server = TestServer::builder()
        .turn(Answer::text("Hello!").reasoning("A greeting."))
        .start()
        .await
        .unwrap();
    let answer = post(&server, "k", QUESTION).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("x-generation-id: gen-testkit-0001"),
        "{head}"
    );
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["choices"][0]["message"]["content"], "Hello!");
    assert_eq!(body["choices"][0]["message"]["reasoning"], "A greeting.");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["model"], "a/b");
    assert_eq!(body["usage"]["completion_tokens"], 3);
}

#[tokio::test]
async fn a_scripted_turn_is_streamed_with_comments_usage_and_an_end_mark() {
    let turn = Answer::text("Hello there, you.")
        .comments(2)
        .tool_call("weather", r#"{"city":"Oslo"}"#);
    let server = TestServer::builder().turn(turn).start().await.unwrap();
    let answer = post(&server, "k", STREAMED).await;
    assert_eq!(answer.matches(": OPENROUTER PROCESSING").count(), 2);
    assert!(answer.contains("data: [DONE]"));
    let events = events(&answer);
    // Clients in other languages look into these without asking whether they are there.
    assert_eq!(
        events[0]["choices"][0].get("finish_reason"),
        Some(&serde_json::Value::Null)
    );
    assert_eq!(events.last().unwrap()["choices"], serde_json::json!([]));
    let text: String = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(text, "Hello there, you.");
    let arguments: String = events
        .iter()
        .filter_map(|event| {
            event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str()
        })
        .collect();
    assert_eq!(arguments, r#"{"city":"Oslo"}"#);
    let finish = &events[events.len() - 2]["choices"][0]["finish_reason"];
    assert_eq!(finish, "tool_calls");
    assert_eq!(
        events.last().unwrap()["usage"]["total_tokens"]
            .as_u64()
            .map(|total| total > 3),
        Some(true)
    );
}

#[tokio::test]
async fn without_a_script_an_answer_is_made_up() {
    let server = TestServer::start().await.unwrap();
    assert!(post(&server, "k", QUESTION).await.contains("Hi"));
}

#[tokio::test]
async fn a_wrong_or_missing_key_is_refused() {
    let server = TestServer::builder().key("right").start().await.unwrap();
    for key in ["wrong", ""] {
        let answer = post(&server, key, QUESTION).await;
        assert!(
            answer.starts_with("HTTP/1.1 401") && answer.contains(r#""code":401"#),
            "{answer}"
        );
    }
    assert!(
        post(&server, "right", QUESTION)
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test]
async fn a_bad_body_is_refused_with_the_place() {
    let server = TestServer::start().await.unwrap();
    for (body, words) in [
        ("{", "Invalid JSON"),
        (r#"{"model":"a/b"}"#, "Input required"),
        (r#"{"messages":[{"content":"Hi"}]}"#, "messages.0.role"),
        (
            r#"{"messages":[{"role":"user","content":"a"},{"role":"critic","content":"b"}]}"#,
            "messages.1.role",
        ),
    ] {
        let answer = post(&server, "k", body).await;
        assert!(
            answer.starts_with("HTTP/1.1 400") && answer.contains(words),
            "{body}: {answer}"
        );
    }
}

#[tokio::test]
async fn refusals_are_answered_with_their_status_and_hints() {
    let server = TestServer::builder()
        .turn(Answer::refused(Refusal::rate_limited(7)))
        .turn(Answer::refused(Refusal::provider_error(
            "Acme",
            "the cat sat on the cable",
        )))
        .start()
        .await
        .unwrap();
    let limited = post(&server, "k", QUESTION).await;
    assert!(
        limited.starts_with("HTTP/1.1 429") && limited.contains("retry-after: 7"),
        "{limited}"
    );
    let failed = post(&server, "k", QUESTION).await;
    assert!(
        failed.starts_with("HTTP/1.1 502") && failed.contains("the cat sat on the cable"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_stream_can_fail_or_break_off_inside() {
    let server = TestServer::builder()
        .turn(Answer::text("one two three").error_after(2, Refusal::provider_error("Acme", "gone")))
        .turn(Answer::text("one two three").break_off_after(2))
        .start()
        .await
        .unwrap();
    let failed = post(&server, "k", STREAMED).await;
    assert!(
        failed.contains(r#""finish_reason":"error""#) && !failed.contains("[DONE]"),
        "{failed}"
    );
    let broken = post(&server, "k", STREAMED).await;
    assert_eq!(events(&broken).len(), 2);
    assert!(!broken.contains("[DONE]"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_takes_its_time_whole_and_in_pieces() {
    let pace = Pace::tokens_per_second(2.0).with_time_to_first_token(Duration::from_secs(3));
    let server = TestServer::builder()
        .pace(pace)
        .turn(Answer::text("one two three"))
        .turn(Answer::text("one two three"))
        .turn(Answer::text("one two three").error_after(1, Refusal::overloaded(1)))
        .start()
        .await
        .unwrap();
    let took = async |body: &str| {
        let start = tokio::time::Instant::now();
        post(&server, "k", body).await;
        start.elapsed().as_millis()
    };
    // Three words, the finish and the usage: one wait for the first, four for the others.
    assert_eq!(took(STREAMED).await, 5000);
    assert_eq!(took(QUESTION).await, 5000);
    // One word, and the failure.
    assert_eq!(took(QUESTION).await, 3500);
}

#[tokio::test]
async fn the_server_sees_a_client_go_away_that_waits_for_a_whole_answer() {
    let pace = Pace::default().with_time_to_first_token(Duration::from_secs(3600));
    let server = TestServer::builder().pace(pace).start().await.unwrap();
    let stream = send(&server, "k", QUESTION).await;
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(stream);
    let ending = in_time("an ending", server.requests()[0].ended()).await;
    assert_eq!(ending, Ending::ClosedByClient);
}

#[tokio::test]
async fn requests_are_kept_as_they_came_and_print_without_the_key() {
    let server = TestServer::start().await.unwrap();
    post(&server, "secret-key", QUESTION).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].chat().unwrap().model.as_deref(), Some("a/b"));
    assert_eq!(&requests[0].body[..], QUESTION.as_bytes());
    assert!(!format!("{requests:?}").contains("secret-key"));
}

#[tokio::test]
async fn the_server_sees_a_client_go_away() {
    let pace = Pace::default().with_time_to_first_token(Duration::from_secs(3600));
    let server = TestServer::builder().pace(pace).start().await.unwrap();
    let stream = send(&server, "k", STREAMED).await;
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.open_connections(), 1);
    drop(stream);
    server.all_closed().await;
}
