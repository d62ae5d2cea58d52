//! How generated types are read from JSON and written to it.
//!
//! Reading happens in one pass, with two speeds. The fast way is [`serde::Deserialize`]: it accepts unknown fields,
//! unknown enum values and union members, missing fields, `null`, and integers written as floats or in quotes. A value
//! of the wrong kind (a string where a list is expected) makes it fail; then [`Decode::decode`] reads the same text
//! again the tolerant way, in which such a value lands in `extra` instead, and in which [`mend`] has made JSON of what is
//! almost JSON. So only text that is cut off or garbled, or whose outermost value is of the wrong kind, does not decode.
//!
//! Generated code holds what differs from type to type: the names of the fields, and one arm per field for reading and
//! for writing. Everything else is here.

mod macros;
mod mend;
mod object;
mod scalar;
mod source;
mod union;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub(crate) use macros::{object, open_string, serde_through, tagged_union, untagged_union};
pub(crate) use object::{
    Fields, Object, Replaced, deserialize_object, object_from_raw, serialize_object,
    serialize_object_replacing,
};
pub(crate) use source::{Seen, Source, constant, optional, required};
pub(crate) use union::{
    Kind, KindSource, Members, TaggedUnion, UntaggedUnion, deserialize_tagged,
    deserialize_untagged, fit, has_fields, tagged_from_raw, untagged_from_raw,
};

use crate::{Decode, DecodeError};

/// A value inside a payload: read quickly by [`read`](Self::read), tolerantly by [`from_raw`](Self::from_raw).
///
/// Both take `null` for what it means to the type; absent and `null` are told apart one level up, in [`source`].
pub(crate) trait Value: Sized {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// `None` when the text is of a kind that this type cannot hold.
    fn from_raw(raw: &RawValue) -> Option<Self> {
        serde_json::from_str::<ReadAs<Self>>(raw.get())
            .ok()
            .map(|value| value.0)
    }
}

/// Lets a [`Value`] stand where serde wants `Deserialize`.
pub(crate) struct ReadAs<T>(pub(crate) T);

impl<'de, T: Value> de::Deserialize<'de> for ReadAs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Reads a `T`, or nothing from `null`.
pub(crate) struct Nullable<T>(PhantomData<T>);

impl<T> Nullable<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Value> DeserializeSeed<'de> for Nullable<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Value> Visitor<'de> for Nullable<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer).map(Some)
    }
}

impl<T: Value> Value for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self::new)
    }

    fn from_raw(raw: &RawValue) -> Option<Self> {
        T::from_raw(raw).map(Self::new)
    }
}

/// A list. Its `null` elements are left out; read tolerantly, so are those of the wrong kind, unless none is left: then
/// the list as a whole is of the wrong kind, and is kept in `extra`.
impl<T: Value> Value for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);

        impl<'de, T: Value> Visitor<'de> for Elements<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element_seed(Nullable::<T>::new())? {
                    elements.extend(element);
                }
                Ok(elements)
            }
        }

        deserializer.deserialize_seq(Elements(PhantomData))
    }

    fn from_raw(raw: &RawValue) -> Option<Self> {
        let elements: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
        let fitting: Vec<T> = elements.iter().copied().filter_map(T::from_raw).collect();
        (elements.is_empty() || !fitting.is_empty()).then_some(fitting)
    }
}

impl<T: Value> Decode for T {
    fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        // Checking the text once as a whole costs less than leaving it to the parser, which checks string by string.
        let result = match core::str::from_utf8(json) {
            Ok(text) => serde_json::from_str::<ReadAs<T>>(text),
            Err(_) => serde_json::from_slice(json),
        };
        let error = match result {
            Ok(value) => return Ok(value.0),
            Err(error) => error,
        };
        let mended = mend::mend(json);
        if let Ok(raw) = serde_json::from_str::<&RawValue>(&mended)
            && let Some(value) = T::from_raw(raw)
        {
            return Ok(value);
        }
        Err(error.into())
    }
}

/// Reads over a value without looking at it.
pub(crate) fn skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
}
