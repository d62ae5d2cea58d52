//! A body that comes step by step, in its own time.

use std::collections::VecDeque;
use std::fmt;
use std::iter::Peekable;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::connection::Connection;
use super::wire::Wire;
use crate::answer::Piece;
use crate::received::{Ending, Exchange};

/// What a body does next.
pub(super) enum Step {
    /// Sends pieces as they are made, each when it is its time.
    Play(Peekable<Box<dyn Iterator<Item = Piece> + Send>>),
    /// Waits.
    Wait(Duration),
    /// Sends bytes.
    Send(Bytes),
    /// Sends the same bytes again and again, until so many are sent.
    Fill(Bytes, u64),
    /// Writes to the connection, past hyper.
    Raw(Bytes),
    /// Lets hyper write out what it has.
    Flush,
    /// Says that the connection is going away.
    Leave,
    /// Never goes on.
    Hang,
    /// Fails; hyper closes the connection, or resets the stream.
    Fail,
    /// Fails, and has the connection reset.
    Reset,
}

/// The steps that are left.
pub(super) struct Steps {
    steps: VecDeque<Step>,
    wait: Option<Pin<Box<Sleep>>>,
    // Set once hyper has had the chance to write out what it has.
    is_flushed: bool,
    wire: Wire,
    is_http2: bool,
    // Announced in the header, unless the body comes in chunks.
    length: Option<u64>,
    exchange: Exchange,
}

/// Why a body ended early: on purpose.
#[derive(Debug)]
pub(super) struct BrokenOnPurpose;

impl fmt::Display for BrokenOnPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken on purpose")
    }
}

impl std::error::Error for BrokenOnPurpose {}

impl Steps {
    pub(super) fn new(
        steps: impl IntoIterator<Item = Step>,
        length: Option<u64>,
        connection: &Connection,
        exchange: Exchange,
    ) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            wait: None,
            is_flushed: false,
            wire: connection.wire.clone(),
            is_http2: connection.is_http2,
            length,
            exchange,
        }
    }

    /// Pending once, so that hyper writes out what it has before it is told of a failure.
    fn poll_flushed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.is_flushed, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn fail(&mut self) -> Poll<Option<Result<Frame<Bytes>, BrokenOnPurpose>>> {
        self.exchange.end(Ending::BrokenByServer);
        self.steps.clear();
        Poll::Ready(Some(Err(BrokenOnPurpose)))
    }

    fn send(&mut self, bytes: Bytes) -> Poll<Option<Result<Frame<Bytes>, BrokenOnPurpose>>> {
        self.is_flushed = false;
        self.exchange.sent(bytes.len());
        if let Some(length) = &mut self.length {
            *length = length.saturating_sub(bytes.len() as u64);
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}

impl Body for Steps {
    type Data = Bytes;
    type Error = BrokenOnPurpose;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOnPurpose>>> {
        loop {
            let Some(step) = self.steps.front_mut() else {
                return Poll::Ready(None);
            };
            match step {
                Step::Play(pieces) => {
                    let piece = pieces.next();
                    // The last piece is the last step, so that its end is the end.
                    if pieces.peek().is_none() {
                        self.steps.pop_front();
                    }
                    if let Some(Piece { wait, bytes }) = piece {
                        self.steps.push_front(Step::Send(bytes));
                        if !wait.is_zero() {
                            self.steps.push_front(Step::Wait(wait));
                        }
                    }
                    continue;
                }
                Step::Wait(time) => {
                    let until = Instant::now() + *time;
                    let wait = self
                        .wait
                        .get_or_insert_with(|| Box::pin(sleep_until(until)));
                    ready!(wait.as_mut().poll(cx));
                    self.wait = None;
                }
                Step::Send(bytes) => {
                    let bytes = std::mem::take(bytes);
                    self.steps.pop_front();
                    return self.send(bytes);
                }
                Step::Fill(bytes, left) => {
                    let now =
                        usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                    *left -= now as u64;
                    let piece = bytes.slice(..now);
                    if *left == 0 {
                        self.steps.pop_front();
                    }
                    return self.send(piece);
                }
                Step::Raw(_) => {
                    ready!(self.poll_flushed(cx));
                    let this = &mut *self;
                    let Some(Step::Raw(bytes)) = this.steps.front_mut() else {
                        return self.fail();
                    };
                    while !bytes.is_empty() {
                        match ready!(this.wire.poll_raw(cx, bytes)) {
                            Ok(0) | Err(_) => return self.fail(),
                            Ok(written) => drop(bytes.split_to(written)),
                        }
                    }
                }
                Step::Flush => {
                    ready!(self.poll_flushed(cx));
                    self.is_flushed = false;
                }
                Step::Leave => {
                    if !self.is_flushed {
                        self.wire.leave();
                    }
                    ready!(self.poll_flushed(cx));
                }
                Step::Hang => return Poll::Pending,
                Step::Fail => {
                    ready!(self.poll_flushed(cx));
                    return self.fail();
                }
                Step::Reset => {
                    ready!(self.poll_flushed(cx));
                    // On HTTP/2 the connection is not this answer's alone; its stream is reset.
                    if !self.is_http2 {
                        self.wire.reset_on_close();
                    }
                    return self.fail();
                }
            }
            self.steps.pop_front();
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.exchange.end(if self.steps.is_empty() {
            Ending::Complete
        } else {
            Ending::ClosedByClient
        });
    }
}
