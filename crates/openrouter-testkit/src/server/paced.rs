//! A body that comes piece by piece, in its own time.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::answer::Piece;

/// The pieces that are left, and the wait for the next one.
#[derive(Debug)]
pub(super) struct Paced {
    pieces: VecDeque<Piece>,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    pub(super) fn new(pieces: Vec<Piece>) -> Self {
        Self {
            pieces: pieces.into(),
            wait: None,
        }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(next) = self.pieces.front().map(|piece| piece.wait) else {
            return Poll::Ready(None);
        };
        if !next.is_zero() {
            let wait = self
                .wait
                .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + next)));
            ready!(wait.as_mut().poll(cx));
            self.wait = None;
        }
        Poll::Ready(
            self.pieces
                .pop_front()
                .map(|piece| Ok(Frame::data(piece.bytes))),
        )
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }
}
