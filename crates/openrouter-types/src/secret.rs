//! Secret texts, such as API keys.

use alloc::string::String;
use core::fmt;

use serde::{Serialize, Serializer};

/// A secret text, such as an API key or an authorization code: written to the wire, never shown by `Debug`.
///
/// It has no `Display` and compares with nothing but its like, so that it does not end up in a log by accident.
/// The memory that held it is not wiped.
///
/// ```
/// use openrouter_types::Secret;
///
/// let key = Secret::from("not-a-key");
/// assert_eq!(format!("{key:?}"), "..");
/// assert_eq!(key.expose(), "not-a-key");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text, for the one place that needs it.
    #[must_use]
    pub fn into_exposed(self) -> String {
        self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
