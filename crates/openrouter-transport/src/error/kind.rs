//! What can go wrong.

/// What happened, whether the request may have run, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or the call is set up wrongly: a URL, a header value, a certificate, a missing variable.
    /// Nothing was sent. The text says what to correct.
    Config,
    /// The request could not be written as JSON. Nothing was sent.
    Encode,
    /// No connection was made: the name did not resolve, or nobody listens. Nothing was sent; sending again is safe.
    Connect,
    /// The connection could not be secured: an untrusted or wrong certificate, or a peer that does not speak TLS.
    /// Nothing was sent. Add the certificate authority, or correct the clock or the URL.
    Tls,
    /// The proxy refused, or could not be understood. Nothing was sent. Check `HTTPS_PROXY`, `ALL_PROXY` and
    /// `NO_PROXY`, or the proxy given to the builder.
    Proxy,
    /// No connection within the connect limit. Nothing was sent; sending again is safe.
    ConnectTimeout,
    /// The request was sent and no answer began within the first-byte limit. It may have run and been billed.
    FirstByteTimeout,
    /// The answer began and then no byte came within the idle limit. It may have run and been billed.
    IdleTimeout,
    /// The answer went on, but with nothing but keep-alives, for longer than the content limit. It may have run
    /// and been billed.
    ContentTimeout,
    /// The call took longer than the total limit. It may have run and been billed, unless the time was spent
    /// before sending; see [`Error::may_have_run`](crate::Error::may_have_run).
    TotalTimeout,
    /// The exchange was cancelled, by the server or because the runtime is shutting down. It may have run.
    Cancelled,
    /// The connection was lost after sending and before an answer. It may have run and been billed;
    /// [`Error::may_have_run`](crate::Error::may_have_run) is false where the server said that it did not.
    Disconnected,
    /// The answer ended before its end: the connection was lost, the body was short, or the stream had no end
    /// mark. It ran, and is billed for what was produced. What had arrived is not a whole answer.
    Truncated,
    /// Something was larger than its limit: headers, body, event. Raise the limit if the answer was sound.
    LimitExceeded,
    /// The peer broke the rules of HTTP, or does not speak the version that was asked for. It may have run, unless
    /// nothing was sent; see [`Error::may_have_run`](crate::Error::may_have_run).
    Protocol,
    /// The answer was a redirect. It is not followed, since the key would go along; correct the base URL.
    Redirect,
    /// A success, but not of the kind asked for: another content type, an empty body. Often a proxy or a wrong
    /// base URL. It may have run.
    UnexpectedContent,
    /// The answer is not JSON of the expected kind. It ran, and was billed. The error has the beginning of it.
    Decode,
    /// The server said that something is wrong; see [`Error::api`](crate::Error::api).
    Api,
    /// A layer or service that was put in place of the network failed. Whether the request ran is not known.
    Service,
}

impl ErrorKind {
    pub(crate) fn is_before_sending(self) -> bool {
        match self {
            Self::Config
            | Self::Encode
            | Self::Connect
            | Self::Tls
            | Self::Proxy
            | Self::ConnectTimeout => true,
            Self::FirstByteTimeout
            | Self::IdleTimeout
            | Self::ContentTimeout
            | Self::TotalTimeout
            | Self::Cancelled
            | Self::Disconnected
            | Self::Truncated
            | Self::LimitExceeded
            | Self::Protocol
            | Self::Redirect
            | Self::UnexpectedContent
            | Self::Decode
            | Self::Api
            | Self::Service => false,
        }
    }

    /// Whether the same request may succeed at another time.
    pub(crate) fn is_transient(self) -> bool {
        match self {
            Self::Connect
            | Self::ConnectTimeout
            | Self::FirstByteTimeout
            | Self::IdleTimeout
            | Self::ContentTimeout
            | Self::Cancelled
            | Self::Disconnected
            | Self::Truncated => true,
            Self::Config
            | Self::Encode
            | Self::Tls
            | Self::Proxy
            | Self::TotalTimeout
            | Self::LimitExceeded
            | Self::Protocol
            | Self::Redirect
            | Self::UnexpectedContent
            | Self::Decode
            | Self::Api
            | Self::Service => false,
        }
    }

    pub(crate) fn is_timeout(self) -> bool {
        matches!(
            self,
            Self::ConnectTimeout
                | Self::FirstByteTimeout
                | Self::IdleTimeout
                | Self::ContentTimeout
                | Self::TotalTimeout
        )
    }
}
