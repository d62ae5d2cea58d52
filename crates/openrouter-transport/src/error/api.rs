//! What the server said, read from whatever form it said it in.

use std::time::{Duration, SystemTime};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use openrouter_types::{ApiErrorType, ErrorAvailability, ErrorBody};
use serde_json::{Map, Value};

use super::{excerpt, wait, words};

/// What the server said about a failure. Everything but the message may be missing.
// Source: <https://openrouter.ai/docs/api/reference/errors-and-debugging>, read 2026-08-22.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiError {
    code: Option<String>,
    http_status: Option<u16>,
    message: String,
    error_type: Option<String>,
    provider_code: Option<String>,
    provider_name: Option<String>,
    upstream_message: Option<String>,
    upstream_wait: Option<Duration>,
    metadata: Option<String>,
    availability: Option<Box<Availability>>,
    reasons: Vec<String>,
    flagged_input: Option<String>,
    patterns: Vec<String>,
    previous_errors: Vec<PreviousError>,
    generation_id: Option<String>,
    user_id: Option<String>,
    router_metadata: Option<String>,
}

/// Why no provider could answer, and what might help.
// Source: <https://openrouter.ai/docs/api/reference/errors-and-debugging>, read 2026-08-22.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Availability {
    code: String,
    retryable: Option<bool>,
    retry_after: Option<Duration>,
    requested_models: Vec<String>,
    affected_providers: Vec<String>,
    excluded_by: Vec<String>,
    fallback_models: Vec<String>,
    constraint: Option<Constraint>,
    docs_url: Option<String>,
}

/// The setting that left no provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Constraint {
    /// The field of the request.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

/// What one provider answered before the next was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreviousError {
    /// The provider's name.
    pub provider: Option<String>,
    /// Its code, a name or a number.
    pub code: Option<String>,
    /// The HTTP status that it stands for.
    pub status: Option<u16>,
    /// Its words.
    pub message: Option<String>,
}

impl ApiError {
    /// Reads the error out of JSON text: an object with `error`, or with a choice that failed.
    pub(super) fn from_envelope(json: &[u8]) -> Option<Self> {
        let Ok(Value::Object(envelope)) = serde_json::from_slice(json) else {
            return None;
        };
        let mut this = match envelope.get("error") {
            Some(Value::Null) | None => from_choices(&envelope)?,
            Some(error) => Self::from_error(error),
        };
        this.generation_id = text(&envelope, "id").or_else(|| text(&envelope, "request_id"));
        this.user_id = text(&envelope, "user_id");
        this.router_metadata = json_text(envelope.get("openrouter_metadata"));
        if this.provider_name.is_none() {
            this.provider_name = text(&envelope, "provider");
        }
        Some(this)
    }

    /// An error body that is not JSON: HTML, plain text, nothing.
    pub(super) fn from_text(body: &[u8], headers: &HeaderMap) -> Self {
        let message = match headers
            .get(http::header::CONTENT_ENCODING)
            .and_then(|value| value.to_str().ok())
        {
            Some(encoding) if encoding != "identity" => {
                format!("(a body compressed with {encoding})")
            }
            _ => words::from_text(
                body,
                headers
                    .get(CONTENT_TYPE)
                    .and_then(|value| value.to_str().ok()),
            ),
        };
        Self {
            message,
            ..Self::default()
        }
    }

    /// Reads the value of an `error` field.
    fn from_error(error: &Value) -> Self {
        let Value::Object(error) = error else {
            return Self {
                message: words::dig(error).unwrap_or_default(),
                ..Self::default()
            };
        };
        let nothing = Map::new();
        let metadata = error
            .get("metadata")
            .and_then(Value::as_object)
            .unwrap_or(&nothing);
        Self {
            code: text(error, "code"),
            http_status: number(error, "http_status"),
            message: error
                .get("message")
                .and_then(words::dig)
                .unwrap_or_default(),
            error_type: text(metadata, "error_type").or_else(|| text(error, "error_type")),
            provider_code: text(metadata, "provider_code"),
            provider_name: text(metadata, "provider_name"),
            upstream_message: metadata.get("raw").and_then(words::dig),
            upstream_wait: wait::in_metadata(metadata, SystemTime::now()),
            metadata: json_text(error.get("metadata")),
            availability: error
                .get("availability")
                .and_then(Value::as_object)
                .map(Availability::read)
                .map(Box::new),
            reasons: texts(metadata, "reasons"),
            flagged_input: text(metadata, "flagged_input"),
            patterns: texts(metadata, "patterns"),
            previous_errors: objects(metadata, "previous_errors")
                .map(PreviousError::read)
                .collect(),
            generation_id: None,
            user_id: None,
            router_metadata: None,
        }
    }

