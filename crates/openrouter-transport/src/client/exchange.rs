//! Attempts and waits, until there is an answer or nothing more to try.

use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::header::LOCATION;
use http::{Method, Request, Response};

use super::{Client, Reply, Seam};
use crate::call_options::CallOptions;
use crate::clocks::Clocks;
use crate::error::{Error, ErrorKind, Sent};
use crate::metadata::Metadata;
use crate::network::Attempt;
use crate::outlined::OutlinedFuture;
use crate::retry::{Decision, Failure, RetryPolicy, StopReason};
use crate::service::{ReplayBody, ResponseBody};
use crate::stream::EventStream;
use crate::tap::FrameTap;
use crate::timeouts::Timeouts;
use crate::trace::CallSpan;

/// A call whose answer has begun.
pub(crate) struct Exchange {
    pub(crate) metadata: Metadata,
    pub(crate) body: ResponseBody,
    pub(crate) clocks: Clocks,
    pub(crate) operation: &'static str,
    pub(crate) tap: Option<Arc<dyn FrameTap>>,
    pub(crate) span: CallSpan,
}

/// What all attempts of one call have in common.
struct Call<'a> {
    client: &'a Client,
    request: Request<Bytes>,
    policy: RetryPolicy,
    timeouts: Timeouts,
    is_read_only: bool,
    operation: &'static str,
}

/// What a call is: on the heap, since what it needs is large, and streams are long; and without its type, since the
/// connections of both versions of HTTP are behind it, which are compiled here once, and not in each program that makes a
/// call.
type Calling<'a, T> = OutlinedFuture<'a, Result<T, Error>>;

impl Client {
    /// Prepares a request; the future sends it, again where the policy says so, until an answer with a success status
    /// begins that is a stream of events.
    pub(super) fn exchange_events<'a>(
        &'a self,
        request: Request<Bytes>,
        options: &CallOptions,
        operation: &'static str,
    ) -> Calling<'a, EventStream> {
        // Run by reference, since a future that awaits another one that it was given holds it twice.
        let mut call = self.prepare(request, options, operation);
        Box::pin(async move {
            let mut exchange = call.run().await?;
            if let Some(found) = exchange.unexpected_content_type() {
                let found = found.to_owned();
                return Err(Box::pin(exchange.not_a_stream(&found, &self.0.limits)).await);
            }
            Ok(EventStream::new(exchange, &self.0.limits))
        })
    }

    /// The same of a call that is answered as a whole, and all of its answer.
    pub(super) fn exchange_whole<'a>(
        &'a self,
        request: Request<Bytes>,
        options: &CallOptions,
        operation: &'static str,
    ) -> Calling<'a, Reply<Bytes>> {
        let mut call = self.prepare(request, options, operation);
        Box::pin(async move {
            let mut exchange = call.run().await?;
            // A request may be large, and answers take long.
            drop(call);
            let answer = exchange.read_whole(self.0.limits.max_body_bytes).await?;
            exchange.end(None);
            let mut metadata = exchange.metadata;
            metadata.compact();
            if answer.is_empty() {
                let error = Error::new(ErrorKind::UnexpectedContent, "the answer is empty")
                    .with_metadata(&metadata);
                return Err(error);
            }
            Ok(Reply { answer, metadata })
        })
    }

    fn prepare<'a>(
        &'a self,
        request: Request<Bytes>,
        options: &CallOptions,
        operation: &'static str,
    ) -> Call<'a> {
        Call {
            client: self,
            policy: options.retry.unwrap_or(self.0.retry),
            is_read_only: *request.method() == Method::GET,
            timeouts: options.timeouts.unwrap_or(self.0.timeouts),
            request,
            operation,
        }
    }
}

