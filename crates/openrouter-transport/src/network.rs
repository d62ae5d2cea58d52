//! The network: connections to one server, kept and shared.

mod body;
mod connect;
mod failure;
mod handshake;
mod pool;
mod proxy;
mod socks;
mod tcp;
mod tls;
mod tunnel;

pub(crate) use body::NetworkBody;
pub use handshake::HttpVersion;
pub use proxy::Proxy;
pub(crate) use tls::crypto_provider;

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tower_service::Service;

use crate::error::{Error, ErrorKind, Sent};
use crate::limits::Limits;
use crate::outlined::{OutlinedArc, outlined};
use crate::service::{ReplayBody, ResponseBody};
use body::Lease;
use handshake::Connection;
use pool::{Patience, Pool, PoolSettings};

/// Connections to the server that the client was built for: the innermost service, which sends requests out.
///
/// It talks to that one server only, so a layer cannot carry the key to another. Clones share their connections.
#[derive(Clone)]
pub struct Network(OutlinedArc<Shared>);

struct Shared {
    scheme: Scheme,
    authority: Authority,
    host: HeaderValue,
    connector: connect::Connector,
    pool: Arc<Pool>,
    /// Turns to open a connection: one each, or all of them for one that may be shared.
    opening: Semaphore,
}

/// How a network is set up.
pub(crate) struct NetworkSettings {
    pub(crate) version: HttpVersion,
    pub(crate) proxy: Proxy,
    pub(crate) tls: Option<Arc<rustls::ClientConfig>>,
    pub(crate) limits: Limits,
    pub(crate) ping_interval: Option<Duration>,
    pub(crate) pool: PoolSettings,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            version: HttpVersion::default(),
            proxy: Proxy::default(),
            tls: None,
            limits: Limits::default(),
            ping_interval: Some(Duration::from_secs(30)),
            pool: PoolSettings::default(),
        }
    }
}

/// What one attempt tells the network, and learns from it. It travels as an extension of the request where
/// layers are in between.
#[derive(Clone, Default)]
pub(crate) struct Attempt {
    pub(crate) connect_limit: Option<Duration>,
    /// When the request was handed to a connection.
    pub(crate) sent_at: Arc<OnceLock<Instant>>,
}

impl Network {
    pub(crate) fn new(base: &Uri, settings: NetworkSettings) -> Result<Self, Error> {
        let (Some(scheme), Some(authority)) = (base.scheme(), base.authority()) else {
            return Err(Error::new(
                ErrorKind::Config,
                format!("the base URL {base} has no host"),
            ));
        };
        let host = HeaderValue::from_str(host_and_port(authority)).map_err(|error| {
            Error::new(ErrorKind::Config, "the base URL's host is no header value")
                .with_source(error)
        })?;
        Ok(Self(OutlinedArc::new(Shared {
            scheme: scheme.clone(),
            authority: authority.clone(),
            host,
            pool: Pool::new(settings.pool),
            connector: connect::Connector::new(base.clone(), settings)?,
            opening: Semaphore::new(MAX_OPENING as usize),
        })))
    }

    /// Opens a connection and keeps it for the next request.
    pub(crate) async fn warm_up(&self, attempt: &Attempt) -> Result<(), Error> {
        if self.0.pool.take().is_some_and(|lease| self.put_back(lease)) {
            return Ok(());
        }
        let mut lease = outlined(self.open(attempt)).await?;
        lease.ready().await?;
        self.put_back(lease);
        Ok(())
    }

