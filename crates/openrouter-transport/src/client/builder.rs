//! Setting up a client: every default in one place.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use http_body::Body;
use tower_service::Service;

use super::{Client, Seam, Shared, request};
use crate::api_key::ApiKey;
use crate::call_options::{SESSION_ID, header_value};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::network::{HttpVersion, Network, NetworkSettings, Proxy};
use crate::outlined::OutlinedArc;
use crate::retry::RetryPolicy;
use crate::service::{AnyService, BoxError, CloneToSend, ReplayBody};
use crate::tap::{FrameTap, RawFrame};
use crate::timeouts::Timeouts;

/// Sets up a [`Client`].
///
/// # Defaults
///
/// | setting | default |
/// | --- | --- |
/// | `base_url` | `https://openrouter.ai/api/v1` |
/// | `api_key`, `management_key` | none: nothing is sent that says who calls |
/// | `app_url`, `app_title`, `app_categories`, `session_id` | none |
/// | `timeouts` | see [`Timeouts`] |
/// | `retry` | 2 retries, see [`RetryPolicy`] |
/// | `limits` | see [`Limits`] |
/// | `http_version` | HTTP/2 where the server agrees over TLS, else HTTP/1.1 |
/// | `proxy` | what the environment says |
/// | `tls_config` | TLS 1.2 and 1.3; the operating system's certificate authorities, else Mozilla's |
/// | `max_idle_connections` | 64, HTTP/1.1 |
/// | `idle_connection_limit` | 90 s |
/// | `http2_ping_interval` | 30 s, while requests are open |
/// | `user_agent` | `openrouter-transport/VERSION` |
///
/// Redirects are not followed and cookies are not kept: a key must not travel to another host.
pub struct ClientBuilder {
    base_url: String,
    api_key: Option<ApiKey>,
    management_key: Option<ApiKey>,
    headers: HeaderMap,
    timeouts: Timeouts,
    retry: RetryPolicy,
    limits: Limits,
    network: NetworkSettings,
    stack: Stack,
    tap: Option<Arc<dyn FrameTap>>,
    /// The first setting that was wrong; `build` tells it.
    error: Option<Error>,
}

