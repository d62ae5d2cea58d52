//! Reads a stream in two ways: as everybody does, and with every chunk read in full. Both must tell the same.
//!
//! The fuzz target of streams uses this file as well.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use openrouter_chat::transport::service::{ReplayBody, ResponseBody};
use openrouter_chat::types::ChatResult;
use openrouter_chat::{ChatModel, Client, Ending, Error, RetryPolicy};
use tokio::runtime::{Builder, Runtime};
use tower_service::Service;

/// A model whose server is memory.
pub(crate) struct TwoWays {
    runtime: Runtime,
    model: ChatModel,
    body: Body,
}

/// Everything that a reader of a stream gets to see, times aside.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    events: Vec<String>,
    error: Option<String>,
    answer: Option<(ChatResult, Ending, bool)>,
}

impl TwoWays {
    pub(crate) fn new() -> Self {
        let body = Body::default();
        // Some failures would be asked about again, after a while.
        let client = Client::builder()
            .api_key("test")
            .retry(RetryPolicy::none())
            .service(body.clone());
        Self {
            runtime: Builder::new_current_thread().enable_time().build().unwrap(),
            model: ChatModel::new(client.build().unwrap(), "acme/large-2"),
            body,
        }
    }

    /// What is seen of an answer with this body: quickly, and with every chunk read in full.
    pub(crate) fn read(&self, body: &Bytes) -> (Seen, Seen) {
        *self.body.0.lock().unwrap() = body.clone();
        self.runtime
            .block_on(async { (self.seen(false).await, self.seen(true).await) })
    }

    async fn seen(&self, in_full: bool) -> Seen {
        let mut events = Vec::new();
        let mut failure = None;
        let result = match self.model.stream("Go.").await {
            Ok(stream) => {
                let mut stream = match in_full {
                    true => stream.with_chunks_read_in_full(),
                    false => stream,
                };
                while let Some(event) = stream.next().await {
                    match event {
                        Ok(event) => events.push(format!("{event:?}")),
                        Err(error) => failure = Some(error),
                    }
                }
                match failure {
                    Some(error) => Err(error),
                    None => stream.finish().await,
                }
            }
            Err(error) => Err(error),
        };
        let error = result
            .as_ref()
            .err()
            .map(|error| format!("{:?}: {error}", error.kind()));
        let answer = result.map_or_else(Error::into_partial, Some).map(|answer| {
            let (ending, has_end_mark) = (answer.ending(), answer.has_end_mark());
            (answer.as_wire().clone(), ending, has_end_mark)
        });
        Seen {
            events,
            error,
            answer,
        }
    }
}

/// The body of every answer.
#[derive(Clone, Default)]
struct Body(Arc<Mutex<Bytes>>);

impl Service<Request<ReplayBody>> for Body {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<ReplayBody>) -> Self::Future {
        let body = ResponseBody::from(self.0.lock().unwrap().clone());
        let response = Response::builder()
            .header("content-type", "text/event-stream")
            .body(body);
        ready(Ok(response.unwrap()))
    }
}
