//! Streamed answers.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use openrouter_types::Decode;

use crate::client::{Exchange, undecodable};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::metadata::Metadata;
use crate::service::ResponseBody;
use crate::sse::{SseEvent, SseItem, SseLimits, SseParser};

/// The events of a streamed answer, as they come: data and keep-alive comments.
///
/// The end mark `[DONE]` is no item: it ends the stream, and nothing is read behind it. A stream that just stops ends
/// too, without an error of its own; [`end`](Self::end) tells the two apart, and [`truncated`](Self::truncated) makes
/// the error. Other failures (a lost connection, a clock, a limit) are the last item.
///
/// An event whose data is empty is skipped.
///
/// # Cancellation
///
/// Dropping the stream closes the exchange at once. Dropping the future of [`next`](Self::next) loses nothing.
pub struct EventStream {
    exchange: Exchange,
    parser: SseParser,
    state: State,
    /// Whether the answer's head is in memory of its own.
    is_compact: bool,
    last_read: Duration,
    /// What has come of an answer that is JSON without framing.
    plain: Vec<u8>,
    max_plain_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has been read yet.
    Fresh,
    Reading,
    /// The answer says that it is a stream, but it is JSON without framing: an error, most likely.
    Plain,
    /// The end mark has come; the body is given some turns to end too, so that its connection can be kept.
    Marked {
        turns: u8,
    },
    Ended(StreamEnd),
}

/// How a stream of events ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEnd {
    /// With its end mark.
    Done,
    /// The answer ended without an end mark.
    Closed,
    /// With an error.
    Failed,
}

impl EventStream {
    pub(crate) fn new(mut exchange: Exchange, limits: &Limits) -> Self {
        exchange.clocks.head_arrived(true);
        let parser = SseParser::with_limits(
            SseLimits::default().with_max_event_bytes(limits.max_event_bytes),
        );
        let last_read = exchange.clocks.elapsed();
        Self {
            exchange,
            parser,
            state: State::Fresh,
            is_compact: false,
            last_read,
            plain: Vec::new(),
            max_plain_bytes: limits.max_error_body_bytes,
        }
    }

    /// The next event or comment; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<SseItem, Error>> {
        poll_fn(|cx| self.poll_next_item(cx)).await
    }

    /// The same as a poll function.
    pub fn poll_next_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<SseItem, Error>>> {
        loop {
            match self.state {
                State::Fresh | State::Reading | State::Plain => {}
                State::Marked { turns } => {
                    ready!(self.poll_end_of_body(turns, cx));
                    return Poll::Ready(None);
                }
                State::Ended(_) => return Poll::Ready(None),
            }
            match self.parser.next_item() {
                Some(Ok(SseItem::Event(event))) => {
                    if is_end_mark(&event) {
                        self.state = State::Marked {
                            turns: TURNS_TO_END,
                        };
                        continue;
                    }
                    self.exchange.clocks.content_arrived();
                    if !event.data().is_empty() {
                        return Poll::Ready(Some(Ok(SseItem::Event(event))));
                    }
                }
                Some(Ok(item)) => return Poll::Ready(Some(Ok(item))),
                Some(Err(error)) => {
                    return self.fail(Error::new(
                        ErrorKind::LimitExceeded,
                        format!("{error} (`max_event_bytes`)"),
                    ));
                }
                None => match self.exchange.body.poll_data(cx) {
                    Poll::Ready(Some(Ok(bytes))) => {
                        match self.exchange.arrived(&bytes) {
                            Ok(elapsed) => self.last_read = elapsed,
                            Err(error) => return self.fail(error),
                        }
                        if self.state == State::Fresh && bytes.trim_ascii_start().starts_with(b"{")
                        {
                            self.state = State::Plain;
                        }
                        if self.state == State::Plain {
                            let room = self.max_plain_bytes - self.plain.len();
                            self.plain
                                .extend_from_slice(&bytes[..bytes.len().min(room)]);
                            if bytes.len() >= room {
                                return self.fail_unframed();
                            }
                            continue;
                        }
                        self.state = State::Reading;
                        self.parser.push(bytes);
                    }
                    Poll::Ready(Some(Err(error))) => return self.fail(error),
                    Poll::Ready(None) if self.state == State::Plain => return self.fail_unframed(),
                    Poll::Ready(None) => {
                        // The mark is whole, though no blank line stands behind it.
                        let end = match self.parser.finish() {
                            Some(event) if is_end_mark(&event) => StreamEnd::Done,
                            _ => StreamEnd::Closed,
                        };
                        self.end_with(end);
                        self.exchange.end(None);
                        return Poll::Ready(None);
                    }
                    Poll::Pending => {
                        self.compact();
                        let error = ready!(self.exchange.clocks.poll_expired(cx));
                        return self.fail(error);
                    }
                },
            }
        }
    }

    /// Status, headers, generation id, attempts.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.exchange.metadata
    }

    /// The id under which the cost can be looked up later, known before the first event.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.metadata().generation_id()
    }

    /// How the stream ended; `None` while it goes on.
    #[must_use]
    pub fn end(&self) -> Option<StreamEnd> {
        match self.state {
            State::Fresh | State::Reading | State::Plain => None,
            State::Marked { .. } => Some(StreamEnd::Done),
            State::Ended(end) => Some(end),
        }
    }

    /// When the bytes of the last item arrived, as time since the call began.
    #[must_use]
    pub fn last_read(&self) -> Duration {
        self.last_read
    }

    /// The error that says that the stream ended before its end mark.
    #[must_use]
    pub fn truncated(&self) -> Error {
        Error::new(ErrorKind::Truncated, "the stream ended before its end mark")
            .with_metadata(self.metadata())
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<SseItem, Error>>> {
        let error = error.with_metadata(&self.exchange.metadata);
        self.exchange.end(Some(&error));
        self.end_with(StreamEnd::Failed);
        Poll::Ready(Some(Err(error)))
    }

    fn fail_unframed(&mut self) -> Poll<Option<Result<SseItem, Error>>> {
        let error = Error::from_envelope(&self.plain, Some(&self.exchange.metadata))
            .unwrap_or_else(|| {
                Error::new(
                    ErrorKind::UnexpectedContent,
                    "the answer is no stream but JSON",
                )
                .with_body(&self.plain)
            });
        self.fail(error)
    }

    fn poll_end_of_body(&mut self, turns: u8, cx: &mut Context<'_>) -> Poll<()> {
        if turns > 0 && self.exchange.body.poll_data(cx).is_pending() {
            // The connection's driver runs beside this task; it needs a turn to see the end that is there already.
            self.state = State::Marked { turns: turns - 1 };
            // Unlike a plain wake-up, this lets everything else run first, whatever runs this task.
            let _again = pin!(tokio::task::yield_now()).poll(cx);
            return Poll::Pending;
        }
        self.exchange.end(None);
        self.end_with(StreamEnd::Done);
        Poll::Ready(())
    }

    /// Lets go of the buffer that the head came in. Done while there is nothing else to do, since the first event is
    /// waited for.
    fn compact(&mut self) {
        if !self.is_compact {
            self.exchange.metadata.compact();
            self.is_compact = true;
        }
    }

    /// Ends the stream and lets go of the exchange.
    fn end_with(&mut self, end: StreamEnd) {
        self.state = State::Ended(end);
        self.compact();
        self.exchange.body = ResponseBody::empty();
        self.plain = Vec::new();
        self.parser = SseParser::new();
    }
}

