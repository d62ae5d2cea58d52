//! From a server's name to an HTTP connection: TCP, proxy, TLS, handshake.

use std::time::Duration;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::handshake::{self, Connection, HttpVersion};
use super::tls::Tls;
use super::{NetworkSettings, Proxy, socks, tcp, tunnel};
#[cfg(feature = "http2")]
use crate::error::Sent;
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::outlined::outlined;

/// Any byte stream; boxed, so that one copy of hyper's connection serves TCP and TLS.
pub(super) type ByteStream = Box<dyn Stream>;

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

pub(super) struct Connector {
    server: Uri,
    is_tls: bool,
    version: HttpVersion,
    proxy: Option<Intercept>,
    tls: Tls,
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
            tls: Tls::new(settings.tls, offers_http2),
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

    /// How the connection is made, for the text of an error.
    pub(super) fn way(&self) -> &'static str {
        match self.proxy {
            Some(_) => " through the proxy",
            None => "",
        }
    }

    /// A proxy that reads the requests and passes them on, and the credentials for it.
    pub(super) fn forwarding_proxy(&self) -> Option<Option<&HeaderValue>> {
        let proxy = self.proxy.as_ref();
        proxy
            .filter(|proxy| self.forwards_through(proxy))
            .map(Intercept::basic_auth)
    }

    // What few connections need is boxed: many may be opened at once.
    pub(super) async fn connect(&self) -> Result<Connection, Error> {
        let io = match &self.proxy {
            None => Box::new(tcp::connect(&self.server).await?),
            Some(proxy) => outlined(self.through(proxy)).await?,
        };
        let (io, is_http2) = if self.is_tls {
            outlined(self.tls.to_server(io, &self.server)).await?
        } else {
            (io, false)
        };
        let io = TokioIo::new(io);
        match self.version {
            #[cfg(feature = "http2")]
            HttpVersion::Http2 if self.is_tls && !is_http2 => {
                let text = "the server does not speak HTTP/2 over TLS";
                Err(Error::new(ErrorKind::Protocol, text).with_sent(Sent::Nothing))
            }
            #[cfg(feature = "http2")]
            HttpVersion::Http2 => {
                outlined(handshake::http2(io, &self.limits, self.ping_interval)).await
            }
            #[cfg(feature = "http2")]
            HttpVersion::Auto if is_http2 => {
                outlined(handshake::http2(io, &self.limits, self.ping_interval)).await
            }
            HttpVersion::Auto | HttpVersion::Http1 => {
                let _ = is_http2;
                handshake::http1(io, &self.limits).await
            }
        }
    }

    async fn through(&self, proxy: &Intercept) -> Result<ByteStream, Error> {
        let io = self.to_proxy(proxy).await.map_err(|error| {
            let text = format!("no connection to the proxy: {error}");
            Error::new(ErrorKind::Proxy, text).with_source(error)
        })?;
        let (host, port) = tcp::host_and_port(&self.server);
        if is_socks(proxy) {
            let target = match host.parse() {
                Ok(address) => socks::Target::Address(address),
                Err(_) if proxy.uri().scheme_str() == Some("socks5h") => socks::Target::Name(host),
                Err(_) => socks::Target::Address(tcp::resolve(host, port).await?),
            };
            return socks::open(io, target, port, proxy.raw_auth()).await;
        }
        if self.forwards_through(proxy) {
            return Ok(io);
        }
        let host = self.server.host().unwrap_or_default();
        tunnel::open(io, &format!("{host}:{port}"), proxy.basic_auth()).await
    }

    async fn to_proxy(&self, proxy: &Intercept) -> Result<ByteStream, Error> {
        let io = Box::new(tcp::connect(proxy.uri()).await?);
        if proxy.uri().scheme_str() == Some("https") {
            self.tls.to_proxy(io, proxy.uri()).await
        } else {
            Ok(io)
        }
    }

    /// Whether this proxy reads the requests and passes them on, as it does without TLS. HTTP/2 it could not read.
    fn forwards_through(&self, proxy: &Intercept) -> bool {
        let is_http1 = matches!(self.version, HttpVersion::Auto | HttpVersion::Http1);
        !self.is_tls && is_http1 && !is_socks(proxy)
    }
}

fn is_socks(proxy: &Intercept) -> bool {
    proxy
        .uri()
        .scheme_str()
        .is_some_and(|scheme| scheme.starts_with("socks"))
}
