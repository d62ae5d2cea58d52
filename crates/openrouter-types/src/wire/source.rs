//! Where the value of a field comes from: a map that is being read, raw text, or a tag read earlier.

use alloc::borrow::ToOwned;
use core::fmt;

use serde::de::{self, IntoDeserializer, MapAccess};
use serde_json::value::RawValue;

use super::{Nullable, ReadAs, Value};
use crate::RawJson;

/// What was read for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Value,
    Null,
    /// Something else than the only value that the type knows.
    Other(&'static str, RawJson),
}

/// Delivers the value of one field.
pub(crate) trait Source<'de>: Sized {
    type Error;

    /// The value; `None` for `null`.
    fn value<T: Value>(self) -> Result<Option<T>, Self::Error>;
}

/// Reads a field that is always there; `null` leaves it as it was.
pub(crate) fn required<'de, T: Value, S: Source<'de>>(
    field: &mut T,
    source: S,
) -> Result<Seen, S::Error> {
    Ok(match source.value()? {
        Some(value) => {
            *field = value;
            Seen::Value
        }
        None => Seen::Null,
    })
}

/// Reads a field that may be absent.
pub(crate) fn optional<'de, T: Value, S: Source<'de>>(
    field: &mut Option<T>,
    source: S,
) -> Result<Seen, S::Error> {
    *field = source.value()?;
    Ok(if field.is_some() {
        Seen::Value
    } else {
        Seen::Null
    })
}

/// Reads a field whose value the type itself says, such as a tag.
pub(crate) fn constant<'de, S: Source<'de>>(
    name: &'static str,
    expected: &'static str,
    source: S,
) -> Result<Seen, S::Error> {
    Ok(match source.value::<Word>()? {
        Some(word) if word.text() == Some(expected) => Seen::Value,
        Some(word) => Seen::Other(name, word.into_json()),
        None => Seen::Null,
    })
}

/// A short text without an allocation, or any other JSON.
enum Word {
    Short { bytes: [u8; Self::SHORT], len: u8 },
    Other(RawJson),
}

impl Word {
    const SHORT: usize = 38;

    fn text(&self) -> Option<&str> {
        match self {
            Self::Short { bytes, len } => core::str::from_utf8(&bytes[..usize::from(*len)]).ok(),
            Self::Other(_) => None,
        }
    }

    fn into_json(self) -> RawJson {
        match self {
            Self::Other(json) => json,
            Self::Short { .. } => RawJson::from(self.text().unwrap_or_default()),
        }
    }
}

impl Value for Word {
    fn read<'de, D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor)
    }

    fn from_raw(raw: &RawValue) -> Option<Self> {
        Some(serde_json::from_str(raw.get()).map_or_else(
            |_| Self::Other(raw.to_owned().into()),
            |word: ReadAs<Self>| word.0,
        ))
    }
}

struct WordVisitor;

impl de::Visitor<'_> for WordVisitor {
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Word, E> {
        let mut bytes = [0; Word::SHORT];
        Ok(
            match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
                (Some(start), Ok(len)) => {
                    start.copy_from_slice(text.as_bytes());
                    Word::Short { bytes, len }
                }
                _ => Word::Other(RawJson::from(text)),
            },
        )
    }
}

/// The next value of a map that is being read.
pub(crate) struct NextValue<'a, A>(pub(crate) &'a mut A);

impl<'de, A: MapAccess<'de>> Source<'de> for NextValue<'_, A> {
    type Error = A::Error;

    fn value<T: Value>(self) -> Result<Option<T>, A::Error> {
        self.0.next_value_seed(Nullable::new())
    }
}

/// A value kept as text.
pub(crate) struct Raw<'a>(pub(crate) &'a RawValue);

/// The text holds a value that the field cannot hold.
#[derive(Debug)]
pub(crate) struct WrongKind;

impl fmt::Display for WrongKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of the wrong kind")
    }
}

impl<'de> Source<'de> for Raw<'_> {
    type Error = WrongKind;

    fn value<T: Value>(self) -> Result<Option<T>, WrongKind> {
        if self.0.get() == "null" {
            return Ok(None);
        }
        T::from_raw(self.0).map(Some).ok_or(WrongKind)
    }
}

/// The text of a tag that was read in order to find out which type to read.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl<'de> Source<'de> for Text<'_> {
    type Error = WrongKind;

    fn value<T: Value>(self) -> Result<Option<T>, WrongKind> {
        let text: de::value::StrDeserializer<'_, de::value::Error> = self.0.into_deserializer();
        match <ReadAs<T> as de::Deserialize>::deserialize(text) {
            Ok(value) => Ok(Some(value.0)),
            Err(_) => Err(WrongKind),
        }
    }
}
