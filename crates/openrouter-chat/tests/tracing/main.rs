//! Spans of calls: what they have when a call ends, in whatever way, and what is in them on request only.
//!
//! A test binary of its own: whether anybody listens is kept with each place that tells something, when it tells it for
//! the first time. A test elsewhere that got there first would make it silent.

#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

use openrouter_chat::{ChatModel, ChatOptions, Client, Message, Part};
use openrouter_testkit::{Answer, TestServer};
use tracing_subscriber::fmt::format::FmtSpan;

thread_local! {
    /// What was told on this thread. A test has a thread to itself, and its client is on it too.
    static TOLD: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        TOLD.with_borrow_mut(|told| told.write(bytes))
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_writer(|| Log)
            .with_max_level(tracing::Level::INFO)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .without_time()
            .init();
    });
    TOLD.take();
}

/// The line that a span of a call leaves when it closes.
fn span() -> String {
    let text = String::from_utf8(TOLD.take()).unwrap();
    let is_call = |line: &&str| line.contains("chat{") && line.contains("openrouter_chat");
    text.lines().rfind(is_call).unwrap_or_default().to_owned()
}

async fn model() -> (TestServer, ChatModel) {
    let server = TestServer::start().await.unwrap();
    server.push_turn(Answer::text("the secret answer"));
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("sk-or-v1-key")
        .build()
        .unwrap();
    (server, ChatModel::new(client, "openai/gpt-4o-mini"))
}

fn prompt() -> Message {
    Message::user_parts([
        Part::text("the secret prompt"),
        Part::image_url("data:image/png;base64,U0VDUkVU"),
    ])
}

/// As the log writes a text that is recorded: with its quotes escaped.
const ASKED: &str = r#"gen_ai.input.messages="[{\"parts\":[{\"content\":\"the secret prompt\",\"type\":\"text\"},{\"type\":\"image_url\"}],\"role\":\"user\"}]""#;
const ANSWERED: &str = r#"gen_ai.output.messages="[{\"finish_reason\":\"stop\",\"parts\":[{\"content\":\"the secret answer\",\"type\":\"text\"}],\"role\":\"assistant\"}]""#;

#[tokio::test]
async fn nothing_that_is_said_is_recorded_unasked() {
    listen();
    let (_server, model) = model().await;
    model.invoke([prompt()]).await.unwrap();
    let span = span();
    assert!(span.contains("gen_ai.usage.output_tokens="), "{span}");
    assert!(
        !span.contains("secret") && !span.contains("sk-or"),
        "{span}"
    );
}

#[tokio::test]
async fn what_is_said_is_recorded_on_request_but_no_payload() {
    let on = ChatOptions::new().with_content_recorded(true);
    for streamed in [false, true] {
        listen();
        let (_server, model) = model().await;
        if streamed {
            let stream = model.stream_with([prompt()], &on).await.unwrap();
            stream.finish().await.unwrap();
        } else {
            model.invoke_with([prompt()], &on).await.unwrap();
        }
        let span = span();
        assert!(span.contains(ASKED), "{span}");
        assert!(span.contains(ANSWERED), "{span}");
        assert_eq!(span.matches("gen_ai.output.messages=").count(), 1, "{span}");
        assert!(
            !span.contains("U0VDUkVU") && !span.contains("sk-or"),
            "{span}"
        );
    }
}

#[tokio::test]
async fn a_stream_that_is_dropped_leaves_what_had_come() {
    listen();
    let (_server, model) = model().await;
    let model = model.with_content_recorded(true);
    let mut stream = model.stream([prompt()]).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    let span = span();
    assert!(
        span.contains("gen_ai.response.time_to_first_chunk="),
        "{span}"
    );
    assert!(span.contains("gen_ai.response.id="), "{span}");
    assert!(span.contains("gen_ai.output.messages="), "{span}");
}