    /// The error's code as text; the server sends numbers and names. Usually the HTTP status.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The HTTP status that the body names, which counts where the answer's own status is 200.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        let code = self.code.as_deref().and_then(|code| code.parse().ok());
        let number = self
            .http_status
            .or(code)
            .or_else(|| ApiErrorType::from(self.error_type()?).status());
        number
            .filter(|number| (400..600).contains(number))
            .and_then(|number| StatusCode::from_u16(number).ok())
    }

    /// The server's message; empty when it gave none.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The kind of failure, such as `rate_limit_exceeded`: the same whichever API was called.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.error_type.as_deref()
    }

    /// The upstream provider's own code.
    #[must_use]
    pub fn provider_code(&self) -> Option<&str> {
        self.provider_code.as_deref()
    }

    /// The provider that failed.
    #[must_use]
    pub fn provider_name(&self) -> Option<&str> {
        self.provider_name.as_deref()
    }

    /// The upstream provider's own words, dug out of `metadata.raw`, whatever its form.
    #[must_use]
    pub fn upstream_message(&self) -> Option<&str> {
        self.upstream_message.as_deref()
    }

    /// The error's `metadata` as JSON text, at most 16 KiB of it.
    #[must_use]
    pub fn metadata_json(&self) -> Option<&str> {
        self.metadata.as_deref()
    }

    /// Why no provider could answer.
    #[must_use]
    pub fn availability(&self) -> Option<&Availability> {
        self.availability.as_deref()
    }

    /// Why moderation refused the input.
    #[must_use]
    pub fn moderation_reasons(&self) -> &[String] {
        &self.reasons
    }

    /// The part of the input that moderation refused, shortened by the server.
    #[must_use]
    pub fn flagged_input(&self) -> Option<&str> {
        self.flagged_input.as_deref()
    }

    /// The patterns of a guardrail that the input matched.
    #[must_use]
    pub fn guardrail_patterns(&self) -> &[String] {
        &self.patterns
    }

    /// What other providers answered before this.
    #[must_use]
    pub fn previous_errors(&self) -> &[PreviousError] {
        &self.previous_errors
    }

    /// The id of the generation, where the body has it.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.generation_id.as_deref()
    }

    /// The account that the server took the request to be from.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// How the request was routed, as JSON text, where the request asked for it.
    #[must_use]
    pub fn router_metadata_json(&self) -> Option<&str> {
        self.router_metadata.as_deref()
    }

    /// Of a credit error that says so: how many tokens were asked for, and how many can be paid.
    #[must_use]
    pub fn affordable_tokens(&self) -> Option<(u64, u64)> {
        let asked = words::number_after(&self.message, "requested up to ")?;
        let can_pay = words::number_after(&self.message, "can only afford ")?;
        Some((asked, can_pay))
    }

    /// Whether an error with this status may pass by itself, as the types have it.
    pub(super) fn is_retryable(&self, status: Option<StatusCode>) -> bool {
        let mut body = ErrorBody::default();
        body.error_type = self.error_type().map(ApiErrorType::from);
        body.http_status = status.map(|status| status.as_u16().into());
        body.availability = self.availability().map(|availability| {
            let mut told = ErrorAvailability::default();
            told.retryable = availability.retryable;
            told
        });
        body.is_transient()
    }

    /// How long the upstream provider asked to wait, as OpenRouter passed it on.
    pub(super) fn upstream_wait(&self) -> Option<Duration> {
        self.upstream_wait
    }
}

