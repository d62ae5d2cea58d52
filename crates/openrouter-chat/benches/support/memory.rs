//! A model whose server is memory: nothing of a socket is in what is counted.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use openrouter_chat::transport::service::ReplayBody;
use openrouter_chat::{ChatModel, Client};
use tower_service::Service;

/// A model that gives every call the same answer, in these pieces.
pub fn model(content_type: &'static str, pieces: Vec<Bytes>) -> ChatModel {
    let pieces = pieces.into();
    let client = Client::builder()
        .api_key("bench")
        .service(Memory {
            content_type,
            pieces,
        })
        .build()
        .expect("a client without a network has nothing to fail at");
    ChatModel::new(client, "acme/large-2")
}

#[derive(Clone)]
struct Memory {
    content_type: &'static str,
    pieces: Arc<[Bytes]>,
}

impl Service<Request<ReplayBody>> for Memory {
    type Response = Response<Pieces>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<ReplayBody>) -> Self::Future {
        let mut response = Response::new(Pieces {
            all: Arc::clone(&self.pieces),
            next: 0,
        });
        let content_type = http::HeaderValue::from_static(self.content_type);
        response
            .headers_mut()
            .insert(http::header::CONTENT_TYPE, content_type);
        ready(Ok(response))
    }
}

/// An answer's body.
struct Pieces {
    all: Arc<[Bytes]>,
    next: usize,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.all.get(self.next).cloned();
        self.next += 1;
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
}
