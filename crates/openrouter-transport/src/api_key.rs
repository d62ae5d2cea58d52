//! The key, kept out of sight.

use std::fmt;

use http::HeaderValue;

use crate::error::{Error, ErrorKind};

/// An API key. It never shows in `Debug`, in logs or in errors.
///
/// ```
/// let key = openrouter_transport::ApiKey::new("sk-or-v1-secret")?;
/// assert_eq!(format!("{key:?}"), "ApiKey(…)");
/// # Ok::<(), openrouter_transport::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    authorization: HeaderValue,
}

impl ApiKey {
    /// Takes a key; white space around it, such as the line end of a file, is dropped.
    ///
    /// # Errors
    ///
    /// When it is empty, or has characters that cannot stand in a header.
    pub fn new(key: impl AsRef<str>) -> Result<Self, Error> {
        let key = key.as_ref().trim();
        if key.is_empty() {
            return Err(Error::new(ErrorKind::Config, "the API key is empty"));
        }
        let mut authorization = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| {
            Error::new(
                ErrorKind::Config,
                "the API key has characters that no key has",
            )
        })?;
        authorization.set_sensitive(true);
        Ok(Self { authorization })
    }

    pub(crate) fn authorization(&self) -> &HeaderValue {
        &self.authorization
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}
