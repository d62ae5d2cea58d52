//! A server that is memory: it says what it is told to, cut as it is told, and nothing of a socket is in between.
//!
//! The fuzz target of streams uses this file as well.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body::{Body, Frame};
use openrouter_chat::transport::service::ReplayBody;
use openrouter_chat::{Client, RetryPolicy};
use tower_service::Service;

/// What a [client](Self::client) gets as the stream that answers its next calls.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<Bytes>>>);

impl Memory {
    /// Sets what is answered from now on: each piece is a read of the client.
    pub(crate) fn say(&self, pieces: impl IntoIterator<Item = Bytes>) {
        let mut said = self.0.lock().unwrap();
        said.clear();
        said.extend(pieces);
    }

    pub(crate) fn client(&self) -> Client {
        // Some failures would be asked about again, after a while.
        let client = Client::builder()
            .api_key("test")
            .retry(RetryPolicy::none())
            .service(self.clone());
        client.build().unwrap()
    }
}

impl Service<Request<ReplayBody>> for Memory {
    type Response = Response<Pieces>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<ReplayBody>) -> Self::Future {
        let pieces = self.0.lock().unwrap().iter().cloned().collect();
        let mut response = Response::new(Pieces(pieces));
        let content_type = HeaderValue::from_static("text/event-stream");
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        ready(Ok(response))
    }
}

/// The body of an answer.
pub(crate) struct Pieces(VecDeque<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}
