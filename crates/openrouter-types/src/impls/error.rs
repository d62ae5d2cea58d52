//! What the API says when it fails.

use alloc::string::{String, ToString};

use crate::{ApiErrorType, ErrorBody, RawJson};

impl ApiErrorType {
    /// The HTTP status that goes with this type of error. `None` where there is none: of `unmapped`, which may be
    /// anything, and of a type that this version does not know.
    // Source: the `ApiErrorType` component of OpenRouter's OpenAPI description, read 2026-08-22.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        Some(match self {
            Self::Authentication => 401,
            Self::PaymentRequired => 402,
            Self::PermissionDenied => 403,
            Self::NotFound | Self::ImageNotFound => 404,
            Self::PreconditionFailed => 412,
            Self::PayloadTooLarge => 413,
            Self::Unprocessable => 422,
            Self::RateLimitExceeded => 429,
            Self::Server => 500,
            Self::ProviderUnavailable => 502,
            Self::ProviderOverloaded => 503,
            Self::Timeout => 504,
            Self::ContextLengthExceeded
            | Self::MaxTokensExceeded
            | Self::TokenLimitExceeded
            | Self::StringTooLong
            | Self::InvalidRequest
            | Self::InvalidPrompt
            | Self::ContentPolicyViolation
            | Self::Refusal
            | Self::InvalidImage
            | Self::ImageTooLarge
            | Self::ImageTooSmall
            | Self::UnsupportedImageFormat
            | Self::ImageDownloadFailed => 400,
            Self::Unmapped | Self::Unknown(_) => return None,
        })
    }
}

impl ErrorBody {
    /// The code as a number, whether it came as a number or as text; usually an HTTP status.
    #[must_use]
    pub fn code_number(&self) -> Option<u16> {
        let code = self.code.as_ref()?.as_str().trim_matches('"');
        code.parse().ok().or_else(|| {
            let code = code.parse::<f64>().ok()?;
            (0.0..=999.0)
                .contains(&code)
                .then(|| code.to_string().parse().ok())?
        })
    }

    /// The code as text, whatever it came as.
    #[must_use]
    pub fn code_text(&self) -> Option<String> {
        let code = self.code.as_ref().filter(|code| !code.is_null())?;
        code.to_text().or_else(|| Some(code.as_str().to_string()))
    }

    /// `error_type`, wherever it stands: beside the message or in the metadata.
    #[must_use]
    pub fn kind_of_error(&self) -> Option<&ApiErrorType> {
        self.error_type
            .as_ref()
            .or_else(|| self.metadata.as_ref()?.error_type.as_ref())
    }

    /// What the provider itself said, as it came.
    #[must_use]
    pub fn raw(&self) -> Option<&RawJson> {
        self.metadata
            .as_ref()?
            .raw
            .as_ref()
            .filter(|raw| !raw.is_null())
    }

    /// Whether the same request may succeed later: what the server says of it, else what the type of the error means,
    /// else what the code means as an HTTP status.
    ///
    /// It says nothing about cost: the request that failed may have been billed.
    // Source: <https://openrouter.ai/docs/api/reference/errors-and-debugging>, read 2026-08-22.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let told = self
            .availability
            .as_ref()
            .and_then(|availability| availability.retryable);
        if let Some(told) = told {
            return told;
        }
        let status = self.kind_of_error().and_then(ApiErrorType::status);
        matches!(
            status.or_else(|| self.status()),
            Some(408 | 429 | 500 | 502 | 503 | 504 | 524 | 529)
        )
    }

    /// The HTTP status that the error stands for: `code`, or `http_status` where that takes its place.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.code_number()
            .or_else(|| self.http_status?.try_into().ok())
    }

    /// How many seconds to wait before the same request may succeed, where the server says so.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<f64> {
        self.availability.as_ref()?.retry_after
    }

    /// The provider that failed or refused.
    #[must_use]
    pub fn provider_name(&self) -> Option<&str> {
        self.metadata.as_ref()?.provider_name.as_deref()
    }
}
