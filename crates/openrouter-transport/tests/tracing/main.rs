//! Spans and events: what they have, and what they never have.
//!
//! A test binary of its own: whether anybody listens is kept with each place that tells something, when it tells it for
//! the first time. A test elsewhere that got there first would make it silent.

#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[allow(dead_code, reason = "shared with the other tests")]
#[path = "../it/calls.rs"]
mod calls;
#[allow(dead_code, reason = "shared with the other tests")]
#[path = "../it/server.rs"]
mod server;

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

use tracing_subscriber::fmt::format::FmtSpan;

use crate::calls::{Paid, client};
use crate::server::{STREAM_HEAD, Server, chunk, json_with, stream_of};

thread_local! {
    /// What was told on this thread. A test has a thread to itself, and its client and its server are on it too.
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
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .without_time()
            .init();
    });
}

/// What is logged at every level while this runs, by this crate.
async fn logged(server: &Server, work: impl AsyncFnOnce(openrouter_transport::Client)) -> String {
    listen();
    TOLD.take();
    work(client(server)).await;
    let text = String::from_utf8(TOLD.take()).unwrap();
    let own = text
        .lines()
        .filter(|line| line.contains("openrouter_transport"))
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        !text.contains("test-key")
            && !text.contains("the secret prompt")
            && !text.contains("the secret answer"),
        "{text}"
    );
    own
}

fn prompt() -> Paid {
    Paid(serde_json::json!({ "prompt": "the secret prompt" }))
}

#[tokio::test]
async fn a_call_is_a_span_with_ids_sizes_and_attempts() {
    let server = Server::answering(json_with(
        "200 OK",
        "x-generation-id: gen-7\r\n",
        "{\"text\":\"the secret answer\"}",
    ))
    .await;
    let log = logged(&server, async |client| {
        drop(client.send(&prompt()).await.unwrap());
    })
    .await;
    for part in [
        "otel.name=\"paid\"",
        "gen_ai.response.id=\"gen-7\"",
        "http.response.status_code=200",
        "http.request.body.size=30",
        "http.request.resend_count=0",
        "server.address=\"127.0.0.1\"",
        "answer ended",
        "close",
    ] {
        assert!(log.contains(part), "{part} is not in\n{log}");
    }
}

#[tokio::test]
async fn retries_and_failures_are_events_without_the_servers_words() {
    let server = Server::answering(json_with(
        "503 Busy",
        "",
        "{\"error\":{\"message\":\"the secret answer\"}}",
    ))
    .await;
    let log = logged(&server, async |client| {
        drop(client.send(&prompt()).await.unwrap_err());
    })
    .await;
    assert_eq!(
        log.matches("attempt failed, trying again").count(),
        2,
        "{log}"
    );
    assert!(
        log.contains("call failed") && log.contains("error.type=Api") && log.contains("attempts=3"),
        "{log}"
    );
}

#[tokio::test]
async fn a_stream_dropped_before_its_end_is_seen_as_cancelled_and_one_that_ends_is_not() {
    let open = Server::start(async |mut connection| {
        connection.request().await;
        connection
            .write(format!(
                "{STREAM_HEAD}{}",
                chunk("data: {\"text\":\"the secret answer\"}\n\n")
            ))
            .await;
        connection.closed().await;
    })
    .await;
    let log = logged(&open, async |client| {
        let mut stream = client.stream(prompt()).await.unwrap();
        stream.next().await.unwrap().unwrap();
    })
    .await;
    assert!(
        log.contains("call dropped before its end") && log.contains("error.type=\"cancelled\""),
        "{log}"
    );

    let whole = Server::answering(stream_of(&["1", "[DONE]"])).await;
    let log = logged(&whole, async |client| {
        let mut stream = client.stream(prompt()).await.unwrap();
        while stream.next().await.is_some() {}
    })
    .await;
    assert!(
        log.contains("answer ended") && !log.contains("dropped"),
        "{log}"
    );
}
