//! The client: operation in, typed answer or stream out.

mod body;
mod builder;
mod exchange;
mod request;

pub use builder::ClientBuilder;
pub(crate) use exchange::Exchange;
pub(crate) use request::escape_into;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Uri};
use openrouter_types::{Decode, Operation, StreamOperation};

use crate::api_key::ApiKey;
use crate::call_options::{CallOptions, SESSION_ID};
use crate::error::{Error, ErrorKind, OneLine, excerpt};
use crate::limits::Limits;
use crate::metadata::Metadata;
use crate::network::{Attempt, Network};
use crate::outlined::OutlinedArc;
use crate::retry::RetryPolicy;
use crate::service::AnyService;
use crate::stream::{ChunkStream, EventStream};
use crate::tap::FrameTap;
use crate::timeouts::Timeouts;

/// A client of the OpenRouter API. Cheap to clone; clones share connections.
///
/// ```no_run
/// use openrouter_transport::Client;
/// use openrouter_types::operations::ListProviders;
///
/// # async fn example() -> Result<(), openrouter_transport::Error> {
/// let client = Client::from_env()?;
/// let providers = client.send(&ListProviders::new()).await?;
/// println!("{} providers", providers.answer.data.len());
/// # Ok(())
/// # }
/// ```
///
/// It runs inside a tokio runtime. Dropping the future of a call, or a stream, ends the exchange at once: the
/// HTTP/2 stream is reset, or the HTTP/1.1 connection closed. Nothing is spawned but the driver of each connection,
/// which ends with it.
#[derive(Clone)]
pub struct Client(OutlinedArc<Shared>);

struct Shared {
    base: Uri,
    base_path: String,
    api_key: Option<ApiKey>,
    management_key: Option<ApiKey>,
    /// The fields of an ordinary request, see [`request::usual_headers`].
    headers: HeaderMap,
    timeouts: Timeouts,
    retry: RetryPolicy,
    limits: Limits,
    seam: Seam,
    network: Option<Network>,
    tap: Option<Arc<dyn FrameTap>>,
}

/// Through what requests go.
enum Seam {
    Network(Network),
    Service {
        service: Arc<dyn AnyService>,
        /// The network is at its end, and tells when it sends.
        has_network: bool,
    },
}

/// An answer, and what is known of it beside its body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<A> {
    /// What the server answered.
    pub answer: A,
    /// Status, headers, ids, timings.
    pub metadata: Metadata,
}

impl Client {
    /// Begins to set up a client.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client with this key, and the [defaults](ClientBuilder) otherwise.
    ///
    /// # Errors
    ///
    /// When the key cannot be one.
    pub fn new(api_key: impl AsRef<str>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client as the environment describes it; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// When `OPENROUTER_API_KEY` is missing, or a variable is wrong. To do without a key, such as with a local
    /// server, use `Client::builder().from_env().build()`.
    pub fn from_env() -> Result<Self, Error> {
        let client = Self::builder().from_env().build()?;
        match client.0.api_key {
            Some(_) => Ok(client),
            None => Err(Error::new(
                ErrorKind::Config,
                "the environment variable OPENROUTER_API_KEY is not set; a key is made at https://openrouter.ai/settings/keys",
            )),
        }
    }

    /// Makes one call.
    ///
    /// # Errors
    ///
    /// Whatever went wrong; see [`ErrorKind`]. An error inside a success is an error too.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the call, also while it waits to try again. A request that was sent may still run
    /// and be billed: only streams can be cancelled at the server.
    // Source: <https://openrouter.ai/docs/api/reference/streaming>, read 2026-08-22.
    pub async fn send<O: Operation>(&self, operation: &O) -> Result<Reply<O::Answer>, Error> {
        self.send_with(operation, &CallOptions::default()).await
    }

    /// Makes one call that does some things differently.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_with<O: Operation>(
        &self,
        operation: &O,
        options: &CallOptions,
    ) -> Result<Reply<O::Answer>, Error> {
        let Reply {
            answer: body,
            metadata,
        } = self.send_raw(operation, options).await?;
        if memchr::memmem::find(&body, b"error").is_some()
            && let Some(error) = Error::from_envelope(&body, Some(&metadata))
        {
            return Err(error);
        }
        match O::Answer::decode(&body) {
            Ok(answer) => Ok(Reply { answer, metadata }),
            Err(error) => Err(
                undecodable(&format!("the answer to {}", O::NAME), error, &body)
                    .with_metadata(&metadata),
            ),
        }
    }

