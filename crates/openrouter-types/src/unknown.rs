//! Values and union members that this version does not know.

use alloc::boxed::Box;
use core::fmt;

use serde::de::Deserializer;
use serde::{Serialize, Serializer};

use crate::{Extra, RawJson};

/// The text of an enum value that this version of the crate does not know.
///
/// It is opaque on purpose: a match on the text inside an `Unknown` would silently stop working in the release that
/// learns the value. Compare with `as_str()` of the enum instead, which works for known and unknown values alike.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A member of a union that this version of the crate does not know, kept whole.
///
/// It is written back as it came: keys in their order, values with their text.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownMember(Inner);

#[derive(Clone, PartialEq, Eq)]
enum Inner {
    Object(Extra),
    Other(RawJson),
}

impl UnknownMember {
    pub(crate) fn object(fields: Extra) -> Self {
        Self(Inner::Object(fields))
    }

    /// Keeps any JSON as a member, for what the API takes and this crate does not know yet.
    #[must_use]
    pub fn from_json(json: RawJson) -> Self {
        match json.read() {
            Ok(fields) => Self::object(fields),
            Err(_) => Self(Inner::Other(json)),
        }
    }

    /// A field of the member, when it is an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.fields()?.get(name)
    }

    /// The member's fields, when it is an object.
    #[must_use]
    pub fn fields(&self) -> Option<&Extra> {
        match &self.0 {
            Inner::Object(fields) => Some(fields),
            Inner::Other(_) => None,
        }
    }

    /// The fields of an object, or the text of anything else.
    pub(crate) fn as_raw(&self) -> Result<&Extra, &RawJson> {
        match &self.0 {
            Inner::Object(fields) => Ok(fields),
            Inner::Other(json) => Err(json),
        }
    }

    /// The member's JSON text.
    #[must_use]
    pub fn to_json(&self) -> RawJson {
        match &self.0 {
            // Raw values always have a text.
            Inner::Object(fields) => RawJson::from_serialize(fields).unwrap_or_default(),
            Inner::Other(json) => json.clone(),
        }
    }
}

/// `null`.
impl Default for UnknownMember {
    fn default() -> Self {
        Self(Inner::Other(RawJson::null()))
    }
}

impl fmt::Debug for UnknownMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Object(fields) => fields.fmt(f),
            Inner::Other(json) => json.fmt(f),
        }
    }
}

impl Serialize for UnknownMember {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Inner::Object(fields) => fields.serialize(serializer),
            Inner::Other(json) => json.serialize(serializer),
        }
    }
}

impl<'de> serde::Deserialize<'de> for UnknownMember {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawJson::deserialize(deserializer).map(Self::from_json)
    }
}
