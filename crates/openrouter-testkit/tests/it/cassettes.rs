//! Recording and replaying.

use std::path::PathBuf;
use std::time::Duration;

use openrouter_testkit::{Answer, Cassette, Pace, Recorder, ReplayPace, TestServer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::raw_client::{Answer as Heard, ask, call};

const SECRET: &str = concat!("sk-or-", "v1-0123456789abcdef0123456789abcdef");

fn question(text: &str) -> Value {
    json!({"model": "a/b", "stream": true, "messages": [{"role": "user", "content": text}]})
}

/// A path that no other test uses; the file is gone.
fn file(name: &str) -> PathBuf {
    let path =
        std::env::temp_dir().join(format!("openrouter-testkit-{}-{name}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

async fn record(name: &str, body: &Value) -> (Heard, String) {
    let pace = Pace::default().with_time_to_first_token(Duration::from_millis(30));
    let upstream = TestServer::builder()
        .turn(Answer::text(format!("A key: {SECRET}!")).pace(pace))
        .start()
        .await
        .unwrap();
    let path = file(name);
    let recorder = Recorder::start(&upstream.base_url(), &path, 0)
        .await
        .unwrap();
    let authority = recorder.base_url();
    let authority = authority
        .strip_prefix("http://")
        .unwrap()
        .strip_suffix("/api/v1")
        .unwrap();
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let body = body.to_string();
    let head = format!(
        "POST /api/v1/chat/completions HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\nauthorization: Bearer {SECRET}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    upstream.requests()[0].assert_header("authorization", &format!("Bearer {SECRET}"));
    let mut text = String::new();
    // Written as the connection ends, a moment after the client has its last byte.
    while !text.contains("[DONE]") {
        tokio::task::yield_now().await;
        text = std::fs::read_to_string(&path).unwrap();
    }
    std::fs::remove_file(&path).unwrap();
    (Heard::new(&bytes), text)
}

#[tokio::test]
async fn a_recording_holds_no_secret_and_replays_byte_for_byte() {
    let (heard, text) = record("bytes", &question("Hi")).await;
    assert!(heard.body.contains(SECRET) && heard.body.ends_with("data: [DONE]\n\n"));
    assert!(!text.contains("0123456789abcdef"), "{text}");
    assert!(text.contains("authorization: <secret>"), "{text}");
    let cassette = Cassette::parse(&text).unwrap();
    let server = TestServer::builder().replay(cassette, ReplayPace::at_once());
    let server = server.start().await.unwrap();
    let again = ask(&server, &question("Hi")).await;
    let covered = heard
        .body
        .replace(&SECRET[3..], &"x".repeat(SECRET.len() - 3));
    assert_eq!(again.body, covered);
    assert_eq!(
        again.field("x-generation-id"),
        heard.field("x-generation-id")
    );
    assert_eq!(again.field("content-type"), Some("text/event-stream"));
}

#[tokio::test]
async fn another_text_has_the_same_shape_and_another_model_has_not() {
    let (_, text) = record("shape", &question("Hi")).await;
    let cassette = Cassette::parse(&text).unwrap();
    let server = TestServer::builder().replay(cassette, ReplayPace::at_once());
    let server = server.start().await.unwrap();
    assert_eq!(ask(&server, &question("Something else")).await.status, 200);
    let mut other = question("Hi");
    other["model"] = json!("c/d");
    other["seed"] = json!(1);
    let refused = ask(&server, &other).await;
    assert_eq!(refused.status, 400);
    let message = refused.json()["error"]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        message.contains(r#"model: expected "a/b", found "c/d""#),
        "{message}"
    );
    assert!(
        message.contains("seed: expected nothing, found 1"),
        "{message}"
    );
    let nowhere = call(&server, "GET", "/api/v1/models", &[], "").await.json();
    assert!(
        nowhere["error"]["message"]
            .as_str()
            .unwrap()
            .contains("POST /api/v1/chat/completions")
    );
}

const TWO: &str = "cassette 1

request POST /v1/chat/completions
|{\"model\":\"a/b\",\"messages\":[{\"role\":\"user\",\"content\":\"one\"}]}

answer 200
content-type: application/json
+1000
-{\"first\":
+3000
-true}

request POST /v1/chat/completions
|{\"model\":\"a/b\",\"messages\":[{\"role\":\"user\",\"content\":\"two\"}]}

answer 429
content-type: application/json
retry-after: 7
+0
-{\"second\":true}
";

fn asked(text: &str) -> Value {
    json!({"model": "a/b", "messages": [{"role": "user", "content": text}]})
}

#[tokio::test]
async fn the_same_body_wins_and_then_what_was_not_played_yet() {
    let cassette = Cassette::parse(TWO).unwrap();
    let server = TestServer::builder().replay(cassette, ReplayPace::at_once());
    let server = server.start().await.unwrap();
    let second = ask(&server, &asked("two")).await;
    assert_eq!(
        (second.status, second.field("retry-after")),
        (429, Some("7"))
    );
    let first = ask(&server, &asked("other")).await;
    assert_eq!(first.json(), json!({"first": true}));
    assert_eq!(ask(&server, &asked("two")).await.status, 429);
}

#[tokio::test(start_paused = true)]
async fn a_replay_takes_its_original_time_or_a_part_of_it() {
    for (pace, seconds) in [
        (ReplayPace::original(), 3),
        (ReplayPace::speed(3.0), 1),
        (ReplayPace::at_once(), 0),
    ] {
        let server = TestServer::builder().replay(Cassette::parse(TWO).unwrap(), pace);
        let server = server.start().await.unwrap();
        let start = tokio::time::Instant::now();
        ask(&server, &asked("one")).await;
        assert_eq!(start.elapsed().as_secs(), seconds, "{pace:?}");
    }
}

#[tokio::test]
async fn a_recording_does_not_overwrite_another() {
    let path = file("twice");
    let _first = Recorder::start("http://127.0.0.1:9/v1", &path, 0)
        .await
        .unwrap();
    let again = Recorder::start("http://127.0.0.1:9/v1", &path, 0)
        .await
        .unwrap_err();
    assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);
    std::fs::remove_file(&path).unwrap();
    let wrong = Recorder::start("ftp://127.0.0.1/", &path, 0)
        .await
        .unwrap_err();
    assert!(wrong.to_string().contains("expected http"), "{wrong}");
}
