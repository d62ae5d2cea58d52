//! Errors that the server tells: one type, whatever form it told them in.

mod cases;

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use openrouter_transport::{Error, ErrorKind, Metadata};

use crate::calls::{client, paid};
use crate::server::{Server, json, json_with};

/// The error of a call that this server answers.
async fn error_of(answer: String) -> Error {
    let server = Server::answering(answer).await;
    let client = crate::calls::builder(&server)
        .retry(openrouter_transport::RetryPolicy::none())
        .build()
        .unwrap();
    client.send(&paid()).await.unwrap_err()
}

fn metadata(status: u16) -> Metadata {
    Metadata::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new())
}

#[tokio::test]
async fn the_same_error_is_told_the_same_wherever_it_arrives() {
    let body = r#"{"error":{"code":429,"message":"Rate limit exceeded","metadata":{"error_type":"rate_limit_exceeded"}}}"#;
    let in_choice = format!(
        r#"{{"id":"gen-1","choices":[{{"index":0,"message":{{"content":"par"}},"finish_reason":"error",{}}}]}}"#,
        &body[1..body.len() - 1]
    );
    let errors = [
        error_of(json("429 Too Many Requests", body)).await,
        error_of(json("200 OK", body)).await,
        error_of(json("200 OK", &in_choice)).await,
        Error::from_envelope(body.as_bytes(), None).unwrap(),
    ];
    for error in &errors {
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(
            error.to_string(),
            "API error 429 (rate_limit_exceeded): Rate limit exceeded"
        );
        assert_eq!(
            error.effective_status(),
            Some(StatusCode::TOO_MANY_REQUESTS)
        );
        assert!(error.is_rate_limited() && error.is_retryable() && !error.is_out_of_credits());
    }
    assert_eq!(
        errors.each_ref().map(Error::may_have_run),
        [false, true, true, true]
    );
    assert_eq!(errors[2].body(), Some(in_choice.as_str()));
}

#[test]
fn text_without_an_error_is_none() {
    for body in [
        "{}",
        "[]",
        "1",
        "",
        "nonsense",
        "{\"error\":null}",
        "{\"choices\":[{\"finish_reason\":\"stop\",\"error\":null}]}",
        "{\"message\":\"error\"}",
    ] {
        assert!(
            Error::from_envelope(body.as_bytes(), None).is_none(),
            "{body}"
        );
    }
}

#[test]
fn a_choice_that_finished_with_an_error_and_no_more_is_one() {
    let error = Error::from_envelope(
        br#"{"choices":[{"finish_reason":"stop"},{"finish_reason":"error"}]}"#,
        Some(&metadata(200)),
    )
    .unwrap();
    assert_eq!(error.to_string(), "API error: it gave no reason");
    assert!(error.may_have_run() && !error.is_retryable());
}

