//! What one call does differently from the client.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::api_key::ApiKey;
use crate::error::{Error, ErrorKind};
use crate::retry::RetryPolicy;
use crate::timeouts::Timeouts;

/// What one call does differently: what is set here wins over the client and over the operation.
///
/// ```
/// use std::time::Duration;
/// use openrouter_transport::{CallOptions, RetryPolicy, Timeouts};
///
/// let options = CallOptions::new()
///     .with_timeouts(Timeouts::default().with_total(Duration::from_secs(30)))
///     .with_retry(RetryPolicy::none())
///     .with_session_id("build-42")?;
/// # Ok::<(), openrouter_transport::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    pub(crate) timeouts: Option<Timeouts>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) api_key: Option<ApiKey>,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
}

/// Whether OpenRouter may answer from its response cache, and keep this answer there.
// Source: <https://openrouter.ai/docs/guides/features/response-caching>, read 2026-08-22.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseCache {
    /// Off, even where a preset turns it on.
    Off,
    /// On, for as long as the server keeps answers (300 s).
    On,
    /// On, and this answer kept for so long: whole seconds, 1 to 86,400, clamped by the server.
    OnFor(Duration),
    /// On, but whatever is kept is dropped and made anew.
    Refresh,
}

impl CallOptions {
    /// Nothing different.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets all five clocks; begin with [`Client::timeouts`](crate::Client::timeouts) to change one.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = Some(timeouts);
        self
    }

    /// Sets when the request is sent again.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Calls with another key.
    #[must_use]
    pub fn with_api_key(mut self, key: ApiKey) -> Self {
        self.api_key = Some(key);
        self
    }

    /// Sets a header field.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds a value to a header field that is a list with commas, unless it is in it. Text that cannot stand in a header
    /// changes nothing.
    #[must_use]
    pub fn with_header_token(mut self, name: HeaderName, token: &str) -> Self {
        let known = self.headers.get(&name).map(HeaderValue::as_bytes);
        let mut parts = known.unwrap_or_default().split(|byte| *byte == b',');
        if parts.any(|part| part.trim_ascii() == token.as_bytes()) {
            return self;
        }
        let list = match known {
            Some(known) => [known, b",", token.as_bytes()].concat(),
            None => token.as_bytes().to_vec(),
        };
        if let Ok(list) = HeaderValue::from_bytes(&list) {
            self.headers.insert(name, list);
        }
        self
    }

    /// Adds a parameter to the query; it is escaped here.
    #[must_use]
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Takes from `defaults` what these options leave open; header fields and query parameters one by one.
    pub fn fill_from(&mut self, defaults: &Self) {
        self.timeouts = self.timeouts.or(defaults.timeouts);
        self.retry = self.retry.or(defaults.retry);
        if self.api_key.is_none() {
            self.api_key.clone_from(&defaults.api_key);
        }
        for (name, value) in &defaults.headers {
            if !self.headers.contains_key(name) {
                self.headers.insert(name, value.clone());
            }
        }
        for (name, value) in &defaults.query {
            if !self.query.iter().any(|(known, _)| known == name) {
                self.query.push((name.clone(), value.clone()));
            }
        }
    }

    /// Groups this call with others of a session, in a header: at most 256 characters.
    ///
    /// # Errors
    ///
    /// When the id cannot stand in a header.
    // Source: <https://openrouter.ai/docs/guides/features/broadcast/overview>, read 2026-08-22.
    pub fn with_session_id(self, id: &str) -> Result<Self, Error> {
        let value = header_value("session id", id)?;
        Ok(self.with_header(SESSION_ID, value))
    }

    /// Asks how the request was routed: the answer then has `openrouter_metadata`.
    #[must_use]
    pub fn with_router_metadata(self) -> Self {
        self.with_header(ROUTER_METADATA, HeaderValue::from_static("enabled"))
    }

    /// Sets the use of the response cache.
    #[must_use]
    pub fn with_response_cache(self, cache: ResponseCache) -> Self {
        let on = HeaderValue::from_static("true");
        match cache {
            ResponseCache::Off => self.with_header(CACHE, HeaderValue::from_static("false")),
            ResponseCache::On => self.with_header(CACHE, on),
            ResponseCache::OnFor(time) => self
                .with_header(CACHE, on)
                .with_header(CACHE_TTL, time.as_secs().into()),
            ResponseCache::Refresh => self
                .with_header(CACHE, on.clone())
                .with_header(CACHE_CLEAR, on),
        }
    }
}

pub(crate) fn header_value(what: &str, text: &str) -> Result<HeaderValue, Error> {
    // Header fields may hold UTF-8; line ends and other controls they may not.
    HeaderValue::from_bytes(text.as_bytes()).map_err(|error| {
        Error::new(
            ErrorKind::Config,
            format!("the {what} cannot stand in a header"),
        )
        .with_source(error)
    })
}

pub(crate) const SESSION_ID: HeaderName = HeaderName::from_static("x-session-id");
const ROUTER_METADATA: HeaderName = HeaderName::from_static("x-openrouter-metadata");
const CACHE: HeaderName = HeaderName::from_static("x-openrouter-cache");
const CACHE_TTL: HeaderName = HeaderName::from_static("x-openrouter-cache-ttl");
const CACHE_CLEAR: HeaderName = HeaderName::from_static("x-openrouter-cache-clear");
