//! A run that tells what happens.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{RunEvent, RunOutcome, StructuredOutcome, ToolRun};
use crate::structured::partial::{PartialJson, PartialJsonError};
use crate::structured::{Growing, OutputFormat};
use crate::{Error, ErrorKind};

/// A run that tells what happens, as it happens.
///
/// The run goes on only while events are taken: that is what drives it.
///
/// # Cancellation
///
/// Dropping the stream ends the request and the tools that run. The [`ToolRun`] keeps everything that was done until
/// then, and can go on.
pub struct RunStream<'a>(Driven<'a, RunOutcome>);

impl<'a> RunStream<'a> {
    pub(super) fn new(run: &'a mut ToolRun) -> Self {
        Self(Driven::new(|sink| {
            Box::pin(async move { run.drive(&sink).await })
        }))
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
        self.0.into_outcome()
    }

    fn poll_next_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<RunEvent, Error>>> {
        let told = self.0.poll_told(cx);
        told.map(|told| told.map(|told| told.map(|told| told.event)))
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
            .field("is_running", &self.0.is_running())
            .finish_non_exhaustive()
    }
}

/// A run that tells what happens, and in the end shows a value as it grows. Made by
/// [`ToolRun::stream_as`].
///
/// # Cancellation
///
/// As [`RunStream`].
pub struct StructuredRunStream<'a, T> {
    driven: Driven<'a, StructuredOutcome<T>>,
    growing: Option<Box<Growing>>,
    /// The step whose reply has made the value grow, until that is told.
    grown: Option<usize>,
}

impl<'a, T: Send + 'a> StructuredRunStream<'a, T> {
    pub(super) fn new(run: &'a mut ToolRun, format: OutputFormat<T>) -> Self {
        Self {
            driven: Driven::new(|sink| Box::pin(async move { run.drive_as(&format, &sink).await })),
            growing: None,
            grown: None,
        }
    }
}

impl<T> StructuredRunStream<'_, T> {
    /// The next event; `None` at the end.
    ///
    /// # Errors
    ///
    /// What made a request fail; nothing follows.
    pub async fn next(&mut self) -> Option<Result<RunEvent, Error>> {
        poll_fn(|cx| self.poll_next_event(cx)).await
    }

    /// What the answer is so far; `None` while it has not begun.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.growing.as_ref()?.value()
    }

    /// What the answer is so far, as a type in which everything that may be missing is optional.
    ///
    /// Each call costs as much as the answer is large.
    ///
    /// # Errors
    ///
    /// When it does not fit the type, or has not begun.
    pub fn get<P: DeserializeOwned>(&mut self) -> Result<P, PartialJsonError> {
        match &mut self.growing {
            Some(growing) => growing.get(),
            None => PartialJson::new().get(),
        }
    }

    /// Goes on to the end, and returns the outcome.
    ///
    /// # Errors
    ///
    /// As [`ToolRun::finish_as`]. A failure that was told as an item before is an error here too.
    pub async fn finish(mut self) -> Result<StructuredOutcome<T>, Error> {
        while let Some(event) = self.next().await {
            event?;
        }
        self.driven.into_outcome()
    }

    fn poll_next_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<RunEvent, Error>>> {
        if let Some(step) = self.grown.take() {
            return Poll::Ready(Some(Ok(RunEvent::AnswerGrown { step })));
        }
        let told = self.driven.poll_told(cx);
        told.map(|told| {
            told.map(|told| {
                let Told { event, growing } = told?;
                if growing.is_some() {
                    self.growing = growing;
                }
                if let (RunEvent::Model { step, event }, Some(growing)) =
                    (&event, &mut self.growing)
                    && growing.take(event)
                {
                    self.grown = Some(*step);
                }
                Ok(event)
            })
        })
    }
}

impl<T> Stream for StructuredRunStream<'_, T> {
    type Item = Result<RunEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_event(cx)
    }
}

/// Nothing in it is pinned but what is in a box.
impl<T> Unpin for StructuredRunStream<'_, T> {}

impl<T> fmt::Debug for StructuredRunStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructuredRunStream")
            .field("is_running", &self.driven.is_running())
            .field("has_value", &self.value().is_some())
            .finish_non_exhaustive()
    }
}

/// A future that tells events while it runs.
struct Driven<'a, O> {
    running: Option<Running<'a, O>>,
    slot: Slot,
    outcome: Option<O>,
}

type Running<'a, O> = Pin<Box<dyn Future<Output = Result<O, Error>> + Send + 'a>>;

impl<'a, O> Driven<'a, O> {
    fn new(start: impl FnOnce(Sink) -> Running<'a, O>) -> Self {
        let slot = Slot::default();
        Self {
            running: Some(start(Sink(Some(slot.clone())))),
            slot,
            outcome: None,
        }
    }

    fn is_running(&self) -> bool {
        self.running.is_some()
    }

    fn into_outcome(self) -> Result<O, Error> {
        self.outcome.ok_or_else(|| {
            let message = "the run has failed, as it told before";
            Error::new(ErrorKind::Call, message)
        })
    }

    fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Told, Error>>> {
        if let Some(told) = self.slot.take() {
            return Poll::Ready(Some(Ok(told)));
        }
        let Some(running) = &mut self.running else {
            return Poll::Ready(None);
        };
        let outcome = running.as_mut().poll(cx);
        if let Some(told) = self.slot.take() {
            // The future waits for this, and for nothing that would wake the task.
            return Poll::Ready(Some(Ok(told)));
        }
        let Poll::Ready(outcome) = outcome else {
            return Poll::Pending;
        };
        self.running = None;
        match outcome {
            Ok(outcome) => {
                self.outcome = Some(outcome);
                Poll::Ready(None)
            }
            Err(error) => Poll::Ready(Some(Err(error))),
        }
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
        self.put(|| Told {
            event: event(),
            growing: None,
        })
        .await;
    }

    /// Tells that an answer begins, with what reads it.
    pub(super) async fn tell_answer(
        &self,
        step: usize,
        attempt: usize,
        growing: impl FnOnce() -> Growing,
    ) {
        self.put(|| Told {
            event: RunEvent::AnswerStarted { step, attempt },
            growing: Some(Box::new(growing())),
        })
        .await;
    }

    async fn put(&self, told: impl FnOnce() -> Told) {
        let Some(slot) = &self.0 else { return };
        slot.put(told());
        // The stream takes the event as soon as this is pending, and polls again when it is asked for the next.
        poll_fn(|_| match slot.is_taken() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }
}

/// An event, and what reads those that follow.
struct Told {
    event: RunEvent,
    growing: Option<Box<Growing>>,
}

/// Room for one event. Locked for a move, never across an await.
#[derive(Clone, Default)]
struct Slot(Arc<Mutex<Option<Told>>>);

impl Slot {
    fn put(&self, told: Told) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    }

    fn take(&self) -> Option<Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn is_taken(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
    }
}
