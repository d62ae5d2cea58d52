//! Which proxy, if any.

use std::fmt;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::error::{Error, ErrorKind};

/// Whether and how to go through a proxy: HTTP (`http://`, `https://`; CONNECT for TLS), or SOCKS 5
/// (`socks5://` resolves names here, `socks5h://` at the proxy), with a user and password in the URL where needed.
#[derive(Clone)]
pub struct Proxy(Kind);

#[derive(Clone)]
enum Kind {
    Environment,
    None,
    Explicit(std::sync::Arc<Matcher>),
}

impl Proxy {
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say when the client is built (the default).
    #[must_use]
    pub fn from_env() -> Self {
        Self(Kind::Environment)
    }

    /// No proxy, whatever the environment says.
    #[must_use]
    pub fn none() -> Self {
        Self(Kind::None)
    }

    /// This proxy, whatever the environment says.
    ///
    /// # Errors
    ///
    /// When the URL is not one of a proxy. The error does not repeat it, since it may hold a password.
    pub fn new(url: &str) -> Result<Self, Error> {
        let matcher = Matcher::builder().all(url.to_owned()).build();
        let is_understood = matcher
            .intercept(&Uri::from_static("https://openrouter.ai"))
            .is_some_and(|proxy| {
                matches!(
                    proxy.uri().scheme_str(),
                    Some("http" | "https" | "socks5" | "socks5h")
                )
            });
        if !is_understood {
            return Err(Error::new(
                ErrorKind::Config,
                "the proxy's URL is not understood: http, https, socks5 or socks5h",
            ));
        }
        Ok(Self(Kind::Explicit(std::sync::Arc::new(matcher))))
    }

    pub(super) fn for_server(&self, server: &Uri) -> Option<Intercept> {
        match &self.0 {
            Kind::Environment => Matcher::from_env().intercept(server),
            Kind::None => None,
            Kind::Explicit(matcher) => matcher.intercept(server),
        }
    }
}

impl Default for Proxy {
    fn default() -> Self {
        Self::from_env()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Environment => "Proxy::from_env()",
            Kind::None => "Proxy::none()",
            Kind::Explicit(_) => "Proxy::new(…)",
        })
    }
}
