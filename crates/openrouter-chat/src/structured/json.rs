//! A JSON tree that keeps the order of keys and the text of numbers.
//!
//! A schema's order of properties is the order in which a model writes them, and `serde_json::Value` sorts them unless
//! a feature is on that would change it for the whole program.

use std::fmt;

use openrouter_types::RawJson;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// One JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// The text of the number.
    Number(String),
    Text(String),
    Array(Vec<Node>),
    Object(Object),
}

/// The fields of an object in their order. Of equal keys the last one counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object(Vec<(String, Node)>);

impl Node {
    /// Reads a text. `None` when it is not JSON, or nested deeper than [`MAX_DEPTH`].
    pub(crate) fn parse(json: &str) -> Option<Self> {
        serde_json::from_str::<&RawValue>(json)
            .ok()
            .and_then(|raw| Self::from_raw(raw, MAX_DEPTH))
    }

    fn from_raw(raw: &RawValue, depth: usize) -> Option<Self> {
        let text = raw.get();
        match text.as_bytes().first()? {
            b'n' => Some(Self::Null),
            b't' => Some(Self::Bool(true)),
            b'f' => Some(Self::Bool(false)),
            b'"' => serde_json::from_str(text).ok().map(Self::Text),
            b'[' => {
                let depth = depth.checked_sub(1)?;
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                items
                    .into_iter()
                    .map(|item| Self::from_raw(item, depth))
                    .collect::<Option<_>>()
                    .map(Self::Array)
            }
            b'{' => {
                let depth = depth.checked_sub(1)?;
                let RawFields(fields) = serde_json::from_str(text).ok()?;
                let fields = fields
                    .into_iter()
                    .map(|(key, value)| Some((key, Self::from_raw(value, depth)?)))
                    .collect::<Option<_>>()?;
                Some(Self::Object(Object(fields)))
            }
            _ => Some(Self::Number(text.to_owned())),
        }
    }

    pub(crate) fn to_json(&self) -> String {
        // Strings for keys and numbers read from JSON always have a text.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn to_raw(&self) -> RawJson {
        RawJson::parse(&self.to_json()).unwrap_or_default()
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether this is a number without a fraction, such as `3` or `3.0`.
    pub(crate) fn is_integer(&self) -> bool {
        self.as_f64().is_some_and(|number| number.fract() == 0.0)
    }

    /// Whether two values are equal in the sense of JSON Schema: numbers by value, objects in any order.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a == b || self.as_f64() == other.as_f64(),
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.0.len() == b.0.len()
                    && a.iter()
                        .all(|(key, a)| b.get(key).is_some_and(|b| a.is_same(b)))
            }
            (a, b) => a == b,
        }
    }
}

impl Object {
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.0
            .iter()
            .rev()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn into_fields(self) -> Vec<(String, Node)> {
        self.0
    }

    /// Sets a field, in its place when it is there and at the end when it is not.
    pub(crate) fn set(&mut self, key: &str, value: Node) {
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, place)) => *place = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// Adds a field that is not there yet.
    pub(crate) fn push(&mut self, key: impl Into<String>, value: Node) {
        self.0.push((key.into(), value));
    }

    /// The object without some of its fields.
    pub(crate) fn without(&self, keys: &[&str]) -> Self {
        self.iter()
            .filter(|(key, _)| !keys.contains(key))
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .collect()
    }
}

impl FromIterator<(String, Node)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Node)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl<const N: usize> From<[(&str, Node); N]> for Node {
    fn from(fields: [(&str, Node); N]) -> Self {
        Self::Object(
            fields
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(text) => RawValue::from_string(text.clone())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(Object(fields)) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

struct RawFields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawFields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = RawFields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(RawFields(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// Values may lie in each other this deep.
pub(crate) const MAX_DEPTH: usize = 128;
