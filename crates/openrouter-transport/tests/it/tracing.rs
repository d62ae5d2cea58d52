//! Spans and events: what they have, and what they never have.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::calls::{Paid, client};
use crate::server::{STREAM_HEAD, Server, chunk, json_with, stream_of};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is logged at every level while this runs, by this crate.
async fn logged(server: &Server, work: impl AsyncFnOnce(openrouter_transport::Client)) -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    work(client(server)).await;
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
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
