//! JSON kept as text.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{DecodeError, Extra};

/// One JSON value, kept as its text: key order, number text and unknown parts survive.
///
/// Used for everything that this crate does not look into: unknown fields, free-form values, JSON Schemas.
/// Equality compares the text. Reading it needs `serde_json`; other formats cannot hand out raw JSON.
///
/// ```
/// use openrouter_types::RawJson;
///
/// let limit = RawJson::parse(r#"{"b": 1.50, "a": null}"#)?;
/// assert_eq!(limit.as_str(), r#"{"b": 1.50, "a": null}"#);
/// assert_eq!(limit.to_value()["b"], 1.5);
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Takes JSON text as it is, without the white space around it.
    ///
    /// # Errors
    ///
    /// When the text is not one JSON value.
    pub fn parse(json: &str) -> Result<Self, DecodeError> {
        Ok(Self(serde_json::from_str::<&RawValue>(json)?.to_owned()))
    }

    /// The JSON text of any value that can be serialised.
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON, such as a map whose keys are not strings.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, DecodeError> {
        Ok(Self(serde_json::value::to_raw_value(value)?))
    }

    /// The JSON `null`.
    #[must_use]
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    /// Reads the text into a value.
    ///
    /// # Errors
    ///
    /// When the text does not fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        Ok(serde_json::from_str(self.as_str())?)
    }

    /// The value as a tree. Objects lose the order of their keys, and numbers their text. `null` for what a tree cannot
    /// hold: numbers beyond `f64`, more than 128 levels, half a surrogate pair.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::from_str(self.as_str()).unwrap_or_default()
    }

    /// The text of a JSON string, unescaped; `None` for other values.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        serde_json::from_str(self.as_str()).ok()
    }

    pub(crate) fn as_raw(&self) -> &RawValue {
        &self.0
    }
}

/// `null`.
impl Default for RawJson {
    fn default() -> Self {
        Self::null()
    }
}

impl From<Box<RawValue>> for RawJson {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

impl From<&RawValue> for RawJson {
    fn from(raw: &RawValue) -> Self {
        Self(raw.to_owned())
    }
}

impl From<RawJson> for Box<RawValue> {
    fn from(raw: RawJson) -> Self {
        raw.0
    }
}

impl From<&str> for RawJson {
    /// The JSON string with this text.
    fn from(text: &str) -> Self {
        Self::from(&serde_json::Value::from(text))
    }
}

impl From<&serde_json::Value> for RawJson {
    fn from(value: &serde_json::Value) -> Self {
        // A `Value` always has a JSON text.
        RawValue::from_string(value.to_string()).map_or_else(|_| Self::null(), Self)
    }
}

impl From<&Extra> for RawJson {
    /// The object with these fields.
    fn from(fields: &Extra) -> Self {
        // Raw values always have a text.
        Self::from_serialize(fields).unwrap_or_default()
    }
}

impl From<Extra> for RawJson {
    fn from(fields: Extra) -> Self {
        Self::from(&fields)
    }
}

impl From<bool> for RawJson {
    fn from(value: bool) -> Self {
        Self::from(serde_json::Value::from(value))
    }
}

impl From<i64> for RawJson {
    fn from(number: i64) -> Self {
        Self::from(serde_json::Value::from(number))
    }
}

/// `null` for what is not a number.
impl From<f64> for RawJson {
    fn from(number: f64) -> Self {
        Self::from(serde_json::Value::from(number))
    }
}

impl From<serde_json::Value> for RawJson {
    fn from(value: serde_json::Value) -> Self {
        Self::from(&value)
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RawJson {}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        match text.char_indices().nth(DEBUG_CHARS) {
            None => f.write_str(text),
            Some((end, _)) => write!(f, "{}… ({} bytes)", &text[..end], text.len()),
        }
    }
}

/// Longer texts are cut in `Debug`.
const DEBUG_CHARS: usize = 200;

impl fmt::Display for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}
