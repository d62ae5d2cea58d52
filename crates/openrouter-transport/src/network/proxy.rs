//! Which proxy, if any.

use std::fmt;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::tcp;
use crate::error::{Error, ErrorKind};

/// Whether and how to go through a proxy: HTTP (`http://`, `https://`; CONNECT for TLS and for HTTP/2), or SOCKS 5
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
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, or the same in small letters, say when the client is
    /// built (the default).
    ///
    /// `NO_PROXY` is a list with commas of names (with all names below them), addresses, address ranges such as
    /// `10.0.0.0/8`, names and addresses with a port, or `*`.
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
            Kind::Environment => {
                let proxy = Matcher::from_env().intercept(server)?;
                let exceptions = ["NO_PROXY", "no_proxy"]
                    .into_iter()
                    .find_map(|name| std::env::var(name).ok())
                    .unwrap_or_default();
                (!has_with_port(&exceptions, server)).then_some(proxy)
            }
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

/// Whether a list of exceptions has the server by its name and its port, which the matcher does not look for.
fn has_with_port(list: &str, server: &Uri) -> bool {
    let (host, port) = tcp::host_and_port(server);
    list.split(',')
        .filter_map(|entry| entry.trim().rsplit_once(':'))
        .filter(|(_, of)| of.parse() == Ok(port))
        .any(|(name, _)| {
            let name = name.trim_matches(['.', '[', ']']);
            let rest = host.len().checked_sub(name.len());
            rest.and_then(|at| Some((host.get(..at)?, host.get(at..)?)))
                .is_some_and(|(above, end)| {
                    end.eq_ignore_ascii_case(name) && (above.is_empty() || above.ends_with('.'))
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_may_name_a_port() {
        for (list, server, is_excepted) in [
            ("api.test:8080", "http://api.test:8080/v1", true),
            ("api.test:8080", "http://API.test:8080/v1", true),
            ("a, .test:8080 ,b", "http://api.test:8080/v1", true),
            ("test:443", "https://api.test", true),
            ("[::1]:80", "http://[::1]", true),
            ("api.test:8081", "http://api.test:8080", false),
            ("i.test:80", "http://api.test", false),
            ("longer.api.test:80", "http://api.test", false),
            ("api.test", "http://api.test", false),
            ("", "http://api.test", false),
        ] {
            let server = server.parse().unwrap();
            assert_eq!(
                has_with_port(list, &server),
                is_excepted,
                "{list}: {server}"
            );
        }
    }
}