enum Stack {
    Network,
    Layered(Box<dyn FnOnce(Network) -> Arc<dyn AnyService> + Send>),
    Replaced(Arc<dyn AnyService>),
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(DEFAULT_USER_AGENT));
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            api_key: None,
            management_key: None,
            headers,
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            limits: Limits::default(),
            network: NetworkSettings::default(),
            stack: Stack::Network,
            tap: None,
            error: None,
        }
    }

    /// Takes what the environment says, where it says something:
    ///
    /// | variable | sets |
    /// | --- | --- |
    /// | `OPENROUTER_API_KEY` | `api_key` |
    /// | `OPENROUTER_MANAGEMENT_KEY` | `management_key` |
    /// | `OPENROUTER_BASE_URL`, else `OPENROUTER_API_BASE` | `base_url` |
    /// | `OPENROUTER_HTTP_REFERER`, else `OPENROUTER_APP_URL` | `app_url` |
    /// | `OPENROUTER_APP_TITLE` | `app_title` |
    /// | `OPENROUTER_APP_CATEGORIES` | `app_categories`, separated by commas |
    /// | `OPENROUTER_SESSION_ID` | `session_id` |
    ///
    /// Empty variables count as missing.
    #[must_use]
    pub fn from_env(self) -> Self {
        self.from_variables(|name| std::env::var(name).ok())
    }

    /// The same from any source of variables, such as a configuration file.
    #[must_use]
    pub fn from_variables(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| {
            variable(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        if let Some(key) = variable("OPENROUTER_API_KEY") {
            self = self.api_key(key);
        }
        if let Some(key) = variable("OPENROUTER_MANAGEMENT_KEY") {
            self = self.management_key(key);
        }
        if let Some(url) =
            variable("OPENROUTER_BASE_URL").or_else(|| variable("OPENROUTER_API_BASE"))
        {
            self = self.base_url(url);
        }
        if let Some(url) =
            variable("OPENROUTER_HTTP_REFERER").or_else(|| variable("OPENROUTER_APP_URL"))
        {
            self = self.app_url(&url);
        }
        if let Some(title) = variable("OPENROUTER_APP_TITLE") {
            self = self.app_title(&title);
        }
        if let Some(categories) = variable("OPENROUTER_APP_CATEGORIES") {
            self = self.app_categories(categories.split(',').map(str::trim));
        }
        if let Some(id) = variable("OPENROUTER_SESSION_ID") {
            self = self.session_id(&id);
        }
        self
    }

    /// The key for inference: `sk-or-v1-…`.
    #[must_use]
    pub fn api_key(mut self, key: impl AsRef<str>) -> Self {
        match ApiKey::new(key) {
            Ok(key) => self.api_key = Some(key),
            Err(error) => self.fail(error),
        }
        self
    }

    /// The key for administration: keys, credits, guardrails. Where there is none, those calls use `api_key`.
    #[must_use]
    pub fn management_key(mut self, key: impl AsRef<str>) -> Self {
        match ApiKey::new(key) {
            Ok(key) => self.management_key = Some(key),
            Err(error) => self.fail(error),
        }
        self
    }

    /// The URL below which the API lies, with its `/api/v1`: another region, a gateway, a local server.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Your application's URL, under which its use is counted (`HTTP-Referer`).
    // Source of the three: <https://openrouter.ai/docs/app-attribution>, read 2026-08-22.
    #[must_use]
    pub fn app_url(self, url: &str) -> Self {
        self.text_header(HeaderName::from_static("http-referer"), "app URL", url)
    }

    /// Your application's name (`X-OpenRouter-Title`); counts with `app_url` only.
    #[must_use]
    pub fn app_title(self, title: &str) -> Self {
        self.text_header(
            HeaderName::from_static("x-openrouter-title"),
            "app title",
            title,
        )
    }

    /// Your application's categories, such as `cli-agent`: at most 2, each of at most 30 characters.
    #[must_use]
    pub fn app_categories<'a>(self, categories: impl IntoIterator<Item = &'a str>) -> Self {
        let list = categories.into_iter().collect::<Vec<_>>().join(",");
        self.text_header(
            HeaderName::from_static("x-openrouter-categories"),
            "app categories",
            &list,
        )
    }

    /// Groups all calls of this client in a session: at most 256 characters.
    #[must_use]
    pub fn session_id(self, id: &str) -> Self {
        self.text_header(SESSION_ID, "session id", id)
    }

    /// What the client calls itself.
    #[must_use]
    pub fn user_agent(self, name: &str) -> Self {
        self.text_header(USER_AGENT, "user agent", name)
    }

    /// A header field of every request, by texts or by the types of the crate `http`. `Authorization` is set by the keys.
    ///
    /// What cannot be a header field is an error of [`build`](Self::build).
    #[must_use]
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        let name = name.try_into().map_err(Into::into);
        match name.and_then(|name| Ok((name, value.try_into().map_err(Into::into)?))) {
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            // Its text says which of both is wrong, and holds neither.
            Err(error) => {
                let text = format!("a header field cannot be set: {error}");
                self.fail(Error::new(ErrorKind::Config, text).with_source(error));
            }
        }
        self
    }

    /// The five clocks.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// When a request is sent again.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How much an answer may hold.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Which version of HTTP is spoken.
    #[must_use]
    pub fn http_version(mut self, version: HttpVersion) -> Self {
        self.network.version = version;
        self
    }

    /// Whether to go through a proxy.
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.network.proxy = proxy;
        self
    }

    /// Your own TLS: certificate authorities, client certificates, cryptography. The protocols it offers (ALPN) are
    /// set here.
    #[must_use]
    pub fn tls_config(mut self, config: impl Into<Arc<rustls::ClientConfig>>) -> Self {
        self.network.tls = Some(config.into());
        self
    }

    /// How many HTTP/1.1 connections are kept while nobody uses them.
    #[must_use]
    pub fn max_idle_connections(mut self, connections: usize) -> Self {
        self.network.pool.max_idle_connections = connections;
        self
    }

    /// How long an unused connection is trusted. A connection that is older is closed when the next request comes.
    ///
    /// Where the server says how long it keeps one (`Keep-Alive: timeout=5`), a second less than that holds, if it is
    /// shorter.
    #[must_use]
    pub fn idle_connection_limit(mut self, limit: Duration) -> Self {
        self.network.pool.idle_limit = limit;
        self
    }

    /// How often an HTTP/2 connection in use is checked by a ping; it counts as dead 20 s after one that is not
    /// answered. `None` turns it off.
    #[must_use]
    pub fn http2_ping_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.network.ping_interval = interval.into();
        self
    }

    /// Wraps the network: `wrap` gets the innermost service and returns one around it, such as a stack of tower's
    /// layers. Each attempt goes through it.
    ///
    /// ```
    /// # use openrouter_transport::{Client, Network};
    /// use tower::ServiceBuilder;
    ///
    /// let client = Client::builder()
    ///     .api_key("sk-or-v1-example")
    ///     .layer(|network: Network| ServiceBuilder::new().concurrency_limit(8).service(network))
    ///     .build()?;
    /// # Ok::<(), openrouter_transport::Error>(())
    /// ```
    ///
    /// Time spent in the layers before the network sends does not count as waiting for the first byte. A service
    /// that fails before it called the inner one is taken to have sent nothing when its `poll_ready` fails, and
    /// to have sent something otherwise.
    #[must_use]
    pub fn layer<F, S, B>(mut self, wrap: F) -> Self
    where
        F: FnOnce(Network) -> S + Send + 'static,
        S: Service<Request<ReplayBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.stack = Stack::Layered(Box::new(move |network| {
            Arc::new(CloneToSend::new(wrap(network)))
        }));
        self
    }

    /// Puts a service in the place of the network: another HTTP client, a recording, a test.
    ///
    /// The settings of the network (HTTP version, proxy, TLS, pool, connect limit) then count for nothing.
    #[must_use]
    pub fn service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<ReplayBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.stack = Stack::Replaced(Arc::new(CloneToSend::new(service)));
        self
    }

    /// Shows each read of each answer's body to `tap`, as it came, before anything is made of it.
    #[must_use]
    pub fn frame_tap(mut self, tap: impl Fn(&RawFrame<'_>) + Send + Sync + 'static) -> Self {
        self.tap = Some(Arc::new(tap));
        self
    }

    /// Makes the client. Nothing is connected yet; see [`Client::warm_up`].
    ///
    /// # Errors
    ///
    /// Of kind [`Config`](ErrorKind::Config), when a setting is wrong.
    pub fn build(self) -> Result<Client, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let base = self.base_url.trim().trim_end_matches('/');
        let base: Uri = base.parse().map_err(|error| {
            Error::new(
                ErrorKind::Config,
                format!("the base URL {base:?} is no URL"),
            )
            .with_source(error)
        })?;
        if base.query().is_some() {
            return Err(Error::new(ErrorKind::Config, "the base URL has a query"));
        }
        if base
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
        {
            return Err(Error::new(
                ErrorKind::Config,
                "the base URL has a user or a password",
            ));
        }
        let settings = NetworkSettings {
            limits: self.limits,
            ..self.network
        };
        let (seam, network) = match self.stack {
            Stack::Replaced(service) => (
                Seam::Service {
                    service,
                    has_network: false,
                },
                None,
            ),
            Stack::Network => {
                let network = Network::new(&base, settings)?;
                (Seam::Network(network.clone()), Some(network))
            }
            Stack::Layered(wrap) => {
                let network = Network::new(&base, settings)?;
                (
                    Seam::Service {
                        service: wrap(network.clone()),
                        has_network: true,
                    },
                    Some(network),
                )
            }
        };
        Ok(Client(OutlinedArc::new(Shared {
            base_path: base.path().trim_end_matches('/').to_owned(),
            base,
            headers: request::usual_headers(self.headers, self.api_key.as_ref()),
            api_key: self.api_key,
            management_key: self.management_key,
            timeouts: self.timeouts,
            retry: self.retry,
            limits: self.limits,
            seam,
            network,
            tap: self.tap,
        })))
    }

    fn text_header(mut self, name: HeaderName, what: &str, text: &str) -> Self {
        match header_value(what, text) {
            Ok(value) => {
                self.headers.insert(name, value);
            }
            Err(error) => self.fail(error),
        }
        self
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base_url", &self.base_url)
            .field("api_key", &self.api_key)
            .field("timeouts", &self.timeouts)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .field("proxy", &self.network.proxy)
            .finish_non_exhaustive()
    }
}

const DEFAULT_BASE_URL: &str = "https://openrouter.ai/api/v1";
const DEFAULT_USER_AGENT: &str = concat!("openrouter-transport/", env!("CARGO_PKG_VERSION"));