#[tokio::test]
async fn the_text_has_what_a_person_needs() {
    let cases = [
        (
            "402 Payment Required",
            r#"{"error":{"code":402,"message":"This request requires more credits, or fewer max_tokens. You requested up to 64,000 tokens, but can only afford 6666."}}"#,
        ),
        (
            "402 Payment Required",
            r#"{"error":{"code":402,"message":"Insufficient credits."}}"#,
        ),
        (
            "401 Unauthorized",
            r#"{"error":{"code":401,"message":"No cookie auth credentials found"}}"#,
        ),
        (
            "404 Not Found",
            r#"{"error":{"message":"No endpoints found","error_type":"not_found","http_status":404,"availability":{"code":"constraint_filtered","retryable":false,"excluded_by":["max_price","zdr"],"constraint":{"field":"max_price","detail":"nothing below 1"},"fallback_models":["m/y"]}}}"#,
        ),
        (
            "429 Too Many Requests",
            r#"{"error":{"message":"All providers for acme/model are at capacity.","error_type":"rate_limit_exceeded","availability":{"code":"capacity_exhausted","retryable":true,"retry_after":25},"metadata":{"previous_errors":[{"provider":"alpha","code":"capacity_exhausted","status":429},{"provider":"beta","code":503,"message":"busy"}]}}}"#,
        ),
        (
            "403 Forbidden",
            r#"{"error":{"code":403,"message":"Input was flagged","metadata":{"reasons":["violence","hate"],"flagged_input":"how to","provider_name":"OpenAI"}}}"#,
        ),
        (
            "502 Bad Gateway",
            r#"{"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"Acme","raw":"data: {\"error\":{\"message\":\"two\\nlines\"}}"}}}"#,
        ),
        ("500 Internal Server Error", r#"{"error":"just text"}"#),
        ("500 Internal Server Error", r#"{"error":{}}"#),
        (
            "500 Internal Server Error",
            r#"{"error":{"code":"server_error","message":{"message":"nested"}}}"#,
        ),
        (
            "500 Internal Server Error",
            r#"{"type":"error","error":{"type":"api_error","message":"other shape"},"request_id":"gen-5"}"#,
        ),
        (
            "503 Service Unavailable",
            "<html><head><TITLE>Down for\nnow</TITLE></head></html>",
        ),
        ("502 Bad Gateway", "<html>nothing</html>"),
        ("502 Bad Gateway", "plain words"),
        ("502 Bad Gateway", ""),
        ("502 Bad Gateway", "[1,2]"),
    ];
    let mut texts = String::new();
    for (status, body) in cases {
        texts.push_str(&format!("{}\n", error_of(json(status, body)).await));
    }
    insta::assert_snapshot!(texts);
}

#[test]
fn the_providers_own_words_are_found_whatever_they_are_wrapped_in() {
    let nested = format!("{}x", "data:".repeat(30));
    let cases = [
        (r#""plain words""#, "plain words"),
        (r#"{"error":{"message":"in an object"}}"#, "in an object"),
        (r#"{"error":"in a field","code":1}"#, "in a field"),
        (
            r#"[{"error":{"code":429,"message":"in a list"}}]"#,
            "in a list",
        ),
        (
            r#""{\"error\":{\"message\":\"in a string\"}}""#,
            "in a string",
        ),
        (
            r#""\"{\\\"message\\\":\\\"in a string of a string\\\"}\"""#,
            "in a string of a string",
        ),
        (
            r#"{"error":{"message":"{\"message\":\"in a message\"}"}}"#,
            "in a message",
        ),
        (
            r#""data: {\"message\":\"in an event\"}\n\n""#,
            "in an event",
        ),
        (
            r#""event: error\ndata: {\"message\":\"in a named event\"}""#,
            "in a named event",
        ),
        (r#""event: error""#, "event: error"),
        (
            r#""<html><title>502 Bad Gateway</title></html>""#,
            "502 Bad Gateway (an HTML page)",
        ),
        (
            r#""{\"error\":{\"message\":\"cut o""#,
            r#"{"error":{"message":"cut o"#,
        ),
        (
            r#"{"detail":[{"msg":"in a detail","loc":["body"]}]}"#,
            "in a detail",
        ),
        (r#"{"unknown":"keys"}"#, r#"{"unknown":"keys"}"#),
        (r#""""#, "from Acme"),
        ("null", "from Acme"),
        ("{}", "from Acme"),
    ];
    for (raw, want) in cases {
        let body = format!(
            r#"{{"error":{{"code":502,"message":"Provider returned error","metadata":{{"provider_name":"Acme","raw":{raw}}}}}}}"#
        );
        let error = Error::from_envelope(body.as_bytes(), None).unwrap();
        let separator = if want.starts_with("from") {
            ""
        } else {
            "Acme: "
        };
        assert_eq!(
            error.to_string(),
            format!("API error 502: Provider returned error; {separator}{want}"),
            "{raw}"
        );
    }
    let body = format!(r#"{{"error":{{"message":"x","metadata":{{"raw":"{nested}"}}}}}}"#);
    assert!(Error::from_envelope(body.as_bytes(), None).is_some());
}

#[test]
fn no_text_of_a_server_breaks_out_of_the_line() {
    let all = "a\n\u{1b}[31mb";
    let body = serde_json::json!({ "error": {
        "code": all, "message": all, "error_type": all,
        "metadata": { "provider_name": all, "raw": all, "reasons": [all],
            "previous_errors": [{ "provider": all, "code": all, "message": all }] },
        "availability": { "excluded_by": [all], "fallback_models": [all],
            "constraint": { "field": all, "detail": all } },
    } });
    let mut coded = body.clone();
    coded["error"]["error_type"].take();
    for body in [body, coded] {
        let error = Error::from_envelope(body.to_string().as_bytes(), None).unwrap();
        let text = error.to_string();
        assert!(!text.contains(char::is_control), "{text:?}");
        assert!(text.matches("a [31mb").count() >= 9, "{text:?}");
    }
}

#[tokio::test]
async fn a_wait_of_the_provider_counts_where_the_server_names_none() {
    let body = r#"{"error":{"code":429,"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"details\":[{\"retryDelay\":\"34s\"}]}}"}}}"#;
    let error = error_of(json("429 Too Many Requests", body)).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(34)));
    let error = error_of(json_with(
        "429 Too Many Requests",
        "retry-after: 9\r\n",
        body,
    ))
    .await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(9)));
}

#[tokio::test]
async fn numbers_of_a_credit_error_can_be_read() {
    let error = error_of(json("402 Payment Required", r#"{"error":{"code":402,"message":"You requested up to 64000 tokens, but can only afford 6666."}}"#)).await;
    assert!(error.is_out_of_credits() && !error.is_rate_limited() && !error.is_retryable());
    assert_eq!(
        error.api().unwrap().affordable_tokens(),
        Some((64_000, 6_666))
    );
}

#[tokio::test]
async fn a_compressed_error_body_is_said_to_be_one() {
    let answer =
        "HTTP/1.1 502 Bad Gateway\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\u{1f}abc";
    let error = error_of(answer.to_owned()).await;
    assert_eq!(
        error.to_string(),
        "API error 502: (a body compressed with gzip)"
    );
}

#[tokio::test]
async fn the_generation_id_comes_from_the_headers_or_from_the_body() {
    let body = r#"{"id":"gen-body","error":{"code":500,"message":"x"}}"#;
    let from_body = error_of(json("500 Internal Server Error", body)).await;
    let from_headers = error_of(json_with(
        "500 Internal Server Error",
        "X-Generation-Id: gen-head\r\n",
        body,
    ))
    .await;
    assert_eq!(from_body.generation_id(), Some("gen-body"));
    assert_eq!(from_headers.generation_id(), Some("gen-head"));
}

#[tokio::test]
async fn the_wait_that_the_server_asks_for_is_read_from_the_body_first() {
    let body = r#"{"error":{"message":"x","availability":{"code":"c","retryable":true,"retry_after":2.5}}}"#;
    let both = error_of(json_with(
        "429 Too Many Requests",
        "Retry-After: 9\r\n",
        body,
    ))
    .await;
    assert_eq!(both.retry_after(), Some(Duration::from_millis(2_500)));
    let header = error_of(json_with(
        "429 Too Many Requests",
        "Retry-After: 9\r\n",
        "{}",
    ))
    .await;
    assert_eq!(header.retry_after(), Some(Duration::from_secs(9)));
    assert!(header.to_string().ends_with("try again in 9 s"), "{header}");
}

#[tokio::test]
async fn predicates_follow_the_type_before_the_status() {
    let of = |status, kind: &str, message: &str| {
        json(
            status,
            &format!(
                r#"{{"error":{{"message":"{message}","metadata":{{"error_type":"{kind}"}}}}}}"#
            ),
        )
    };
    assert!(
        error_of(of("500 X", "context_length_exceeded", ""))
            .await
            .is_context_length()
    );
    assert!(error_of(json("400 X", r#"{"error":{"code":400,"message":"This endpoint's maximum context length is 200000 tokens."}}"#)).await.is_context_length());
    assert!(
        !error_of(of("400 X", "invalid_request", "context length"))
            .await
            .is_context_length()
    );
    assert!(
        error_of(of("400 X", "content_policy_violation", ""))
            .await
            .is_moderated()
    );
    assert!(
        error_of(of("404 X", "not_found", ""))
            .await
            .is_no_endpoint()
    );
    assert!(error_of(json("401 X", "")).await.is_unauthorized());
    assert!(
        !error_of(of("500 X", "payment_required", ""))
            .await
            .is_retryable()
    );
    assert!(error_of(of("400 X", "timeout", "")).await.is_retryable());
}

#[tokio::test]
async fn the_edges_timeout_may_have_run_and_other_refusals_have_not() {
    for status in [
        400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 504, 529,
    ] {
        assert!(
            !error_of(json(&format!("{status} X"), "{}"))
                .await
                .may_have_run(),
            "{status}"
        );
    }
    assert!(error_of(json("524 X", "{}")).await.may_have_run());
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_an_error_that_shows_its_beginning() {
    let server = Server::answering(json(
        "200 OK",
        &format!("{{\"a\":\n\u{1b}tru{}", "x".repeat(5_000)),
    ))
    .await;
    let error = client(&server).send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let text = error.to_string();
    assert!(
        text.starts_with("the answer to paid is not what was expected: ")
            && text.contains("{\"a\": tru")
            && !text.contains(char::is_control),
        "{text}"
    );
    assert!(text.len() < 500, "{} bytes", text.len());
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn an_empty_answer_is_an_error() {
    let error = error_of("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    assert_eq!(error.kind(), ErrorKind::UnexpectedContent);
    let error = error_of("HTTP/1.1 204 No Content\r\n\r\n".to_owned()).await;
    assert_eq!(error.kind(), ErrorKind::UnexpectedContent);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::answering(
        "HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/elsewhere\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let error = client(&server).send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(
        error.to_string(),
        "the answer is a redirect (307) to http://127.0.0.1:1/elsewhere, which is not followed"
    );
    assert_eq!(error.attempts(), 1);
    assert!(!error.may_have_run());
}

#[test]
fn an_error_is_one_pointer_and_can_be_sent() {
    fn check<T: Send + Sync + std::error::Error + 'static>() -> usize {
        size_of::<T>()
    }
    assert_eq!(check::<Error>(), size_of::<usize>());
}

#[test]
fn hostile_envelopes_are_survived_and_bounded() {
    let deep = format!(
        "{{\"error\":{{\"message\":\"x\",\"metadata\":{{\"raw\":{}1{}}}}}}}",
        "[".repeat(100),
        "]".repeat(100)
    );
    assert!(Error::from_envelope(deep.as_bytes(), None).is_some());
    let too_deep = format!("{{\"error\":{}", "[".repeat(100_000));
    assert!(Error::from_envelope(too_deep.as_bytes(), None).is_none());
    let long = format!(
        "{{\"error\":{{\"message\":\"{}\",\"metadata\":{{\"raw\":\"{}\"}}}}}}",
        "m".repeat(1_000_000),
        "r".repeat(1_000_000)
    );
    let error = Error::from_envelope(long.as_bytes(), None).unwrap();
    assert!(
        error.to_string().len() < 20_000,
        "{}",
        error.to_string().len()
    );
}
