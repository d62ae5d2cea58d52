//! Streamed answers from beginning to end.

use std::sync::{Arc, Mutex};

use openrouter_transport::sse::SseItem;
use openrouter_transport::{CallOptions, ErrorKind, EventStream, StreamEnd};
use serde_json::json;
use tokio::sync::oneshot;

use crate::calls::{Json, builder, client, paid};
use crate::server::{STREAM_HEAD, Server, chunk, json as json_answer, stream_of};

/// All items of a stream as text, and its error.
async fn drain(stream: &mut EventStream) -> (Vec<String>, Option<openrouter_transport::Error>) {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(SseItem::Event(event)) => items.push(event.data_lossy().into_owned()),
            Ok(SseItem::Comment(text)) => {
                items.push(format!(":{}", String::from_utf8_lossy(&text)));
            }
            Ok(_) => unreachable!(),
            Err(error) => return (items, Some(error)),
        }
    }
    (items, None)
}

#[tokio::test]
async fn a_stream_is_its_chunks_and_ends_at_the_mark() {
    let server = Server::answering(stream_of(&[
        "{\"n\":1}",
        "{\"n\":2}",
        "[DONE]",
        "{\"n\":3}",
    ]))
    .await;
    let mut stream = client(&server).stream(paid()).await.unwrap();
    assert_eq!(stream.generation_id(), Some("gen-1"));
    let mut chunks = Vec::new();
    while let Some(chunk) = stream.next().await {
        chunks.push(chunk.unwrap());
    }
    assert_eq!(chunks, [Json(json!({ "n": 1 })), Json(json!({ "n": 2 }))]);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_raw_stream_hands_out_comments_too() {
    let body = [
        chunk(": OPENROUTER PROCESSING\n\n"),
        chunk("data: 1\n\ndata:\n\ndata: [DO"),
        chunk("NE]\n\n"),
        chunk(""),
    ]
    .concat();
    let server = Server::answering(format!("{STREAM_HEAD}{body}")).await;
    let mut stream = client(&server)
        .stream_raw(paid(), &CallOptions::default())
        .await
        .unwrap();
    assert_eq!(stream.end(), None);
    let (items, error) = drain(&mut stream).await;
    assert_eq!(items, [": OPENROUTER PROCESSING", "1"]);
    assert!(error.is_none());
    assert_eq!(stream.end(), Some(StreamEnd::Done));
}

#[tokio::test]
async fn streams_one_after_another_share_a_connection() {
    let server = Server::answering(stream_of(&["1", "[DONE]"])).await;
    let client = client(&server);
    for _ in 0..20 {
        let mut stream = client.stream(paid()).await.unwrap();
        while stream.next().await.is_some() {}
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_that_stays_silent_behind_the_end_mark_does_not_hold_the_stream() {
    let server = Server::start(async |mut connection| {
        connection.request().await;
        connection
            .write(format!(
                "{STREAM_HEAD}{}",
                chunk("data: 1\n\ndata: [DONE]\n\n")
            ))
            .await;
        connection.closed().await;
    })
    .await;
    let mut stream = client(&server)
        .stream_raw(paid(), &CallOptions::default())
        .await
        .unwrap();
    let (items, error) = drain(&mut stream).await;
    assert_eq!(
        (items, error.is_none(), stream.end()),
        (vec!["1".to_owned()], true, Some(StreamEnd::Done))
    );
}

#[tokio::test]
async fn a_stream_without_its_end_mark_is_truncated() {
    let server = Server::answering(stream_of(&["1"])).await;
    let client = client(&server);
    let mut raw = client
        .stream_raw(paid(), &CallOptions::default())
        .await
        .unwrap();
    let (items, error) = drain(&mut raw).await;
    assert_eq!(
        (items.len(), error.is_none(), raw.end()),
        (1, true, Some(StreamEnd::Closed))
    );
    assert_eq!(raw.truncated().kind(), ErrorKind::Truncated);
    assert_eq!(raw.truncated().generation_id(), Some("gen-1"));

    let mut chunks = client.stream(paid()).await.unwrap();
    assert!(chunks.next().await.unwrap().is_ok());
    let error = chunks.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.may_have_run() && error.status().unwrap() == 200);
    assert!(chunks.next().await.is_none());
}

#[tokio::test]
async fn an_error_in_a_chunk_is_the_error_that_it_would_be_as_a_status() {
    let failed = r#"{"id":"gen-2","provider":"Groq","error":{"code":502,"message":"upstream closed","metadata":{"error_type":"provider_unavailable"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#;
    let server = Server::answering(stream_of(&["{\"n\":1}", failed, "{\"n\":2}", "[DONE]"])).await;
    let mut stream = client(&server).stream(paid()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let error = stream.next().await.unwrap().unwrap_err();
    insta::assert_snapshot!(error, @"API error 502 (provider_unavailable): upstream closed; from Groq");
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.effective_status().unwrap(), 502);
    assert_eq!(error.generation_id(), Some("gen-1"));
    assert!(error.is_retryable() && error.may_have_run());
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_chunk_that_is_no_json_is_an_error_that_says_which_and_shows_it() {
    let server = Server::answering(stream_of(&["{\"n\":1}", "{\"n\":", "[DONE]"])).await;
    let mut stream = client(&server).stream(paid()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .starts_with("chunk 2 of the stream is not what was expected"),
        "{error}"
    );
    assert!(error.to_string().contains("{\"n\":"), "{error}");
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_stream_request_that_fails_as_plain_json_is_that_error() {
    let body = r#"{"error":{"code":429,"message":"too fast"}}"#;
    let said_json = json_answer("200 OK", body);
    let said_stream = said_json.replace("application/json", "text/event-stream");
    for answer in [said_json, said_stream] {
        let server = Server::answering(answer).await;
        let error = match client(&server).stream(paid()).await {
            Err(error) => error,
            Ok(mut stream) => stream.next().await.unwrap().unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::Api);
        assert!(
            error.is_rate_limited() && error.to_string().contains("too fast"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_no_stream_is_told_apart() {
    for (kind, body) in [
        ("text/html; charset=utf-8", "<html><title>Sign in</title>"),
        ("application/json", "{\"a\":1}"),
        ("text/event-stream", "{\"a\":1}"),
    ] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let server = Server::answering(answer).await;
        let error = match client(&server).stream(paid()).await {
            Err(error) => error,
            Ok(mut stream) => stream.next().await.unwrap().unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::UnexpectedContent, "{error}");
        assert_eq!(error.body(), Some(body));
    }
}

#[tokio::test]
async fn dropping_a_stream_closes_the_connection_at_once() {
    let (told, closed) = oneshot::channel();
    let told = Arc::new(Mutex::new(Some(told)));
    let server = Server::start(move |mut connection| {
        let told = told.clone();
        async move {
            connection.request().await;
            connection
                .write(format!("{STREAM_HEAD}{}", chunk("data: 1\n\n")))
                .await;
            connection.closed().await;
            let _ = told.lock().unwrap().take().unwrap().send(());
        }
    })
    .await;
    let mut stream = client(&server).stream(paid()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    closed.await.unwrap();
}

#[tokio::test]
async fn dropping_a_call_that_waits_for_its_answer_closes_the_connection() {
    let (told, closed) = oneshot::channel();
    let (asked, was_asked) = oneshot::channel();
    let hooks = Arc::new(Mutex::new(Some((asked, told))));
    let server = Server::start(move |mut connection| {
        let hooks = hooks.clone();
        async move {
            connection.request().await;
            let (asked, told) = hooks.lock().unwrap().take().unwrap();
            let _ = asked.send(());
            connection.closed().await;
            let _ = told.send(());
        }
    })
    .await;
    let client = client(&server);
    let operation = paid();
    tokio::select! {
        _ = client.send(&operation) => unreachable!("there is no answer"),
        _ = was_asked => {}
    }
    closed.await.unwrap();
}

#[tokio::test]
async fn the_tap_sees_the_bytes_of_the_body_as_they_come() {
    let server = Server::answering(stream_of(&["1", "[DONE]"])).await;
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = seen.clone();
    let client = builder(&server)
        .frame_tap(move |frame| {
            assert_eq!(
                (frame.operation, frame.generation_id),
                ("paid", Some("gen-1"))
            );
            kept.lock()
                .unwrap()
                .push_str(std::str::from_utf8(frame.bytes).unwrap());
        })
        .build()
        .unwrap();
    let mut stream = client.stream(paid()).await.unwrap();
    while stream.next().await.is_some() {}
    assert_eq!(*seen.lock().unwrap(), "data: 1\n\ndata: [DONE]\n\n");
}
