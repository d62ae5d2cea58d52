//! Unions: told apart by a tag inside the object, or by the kind of JSON value.

use alloc::boxed::Box;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::object::Begun;
use super::read::{self, read_fields, read_rest, refuse_number};
use super::tolerant::{fill, fill_fields};
use super::{Fields, Misfit, Place, Seen, Typed};
use crate::{Extra, RawJson, UnknownMember};

/// A union whose members carry their name in a field.
pub(crate) trait Tagged {
    /// The field that carries the name.
    fn tag(&self) -> &'static str;

    /// Becomes the empty member with this name; `None` for one that is not known.
    fn begin(&mut self, name: &str) -> Option<&'static str>;

    /// The member that it has become, unless that is an unknown one.
    fn member(&mut self) -> Option<&mut dyn Fields>;

    /// Becomes a member that is not known.
    fn set_unknown(&mut self, member: UnknownMember);
}

/// One pass when the tag comes first, as servers write it; what stands before it is kept as text until it is known.
pub(super) fn read_union<'de, A: MapAccess<'de>>(
    union: &mut dyn Tagged,
    map: &mut A,
) -> Result<(), A::Error> {
    let tag = union.tag();
    let mut before = Extra::new();
    while let Some(name) = map.next_key_seed(KeyBut(tag))? {
        if let Some(name) = name {
            refuse_number(&name)?;
            before.push(name, map.next_value()?);
            continue;
        }
        match map.next_value_seed(Tag(union))? {
            Ok(name) => {
                if let Some(object) = union.member() {
                    return read_fields(begin_member(object, &before, tag, name), map);
                }
            }
            Err(other) => before.push(tag.into(), other),
        }
        break;
    }
    read_rest(&mut before, map)?;
    union.set_unknown(UnknownMember::object(before));
    Ok(())
}

pub(super) fn union_from_fields(union: &mut dyn Tagged, fields: Extra) {
    let name = fields.last(union.tag()).and_then(RawJson::to_text);
    if name.and_then(|name| union.begin(&name)).is_some()
        && let Some(object) = union.member()
    {
        fill_fields(&mut Begun::new(object), &fields);
    } else {
        union.set_unknown(UnknownMember::object(fields));
    }
}

/// A member with what came up to its tag.
fn begin_member<'a>(
    object: &'a mut dyn Fields,
    before: &Extra,
    tag: &str,
    name: &'static str,
) -> Begun<'a> {
    let mut begun = Begun::new(object);
    fill_fields(&mut begun, before);
    if let Some((field, place)) = begun.object.place(tag) {
        let seen = match place {
            // Nearly always.
            Place::Constant(constant) if constant.text == name => Ok(Seen::Value),
            place => fill(place, RawJson::from(name).as_raw()),
        };
        match seen {
            Ok(seen) => begun.note(field, seen),
            Err(Misfit(_)) => begun.keep(tag.into(), name.into()),
        }
    }
    begun
}

/// The name of a member: turns the union into it, or comes back as text.
struct Tag<'a>(&'a mut dyn Tagged);

impl<'de> DeserializeSeed<'de> for Tag<'_> {
    type Value = Result<&'static str, RawJson>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Tag<'_> {
    type Value = Result<&'static str, RawJson>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a union member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.begin(name).ok_or_else(|| name.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Err(RawJson::null()))
    }
}

/// Reads any key but one as text.
struct KeyBut(&'static str);

impl<'de> DeserializeSeed<'de> for KeyBut {
    type Value = Option<Box<str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyBut {
    type Value = Option<Box<str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok((name != self.0).then(|| name.into()))
    }
}

/// The kinds of JSON value, `null` aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// The kind of value that a text holds.
pub(crate) fn kind(json: &str) -> Kind {
    match json.as_bytes().first() {
        Some(b'"') => Kind::String,
        Some(b'[') => Kind::Array,
        Some(b'{') => Kind::Object,
        Some(b't' | b'f') => Kind::Bool,
        _ => Kind::Number,
    }
}

/// Reads text as a `T`, when it fits without any tolerance.
pub(crate) fn fit<T: Typed>(json: &RawJson) -> Option<T> {
    let mut value = T::default();
    read::whole(&mut value, T::RAW, json.as_str().as_bytes()).ok()?;
    Some(value)
}

/// Whether the text is an object with all of these fields.
pub(crate) fn has_fields(json: &RawJson, names: &[&str]) -> bool {
    json.read::<Extra>()
        .is_ok_and(|fields| names.iter().all(|name| fields.get(name).is_some()))
}
