//! The five clocks: what each of them ends, and what it lets live. Time is paused, so nothing is waited for.

use std::time::Duration;

use openrouter_transport::{CallOptions, Client, Error, ErrorKind, Proxy, RetryPolicy, Timeouts};

use crate::calls::paid;
use crate::script::{Answer, Script, answer, builder, stream};
use crate::server::Server;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The number of chunks of a stream, and how it failed.
async fn outcome(body: Script, timeouts: Timeouts) -> (usize, Option<Error>) {
    let (builder, _) = builder([stream(body)]);
    let client = builder.timeouts(timeouts).build().unwrap();
    let mut stream = client.stream(paid()).await.unwrap();
    let mut chunks = 0;
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(_) => chunks += 1,
            Err(error) => return (chunks, Some(error)),
        }
    }
    (chunks, None)
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_reasons_for_ten_minutes_with_keep_alives_lives() {
    let keep_alives = std::iter::repeat_n((15, ": OPENROUTER PROCESSING\n\n"), 41);
    let body = Script::new(keep_alives.chain([(1, "data: 1\n\n"), (1, "data: [DONE]\n\n")]));
    assert_eq!(outcome(body, Timeouts::default()).await.0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_dead_stream_ends_at_the_idle_limit() {
    let began = tokio::time::Instant::now();
    let (chunks, error) = outcome(Script::new([(1, "data: 1\n\n")]), Timeouts::default()).await;
    let error = error.unwrap();
    assert_eq!((chunks, error.kind()), (1, ErrorKind::IdleTimeout));
    assert_eq!(
        error.to_string(),
        "the answer stopped: nothing came within 120s"
    );
    assert!(error.is_stalled() && error.is_timeout() && error.may_have_run());
    assert_eq!(began.elapsed().as_secs(), 121);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_only_says_that_it_is_processing_ends_at_the_content_limit() {
    let began = tokio::time::Instant::now();
    let keep_alives = std::iter::repeat_n((15, ": OPENROUTER PROCESSING\n\n"), 1_000);
    let (chunks, error) = outcome(
        Script::new([(1, "data: 1\n\n")].into_iter().chain(keep_alives)),
        Timeouts::default(),
    )
    .await;
    let error = error.unwrap();
    assert_eq!((chunks, error.kind()), (1, ErrorKind::ContentTimeout));
    assert_eq!(
        error.to_string(),
        "the answer stalled: nothing but keep-alives came within 900s"
    );
    assert!(error.is_stalled());
    assert_eq!(began.elapsed().as_secs(), 901);
}

#[tokio::test(start_paused = true)]
async fn comments_that_never_pause_do_not_hide_the_content_limit() {
    let keep_alives = (0..100_000).map(|at| (u64::from(at % 100 == 0), ": still\n\n"));
    let limits = Timeouts::default().with_content(seconds(5));
    let (_, error) = outcome(Script::new(keep_alives), limits).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::ContentTimeout);
}

#[tokio::test(start_paused = true)]
async fn any_byte_restarts_the_idle_clock() {
    let body = Script::new(
        "data: 123\n\ndata: [DONE]\n\n"
            .split_inclusive("")
            .filter(|piece| !piece.is_empty())
            .map(|piece| (100, piece)),
    );
    assert_eq!(
        outcome(body, Timeouts::default().with_content(None))
            .await
            .0,
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_at_the_total_limit_even_when_it_is_lively() {
    let began = tokio::time::Instant::now();
    let body = Script::new(std::iter::repeat_n((1, "data: 1\n\n"), 1_000));
    let (chunks, error) = outcome(body, Timeouts::none().with_total(seconds(30))).await;
    assert_eq!(
        (chunks, error.unwrap().kind()),
        (29, ErrorKind::TotalTimeout)
    );
    assert_eq!(began.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn without_clocks_nothing_ends() {
    let body = Script::new([(1_000_000, "data: 1\n\n"), (1_000_000, "data: [DONE]\n\n")]);
    assert_eq!(outcome(body, Timeouts::none()).await.0, 1);
}

/// How one call failed, that may be tried once.
async fn failure(answered: Answer, options: &CallOptions) -> Error {
    let (builder, _) = builder([answered]);
    let client = builder.retry(RetryPolicy::none()).build().unwrap();
    client.send_with(&paid(), options).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_begin_ends_at_the_first_byte_limit() {
    let began = tokio::time::Instant::now();
    let late = Answer {
        after: seconds(100_000),
        ..answer(200, &[], Script::new([]))
    };
    let error = failure(late, &CallOptions::default()).await;
    assert_eq!(error.kind(), ErrorKind::FirstByteTimeout);
    assert!(error.may_have_run() && error.is_timeout() && !error.is_stalled());
    assert_eq!(began.elapsed().as_secs(), 180);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_for_ever_ends_at_the_total_limit() {
    let drip = Script::new(std::iter::repeat_n((1, " "), 100_000));
    let error = failure(answer(200, &[], drip), &CallOptions::default()).await;
    assert_eq!(error.kind(), ErrorKind::TotalTimeout);
    assert!(error.may_have_run());
}

#[tokio::test(start_paused = true)]
async fn a_call_has_its_own_clocks_where_it_says_so() {
    let options = CallOptions::new().with_timeouts(Timeouts::none().with_idle(seconds(3)));
    let error = failure(
        answer(200, &[], Script::new([(1, "{"), (2, "\"a\""), (4, ":1}")])),
        &options,
    )
    .await;
    assert_eq!(error.kind(), ErrorKind::IdleTimeout);
    assert_eq!(
        error.to_string(),
        "the answer stopped: nothing came within 3s"
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_body_that_stalls_does_not_hide_the_status() {
    let began = tokio::time::Instant::now();
    let error = failure(
        answer(500, &[], Script::new([(1, "half a rea")])),
        &CallOptions::default(),
    )
    .await;
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.to_string().contains("half a rea"), "{error}");
    assert_eq!(began.elapsed().as_secs(), 121);
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_ends_at_the_connect_limit() {
    // A proxy that takes the call and says nothing.
    let proxy = Server::start(async |mut connection| connection.closed().await).await;
    let client = Client::builder()
        .base_url("https://openrouter.invalid/api/v1")
        .proxy(Proxy::new(&format!("http://{}", proxy.address)).unwrap())
        .timeouts(Timeouts::default().with_connect(Duration::from_millis(50)))
        .retry(
            RetryPolicy::default()
                .with_max_retries(1)
                .with_first_wait(Duration::ZERO),
        )
        .build()
        .unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectTimeout);
    assert!(!error.may_have_run() && error.is_retryable() && error.attempts() == 2);
    assert_eq!(
        client.warm_up().await.unwrap_err().kind(),
        ErrorKind::ConnectTimeout
    );
}
