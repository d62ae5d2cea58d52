//! Streamed answers.

mod accumulate;
mod calls;
mod event;
mod parts;
mod read;
mod text;

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use openrouter_transport::sse::SseItem;
use openrouter_transport::{self as transport, EventStream, Metadata, StreamEnd};
use tokio::time::sleep;

pub(crate) use calls::complete_calls;
pub use event::{StreamEvent, Text};
pub use text::TextStream;

use crate::response::{ChatResponse, Timing};
use crate::trace::CallSpan;
use crate::{Error, ErrorKind};
use accumulate::Accumulator;
use read::ChunkReader;

/// A streamed answer: its events as they come, and the whole of it at the end.
///
/// ```no_run
/// # async fn example(model: openrouter_chat::ChatModel) -> Result<(), openrouter_chat::Error> {
/// use openrouter_chat::StreamEvent;
///
/// let mut stream = model.stream("Why is the sky blue?").await?;
/// while let Some(event) = stream.next().await {
///     if let StreamEvent::Text { text, .. } = event? {
///         print!("{text}");
///     }
/// }
/// let answer = stream.finish().await?;
/// println!("\n{:?}", answer.usage());
/// # Ok(())
/// # }
/// ```
///
/// A failure is the last item, and carries what had arrived. A stream that ends without its end mark has failed.
///
/// # Cancellation
///
/// Dropping the stream closes the request at once; many providers then stop generating and billing. Dropping the future
/// of [`next`](Self::next) loses nothing.
pub struct ChatStream(
    // Boxed, since a future that reads a stream holds it in more than one place.
    Box<Reading>,
);

/// What a stream has at hand while it is open.
struct Reading {
    events: EventStream,
    reader: ChunkReader,
    answer: Accumulator,
    queue: VecDeque<StreamEvent>,
    /// An error that the server wrote, or that part of the stream was not JSON; told when the stream is over.
    failure: Option<Error>,
    state: State,
    keep_alives: bool,
    /// Whether every chunk is read as if none had come before it.
    in_full: bool,
    first_event: Option<Duration>,
    /// Runs once the server has written an error.
    grace: Option<Pin<Box<dyn Future<Output = ()> + Send + Sync>>>,
    /// Whether the span has what was answered, or need not have it.
    content_told: bool,
    span: CallSpan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// The end has been read; the queue may hold events still.
    Ended,
    /// The failure has been told.
    Failed,
}

impl ChatStream {
    pub(crate) fn new(events: EventStream, span: CallSpan) -> Self {
        Self(Box::new(Reading {
            events,
            reader: ChunkReader::default(),
            answer: Accumulator::default(),
            // Most chunks hold one event, and every open stream has a queue.
            queue: VecDeque::with_capacity(1),
            failure: None,
            state: State::Open,
            keep_alives: false,
            in_full: false,
            first_event: None,
            grace: None,
            content_told: !span.has_content(),
            span,
        }))
    }

    /// Tells the server's signs of life, too.
    #[must_use]
    pub fn with_keep_alives(mut self) -> Self {
        self.0.keep_alives = true;
        self
    }

