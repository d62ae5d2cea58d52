//! How generated types are read from JSON and written to it.
//!
//! Every type of a payload is a [`Value`], a place that says of what comes whether it fits, and [`Shown`]: it tells what
//! it holds. Readers know values only as `dyn Value` and objects only as `dyn Fields`, writers only as `dyn Shown` and
//! `dyn Parts`, so they are compiled once, not once for each of the two hundred types; generated code holds no more than
//! names and places. The two halves do not know each other: a program has no code for reading what it only sends. What is
//! generated is never inlined: it is called through a table anyway, and would otherwise be compiled again in each crate
//! that uses it.
//!
//! Reading happens in one pass, with two speeds. The fast way ([`read`]) is [`serde::Deserialize`]: it accepts unknown
//! fields, unknown enum values and union members, missing fields, `null`, and integers written as floats or in quotes. A
//! value of the wrong kind (a string where a list is expected) makes it fail; then [`Decode::decode`] reads the same text
//! again the [tolerant] way, in which such a value lands in `extra` instead, and in which [`mend`] has made JSON of what
//! is almost JSON. So only text that is cut off or garbled, or whose outermost value is of the wrong kind, does not
//! decode.

mod containers;
mod debug;
mod macros;
mod mend;
mod object;
mod read;
mod scalar;
mod tolerant;
mod union;
mod write;

use serde::de::{self, DeserializeSeed, Deserializer};
use serde_json::value::RawValue;

pub(crate) use debug::debug;
pub(crate) use macros::{cloned, object, open_string, serde_through, tagged_union};
pub(crate) use object::{Fields, Part, Parts, bit, number_of};
use read::{Fill, Seen};
pub(crate) use scalar::only_null;
pub(crate) use union::{Kind, Tagged, fit, has_fields, kind};
pub(crate) use write::{Replaced, View, write, write_replacing};

use crate::{Decode, DecodeError, Extra};

/// A value inside a payload, whatever its type: told what comes, it says whether that fits.
///
/// Readers begin with a value that was never touched. When something does not fit, it may be left with a part of that:
/// readers that go on afterwards offer the text, and then `null`.
pub(crate) trait Value {
    /// Takes what came, all but objects and lists.
    fn take(&mut self, came: Came<'_>) -> Fit;

    /// The beginning of an object or of a list: says what it is filled through.
    fn open(&mut self, bracket: Bracket) -> Open<'_>;
}

/// A value that is written.
pub(crate) trait Shown {
    /// What it holds.
    fn view(&self) -> View<'_>;
}

/// What a reader has found.
#[derive(Clone, Copy)]
pub(crate) enum Came<'a> {
    Text(&'a str),
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// Anything, as text: for values that are kept so, and the last resort of those that may hold whatever comes.
    Raw(&'a RawValue),
    /// It leaves all but options as they are.
    Null,
}

/// A value whose type is known.
pub(crate) trait Typed: Value + Shown + Default {
    /// Whether it has to be read as text, because digits or spaces matter.
    const RAW: bool = false;

    /// Whether it is an object or a list, and takes nothing else.
    const OPENS_ONLY: bool = false;

    /// Which of the two.
    const OPENS: &'static str = "";
}

/// Whether what came is of a kind that the value can hold.
pub(crate) type Fit = Result<(), Misfit>;

/// What came is of a kind that the value cannot hold; says which kind it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misfit(pub(crate) &'static str);

/// What begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bracket {
    Object,
    List,
}

/// What an object or a list is filled through.
pub(crate) enum Open<'a> {
    Object(&'a mut dyn Fields),
    Union(&'a mut dyn Tagged),
    Items(&'a mut dyn Items),
    Extra(&'a mut Extra),
    /// The value wants the text.
    Raw(&'a mut dyn Value),
    Misfit(Misfit),
}

/// The elements of a list, or the entries of a map.
pub(crate) trait Items {
    /// Adds one with this name, which lists ignore, and hands out its place.
    fn add(&mut self, name: alloc::string::String) -> Place<'_>;

    /// Takes out what was added last.
    fn drop_last(&mut self);

    fn is_empty(&self) -> bool;
}

/// The same, written.
pub(crate) trait Entries {
    fn count(&self) -> usize;

    /// The name and value of one; the name is empty for elements of lists.
    fn get(&self, at: usize) -> Option<(&str, &dyn Shown)>;
}

/// Where a value goes that is about to be read.
pub(crate) enum Place<'a> {
    Value(&'a mut dyn Value),
    /// A value that wants the text.
    Raw(&'a mut dyn Value),
    /// Nowhere, since the type itself says it.
    Constant(&'static Constant),
}

/// A field with one possible value, such as a tag.
#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// Where a value of a known type is read into.
pub(crate) fn place<T: Typed>(value: &mut T) -> Place<'_> {
    match T::RAW {
        true => Place::Raw(value),
        false => Place::Value(value),
    }
}

impl<T: Typed> Decode for T {
    fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        let mut value = T::default();
        let error = match read::whole(&mut value, T::RAW, json) {
            Ok(()) => return Ok(value),
            Err(error) => error,
        };
        value = T::default();
        tolerant::whole(&mut value, T::RAW, json, error)?;
        Ok(value)
    }

    fn decode_exactly(json: &str) -> Option<Self> {
        let mut value = T::default();
        read::text(&mut value, T::RAW, json).ok()?;
        Some(value)
    }
}

/// `serde::Deserialize` for every type.
pub(crate) fn deserialize<'de, T: Typed, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let mut value = T::default();
    let seen = Fill(place(&mut value)).deserialize(deserializer)?;
    if matches!(seen, Seen::Null) {
        let fit = value.take(Came::Raw(RawValue::NULL));
        fit.map_err(|Misfit(expected)| de::Error::invalid_type(de::Unexpected::Unit, &expected))?;
    }
    Ok(value)
}
