//! A run that tells what happens.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{RunEvent, RunOutcome, ToolRun};
use crate::{Error, ErrorKind};

/// A run that tells what happens, as it happens.
///
/// The run goes on only while events are taken: that is what drives it.
///
/// # Cancellation
///
/// Dropping the stream ends the request and the tools that run. The [`ToolRun`] keeps everything that was done until
/// then, and can go on.
pub struct RunStream<'a> {
    running: Option<Running<'a>>,
    slot: Slot,
    outcome: Option<Result<RunOutcome, Error>>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<RunOutcome, Error>> + Send + 'a>>;

impl<'a> RunStream<'a> {
    pub(super) fn new(run: &'a mut ToolRun) -> Self {
        let slot = Slot::default();
        let sink = Sink(Some(slot.clone()));
        Self {
            running: Some(Box::pin(async move { run.drive(&sink).await })),
            slot,
            outcome: None,
        }
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    ///
    /// What made a request fail; nothing follows.
    pub async fn next(&mut self) -> Option<Result<RunEvent, Error>> {
        poll_fn(|cx| self.poll_next_event(cx)).await
    }

    /// Goes on to the end, and returns the outcome.
    ///
    /// # Errors
    ///
    /// As [`ToolRun::finish`]. A failure that was told as an item before is an error here too.
    pub async fn finish(mut self) -> Result<RunOutcome, Error> {
        while let Some(event) = self.next().await {
            event?;
        }
        self.outcome.take().unwrap_or_else(|| {
            let message = "the run has failed, as it told before";
            Err(Error::new(ErrorKind::Call, message))
        })
    }

    fn poll_next_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<RunEvent, Error>>> {
        if let Some(event) = self.slot.take() {
            return Poll::Ready(Some(Ok(event)));
        }
        let Some(running) = &mut self.running else {
            return Poll::Ready(None);
        };
        let outcome = running.as_mut().poll(cx);
        if let Some(event) = self.slot.take() {
            // The future waits for this, and for nothing that would wake the task.
            return Poll::Ready(Some(Ok(event)));
        }
        let Poll::Ready(outcome) = outcome else {
            return Poll::Pending;
        };
        self.running = None;
        match outcome {
            Ok(outcome) => {
                self.outcome = Some(Ok(outcome));
                Poll::Ready(None)
            }
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

impl Stream for RunStream<'_> {
    type Item = Result<RunEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_event(cx)
    }
}

impl fmt::Debug for RunStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunStream")
            .field("is_running", &self.running.is_some())
            .finish_non_exhaustive()
    }
}

/// Where events go; without a stream, nowhere.
#[derive(Clone, Default)]
pub(super) struct Sink(Option<Slot>);

impl Sink {
    /// Whether anybody listens.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Tells an event, and waits until it was taken. It is made only if anybody listens.
    pub(super) async fn tell(&self, event: impl FnOnce() -> RunEvent) {
        let Some(slot) = &self.0 else { return };
        slot.put(event());
        // The stream takes the event as soon as this is pending, and polls again when it is asked for the next.
        poll_fn(|_| match slot.is_taken() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }
}

/// Room for one event. Locked for a move, never across an await.
#[derive(Clone, Default)]
struct Slot(Arc<Mutex<Option<RunEvent>>>);

impl Slot {
    fn put(&self, event: RunEvent) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(event);
    }

    fn take(&self) -> Option<RunEvent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn is_taken(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
    }
}
