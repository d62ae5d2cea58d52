//! Connections that break, and servers that mean harm: each ends in a named error, soon, and in bounded memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use openrouter_transport::{Client, Error, ErrorKind, Limits, RetryPolicy, Timeouts};

use tokio::sync::Notify;

use crate::calls::{builder, client, paid};
use crate::server::{Connection, STREAM_HEAD, Server, chunk, json};

/// How a stream fails, and after how many chunks.
async fn stream_failure_of(client: &Client) -> (usize, Error) {
    stream_failure(client, None, &Notify::new()).await
}

/// The same, telling when so many chunks have been read; without a number, before anything has.
async fn stream_failure(client: &Client, at: Option<usize>, reached: &Notify) -> (usize, Error) {
    if at.is_none() {
        reached.notify_one();
    }
    let mut stream = match client.stream(paid()).await {
        Ok(stream) => stream,
        Err(error) => return (0, error),
    };
    let mut chunks = 0;
    loop {
        if at == Some(chunks) {
            reached.notify_one();
        }
        match stream.next().await.expect("an error before the end") {
            Ok(_) => chunks += 1,
            Err(error) => return (chunks, error),
        }
    }
}

/// A server that reads the request, writes this, and then does that.
async fn after<F, T>(written: String, then: F) -> Server
where
    F: Fn(Connection) -> T + Send + Sync + Copy + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    Server::start(move |mut connection| {
        let written = written.clone();
        async move {
            connection.request().await;
            connection.write(written).await;
            then(connection).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_reset_before_the_answer_is_a_lost_connection() {
    let server = after(String::new(), async |connection| connection.reset()).await;
    let error = client(&server).send(&paid()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_run(), error.attempts()),
        (ErrorKind::Disconnected, true, 1)
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_head_or_in_an_event_truncates_the_answer() {
    let head = STREAM_HEAD.to_owned();
    let half_event = format!(
        "{STREAM_HEAD}{}{}",
        chunk("data: 1\n\n"),
        chunk("data: {\"half")
    );
    let half_chunk = format!("{STREAM_HEAD}{}40\r\ndata: 2", chunk("data: 1\n\n"));
    let half_head = "HTTP/1.1 200 OK\r\ncontent-ty".to_owned();
    for (written, chunks, at, kind) in [
        (head, 0, Some(0), ErrorKind::Truncated),
        (half_event, 1, Some(1), ErrorKind::Truncated),
        (half_chunk, 1, Some(1), ErrorKind::Truncated),
        (half_head, 0, None, ErrorKind::Disconnected),
    ] {
        // A reset throws away what was not read yet, so it waits until that much has been.
        let reached = Arc::new(Notify::new());
        let (go, text) = (reached.clone(), written.clone());
        let reset = Server::start(move |mut connection| {
            let (go, text) = (go.clone(), text.clone());
            async move {
                connection.request().await;
                connection.write(text).await;
                go.notified().await;
                connection.reset();
            }
        })
        .await;
        let closed = after(written.clone(), async |connection| drop(connection)).await;
        for server in [reset, closed] {
            let (seen, error) = stream_failure(&client(&server), at, &reached).await;
            assert_eq!(
                (seen, error.kind()),
                (chunks, kind),
                "{written:?}: {error:?}"
            );
            assert!(error.may_have_run());
        }
    }
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_truncated() {
    let server = after(
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":".to_owned(),
        async |connection| drop(connection),
    )
    .await;
    let error = client(&server).send(&paid()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (ErrorKind::Truncated, Some(200))
    );
}

#[tokio::test]
async fn an_answer_without_a_length_ends_where_the_server_closes_its_half() {
    let server = Server::start(async |mut connection| {
        connection.request().await;
        connection.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: 1\n\ndata: [DONE]\n\n").await;
        tokio::io::AsyncWriteExt::shutdown(&mut connection.stream).await.unwrap();
        connection.closed().await;
    })
    .await;
    let mut stream = client(&server).stream(paid()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_connection_that_went_wrong_is_not_used_again() {
    let server = Server::start(async |mut connection| {
        connection.request().await;
        if connection.number == 0 {
            connection
                .write(format!("{STREAM_HEAD}{}", chunk("data: 1\n\n")))
                .await;
            connection.write("what is this\r\n").await;
        } else {
            connection.write(json("200 OK", "{}")).await;
        }
        connection.closed().await;
    })
    .await;
    let client = client(&server);
    let (chunks, error) = stream_failure_of(&client).await;
    assert_eq!(chunks, 1);
    assert!(
        matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Protocol),
        "{error:?}"
    );
    client.send(&paid()).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced_and_nothing_is_lost() {
    let server = Server::start(async |mut connection| {
        connection.request().await;
        connection.write(json("200 OK", "{}")).await;
    })
    .await;
    let client = builder(&server).retry(RetryPolicy::none()).build().unwrap();
    for calls in 1..=5 {
        client.send(&paid()).await.unwrap();
        assert_eq!(server.connections(), calls);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_connection_kept_for_too_long_is_not_trusted() {
    let server = Server::answering(json("200 OK", "{}")).await;
    let client = builder(&server)
        .idle_connection_limit(Duration::from_millis(20))
        .build()
        .unwrap();
    client.send(&paid()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(40)).await;
    client.send(&paid()).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_is_kept_no_longer_than_its_server_says() {
    for (told, connections) in [
        ("keep-alive: timeout=60", 1),
        ("keep-alive: max=100, Timeout=60", 1),
        ("keep-alive: timeout=soon", 1),
        ("keep-alive: timeout=99999999999", 1),
        // A second is kept back for a request to arrive in.
        ("keep-alive: timeout=1", 3),
        ("Keep-Alive: max=100, timeout = 0", 3),
    ] {
        let answer = json("200 OK", "{}").replacen("\r\n", &format!("\r\n{told}\r\n"), 1);
        let server = Server::answering(answer).await;
        let client = client(&server);
        for _ in 0..3 {
            client.send(&paid()).await.unwrap();
        }
        assert_eq!(server.connections(), connections, "{told}");
    }
}

#[tokio::test]
async fn interim_answers_are_skipped() {
    let interim =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n".repeat(3);
    let server = Server::answering(interim + &json("200 OK", "{}")).await;
    client(&server).send(&paid()).await.unwrap();
}

#[tokio::test]
async fn what_is_not_http_is_a_protocol_error() {
    for nonsense in ["SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"] {
        let server = Server::answering(nonsense).await;
        let error = client(&server).send(&paid()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Protocol, 1),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_head_larger_than_its_limit_is_an_error_that_names_it() {
    let large = format!(
        "HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 2\r\n\r\n{{}}",
        "y".repeat(70_000)
    );
    let server = Server::answering(large.clone()).await;
    let error = client(&server).send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(error.to_string().contains("`max_header_bytes`"), "{error}");

    let server = Server::answering(large).await;
    let limits = Limits::default().with_max_header_bytes(100_000);
    builder(&server)
        .limits(limits)
        .build()
        .unwrap()
        .send(&paid())
        .await
        .unwrap();
}

/// A server that writes this over and over, for as long as anybody takes it, and says how much was taken.
async fn endless(head: &'static str, piece: &'static str) -> (Server, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let server = Server::start(move |mut connection| {
        let count = count.clone();
        async move {
            connection.request().await;
            connection.write(head).await;
            let block = piece.repeat(60_000 / piece.len() + 1);
            let block = if head.contains("chunked") {
                chunk(&block)
            } else {
                block
            };
            while tokio::io::AsyncWriteExt::write_all(&mut connection.stream, block.as_bytes())
                .await
                .is_ok()
            {
                count.fetch_add(block.len(), Ordering::SeqCst);
            }
        }
    })
    .await;
    (server, taken)
}

#[tokio::test]
async fn endless_answers_end_in_the_error_of_their_limit() {
    const JSON: &str =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    const FAILURE: &str = "HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n";
    let limits = Limits::default()
        .with_max_event_bytes(1_000_000)
        .with_max_body_bytes(1_000_000)
        .with_max_error_body_bytes(1_000_000);
    for (head, piece, says) in [
        ("HTTP/1.1 200 OK\r\n", "x: y\r\n", "`max_header_bytes`"),
        (STREAM_HEAD, "x", "`max_event_bytes`"),
        (STREAM_HEAD, "data: x\n", "`max_event_bytes`"),
        (STREAM_HEAD, ": x\n", "nothing but keep-alives"),
        (STREAM_HEAD, "{", "the answer is no stream but JSON"),
        (JSON, " ", "the answer is no stream but application/json"),
        (FAILURE, "x", "API error 500: xxx"),
    ] {
        let (server, taken) = endless(head, piece).await;
        // Comments alone break no limit but that of time.
        let mut timeouts = Timeouts::default();
        if piece == ": x\n" {
            timeouts = timeouts.with_content(Duration::from_millis(300));
        }
        let client = builder(&server)
            .limits(limits)
            .timeouts(timeouts)
            .retry(RetryPolicy::none())
            .build()
            .unwrap();
        let (_, error) = stream_failure_of(&client).await;
        assert!(error.to_string().contains(says), "{piece:?}: {error}");
        let taken = taken.load(Ordering::SeqCst);
        assert!(
            piece == ": x\n" || taken < 20_000_000,
            "{piece:?}: {taken} bytes were taken"
        );
    }
    let (server, _) = endless(JSON, " ").await;
    let error = builder(&server)
        .limits(limits)
        .build()
        .unwrap()
        .send(&paid())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(error.to_string().contains("`max_body_bytes`"), "{error}");
}

#[tokio::test]
async fn an_announced_length_reserves_nothing_and_may_be_refused_at_once() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n{").await;
    let error = client(&server).send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(error.to_string().contains("`max_body_bytes`"), "{error}");
}

#[tokio::test]
async fn a_request_for_another_host_is_refused_before_it_is_sent() {
    use http::Request;
    use openrouter_transport::Network;
    use openrouter_transport::service::ReplayBody;
    use tower::ServiceBuilder;
    let server = Server::answering(json("200 OK", "{}")).await;
    let client = builder(&server)
        .layer(|network: Network| {
            ServiceBuilder::new()
                .map_request(|mut request: Request<ReplayBody>| {
                    *request.uri_mut() = "http://127.0.0.1:1/elsewhere".parse().unwrap();
                    request
                })
                .service(network)
        })
        .build()
        .unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(server.connections(), 0);
}
