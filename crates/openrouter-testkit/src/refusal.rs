//! Errors as OpenRouter words them.

use http::StatusCode;
use openrouter_types::{ErrorBody, ErrorMetadata, ErrorResponse, RawJson};

/// An error that the server answers with.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) metadata: Option<ErrorMetadata>,
    pub(crate) retry_after_seconds: Option<u64>,
}

impl Refusal {
    /// An error with a status and a message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            metadata: None,
            retry_after_seconds: None,
        }
    }

    /// No key, or a wrong one: 401.
    #[must_use]
    pub fn wrong_key() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "No auth credentials found")
    }

    /// The credits are used up: 402.
    #[must_use]
    pub fn out_of_credits() -> Self {
        Self::new(
            StatusCode::PAYMENT_REQUIRED,
            "Insufficient credits. Add more at https://openrouter.ai/credits",
        )
        .error_type("payment_required")
    }

    /// Too many requests: 429, with the seconds after which to try again.
    #[must_use]
    pub fn rate_limited(retry_after_seconds: u64) -> Self {
        let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded")
            .error_type("rate_limit_exceeded");
        refusal.retry_after_seconds = Some(retry_after_seconds);
        refusal
    }

    /// A provider failed: 502, with its own words inside.
    pub fn provider_error(provider: impl Into<String>, raw: impl Into<String>) -> Self {
        let mut refusal = Self::new(StatusCode::BAD_GATEWAY, "Provider returned error")
            .error_type("provider_unavailable");
        let raw = RawJson::from(&*raw.into());
        refusal.metadata = refusal
            .metadata
            .map(|metadata| metadata.with_provider_name(provider).with_raw(raw));
        refusal
    }

    /// The body is not what the API takes: 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message).error_type("invalid_request")
    }

    /// Sets `metadata.error_type`.
    #[must_use]
    pub fn error_type(mut self, error_type: &str) -> Self {
        self.metadata = Some(
            self.metadata
                .unwrap_or_default()
                .with_error_type(error_type),
        );
        self
    }

    pub(crate) fn body(&self) -> ErrorBody {
        let mut body = ErrorBody::default()
            .with_code(RawJson::from(&serde_json::Value::from(
                self.status.as_u16(),
            )))
            .with_message(self.message.as_str());
        body.metadata.clone_from(&self.metadata);
        body
    }

    pub(crate) fn envelope(&self) -> ErrorResponse {
        ErrorResponse::default().with_error(self.body())
    }
}