impl Stream for EventStream {
    type Item = Result<SseItem, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_item(cx)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("metadata", self.metadata())
            .field("end", &self.end())
            .finish_non_exhaustive()
    }
}

/// The decoded chunks of a streamed answer.
///
/// An error that the server puts into a chunk is an error here; so is an end without the end mark. Either is the last
/// item.
///
/// # Cancellation
///
/// As [`EventStream`].
pub struct ChunkStream<C> {
    events: EventStream,
    chunks: usize,
    is_over: bool,
    chunk: PhantomData<fn() -> C>,
}

impl<C: Decode> ChunkStream<C> {
    pub(crate) fn new(events: EventStream) -> Self {
        Self {
            events,
            chunks: 0,
            is_over: false,
            chunk: PhantomData,
        }
    }

    /// The next chunk; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<C, Error>> {
        poll_fn(|cx| self.poll_next_chunk(cx)).await
    }

    /// The same as a poll function.
    pub fn poll_next_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<C, Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        loop {
            let outcome = match ready!(self.events.poll_next_item(cx)) {
                Some(Ok(SseItem::Comment(_))) => continue,
                Some(Ok(SseItem::Event(event))) => self.decode(event.data()),
                Some(Err(error)) => Err(error),
                None if self.events.end() == Some(StreamEnd::Closed) => {
                    Err(self.events.truncated())
                }
                None => {
                    self.is_over = true;
                    return Poll::Ready(None);
                }
            };
            if outcome.is_err() {
                self.is_over = true;
                if self.events.end().is_none() {
                    self.events.end_with(StreamEnd::Failed);
                }
            }
            return Poll::Ready(Some(outcome));
        }
    }

    fn decode(&mut self, data: &[u8]) -> Result<C, Error> {
        self.chunks += 1;
        if memchr::memmem::find(data, b"\"error\"").is_some()
            && let Some(error) = Error::from_envelope(data, Some(self.events.metadata()))
        {
            self.events.exchange.end(Some(&error));
            return Err(error);
        }
        C::decode(data).map_err(|error| {
            let what = format!("chunk {} of the stream", self.chunks);
            let error = undecodable(&what, error, data).with_metadata(self.events.metadata());
            self.events.exchange.end(Some(&error));
            error
        })
    }

    /// Status, headers, generation id, attempts.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        self.events.metadata()
    }

    /// The id under which the cost can be looked up later, known before the first chunk.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.events.generation_id()
    }
}

impl<C: Decode> Stream for ChunkStream<C> {
    type Item = Result<C, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_chunk(cx)
    }
}

impl<C> fmt::Debug for ChunkStream<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkStream")
            .field("events", &self.events)
            .field("chunks", &self.chunks)
            .finish_non_exhaustive()
    }
}

/// Whether the event ends a stream. Some servers write blanks around the mark.
fn is_end_mark(event: &SseEvent) -> bool {
    event.data().trim_ascii() == END_MARK.as_bytes()
}

/// The data of the event that ends a stream.
// Source: <https://openrouter.ai/docs/api/reference/streaming>, read 2026-08-22.
const END_MARK: &str = "[DONE]";

/// How often the body is given a turn to end after the end mark.
const TURNS_TO_END: u8 = 8;
