//! The fast way of reading: one pass of a parser over the text.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

use super::object::Begun;
use super::union::read_union;
use super::{Bracket, Came, Constant, Fields, Fit, Items, Misfit, Open, Place, Value};
use crate::{Extra, RawJson};

/// What was read for a field.
#[derive(Debug)]
pub(crate) enum Seen {
    Value,
    Null,
    /// Something else than the only value that the type knows.
    Other(Box<(&'static Constant, RawJson)>),
}

/// Reads a whole text; without an error when it is not even text.
pub(super) fn whole(
    value: &mut dyn Value,
    raw: bool,
    json: &[u8],
) -> Result<(), Option<serde_json::Error>> {
    // Checking the text once as a whole costs less than leaving it to the parser, which checks string by string.
    text(value, raw, core::str::from_utf8(json).map_err(|_| None)?)
}

/// Reads a whole text.
pub(super) fn text(
    value: &mut dyn Value,
    raw: bool,
    text: &str,
) -> Result<(), Option<serde_json::Error>> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let place = match raw {
        true => Place::Raw(value),
        false => Place::Value(value),
    };
    match Fill(place).deserialize(&mut parser)? {
        // Left to the tolerant way, which knows who takes it.
        Seen::Null => Err(None),
        _ => Ok(parser.end()?),
    }
}

/// Reads a value into its place.
pub(crate) struct Fill<'a>(pub(crate) Place<'a>);

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        match self.0 {
            Place::Value(value) => deserializer.deserialize_any(Reader(value)),
            Place::Raw(value) => {
                let raw: Box<RawValue> = de::Deserialize::deserialize(deserializer)?;
                if raw.get() == "null" {
                    return Reader(value).visit_unit();
                }
                let fit = value.take(Came::Raw(&raw));
                seen(fit, Unexpected::Other("another value"))
            }
            Place::Constant(constant) => deserializer.deserialize_any(constant),
        }
    }
}

fn seen<E: de::Error>(fit: Fit, unexpected: Unexpected<'_>) -> Result<Seen, E> {
    match fit {
        Ok(()) => Ok(Seen::Value),
        Err(Misfit(expected)) => Err(E::invalid_type(unexpected, &expected)),
    }
}