    /// Reads every chunk as if none had come before it. Slow; what tests hold the usual way against.
    #[doc(hidden)]
    #[must_use]
    pub fn with_chunks_read_in_full(mut self) -> Self {
        self.0.in_full = true;
        self
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    ///
    /// What made the stream fail, with what had arrived; nothing follows.
    pub async fn next(&mut self) -> Option<Result<StreamEvent, Error>> {
        poll_fn(|cx| self.poll_next_event(cx)).await
    }

    /// The same as a poll function.
    pub fn poll_next_event(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<StreamEvent, Error>>> {
        loop {
            if let Some(event) = self.0.queue.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            if self.0.state != State::Open {
                return Poll::Ready(self.take_failure().map(Err));
            }
            match self.0.events.poll_next_item(cx) {
                Poll::Ready(Some(Ok(SseItem::Event(event)))) => {
                    if let Some(event) = self.read(&event.into_data()) {
                        return Poll::Ready(Some(Ok(event)));
                    }
                }
                Poll::Ready(Some(Ok(_))) => {
                    if self.0.keep_alives {
                        self.0.queue.push_back(StreamEvent::KeepAlive);
                    }
                }
                Poll::Ready(Some(Err(error))) => self.end(Some(error)),
                Poll::Ready(None) => {
                    let truncated = (self.0.events.end() != Some(StreamEnd::Done))
                        .then(|| self.0.events.truncated());
                    self.end(truncated);
                }
                Poll::Pending => match &mut self.0.grace {
                    // The server has failed; what belongs to the answer still is on its way, and not waited for long.
                    Some(grace) => {
                        ready!(grace.as_mut().poll(cx));
                        self.end(None);
                    }
                    None => return Poll::Pending,
                },
            }
        }
    }

    /// Reads to the end, and returns the answer: the same that `invoke` would have returned.
    ///
    /// # Errors
    ///
    /// What made the stream fail, with what had arrived in [`Error::partial`]. A failure that was told as an item
    /// before is an error here too.
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` would hold the stream twice"
    )]
    pub fn finish(mut self) -> impl Future<Output = Result<ChatResponse, Error>> + Send {
        async move {
            while let Some(event) = self.next().await {
                event?;
            }
            if self.0.state == State::Failed {
                let error = Error::new(ErrorKind::Call, "the stream has failed, as it told before");
                return Err(error.with_partial(self.into_partial()));
            }
            let response = self.into_partial();
            if response.as_wire().choices.is_empty() {
                let error = Error::new(
                    ErrorKind::NoChoices,
                    "the stream ended without a choice in it",
                );
                return Err(error.with_partial(response));
            }
            Ok(response)
        }
    }

    /// The answer as far as it has come. Ends the stream.
    #[must_use]
    pub fn into_partial(mut self) -> ChatResponse {
        let timing = self.timing();
        let metadata = self.0.events.metadata().clone();
        let answer = std::mem::take(&mut self.0.answer).finish();
        self.tell_content(&answer);
        answer.with_exchange(metadata, timing)
    }

    /// Records what was answered, once.
    fn tell_content(&mut self, answer: &ChatResponse) {
        if !self.0.content_told {
            self.0.content_told = true;
            self.0.span.content(answer);
        }
    }

    /// Only the text of the answer's first choice, piece by piece.
    #[must_use]
    pub fn text(self) -> TextStream {
        TextStream::new(self)
    }

    /// Status, header fields, attempts.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        self.0.events.metadata()
    }

    /// The generation's id, known before the first event: its cost can be looked up with it, even after a cancellation.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.0.events.generation_id().or_else(|| self.0.answer.id())
    }

    /// Reads a chunk. What most of them have to tell, one string, is told at once; all else is queued.
    fn read(&mut self, data: &Bytes) -> Option<StreamEvent> {
        let open = &mut *self.0;
        if open.in_full {
            open.reader = ChunkReader::default();
        }
        match open.reader.reread(data, &mut open.answer) {
            None => {
                self.read_changed(data);
                None
            }
            Some(event) => {
                if event.is_some() {
                    self.note_first();
                }
                event
            }
        }
    }

    /// Notes when the first event came.
    fn note_first(&mut self) {
        let open = &mut *self.0;
        if open.first_event.is_none() {
            open.first_event = Some(open.events.last_read());
            open.span.first_chunk(open.events.last_read());
            open.answer.tell_who_served(&open.span);
        }
    }

    fn read_changed(&mut self, data: &Bytes) {
        if data.trim_ascii().is_empty() {
            return;
        }
        match self
            .0
            .reader
            .read(data, &mut self.0.answer, &mut self.0.queue)
        {
            Ok(()) => {
                if !self.0.queue.is_empty() {
                    self.note_first();
                }
                if self.0.span.is_recorded() {
                    for event in &self.0.queue {
                        match event {
                            StreamEvent::Usage(usage) => self.0.span.usage(usage),
                            StreamEvent::Finish { reason, .. } => {
                                self.0.span.finish_reason(reason.as_str());
                            }
                            _ => {}
                        }
                    }
                }
                if self.0.answer.has_failed() && self.0.grace.is_none() {
                    self.0.grace = Some(Box::pin(sleep(GRACE)));
                    let metadata = Some(self.0.events.metadata());
                    self.0.failure =
                        transport::Error::from_envelope(data, metadata).map(Error::from);
                }
            }
            Err(error) if self.0.failure.is_none() => {
                let start =
                    String::from_utf8_lossy(&data[..data.len().min(SHOWN_BYTES)]).into_owned();
                let message =
                    format!("an event of the stream is not JSON: {error}; it begins {start:?}");
                self.0.failure = Some(Error::new(ErrorKind::Decode, message));
            }
            Err(_) => {}
        }
    }

    /// The end has come, in one way or another.
    fn end(&mut self, error: Option<transport::Error>) {
        self.0.state = State::Ended;
        let done = self.0.events.end() == Some(StreamEnd::Done);
        if self.0.failure.is_none() {
            self.0.failure = error.map(Error::from);
        }
        // An answer that says how it ended is whole, whatever happened to the connection afterwards; its end mark
        // is missing all the same, and that is told.
        if done {
            self.0.answer.end(&mut self.0.queue);
        }
    }

    fn take_failure(&mut self) -> Option<Error> {
        let failure = self.0.failure.take()?;
        self.0.state = State::Failed;
        self.0.span.error(&failure);
        let timing = self.timing();
        let partial = self
            .0
            .answer
            .snapshot()
            .with_exchange(self.0.events.metadata().clone(), timing);
        Some(failure.with_partial(partial))
    }

    fn timing(&self) -> Timing {
        Timing {
            first_event: self.0.first_event,
            total: self.0.events.last_read(),
        }
    }
}

/// How long what follows an error is waited for: usage comes after it, if it comes.
const GRACE: Duration = Duration::from_secs(1);

/// Most bytes of an undecodable event that stand in an error.
const SHOWN_BYTES: usize = 120;

/// What had come of a stream that nobody waits for any more is in its span, too.
impl Drop for ChatStream {
    fn drop(&mut self) {
        if !self.0.content_told {
            let answer = std::mem::take(&mut self.0.answer).finish();
            self.tell_content(&answer);
        }
    }
}

impl Stream for ChatStream {
    type Item = Result<StreamEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_event(cx)
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("events", &self.0.events)
            .field("state", &self.0.state)
            .finish_non_exhaustive()
    }
}
