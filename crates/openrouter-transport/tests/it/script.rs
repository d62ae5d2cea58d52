//! A service in the place of the network: answers by a script, in tokio's time.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use openrouter_transport::service::ReplayBody;
use openrouter_transport::{Client, ClientBuilder};
use tokio::time::{Instant, Sleep, sleep};
use tower::service_fn;

/// What the server does for one attempt: wait, then answer.
pub(crate) struct Answer {
    pub(crate) after: Duration,
    pub(crate) response: Response<Script>,
}

/// A body whose pieces come after a wait each; without an end it stays open for ever.
pub(crate) struct Script {
    pieces: VecDeque<(Duration, Bytes)>,
    ends: bool,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Script {
    pub(crate) fn new<'a>(pieces: impl IntoIterator<Item = (u64, &'a str)>) -> Self {
        let pieces = pieces.into_iter().map(|(seconds, text)| {
            (
                Duration::from_secs(seconds),
                Bytes::copy_from_slice(text.as_bytes()),
            )
        });
        Self {
            pieces: pieces.collect(),
            ends: false,
            waiting: None,
        }
    }

    pub(crate) fn ending(mut self) -> Self {
        self.ends = true;
        self
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some((wait, _)) = self.pieces.front() else {
            return if self.ends {
                Poll::Ready(None)
            } else {
                Poll::Pending
            };
        };
        let wait = *wait;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(wait)));
        if waiting.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.waiting = None;
        Poll::Ready(
            self.pieces
                .pop_front()
                .map(|(_, bytes)| Ok(Frame::data(bytes))),
        )
    }
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: Script) -> Answer {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Answer {
        after: Duration::ZERO,
        response: response.body(body).unwrap(),
    }
}

pub(crate) fn stream(body: Script) -> Answer {
    answer(200, &[("content-type", "text/event-stream")], body)
}

/// When each attempt came, since the first.
pub(crate) type Attempts = Arc<Mutex<Vec<Duration>>>;

/// A builder whose attempts get these answers, one after another.
pub(crate) fn builder(answers: impl IntoIterator<Item = Answer>) -> (ClientBuilder, Attempts) {
    let answers: Arc<Mutex<VecDeque<Answer>>> = Arc::new(Mutex::new(answers.into_iter().collect()));
    let attempts = Attempts::default();
    let began = Instant::now();
    let seen = attempts.clone();
    let service = service_fn(move |_: Request<ReplayBody>| {
        seen.lock().unwrap().push(began.elapsed());
        let next = answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("one more answer in the script");
        async move {
            sleep(next.after).await;
            Ok::<_, Infallible>(next.response)
        }
    });
    (
        Client::builder()
            .api_key("sk-or-v1-test-key")
            .service(service),
        attempts,
    )
}