impl Availability {
    fn read(json: &Map<String, Value>) -> Self {
        Self {
            code: text(json, "code").unwrap_or_default(),
            retryable: json.get("retryable").and_then(Value::as_bool),
            retry_after: json.get("retry_after").and_then(wait::of_value),
            requested_models: texts(json, "requested_models"),
            affected_providers: texts(json, "affected_providers"),
            excluded_by: texts(json, "excluded_by"),
            fallback_models: texts(json, "fallback_models"),
            constraint: json
                .get("constraint")
                .and_then(Value::as_object)
                .map(|constraint| Constraint {
                    field: text(constraint, "field").unwrap_or_default(),
                    detail: text(constraint, "detail").unwrap_or_default(),
                }),
            docs_url: text(json, "docs_url"),
        }
    }

    /// The reason's name, such as `capacity_exhausted`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether the same request may succeed later; `false` where the server does not say.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.retryable.unwrap_or_default()
    }

    /// How long to wait before trying again.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The models that were asked for.
    #[must_use]
    pub fn requested_models(&self) -> &[String] {
        &self.requested_models
    }

    /// The providers that could not answer.
    #[must_use]
    pub fn affected_providers(&self) -> &[String] {
        &self.affected_providers
    }

    /// What took providers out of the choice, such as `max_price`.
    #[must_use]
    pub fn excluded_by(&self) -> &[String] {
        &self.excluded_by
    }

    /// Models that the server suggests instead.
    #[must_use]
    pub fn fallback_models(&self) -> &[String] {
        &self.fallback_models
    }

    /// The setting that left no provider.
    #[must_use]
    pub fn constraint(&self) -> Option<&Constraint> {
        self.constraint.as_ref()
    }

    /// Where to read more.
    #[must_use]
    pub fn docs_url(&self) -> Option<&str> {
        self.docs_url.as_deref()
    }
}

impl PreviousError {
    fn read(json: &Map<String, Value>) -> Self {
        Self {
            provider: text(json, "provider").or_else(|| text(json, "provider_name")),
            code: text(json, "code"),
            status: number(json, "status"),
            message: text(json, "message"),
        }
    }
}

/// An error inside a choice, or a choice that ended with one and says no more.
fn from_choices(envelope: &Map<String, Value>) -> Option<ApiError> {
    objects(envelope, "choices").find_map(|choice| match choice.get("error") {
        Some(error) if !error.is_null() => Some(ApiError::from_error(error)),
        _ => (choice.get("finish_reason")? == "error").then(ApiError::default),
    })
}

fn text(json: &Map<String, Value>, key: &str) -> Option<String> {
    match json.get(key)? {
        Value::String(text) if !text.is_empty() => Some(excerpt(text.as_bytes(), MAX_TEXT_BYTES)),
        // A status may be written as a float.
        Value::Number(number) => Some(match number.as_f64() {
            Some(float) if !number.is_u64() && !number.is_i64() && float.fract() == 0.0 => {
                format!("{float:.0}")
            }
            _ => number.to_string(),
        }),
        _ => None,
    }
}

fn number(json: &Map<String, Value>, key: &str) -> Option<u16> {
    text(json, key)?.parse().ok()
}

fn texts(json: &Map<String, Value>, key: &str) -> Vec<String> {
    let list = json
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter().filter_map(words::dig).take(MAX_LIST).collect()
}

fn objects<'a>(
    json: &'a Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let list = json
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter().filter_map(Value::as_object).take(MAX_LIST)
}

fn json_text(value: Option<&Value>) -> Option<String> {
    let value = value.filter(|value| !value.is_null())?;
    Some(excerpt(value.to_string().as_bytes(), MAX_JSON_BYTES))
}

/// Most entries that are kept of a list.
const MAX_LIST: usize = 64;
/// Most bytes that are kept of one text.
const MAX_TEXT_BYTES: usize = 4 * 1024;
/// Most bytes that are kept of a JSON value.
const MAX_JSON_BYTES: usize = 16 * 1024;
