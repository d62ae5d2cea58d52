//! The one error type, wherever an error comes from.

mod api;
mod display;
mod kind;
mod wait;
mod words;

pub(crate) use display::OneLine;

pub use api::{ApiError, Availability, Constraint, PreviousError};
pub use kind::ErrorKind;

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use http::StatusCode;

use crate::metadata::Metadata;
use crate::outlined::Outlined;

/// What went wrong with a call, wherever it went wrong: before sending, on the way, as an HTTP status, in a
/// 200 body, or in a chunk of a stream.
///
/// [`kind`](Self::kind) says what happened and its documentation says what to do; [`api`](Self::api) has
/// everything that the server said. The text is one line for a person, with the upstream provider's own words.
///
/// ```
/// use openrouter_transport::{Error, ErrorKind};
///
/// let body = br#"{"error": {"code": 429, "message": "Provider returned error",
///     "metadata": {"provider_name": "Acme", "raw": "{\"error\": {\"message\": \"slow down\"}}"}}}"#;
/// let error = Error::from_envelope(body, None).expect("an error");
/// assert_eq!(error.kind(), ErrorKind::Api);
/// assert!(error.is_rate_limited() && error.is_retryable());
/// assert!(error.to_string().contains("Acme: slow down"));
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    api: Option<Outlined<ApiError>>,
    metadata: Option<Metadata>,
    body: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    sent: Sent,
    in_answer: bool,
    attempts: u32,
    waited: Duration,
    retry_after: Option<Duration>,
}