struct Reader<'a>(&'a mut dyn Value);

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another kind of value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Seen, E> {
        let fit = self.0.take(Came::Text(text));
        seen(fit, Unexpected::Str(text))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Seen, E> {
        let fit = self.0.take(Came::Bool(value));
        seen(fit, Unexpected::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Seen, E> {
        let fit = self.0.take(Came::Unsigned(number));
        seen(fit, Unexpected::Unsigned(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Seen, E> {
        let fit = self.0.take(Came::Signed(number));
        seen(fit, Unexpected::Signed(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Seen, E> {
        let fit = self.0.take(Came::Float(number));
        seen(fit, Unexpected::Float(number))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Seen, E> {
        let fit = self.0.take(Came::Null);
        seen(fit, Unexpected::Unit).and(Ok(Seen::Null))
    }

    fn visit_none<E: de::Error>(self) -> Result<Seen, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Seen, A::Error> {
        match self.0.open(Bracket::List) {
            Open::Items(items) => {
                while let Some(seen) = list.next_element_seed(NextElement(items))? {
                    if matches!(seen, Seen::Null) {
                        items.drop_last();
                    }
                }
                Ok(Seen::Value)
            }
            Open::Raw(value) => {
                let mut elements = alloc::vec::Vec::<RawJson>::new();
                while let Some(element) = list.next_element()? {
                    elements.push(element);
                }
                let fit = as_text(value, &elements)?;
                seen(fit, Unexpected::Seq)
            }
            Open::Misfit(misfit) => seen(Err(misfit), Unexpected::Seq),
            _ => seen(Err(Misfit("an object")), Unexpected::Seq),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        match self.0.open(Bracket::Object) {
            Open::Object(object) => read_fields(Begun::new(object), &mut map)?,
            Open::Union(union) => read_union(union, &mut map)?,
            Open::Items(items) => {
                while let Some(name) = map.next_key::<String>()? {
                    refuse_number(&name)?;
                    let seen = map.next_value_seed(Fill(items.add(name)))?;
                    if matches!(seen, Seen::Null) {
                        items.drop_last();
                    }
                }
            }
            Open::Extra(extra) => read_rest(extra, &mut map)?,
            Open::Raw(value) => {
                let mut fields = Extra::new();
                read_rest(&mut fields, &mut map)?;
                let fit = as_text(value, &fields)?;
                return seen(fit, Unexpected::Map);
            }
            Open::Misfit(misfit) => {
                let number = number_in_disguise(&mut map)?;
                let fit = number.map_or(Err(misfit), |number| self.0.take(number));
                return seen(fit, Unexpected::Map);
            }
        }
        Ok(Seen::Value)
    }
}

/// How `serde_json` names the only entry of the map as which it hands a number out, where any crate of the program has
/// switched its `arbitrary_precision` on.
const NUMBER: &str = "$serde_json::private::Number";

fn number_in_disguise<'de, A: MapAccess<'de>>(
    map: &mut A,
) -> Result<Option<Came<'static>>, A::Error> {
    if map.next_key::<String>()?.as_deref() != Some(NUMBER) {
        return Ok(None);
    }
    let text = map.next_value::<String>()?;
    Ok(Came::number(&text))
}

/// Leaves a number where an object may come to the tolerant way, which tells them apart by their text.
pub(super) fn refuse_number<E: de::Error>(key: &str) -> Result<(), E> {
    match key == NUMBER {
        true => Err(E::custom("a number in the place of an object")),
        false => Ok(()),
    }
}

/// Hands over the text of something that has been taken apart already.
fn as_text<E: de::Error, T: serde::Serialize>(value: &mut dyn Value, parts: &T) -> Result<Fit, E> {
    let json = RawJson::from_serialize(parts).map_err(de::Error::custom)?;
    Ok(value.take(Came::Raw(json.as_raw())))
}

/// The next element of a list.
struct NextElement<'a>(&'a mut dyn Items);

impl<'de> DeserializeSeed<'de> for NextElement<'_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        Fill(self.0.add(String::new())).deserialize(deserializer)
    }
}

/// Reads what is left of a map into an object.
pub(super) fn read_fields<'de, A: MapAccess<'de>>(
    mut begun: Begun<'_>,
    map: &mut A,
) -> Result<(), A::Error> {
    while let Some(key) = map.next_key_seed(KeyOf(&mut *begun.object))? {
        match key {
            // The last value would hold: the tolerant way knows how.
            Key::Known(field, _) if begun.known.may_have(field) => {
                return Err(de::Error::custom("a field that came twice"));
            }
            Key::Known(field, place) => {
                let seen = map.next_value_seed(Fill(place))?;
                begun.note(field, seen);
            }
            Key::Unknown(name) => {
                refuse_number(&name)?;
                begun.keep(name, map.next_value()?);
            }
        }
    }
    Ok(())
}

/// Reads what is left of a map as text.
pub(super) fn read_rest<'de, A: MapAccess<'de>>(
    fields: &mut Extra,
    map: &mut A,
) -> Result<(), A::Error> {
    while let Some(name) = map.next_key::<Box<str>>()? {
        refuse_number(&name)?;
        fields.push(name, map.next_value()?);
    }
    Ok(())
}

enum Key<'a> {
    Known(u8, Place<'a>),
    Unknown(Box<str>),
}

struct KeyOf<'a>(&'a mut dyn Fields);

impl<'de, 'a> DeserializeSeed<'de> for KeyOf<'a> {
    type Value = Key<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'a>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for KeyOf<'a> {
    type Value = Key<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key<'a>, E> {
        Ok(match self.0.place(name) {
            Some((field, place)) => Key::Known(field, place),
            None => Key::Unknown(name.into()),
        })
    }
}

impl Visitor<'_> for &'static Constant {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the text `{}`", self.text)
    }

    fn visit_str<E>(self, text: &str) -> Result<Seen, E> {
        Ok(match text == self.text {
            true => Seen::Value,
            false => Seen::Other(Box::new((self, text.into()))),
        })
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Null)
    }
}
