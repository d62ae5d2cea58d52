//! Only the text.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{ChatStream, StreamEvent, Text};
use crate::{ChatResponse, Error};

/// The text of a streamed answer's first choice, piece by piece.
///
/// Everything else is read on the way, and is in the answer that [`finish`](Self::finish) returns.
#[derive(Debug)]
pub struct TextStream(ChatStream);

impl TextStream {
    pub(super) fn new(stream: ChatStream) -> Self {
        Self(stream)
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    ///
    /// What made the stream fail, with what had arrived; nothing follows.
    pub async fn next(&mut self) -> Option<Result<Text, Error>> {
        poll_fn(|cx| self.poll_next_text(cx)).await
    }

    /// Reads to the end, and returns the whole answer.
    ///
    /// # Errors
    ///
    /// As [`ChatStream::finish`].
    pub async fn finish(self) -> Result<ChatResponse, Error> {
        self.0.finish().await
    }

    fn poll_next_text(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Text, Error>>> {
        loop {
            return Poll::Ready(match ready!(self.0.poll_next_event(cx)) {
                Some(Ok(StreamEvent::Text { choice: 0, text })) => Some(Ok(text)),
                Some(Ok(_)) => continue,
                Some(Err(error)) => Some(Err(error)),
                None => None,
            });
        }
    }
}

impl Stream for TextStream {
    type Item = Result<Text, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_text(cx)
    }
}
