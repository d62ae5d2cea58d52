//! Errors as OpenRouter words them.

use http::StatusCode;
use openrouter_types::{
    ErrorAvailability, ErrorBody, ErrorMetadata, ErrorResponse, OpenRouterMetadata, RawJson,
};
use serde::{Deserialize, Deserializer};

/// An error that the server answers with.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) metadata: Option<Box<ErrorMetadata>>,
    pub(crate) availability: Option<Box<ErrorAvailability>>,
    pub(crate) routing: Option<Box<OpenRouterMetadata>>,
    pub(crate) retry_after_seconds: Option<u64>,
    pub(crate) is_sent_as_success: bool,
}

impl Refusal {
    /// An error with a status and a message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            metadata: None,
            availability: None,
            routing: None,
            retry_after_seconds: None,
            is_sent_as_success: false,
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

    /// Nobody can answer now: 503, with the seconds after which to try again.
    #[must_use]
    pub fn overloaded(retry_after_seconds: u64) -> Self {
        let mut refusal = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The model is temporarily unavailable",
        )
        .error_type("provider_overloaded");
        refusal.retry_after_seconds = Some(retry_after_seconds);
        refusal
    }

    /// Moderation flagged the input: 403.
    #[must_use]
    pub fn flagged(reason: impl Into<String>, flagged_input: impl Into<String>) -> Self {
        let mut refusal = Self::new(StatusCode::FORBIDDEN, "Input was flagged");
        refusal.metadata = Some(Box::new(
            ErrorMetadata::default()
                .with_reasons([reason.into()])
                .with_flagged_input(flagged_input)
                .with_provider_name("Testkit"),
        ));
        refusal
    }

    /// There is no such model: 400.
    #[must_use]
    pub fn unknown_model(model: &str) -> Self {
        let message = format!("{model} is not a valid model ID");
        Self::new(StatusCode::BAD_REQUEST, message)
            .error_type("invalid_request")
            .availability(
                ErrorAvailability::default()
                    .with_code("model_not_found")
                    .with_retryable(false)
                    .with_requested_models([model])
                    .with_docs_url("https://openrouter.ai/docs/errors#model_not_found"),
            )
    }

    /// A provider failed: 502, with its own words inside.
    pub fn provider_error(provider: impl Into<String>, raw: impl Into<String>) -> Self {
        let mut refusal = Self::new(StatusCode::BAD_GATEWAY, "Provider returned error")
            .error_type("provider_unavailable");
        let raw = RawJson::from(&*raw.into());
        refusal.metadata = refusal
            .metadata
            .map(|metadata| Box::new(metadata.with_provider_name(provider).with_raw(raw)));
        refusal
    }

    /// The body is not what the API takes: 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message).error_type("invalid_request")
    }

    /// Sets `metadata.error_type`.
    #[must_use]
    pub fn error_type(mut self, error_type: &str) -> Self {
        let metadata = *self.metadata.unwrap_or_default();
        self.metadata = Some(Box::new(metadata.with_error_type(error_type)));
        self
    }

    /// Sets `availability`: why no endpoint can answer.
    #[must_use]
    pub fn availability(mut self, availability: ErrorAvailability) -> Self {
        self.availability = Some(Box::new(availability));
        self
    }

    /// Sets the header field `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Comes with status 200, as errors do that happen while an answer is made.
    #[must_use]
    pub fn sent_as_success(mut self) -> Self {
        self.is_sent_as_success = true;
        self
    }

    /// The status on the wire.
    pub(crate) fn http_status(&self) -> StatusCode {
        match self.is_sent_as_success {
            true => StatusCode::OK,
            false => self.status,
        }
    }

    pub(crate) fn body(&self) -> ErrorBody {
        let mut body = ErrorBody::default()
            .with_code(RawJson::from(&serde_json::Value::from(
                self.status.as_u16(),
            )))
            .with_message(self.message.as_str());
        body.metadata = self.metadata.as_deref().cloned();
        body.availability = self.availability.as_deref().cloned();
        body
    }

    pub(crate) fn envelope(&self) -> ErrorResponse {
        let mut envelope = ErrorResponse::default().with_error(self.body());
        envelope.openrouter_metadata = self.routing.as_deref().cloned();
        envelope
    }
}

/// As scenario files write it: `status`, `message`, and what else there is to say.
impl<'de> Deserialize<'de> for Refusal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            status: u16,
            message: String,
            error_type: Option<String>,
            retry_after: Option<u64>,
            metadata: Option<serde_json::Value>,
            availability: Option<serde_json::Value>,
            #[serde(default)]
            sent_as_success: bool,
        }
        let written = Written::deserialize(deserializer)?;
        let status = StatusCode::from_u16(written.status).map_err(serde::de::Error::custom)?;
        let mut refusal = Self::new(status, written.message);
        if let Some(metadata) = written.metadata {
            refusal.metadata =
                Some(serde_json::from_value(metadata).map_err(serde::de::Error::custom)?);
        }
        if let Some(availability) = written.availability {
            refusal.availability =
                Some(serde_json::from_value(availability).map_err(serde::de::Error::custom)?);
        }
        if let Some(error_type) = written.error_type {
            refusal = refusal.error_type(&error_type);
        }
        refusal.retry_after_seconds = written.retry_after;
        refusal.is_sent_as_success = written.sent_as_success;
        Ok(refusal)
    }
}