impl Call<'_> {
    async fn run(&mut self) -> Result<Exchange, Error> {
        let mut clocks = Clocks::start(self.timeouts);
        let mut span = CallSpan::begin(self.operation, &self.request);
        let (mut attempts, mut waited) = (0, Duration::ZERO);
        loop {
            attempts += 1;
            let outcome = self.attempt(&mut clocks, attempts, waited).await;
            let error = match outcome {
                Ok((metadata, body)) => {
                    span.head(&metadata);
                    let tap = self.client.0.tap.clone();
                    return Ok(Exchange {
                        metadata,
                        body,
                        clocks,
                        operation: self.operation,
                        tap,
                        span,
                    });
                }
                Err(error) => error.with_attempts(attempts, waited),
            };
            let failure = Failure::new(attempts, &error)
                .with_read_only(self.is_read_only)
                .with_time_left(clocks.time_left());
            match self.policy.decide(&failure, luck()) {
                Decision::RetryAfter(wait) => {
                    span.retry(&error, attempts, wait);
                    clocks.waiting();
                    tokio::time::sleep(wait).await;
                    waited += wait;
                }
                Decision::Stop(reason) => {
                    let error = explained(error, reason);
                    span.end(Some(&error));
                    return Err(error);
                }
            }
        }
    }

    /// One attempt, to the head of a good answer or to an error.
    async fn attempt(
        &mut self,
        clocks: &mut Clocks,
        attempts: u32,
        waited: Duration,
    ) -> Result<(Metadata, ResponseBody), Error> {
        let response = self.send(clocks, attempts).await?;
        let (head, mut body) = response.into_parts();
        clocks.head_arrived(false);
        let mut metadata = Metadata::new(head.status, head.headers)
            .with_version(head.version)
            .with_timings(attempts, waited, clocks.elapsed());
        if head.status.is_success() {
            return Ok((metadata, body));
        }
        metadata.compact();
        if head.status.is_redirection() {
            let to = metadata
                .headers()
                .get(LOCATION)
                .and_then(|to| to.to_str().ok())
                .unwrap_or("nowhere");
            let text = format!(
                "the answer is a redirect ({}) to {to}, which is not followed",
                head.status.as_u16()
            );
            let error = Error::new(ErrorKind::Redirect, text).with_metadata(&metadata);
            // The others may also be the answer to a request that ran.
            let is_to_be_made_elsewhere = matches!(head.status.as_u16(), 301 | 307 | 308);
            return Err(if is_to_be_made_elsewhere {
                error.with_sent(Sent::Nothing)
            } else {
                error
            });
        }
        // What cannot be read of the reason does not hide the status.
        let reason =
            super::body::read_prefix(&mut body, clocks, self.client.0.limits.max_error_body_bytes)
                .await;
        Err(Error::from_status(&reason, &metadata))
    }

    /// Sends the request once and waits for the head of the answer, or for a clock.
    async fn send(
        &mut self,
        clocks: &mut Clocks,
        attempts: u32,
    ) -> Result<Response<ResponseBody>, Error> {
        let client = self.client;
        let attempt = Attempt {
            connect_limit: self.timeouts.connect,
            ..Attempt::default()
        };
        match &client.0.seam {
            Seam::Network(network) => {
                clocks.asking(attempt.sent_at.clone(), true);
                until_expired(pin!(network.send(self.request(attempts), &attempt)), clocks).await
            }
            Seam::Service {
                service,
                has_network,
            } => {
                clocks.asking(attempt.sent_at.clone(), *has_network);
                let mut sent = {
                    let mut request = self.request(attempts);
                    request.extensions_mut().insert(attempt);
                    service.send(request)
                };
                until_expired(sent.as_mut(), clocks).await
            }
        }
    }

    /// The request for an attempt; its body is shared, and its fields are copied unless it is the last one.
    fn request(&mut self, attempts: u32) -> Request<ReplayBody> {
        let mut request = Request::new(ReplayBody::from(self.request.body().clone()));
        *request.method_mut() = self.request.method().clone();
        *request.uri_mut() = self.request.uri().clone();
        *request.headers_mut() = if attempts > self.policy.max_retries {
            std::mem::take(self.request.headers_mut())
        } else {
            self.request.headers().clone()
        };
        request
    }
}

async fn until_expired<T>(
    mut work: Pin<&mut (impl Future<Output = Result<T, Error>> + ?Sized)>,
    clocks: &mut Clocks,
) -> Result<T, Error> {
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(outcome) => Poll::Ready(outcome),
        Poll::Pending => clocks.poll_expired(cx).map(Err),
    })
    .await
}

/// The error that ends a call, with the reason why it was not tried again where that is not plain.
fn explained(error: Error, reason: StopReason) -> Error {
    match reason {
        StopReason::WaitTooLong { asked } => error.with_note(&format!(
            "the server asked to wait {} s, longer than `max_server_wait`",
            asked.as_secs_f64()
        )),
        StopReason::NoTimeLeft { wait } => error.with_note(&format!(
            "not tried again, since a wait of {} s would pass the total limit",
            wait.as_secs_f64()
        )),
        StopReason::NotRetryable | StopReason::MayHaveRun | StopReason::AttemptsSpent => error,
    }
}

/// A number from 0 to 1 that differs from call to call and from process to process.
fn luck() -> f64 {
    RandomState::new().hash_one(0u8) as f64 / u64::MAX as f64
}

/// Whether the answer to a stream request is something else.
impl Exchange {
    pub(super) fn unexpected_content_type(&self) -> Option<&str> {
        let kind = self.metadata.text("content-type")?;
        // Told first, since to look for the others takes longer.
        let is_other = !kind.starts_with("text/event-stream")
            && ["json", "html", "xml", "image/"]
                .iter()
                .any(|other| kind.contains(other));
        is_other.then_some(kind)
    }

    /// The error for an answer that should have been a stream.
    pub(super) async fn not_a_stream(
        &mut self,
        content_type: &str,
        limits: &crate::limits::Limits,
    ) -> Error {
        let body = super::body::read_prefix(
            &mut self.body,
            &mut self.clocks,
            limits.max_error_body_bytes,
        )
        .await;
        let error = Error::from_envelope(&body, Some(&self.metadata)).unwrap_or_else(|| {
            let text = format!("the answer is no stream but {content_type}");
            Error::new(ErrorKind::UnexpectedContent, text)
                .with_metadata(&self.metadata)
                .with_body(&body)
        });
        self.end(Some(&error));
        error
    }

    pub(super) async fn read_whole(&mut self, max_bytes: usize) -> Result<Bytes, Error> {
        let outcome = super::body::read_whole(self, max_bytes)
            .await
            .map_err(|error| error.with_metadata(&self.metadata));
        if let Err(error) = &outcome {
            self.end(Some(error));
        }
        outcome
    }

    pub(crate) fn end(&mut self, error: Option<&Error>) {
        self.span.end(error);
    }

    /// Notes a read of the body, and shows it to who wants to see it.
    pub(crate) fn arrived(&mut self, bytes: &[u8]) -> Result<Duration, Error> {
        let elapsed = self.clocks.byte_arrived()?;
        if let Some(tap) = &self.tap {
            tap.frame(&crate::tap::RawFrame {
                bytes,
                elapsed,
                operation: self.operation,
                generation_id: self.metadata.generation_id(),
            });
        }
        Ok(elapsed)
    }
}