    /// Makes one call and returns the body of the answer as it came, for those who decode it themselves.
    ///
    /// An error status is an error here too; an error inside a success is not looked for, see
    /// [`Error::from_envelope`].
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), but for what is inside the body.
    pub fn send_raw<'a, O: Operation>(
        &'a self,
        operation: &O,
        options: &CallOptions,
    ) -> impl Future<Output = Result<Reply<Bytes>, Error>> + Send + use<'a, O> {
        let request = request::encode(&self.0, operation, options, request::Accept::Json);
        let exchange = request.map(|request| self.exchange_whole(request, options, O::NAME));
        async move { exchange?.await }
    }

    /// Makes one call whose answer comes in pieces: each item is a decoded chunk.
    ///
    /// Returns when the head of the answer has arrived. The stream ends with an error if it ends before its end
    /// mark.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), until the stream has begun; afterwards the stream has them as its last item.
    ///
    /// # Cancellation
    ///
    /// Dropping the stream closes the exchange, and with many providers ends generation and billing.
    // Source: <https://openrouter.ai/docs/api/reference/streaming>, read 2026-08-22.
    pub fn stream<O: StreamOperation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<ChunkStream<O::Chunk>, Error>> + Send {
        self.stream_with(operation, &CallOptions::default())
    }

    /// Makes one streamed call that does some things differently.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub fn stream_with<'a, O: StreamOperation>(
        &'a self,
        operation: O,
        options: &CallOptions,
    ) -> impl Future<Output = Result<ChunkStream<O::Chunk>, Error>> + Send + use<'a, O> {
        let events = self.stream_raw(operation, options);
        async move { Ok(ChunkStream::new(events.await?)) }
    }

    /// Makes one streamed call and returns its events as they come, for those who decode them themselves.
    ///
    /// As with the other calls, the operation is written out before this returns, and the future does not hold it:
    /// operations are large, and a task is as large as the largest thing that it ever waits for.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream), but for what is inside the events.
    pub fn stream_raw<'a, O: StreamOperation>(
        &'a self,
        mut operation: O,
        options: &CallOptions,
    ) -> impl Future<Output = Result<EventStream, Error>> + Send + use<'a, O> {
        operation.set_streaming(true);
        let request = request::encode(&self.0, &operation, options, request::Accept::EventStream);
        let exchange = request.map(|request| self.exchange_events(request, options, O::NAME));
        async move { exchange?.await }
    }

    /// The request that a call would send, to the byte, without sending it. The key is in it, marked as sensitive,
    /// so that `Debug` does not show it.
    ///
    /// # Errors
    ///
    /// When the operation cannot be encoded.
    pub fn encode<O: Operation>(
        &self,
        operation: &O,
        options: &CallOptions,
    ) -> Result<Request<Bytes>, Error> {
        request::encode(&self.0, operation, options, request::Accept::Json)
    }

    /// Opens a connection ahead of the first request, so that this one need not wait for it.
    ///
    /// Does nothing where a [service](ClientBuilder::service) stands in the place of the network.
    ///
    /// # Errors
    ///
    /// When no connection can be made.
    pub async fn warm_up(&self) -> Result<(), Error> {
        match &self.0.network {
            Some(network) => {
                let attempt = Attempt {
                    connect_limit: self.0.timeouts.connect,
                    ..Attempt::default()
                };
                network.warm_up(&attempt).await
            }
            None => Ok(()),
        }
    }

    /// The clocks of calls that do not set their own.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.0.timeouts
    }

    /// When calls that do not set their own policy are sent again.
    #[must_use]
    pub fn retry_policy(&self) -> RetryPolicy {
        self.0.retry
    }

    /// The session that all calls of this client belong to, unless they say otherwise.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.0.headers.get(SESSION_ID)?.to_str().ok()
    }

    /// Scheme and host of the base URL.
    pub(crate) fn origin(&self) -> String {
        let scheme = self.0.base.scheme_str().unwrap_or("https");
        format!(
            "{scheme}://{}",
            self.0
                .base
                .authority()
                .map_or("", |authority| authority.as_str())
        )
    }

    /// The URL below which the API lies.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.0.base.to_string().trim_end_matches('/').to_owned()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url())
            .field("api_key", &self.0.api_key)
            .field("timeouts", &self.0.timeouts)
            .field("retry", &self.0.retry)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

/// The error for text that should have been JSON of a known kind, with the piece around the fault.
pub(crate) fn undecodable(what: &str, error: openrouter_types::DecodeError, body: &[u8]) -> Error {
    let text = format!(
        "{what} is not what was expected: {error}; it begins {}",
        OneLine(&excerpt(body, SHOWN_BYTES))
    );
    Error::new(ErrorKind::Decode, text)
        .with_source(error)
        .with_body(body)
}

/// Most bytes of an undecodable text that stand in the error's one line.
const SHOWN_BYTES: usize = 200;
