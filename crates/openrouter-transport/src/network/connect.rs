//! From a server's name to an HTTP connection: TCP, proxy, TLS, handshake.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

use super::handshake::{self, Connection, HttpVersion};
use super::tls::Tls;
use super::{NetworkSettings, Proxy, tcp};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;

/// Any byte stream; boxed, so that one copy of hyper's connection serves TCP and TLS.
pub(super) type ByteStream = Box<dyn Stream>;

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

pub(super) struct Connector {
    server: Uri,
    is_tls: bool,
    version: HttpVersion,
    proxy: Option<Intercept>,
    tls: std::sync::Arc<Tls>,
    limits: Limits,
    #[cfg_attr(not(feature = "http2"), expect(dead_code))]
    ping_interval: Option<Duration>,
}

impl Connector {
    pub(super) fn new(server: Uri, settings: NetworkSettings) -> Result<Self, Error> {
        let is_tls = match server.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => {
                return Err(Error::new(
                    ErrorKind::Config,
                    format!("the base URL {server} is neither http nor https"),
                ));
            }
        };
        let offers_http2 = cfg!(feature = "http2") && settings.version != HttpVersion::Http1;
        Ok(Self {
            proxy: Proxy::for_server(&settings.proxy, &server),
            server,
            is_tls,
            version: settings.version,
            tls: std::sync::Arc::new(Tls::new(settings.tls, offers_http2)),
            limits: settings.limits,
            ping_interval: settings.ping_interval,
        })
    }

    /// Whether a connection may turn out to serve many requests at once.
    pub(super) fn may_share(&self) -> bool {
        match self.version {
            HttpVersion::Auto => self.is_tls && cfg!(feature = "http2"),
            HttpVersion::Http1 => false,
            #[cfg(feature = "http2")]
            HttpVersion::Http2 => true,
        }
    }

    /// A proxy that reads the requests and passes them on, as it does without TLS, and the credentials for it.
    pub(super) fn forwarding_proxy(&self) -> Option<Option<&HeaderValue>> {
        let proxy = self
            .proxy
            .as_ref()
            .filter(|proxy| !self.is_tls && !is_socks(proxy))?;
        Some(proxy.basic_auth())
    }

    // What few connections need is boxed: many may be opened at once.
    pub(super) async fn connect(&self) -> Result<Connection, Error> {
        let io =
            match &self.proxy {
                None => Box::new(tcp::connect(&self.server).await?),
                Some(proxy) => Box::pin(self.through(proxy))
                    .await
                    .map_err(|error| match error.kind() {
                        ErrorKind::Proxy => error,
                        _ => Error::new(
                            ErrorKind::Proxy,
                            format!("no connection to the proxy: {error}"),
                        )
                        .with_source(error),
                    })?,
            };
        let (io, is_http2) = if self.is_tls {
            Box::pin(self.tls.to_server(io, &self.server)).await?
        } else {
            (io, false)
        };
        let io = TokioIo::new(io);
        match self.version {
            #[cfg(feature = "http2")]
            HttpVersion::Http2 => {
                Box::pin(handshake::http2(io, &self.limits, self.ping_interval)).await
            }
            #[cfg(feature = "http2")]
            HttpVersion::Auto if is_http2 => {
                Box::pin(handshake::http2(io, &self.limits, self.ping_interval)).await
            }
            HttpVersion::Auto | HttpVersion::Http1 => {
                let _ = is_http2;
                handshake::http1(io, &self.limits).await
            }
        }
    }

    async fn through(&self, proxy: &Intercept) -> Result<ByteStream, Error> {
        let to_proxy = ToProxy {
            tls: self.tls.clone(),
        };
        if is_socks(proxy) {
            let resolves_here = proxy.uri().scheme_str() == Some("socks5");
            let mut socks = SocksV5::new(proxy.uri().clone(), to_proxy).local_dns(resolves_here);
            if let Some((user, password)) = proxy.raw_auth() {
                socks = socks.with_auth(user.to_owned(), password.to_owned());
            }
            return socks
                .call(self.with_port())
                .await
                .map(TokioIo::into_inner)
                .map_err(refused);
        }
        if !self.is_tls {
            return to_proxy.connect(proxy.uri().clone()).await;
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), to_proxy);
        if let Some(authorization) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        tunnel
            .call(self.server.clone())
            .await
            .map(TokioIo::into_inner)
            .map_err(refused)
    }

    /// The server's URL with its port written out, as SOCKS needs it.
    fn with_port(&self) -> Uri {
        let (Some(host), None) = (self.server.host(), self.server.port()) else {
            return self.server.clone();
        };
        let port = if self.is_tls { 443 } else { 80 };
        Uri::builder()
            .scheme(if self.is_tls { "https" } else { "http" })
            .authority(format!("{host}:{port}"))
            .path_and_query("/")
            .build()
            .unwrap_or_else(|_| self.server.clone())
    }
}

fn refused(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let cause =
        std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
    Error::new(
        ErrorKind::Proxy,
        format!("the proxy did not connect: {error}{cause}"),
    )
    .with_source(error)
}

fn is_socks(proxy: &Intercept) -> bool {
    proxy
        .uri()
        .scheme_str()
        .is_some_and(|scheme| scheme.starts_with("socks"))
}

/// Connects to a proxy, with TLS where its URL says so.
#[derive(Clone)]
struct ToProxy {
    tls: std::sync::Arc<Tls>,
}

impl ToProxy {
    async fn connect(self, proxy: Uri) -> Result<ByteStream, Error> {
        let io: ByteStream = Box::new(tcp::connect(&proxy).await?);
        if proxy.scheme_str() == Some("https") {
            self.tls.to_proxy(io, &proxy).await
        } else {
            Ok(io)
        }
    }
}

impl Service<Uri> for ToProxy {
    type Response = TokioIo<ByteStream>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move { this.connect(proxy).await.map(TokioIo::new) })
    }
}
