//! Each fault does what it says, on HTTP/1.1.

use std::io::ErrorKind;

use openrouter_testkit::{Answer, Ending, Fault, Refusal, TestServer};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use crate::raw_client::{ask, post, send};
use crate::watchdog::in_time;

const STREAMED: &str =
    r#"{"model":"a/b","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#;

/// Everything that comes over the connection, chunk sizes included, and how it ended.
async fn raw(fault: Fault) -> (String, Option<ErrorKind>, Ending) {
    let turn = Answer::text("one two three").fault(fault);
    let server = TestServer::builder().turn(turn).start().await.unwrap();
    let mut stream = send(&server, "k", STREAMED).await;
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let error = in_time("the end of a connection", read).await.err();
    let ending = in_time("an ending", server.requests()[0].ended()).await;
    (
        String::from_utf8_lossy(&bytes).into_owned(),
        error.map(|it| it.kind()),
        ending,
    )
}

/// The body, without the time at which it was made: tests compare several.
async fn body(fault: Fault) -> String {
    let turn = Answer::text("one two three").fault(fault);
    let server = TestServer::builder().turn(turn).start().await.unwrap();
    let body: Value = serde_json::from_str(STREAMED).unwrap();
    let body = ask(&server, &body).await.body;
    let created = |rest: &str| {
        rest.split(|c: char| !c.is_ascii_digit())
            .next()
            .map(str::to_owned)
    };
    match body
        .split_once("\"created\":")
        .and_then(|(_, rest)| created(rest))
    {
        Some(created) if !created.is_empty() => body.replace(&created, "0"),
        _ => body,
    }
}

#[tokio::test]
async fn connections_close_and_reset_before_and_after_the_header() {
    let reset = Some(ErrorKind::ConnectionReset);
    let (bytes, error, ending) = raw(Fault::CloseBeforeHeader).await;
    assert_eq!((&*bytes, error, ending), ("", None, Ending::BrokenByServer));
    let (bytes, error, _) = raw(Fault::ResetBeforeHeader).await;
    assert_eq!((&*bytes, error), ("", reset));
    let (_, error, ending) = raw(Fault::ResetAfterHeader).await;
    assert_eq!((error, ending), (reset, Ending::BrokenByServer));
    let (_, error, _) = raw(Fault::ResetAfterChunk(1)).await;
    assert_eq!(error, reset);
}

#[tokio::test]
async fn bodies_are_cut_and_truncated_without_an_end_mark() {
    let (bytes, error, ending) = raw(Fault::CutAtByte(20)).await;
    assert_eq!((error, ending), (None, Ending::BrokenByServer));
    assert!(
        bytes.ends_with("14\r\ndata: {\"id\":\"gen-tes\r\n"),
        "{bytes}"
    );
    let (bytes, _, _) = raw(Fault::TruncatedChunk(20)).await;
    assert!(
        bytes.ends_with("40\r\ndata: {\"id\":\"gen-trunc"),
        "{bytes}"
    );
    let (bytes, _, ending) = raw(Fault::EndAtByte(20)).await;
    assert!(bytes.ends_with("gen-tes\r\n0\r\n\r\n"), "{bytes}");
    assert_eq!(ending, Ending::Complete);
}

#[tokio::test]
async fn anything_can_be_written_instead_of_an_answer() {
    let (bytes, _, _) = raw(Fault::RawAnswer("HTTP/1.1 banana\r\n\r\n".into())).await;
    assert_eq!(bytes, "HTTP/1.1 banana\r\n\r\n");
}

#[tokio::test]
async fn every_byte_comes_alone_or_so_many_at_a_time() {
    let (bytes, _, _) = raw(Fault::SplitEveryByte).await;
    assert!(
        bytes.contains("\r\n1\r\nd\r\n1\r\na\r\n1\r\nt\r\n"),
        "{bytes}"
    );
    let drip = Fault::Drip {
        bytes: 5,
        pause_ms: 1,
    };
    let (bytes, _, _) = raw(drip).await;
    assert!(bytes.contains("\r\n5\r\ndata:\r\n"), "{bytes}");
}

#[tokio::test]
async fn line_ends_marks_and_comments_change_but_the_data_does_not() {
    let plain = body(Fault::CommentStorm(0)).await;
    assert_eq!(body(Fault::CrLf).await, plain.replace('\n', "\r\n"));
    assert_eq!(body(Fault::Cr).await, plain.replace('\n', "\r"));
    assert_eq!(body(Fault::ByteOrderMark).await, format!("\u{feff}{plain}"));
    let storm = body(Fault::CommentStorm(3)).await;
    let comment = ": OPENROUTER PROCESSING\n\n";
    assert_eq!(
        storm.matches(comment).count(),
        3 * plain.matches("data: ").count()
    );
    assert_eq!(storm.replace(comment, ""), plain);
    assert_eq!(
        body(Fault::BytesAfterDone("more".into())).await,
        format!("{plain}more")
    );
    assert_eq!(
        body(Fault::WithoutDone).await,
        plain.replace("data: [DONE]\n\n", "")
    );
    let line = body(Fault::EndlessLine(200_000)).await;
    assert_eq!(line, format!("data: {}{plain}", "x".repeat(200_000)));
    let garbage = body(Fault::NotJson(1)).await;
    assert!(
        garbage
            .split("\n\n")
            .nth(1)
            .unwrap()
            .ends_with("{\"id\": \"gen-"),
        "{garbage}"
    );
}

