//! Which application calls.

use http::{HeaderName, HeaderValue};
use openrouter_transport::CallOptions;

use super::ChatOptions;
use crate::{Error, ErrorKind};

impl ChatOptions {
    /// The header fields that say which application calls. A field that was set as a header field wins.
    pub(super) fn app_fields(&self) -> Result<CallOptions, Error> {
        let mut fields = CallOptions::new();
        let categories = self.app_categories.as_ref().map(|list| list.join(","));
        for (name, what, text) in [
            ("http-referer", "app_url", &self.app_url),
            ("x-openrouter-title", "app_title", &self.app_title),
            ("x-openrouter-categories", "app_categories", &categories),
        ] {
            // The empty text stands for none.
            let Some(text) = text.as_deref().filter(|text| !text.is_empty()) else {
                continue;
            };
            // Header fields may hold UTF-8; line ends and other controls they may not.
            let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| {
                Error::new(
                    ErrorKind::Config,
                    format!("`{what}` cannot stand in a header"),
                )
            })?;
            fields = fields.with_header(HeaderName::from_static(name), value);
        }
        Ok(fields)
    }

    /// Whether it is said which application calls.
    pub(super) fn has_app(&self) -> bool {
        self.app_url.is_some() || self.app_title.is_some() || self.app_categories.is_some()
    }
}