/// How much of a request had left when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The server cannot have seen it, or said that it did not process it.
    Nothing,
    /// Some of it may have arrived.
    Some,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            api: None,
            metadata: None,
            body: None,
            source: None,
            sent: if kind.is_before_sending() {
                Sent::Nothing
            } else {
                Sent::Some
            },
            in_answer: false,
            attempts: 0,
            waited: Duration::ZERO,
            retry_after: None,
        }))
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    pub(crate) fn with_metadata(mut self, metadata: &Metadata) -> Self {
        self.0.attempts = metadata.attempts();
        self.0.waited = metadata.waited();
        self.0.metadata = Some(metadata.clone());
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32, waited: Duration) -> Self {
        self.0.attempts = attempts;
        self.0.waited = waited;
        self
    }

    pub(crate) fn with_body(mut self, body: &[u8]) -> Self {
        self.0.body = Some(excerpt(body, MAX_KEPT_BODY_BYTES));
        self
    }

    pub(crate) fn with_note(mut self, note: &str) -> Self {
        self.0.message = if self.0.message.is_empty() {
            note.to_owned()
        } else {
            format!("{}; {note}", self.0.message)
        };
        self
    }

    /// Reads the error out of the JSON text of an answer or of a stream's chunk, if it has one.
    ///
    /// Looks for `error` beside everything else, for `error` inside a choice, and for a choice that finished
    /// with `"error"` and no more. `metadata` says where the text came from: with it, the error knows the
    /// HTTP status, the generation id, and what the headers said about waiting.
    ///
    /// Returns `None` for text without an error, and for text that is not a JSON object.
    #[must_use]
    pub fn from_envelope(json: &[u8], metadata: Option<&Metadata>) -> Option<Self> {
        let api = ApiError::from_envelope(json)?;
        Some(Self::from_api(api, metadata, true).with_body(json))
    }

    /// The error that an answer with an error status says, from its body in whatever form.
    pub(crate) fn from_status(body: &[u8], metadata: &Metadata) -> Self {
        let api = ApiError::from_envelope(body)
            .unwrap_or_else(|| ApiError::from_text(body, metadata.headers()));
        Self::from_api(api, Some(metadata), false).with_body(body)
    }

    fn from_api(api: ApiError, metadata: Option<&Metadata>, in_answer: bool) -> Self {
        let mut error = Self::new(ErrorKind::Api, String::new());
        let in_headers = || wait::in_headers(metadata.map(Metadata::headers)?, SystemTime::now());
        error.0.retry_after = api
            .availability()
            .and_then(Availability::retry_after)
            .or_else(in_headers)
            .or_else(|| api.upstream_wait());
        error.0.api = Some(Outlined::new(api));
        error.0.in_answer = in_answer;
        match metadata {
            Some(metadata) => error.with_metadata(metadata),
            None => error,
        }
    }

    /// What happened; the documentation of each kind says what to do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the server said, for errors of kind [`Api`](ErrorKind::Api).
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_deref()
    }

    /// The HTTP status of the answer, where there was one. An error inside an answer or a stream has 200 here;
    /// see [`effective_status`](Self::effective_status).
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.metadata.as_ref().map(Metadata::status)
    }

    /// The status that the error stands for: that of the answer, or, for an error inside a 200, the one that
    /// the body names.
    #[must_use]
    pub fn effective_status(&self) -> Option<StatusCode> {
        let said = || self.api().and_then(ApiError::status);
        match self.status() {
            Some(status) if status.is_success() => said().or(Some(status)),
            Some(status) => Some(status),
            None => said(),
        }
    }

    /// Status, headers, ids and timings of the answer, where there was one.
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        self.0.metadata.as_ref()
    }

    /// The id under which the cost can be looked up later, known from the headers or from the body.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        let from_headers = self.metadata().and_then(Metadata::generation_id);
        from_headers.or_else(|| self.api().and_then(ApiError::generation_id))
    }

    /// How long the server asked to wait: in the body, else by `retry-after-ms`, `Retry-After` or, when it is due to a
    /// rate limit, `X-RateLimit-Reset`, else what the upstream provider asked for in the error that was passed on.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The body of the answer as text, cut to 16 KiB.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// How many times the request was tried; 0 when it never came to that.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time spent waiting between attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.0.waited
    }

    /// Whether the request may have been processed, and billed.
    ///
    /// `false` only where the server cannot have seen all of it, or answered with an error status that says
    /// that nothing was produced.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        match self.api() {
            // The edge gave up waiting while the request may go on behind it.
            Some(_) => {
                self.0.in_answer || self.status().is_some_and(|status| status.as_u16() == 524)
            }
            None => self.0.sent == Sent::Some,
        }
    }

    /// Whether the same request may succeed when sent again. Look at [`may_have_run`](Self::may_have_run) too:
    /// sending again a request that ran is billed twice.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.api() {
            Some(api) => api.is_retryable(self.effective_status()),
            None => self.0.kind.is_transient(),
        }
    }

    /// Too many requests: wait for [`retry_after`](Self::retry_after), then try again.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.has(&["rate_limit_exceeded"], 429)
    }

    /// The account's credits, or the key's limit, are used up. Waiting does not help.
    #[must_use]
    pub fn is_out_of_credits(&self) -> bool {
        self.has(&["payment_required"], 402)
    }

    /// No key, a wrong one, or one that was disabled.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.has(&["authentication"], 401)
    }

    /// The request does not fit into the model's context.
    #[must_use]
    pub fn is_context_length(&self) -> bool {
        let Some(api) = self.api() else { return false };
        match api.error_type() {
            Some(kind) => matches!(kind, "context_length_exceeded" | "token_limit_exceeded"),
            None => {
                self.effective_status() == Some(StatusCode::BAD_REQUEST)
                    && [Some(api.message()), api.upstream_message()]
                        .into_iter()
                        .flatten()
                        .any(|text| {
                            text.contains("context length") || text.contains("context_length")
                        })
            }
        }
    }

    /// The input was refused by moderation, by a guardrail or by a content policy.
    #[must_use]
    pub fn is_moderated(&self) -> bool {
        self.api().is_some_and(|api| {
            matches!(
                api.error_type(),
                Some("content_policy_violation" | "refusal")
            ) || !api.moderation_reasons().is_empty()
                || api.flagged_input().is_some()
                || !api.guardrail_patterns().is_empty()
        })
    }

    /// No endpoint may answer: the model does not exist, or routing preferences exclude every provider.
    #[must_use]
    pub fn is_no_endpoint(&self) -> bool {
        self.api().is_some_and(|api| {
            api.availability()
                .is_some_and(|availability| !availability.is_retryable())
                || (api.error_type() == Some("not_found")
                    && self.effective_status() == Some(StatusCode::NOT_FOUND))
        })
    }

    /// One of the five clocks ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind.is_timeout()
    }

    /// The answer had begun and then nothing came any more.
    #[must_use]
    pub fn is_stalled(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::IdleTimeout | ErrorKind::ContentTimeout
        )
    }

    fn has(&self, types: &[&str], status: u16) -> bool {
        self.api().is_some_and(|api| match api.error_type() {
            Some(kind) => types.contains(&kind),
            None => self
                .effective_status()
                .is_some_and(|have| have.as_u16() == status),
        })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("text", &self.to_string())
            .field("status", &self.status())
            .field("generation_id", &self.generation_id())
            .field("attempts", &self.0.attempts)
            .field("may_have_run", &self.may_have_run())
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.api() {
            Some(api) => {
                display::api(f, api, self.effective_status(), self.0.retry_after)?;
                if !self.0.message.is_empty() {
                    write!(f, "; {}", self.0.message)?;
                }
            }
            None => f.write_str(&self.0.message)?,
        }
        if self.0.attempts > 1 {
            write!(f, " (after {} attempts)", self.0.attempts)?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The beginning of a text, cut at a character, with the number of bytes left out.
pub(crate) fn excerpt(bytes: &[u8], max_bytes: usize) -> String {
    if bytes.len() <= max_bytes {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut text = String::from_utf8_lossy(&bytes[..max_bytes])
        .trim_end_matches('\u{FFFD}')
        .to_owned();
    text.push_str(&format!("… ({} bytes more)", bytes.len() - max_bytes));
    text
}

/// Most bytes of a body that an error keeps.
const MAX_KEPT_BODY_BYTES: usize = 16 * 1024;
