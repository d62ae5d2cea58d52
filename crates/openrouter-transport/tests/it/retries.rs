//! When a request is sent again: the decision as a table, and calls that follow it.

use std::time::Duration;

use openrouter_transport::retry::{Decision, Failure, RetryPolicy, StopReason};
use openrouter_transport::{CallOptions, Error, ErrorKind, Timeouts};

use crate::calls::{Read, client, paid};
use crate::script::{Script, answer, builder, stream};
use crate::server::{Server, json};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The error of kind `Api` for a status.
fn api(status: u16, body: &str) -> Error {
    let metadata =
        openrouter_transport::Metadata::new(status.try_into().unwrap(), http::HeaderMap::new());
    Error::from_envelope(body.as_bytes(), Some(&metadata)).unwrap()
}

/// A failure that may be tried again, as a base for those that may not.
fn retryable() -> Failure {
    let mut failure = Failure::new(1, &api(503, r#"{"error":{"code":503,"message":"x"}}"#));
    failure.may_have_run = false;
    failure
}

#[test]
fn the_decision_is_a_function_of_what_happened() {
    use Decision::{RetryAfter, Stop};
    let policy = RetryPolicy::default();
    let base = retryable();
    let changed = |change: fn(&mut Failure)| {
        let mut failure = base;
        change(&mut failure);
        failure
    };
    let capped = policy.with_max_server_wait(ms(60_000));
    let cases = [
        ("first failure", policy, base, RetryAfter(ms(250))),
        (
            "second failure",
            policy,
            changed(|f| f.attempts = 2),
            RetryAfter(ms(500)),
        ),
        (
            "third failure",
            policy,
            changed(|f| f.attempts = 3),
            Stop(StopReason::AttemptsSpent),
        ),
        (
            "no retries",
            RetryPolicy::none(),
            base,
            Stop(StopReason::AttemptsSpent),
        ),
        (
            "not retryable",
            policy,
            changed(|f| f.is_retryable = false),
            Stop(StopReason::NotRetryable),
        ),
        (
            "may have run",
            policy,
            changed(|f| f.may_have_run = true),
            Stop(StopReason::MayHaveRun),
        ),
        (
            "may have run, but only reads",
            policy,
            changed(|f| (f.may_have_run, f.is_read_only) = (true, true)),
            RetryAfter(ms(250)),
        ),
        (
            "asked to wait",
            policy,
            changed(|f| f.retry_after = Some(ms(7_200_000))),
            RetryAfter(ms(7_200_000)),
        ),
        (
            "asked not to wait",
            policy,
            changed(|f| f.retry_after = Some(ms(0))),
            RetryAfter(ms(0)),
        ),
        (
            "asked to wait as long as allowed",
            capped,
            changed(|f| f.retry_after = Some(ms(60_000))),
            RetryAfter(ms(60_000)),
        ),
        (
            "asked to wait too long",
            capped,
            changed(|f| f.retry_after = Some(ms(60_001))),
            Stop(StopReason::WaitTooLong { asked: ms(60_001) }),
        ),
        (
            "no time left",
            policy,
            changed(|f| f.time_left = Some(ms(250))),
            Stop(StopReason::NoTimeLeft { wait: ms(250) }),
        ),
        (
            "just enough time",
            policy,
            changed(|f| f.time_left = Some(ms(251))),
            RetryAfter(ms(250)),
        ),
        (
            "many attempts",
            policy.with_max_retries(90),
            changed(|f| f.attempts = 80),
            RetryAfter(ms(15_000)),
        ),
    ];
    for (name, policy, failure, want) in cases {
        assert_eq!(policy.decide(&failure, 0.5), want, "{name}");
    }
    assert_eq!(policy.decide(&base, 0.0), RetryAfter(ms(0)));
    assert_eq!(policy.decide(&base, 1.0), RetryAfter(ms(500)));
}

#[test]
fn what_the_body_says_counts_more_than_its_type_and_the_type_more_than_the_status() {
    let of = |status, body: &str| api(status, body).is_retryable();
    assert!(of(
        404,
        r#"{"error":{"availability":{"code":"x","retryable":true},"error_type":"not_found"}}"#
    ));
    assert!(!of(
        503,
        r#"{"error":{"availability":{"code":"x","retryable":false},"error_type":"provider_overloaded"}}"#
    ));
    assert!(of(400, r#"{"error":{"error_type":"provider_overloaded"}}"#));
    assert!(!of(503, r#"{"error":{"error_type":"invalid_request"}}"#));
    assert!(of(503, r#"{"error":{"error_type":"unmapped"}}"#));
    for (status, want) in [
        (400, false),
        (401, false),
        (402, false),
        (403, false),
        (404, false),
        (408, true),
        (409, false),
        (412, false),
        (413, false),
        (422, false),
        (429, true),
        (500, true),
        (501, false),
        (502, true),
        (503, true),
        (504, true),
        (524, true),
        (529, true),
    ] {
        assert_eq!(of(status, r#"{"error":{"message":"x"}}"#), want, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_is_sent_again_and_the_answer_tells_of_it() {
    let busy = || answer(503, &[("retry-after", "3")], Script::new([]).ending());
    let (builder, attempts) = builder([
        busy(),
        busy(),
        answer(200, &[], Script::new([(0, "{}")]).ending()),
    ]);
    let reply = builder.build().unwrap().send(&paid()).await.unwrap();
    assert_eq!(
        (reply.metadata.attempts(), reply.metadata.waited()),
        (3, ms(6_000))
    );
    let attempts: Vec<u64> = attempts
        .lock()
        .unwrap()
        .iter()
        .map(Duration::as_secs)
        .collect();
    assert_eq!(attempts, [0, 3, 6]);
}

#[tokio::test(start_paused = true)]
async fn an_error_tells_how_often_it_was_tried() {
    let busy = || {
        answer(
            429,
            &[("retry-after-ms", "1500")],
            Script::new([(0, r#"{"error":{"message":"busy"}}"#)]).ending(),
        )
    };
    let (builder, attempts) = builder([busy(), busy(), busy()]);
    let error = builder.build().unwrap().send(&paid()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "API error 429: busy; try again in 2 s (after 3 attempts)"
    );
    assert_eq!(
        (
            error.attempts(),
            error.waited(),
            attempts.lock().unwrap().len()
        ),
        (3, ms(3_000), 3)
    );
}

#[tokio::test(start_paused = true)]
async fn no_retries_means_one_attempt() {
    let (builder, attempts) = builder([answer(503, &[], Script::new([]).ending())]);
    let options = CallOptions::new().with_retry(RetryPolicy::default().with_max_retries(0));
    let error = builder
        .build()
        .unwrap()
        .send_with(&paid(), &options)
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), attempts.lock().unwrap().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_allowed_is_an_error_that_says_how_long() {
    let (builder, _) = builder([answer(
        429,
        &[("retry-after", "3600")],
        Script::new([]).ending(),
    )]);
    let client = builder
        .retry(RetryPolicy::default().with_max_server_wait(ms(60_000)))
        .build()
        .unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3_600)));
    assert!(
        error
            .to_string()
            .contains("asked to wait 3600 s, longer than `max_server_wait`"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_would_pass_the_total_limit_is_not_begun() {
    let (builder, _) = builder([answer(
        429,
        &[("retry-after", "60")],
        Script::new([]).ending(),
    )]);
    let client = builder
        .timeouts(Timeouts::default().with_total(Duration::from_secs(60)))
        .build()
        .unwrap();
    let began = tokio::time::Instant::now();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(
        error.to_string().contains("would pass the total limit"),
        "{error}"
    );
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_while_it_waits_is_not_tried_again() {
    let (builder, attempts) = builder([answer(
        429,
        &[("retry-after", "60")],
        Script::new([]).ending(),
    )]);
    let client = builder.build().unwrap();
    let operation = paid();
    let call = client.send(&operation);
    assert!(
        tokio::time::timeout(Duration::from_secs(30), call)
            .await
            .is_err()
    );
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(attempts.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn credit_errors_refusals_and_the_edges_timeout_are_not_tried_again() {
    for (status, body) in [
        (402, "{}"),
        (400, "{}"),
        (401, "{}"),
        (404, "{}"),
        (524, "{}"),
        (503, r#"{"error":{"error_type":"payment_required"}}"#),
    ] {
        let (builder, attempts) = builder([answer(status, &[], Script::new([(0, body)]).ending())]);
        let error = builder.build().unwrap().send(&paid()).await.unwrap_err();
        assert_eq!(
            (error.attempts(), attempts.lock().unwrap().len()),
            (1, 1),
            "{status} {body}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_begun_is_never_started_over() {
    let failing = [
        (0, "data: 1\n\n"),
        (0, "data: {\"error\":{\"code\":503,\"message\":\"x\"}}\n\n"),
    ];
    let (builder, attempts) = builder([stream(Script::new(failing).ending())]);
    let mut chunks = builder.build().unwrap().stream(paid()).await.unwrap();
    assert!(chunks.next().await.unwrap().is_ok());
    let error = chunks.next().await.unwrap().unwrap_err();
    assert!(error.is_retryable() && error.may_have_run());
    assert_eq!(attempts.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_that_may_have_run_is_sent_again_only_when_it_reads() {
    let start = || {
        Server::start(async |mut connection| {
            // The first request is read, and then its connection is lost.
            if connection.request().await.is_some() && connection.number > 0 {
                connection.write(json("200 OK", "{}")).await;
            }
        })
    };
    let server = start().await;
    let error = client(&server).send(&paid()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Disconnected, 1)
    );
    assert!(error.may_have_run() && error.is_retryable());
    assert_eq!(server.connections(), 1);

    let server = start().await;
    let reply = client(&server).send(&Read).await.unwrap();
    assert_eq!(reply.metadata.attempts(), 2);
}

#[tokio::test]
async fn a_request_that_found_nobody_is_sent_again() {
    let server = Server::answering(json("200 OK", "{}")).await;
    let client = client(&server);
    let url = server.url();
    drop(server);
    tokio::task::yield_now().await;
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
    assert!(!error.may_have_run());
    // Whoever runs a server of their own has to see at which port it was looked for.
    let place = url.trim_start_matches("http://").split('/').next().unwrap();
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("no connection to {place}: ")),
        "{text}"
    );
}
