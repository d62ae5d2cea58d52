//! Fields that a type does not know.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::RawJson;

/// Fields that a type does not know, in the order in which they came, as raw JSON.
///
/// On what is read, it holds everything that this version of the crate has no field for, and any known field whose
/// value was of the wrong kind. On what is sent, it adds fields that the crate does not know:
///
/// ```
/// use openrouter_types::{Extra, RawJson};
///
/// let mut extra = Extra::new();
/// extra.insert("safe_prompt", RawJson::parse("true")?);
/// assert_eq!(extra.get("safe_prompt").map(RawJson::as_str), Some("true"));
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extra(Vec<(Box<str>, RawJson)>);

impl Extra {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The value that came last, where a field came twice.
    pub(crate) fn last(&self, name: &str) -> Option<&RawJson> {
        let last = self.0.iter().rfind(|(known, _)| **known == *name);
        last.map(|(_, value)| value)
    }

    /// Sets a field: in its place when it is there, at the end when it is new. Returns the value that it had.
    pub fn insert(
        &mut self,
        name: impl Into<String>,
        value: impl Into<RawJson>,
    ) -> Option<RawJson> {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, old)) => Some(core::mem::replace(old, value)),
            None => {
                self.push(name.into(), value);
                None
            }
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<RawJson> {
        let at = self.0.iter().position(|(known, _)| **known == *name)?;
        Some(self.0.remove(at).1)
    }

    /// The fields in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &RawJson)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, name: Box<str>, value: RawJson) {
        self.0.push((name, value));
    }
}

impl<N: Into<String>, V: Into<RawJson>> FromIterator<(N, V)> for Extra {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut extra = Self::new();
        extra.extend(fields);
        extra
    }
}

impl<N: Into<String>, V: Into<RawJson>> Extend<(N, V)> for Extra {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.insert(name, value);
        }
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries(PhantomData<Extra>);

        impl<'de> Visitor<'de> for Entries {
            type Value = Extra;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extra, A::Error> {
                let mut extra = Extra::new();
                while let Some((name, value)) = map.next_entry()? {
                    extra.push(name, value);
                }
                Ok(extra)
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}
