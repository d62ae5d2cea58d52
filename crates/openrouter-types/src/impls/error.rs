//! What the API says when it fails.

use alloc::string::{String, ToString};

use crate::{ErrorBody, RawJson};

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
    pub fn kind_of_error(&self) -> Option<&crate::ApiErrorType> {
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
}