    /// Sends one request and waits for the head of its answer.
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` would hold its arguments twice"
    )]
    pub(crate) fn send<'a>(
        &'a self,
        mut request: Request<ReplayBody>,
        attempt: &'a Attempt,
    ) -> impl Future<Output = Result<Response<ResponseBody>, Error>> + Send + 'a {
        async move {
            if request.uri().authority() != Some(&self.0.authority)
                || request.uri().scheme() != Some(&self.0.scheme)
            {
                return Err(Error::new(
                    ErrorKind::Config,
                    "a layer changed the request's host, and this client talks to one only",
                ));
            }
            loop {
                let (mut lease, is_reused) = match self.free_connection().await {
                    Some(lease) => (lease, true),
                    None => (outlined(self.open(attempt)).await?, false),
                };
                let _already_set = attempt.sent_at.set(Instant::now());
                // Here and not in a function, whose future would hold the request once more.
                let answered = match &mut lease {
                    Lease::Http1 { sender, .. } => {
                        self.to_origin_form(&mut request);
                        sender.try_send_request(request).await
                    }
                    #[cfg(feature = "http2")]
                    Lease::Http2 { sender, .. } => {
                        self.to_absolute_form(&mut request);
                        sender.try_send_request(request).await
                    }
                };
                match answered.map_err(|mut error| (error.take_message(), error.into_error())) {
                    Ok(response)
                        if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
                            && self.0.connector.forwarding_proxy().is_some() =>
                    {
                        return Err(failure::of_proxy_credentials());
                    }
                    Ok(response) if response.status().is_informational() => {
                        return Err(failure::of_interim(response.status()));
                    }
                    Ok(response) => {
                        lease.head_arrived(response.headers());
                        return Ok(response
                            .map(|body| ResponseBody::network(NetworkBody::new(body, lease))));
                    }
                    // The connection had closed, and nothing of the request was written to it.
                    Err((Some(unsent), _)) if is_reused => request = unsent,
                    Err((unsent, error)) => {
                        let error = failure::of_exchange(error);
                        return Err(if unsent.is_some() {
                            error.with_sent(Sent::Nothing)
                        } else {
                            error
                        });
                    }
                }
            }
        }
    }

    /// A kept connection. One whose exchange has ended just now may need a turn of its driver to be free.
    async fn free_connection(&self) -> Option<Lease> {
        for _ in 0..TURNS_TO_SETTLE {
            match self.0.pool.take() {
                Some(lease) => return Some(lease),
                None if self.0.pool.is_settling() => tokio::task::yield_now().await,
                None => return None,
            }
        }
        self.0.pool.take()
    }

    async fn open(&self, attempt: &Attempt) -> Result<Lease, Error> {
        let opening = async {
            // Where one connection may serve many requests, one request opens it and the others wait.
            // Whoever is dropped while it opens lets the next one in; nothing is spawned.
            let may_share = self.0.pool.may_share() && self.0.connector.may_share();
            let turns = if may_share { MAX_OPENING } else { 1 };
            let _turn = self.0.opening.acquire_many(turns).await;
            if let Some(lease) = self.0.pool.take() {
                return Ok(lease);
            }
            Ok(match self.0.connector.connect().await? {
                Connection::Http1(sender) => {
                    self.0.pool.knows_http1();
                    Lease::Http1 {
                        sender,
                        pool: Arc::downgrade(&self.0.pool),
                        patience: Patience::default(),
                    }
                }
                #[cfg(feature = "http2")]
                Connection::Http2 {
                    sender,
                    max_streams,
                } => self.0.pool.share(sender, max_streams),
            })
        };
        let mut opening = pin!(opening);
        match attempt.connect_limit {
            None => opening.await,
            Some(limit) => tokio::time::timeout(limit, opening.as_mut())
                .await
                .unwrap_or_else(|_| {
                    let by = self.0.connector.way();
                    let host = host_and_port(&self.0.authority);
                    let text = format!("no connection to {host}{by} within {limit:?}");
                    Err(Error::new(ErrorKind::ConnectTimeout, text))
                }),
        }
    }

    /// Returns whether the connection is one that can be kept.
    fn put_back(&self, lease: Lease) -> bool {
        match lease {
            Lease::Http1 {
                sender, patience, ..
            } => {
                let is_open = !sender.is_closed();
                self.0.pool.put_back(sender, patience);
                is_open
            }
            #[cfg(feature = "http2")]
            Lease::Http2 { .. } => true,
        }
    }

    /// HTTP/2 names the server in the request; one that was meant for HTTP/1.1 before no longer does.
    #[cfg(feature = "http2")]
    fn to_absolute_form(&self, request: &mut Request<ReplayBody>) {
        if request.uri().authority().is_none() {
            let mut parts = std::mem::take(request.uri_mut()).into_parts();
            parts.scheme = Some(self.0.scheme.clone());
            parts.authority = Some(self.0.authority.clone());
            request.headers_mut().remove(HOST);
            // A path between these two is a URL.
            *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
        }
    }

    /// HTTP/1.1 names the server in a header, not in the request line; a plain proxy needs both.
    fn to_origin_form(&self, request: &mut Request<ReplayBody>) {
        request
            .headers_mut()
            .entry(HOST)
            .or_insert_with(|| self.0.host.clone());
        if let Some(proxy) = self.0.connector.forwarding_proxy() {
            if let Some(authorization) = proxy {
                request
                    .headers_mut()
                    .insert(http::header::PROXY_AUTHORIZATION, authorization.clone());
            }
            return;
        }
        if let Some(path) = request.uri_mut().path_and_query().cloned() {
            *request.uri_mut() = path.into();
        }
    }
}

impl Service<Request<ReplayBody>> for Network {
    type Response = Response<ResponseBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<ReplayBody>) -> Self::Future {
        let network = self.clone();
        let attempt = request
            .extensions_mut()
            .remove::<Attempt>()
            .unwrap_or_default();
        Box::pin(async move { network.send(request, &attempt).await })
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("scheme", &self.0.scheme.as_str())
            .field("host", &self.0.host)
            .finish_non_exhaustive()
    }
}

/// The authority without a user and a password.
fn host_and_port(authority: &Authority) -> &str {
    authority
        .as_str()
        .rsplit_once('@')
        .map_or(authority.as_str(), |(_, host)| host)
}

/// How many turns a connection gets to be free before another is opened.
const TURNS_TO_SETTLE: usize = 4;

/// How many connections may be opening at once; a burst of calls beyond that waits its turn.
const MAX_OPENING: u32 = 512;