#[tokio::test]
async fn a_stalled_or_held_connection_stays_open_until_the_client_goes() {
    for (fault, has_done) in [(Fault::HeldOpen, true), (Fault::StallAfterChunk(1), false)] {
        let turn = Answer::text("one two").fault(fault);
        let server = TestServer::builder().turn(turn).start().await.unwrap();
        let mut stream = send(&server, "k", STREAMED).await;
        let mut bytes = Vec::new();
        let wanted = if has_done {
            "[DONE]\n\n\r\n"
        } else {
            "\n\n\r\n"
        };
        while !String::from_utf8_lossy(&bytes).ends_with(wanted) {
            let read = stream.read_buf(&mut bytes);
            in_time("the next bytes", read).await.unwrap();
        }
        assert_eq!(String::from_utf8_lossy(&bytes).contains("[DONE]"), has_done);
        assert_eq!(server.open_connections(), 1);
        assert_eq!(server.requests()[0].ending(), None);
        drop(stream);
        let ending = in_time("an ending", server.requests()[0].ended()).await;
        assert_eq!(ending, Ending::ClosedByClient);
    }
    let server = TestServer::builder()
        .fault(Fault::StallBeforeHeader)
        .start()
        .await
        .unwrap();
    let stream = send(&server, "k", STREAMED).await;
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(stream);
    let ending = in_time("an ending", server.requests()[0].ended()).await;
    assert_eq!(ending, Ending::ClosedByClient);
}

#[tokio::test]
async fn pages_types_and_refusals_replace_the_answer_to_the_nth_request() {
    let server = TestServer::builder()
        .fault_on(1, Fault::HtmlErrorPage(502))
        .fault_on(2, Fault::Refuse(Refusal::overloaded(3)))
        .fault_on(3, Fault::ContentType("application/octet-stream".into()))
        .start()
        .await
        .unwrap();
    let body = json!({"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]});
    let page = ask(&server, &body).await;
    assert_eq!(
        (page.status, page.field("content-type")),
        (502, Some("text/html; charset=UTF-8"))
    );
    let refused = ask(&server, &body).await;
    assert_eq!(
        (refused.status, refused.field("retry-after")),
        (503, Some("3"))
    );
    let odd = ask(&server, &body).await;
    assert_eq!(
        (odd.status, odd.field("content-type")),
        (200, Some("application/octet-stream"))
    );
    assert_eq!(
        ask(&server, &body).await.field("content-type"),
        Some("application/json")
    );
}

#[tokio::test]
async fn ids_and_indexes_of_tool_calls_go_missing_or_repeat() {
    let calls = async |fault: Fault| -> Vec<(Value, Value)> {
        let turn = Answer::new()
            .tool_call("a", "{}")
            .tool_call("b", "{}")
            .fault(fault);
        let server = TestServer::builder().turn(turn).start().await.unwrap();
        let body: Value = serde_json::from_str(STREAMED).unwrap();
        let events = ask(&server, &body).await.events();
        let calls = events
            .iter()
            .map(|event| &event["choices"][0]["delta"]["tool_calls"][0]);
        calls
            .filter(|call| call["function"]["name"].is_string())
            .map(|call| (call["id"].clone(), call["index"].clone()))
            .collect()
    };
    let (one, two) = (json!("call_000000001"), json!("call_000000002"));
    let null = Value::Null;
    assert_eq!(
        calls(Fault::DuplicateToolIds).await,
        [(one.clone(), json!(0)), (one.clone(), json!(1))]
    );
    assert_eq!(
        calls(Fault::MissingToolIds).await,
        [(null.clone(), json!(0)), (null.clone(), json!(1))]
    );
    assert_eq!(
        calls(Fault::MissingToolIndexes).await,
        [(one.clone(), null.clone()), (two.clone(), null)]
    );
    assert_eq!(
        calls(Fault::RepeatedToolIndexes).await,
        [(one, json!(0)), (two, json!(0))]
    );
    let empty = body(Fault::EmptyChoices).await;
    assert!(empty.starts_with("data: {\"object\":\"chat.completion.chunk\",\"choices\":[]}\n\n"));
    assert!(!body(Fault::MissingIds).await.contains("\"id\""));
}

#[tokio::test]
async fn a_whole_answer_can_be_cut_too() {
    let turn = Answer::text("one two three").fault(Fault::CutAtByte(10));
    let server = TestServer::builder().turn(turn).start().await.unwrap();
    let body = r#"{"model":"a/b","messages":[{"role":"user","content":"Hi"}]}"#;
    let answer = post(&server, "k", body).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: "), "{head}");
    assert_eq!(body.len(), 10);
}

#[tokio::test]
async fn an_error_can_come_with_status_200() {
    let refusal = Refusal::provider_error("Acme", "no").sent_as_success();
    let server = TestServer::builder()
        .turn(Answer::refused(refusal))
        .start()
        .await
        .unwrap();
    let body = json!({"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]});
    let answer = ask(&server, &body).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (200, &json!(502))
    );
}
