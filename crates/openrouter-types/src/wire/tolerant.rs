//! The tolerant way of reading: each field from its own text, so that one which does not fit spoils nothing else.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de;
use serde_json::value::RawValue;

use super::mend::mend;
use super::object::Begun;
use super::read::{self, Seen};
use super::union::{kind, union_from_fields};
use super::{Bracket, Came, Fit, Items, Kind, Misfit, Open, Place, Value};
use crate::{Extra, RawJson};

/// Reads a whole text, which the fast way could not.
pub(super) fn whole(
    value: &mut dyn Value,
    raw: bool,
    json: &[u8],
    fast: Option<serde_json::Error>,
) -> Result<(), serde_json::Error> {
    let mended = mend(json);
    let fit = serde_json::from_str::<&RawValue>(&mended).and_then(|json| {
        let place = match raw {
            true => Place::Raw(value),
            false => Place::Value(value),
        };
        let fit = match fill(place, json) {
            Ok(Seen::Null) => take_raw(value, json),
            fit => fit.map(drop),
        };
        fit.map_err(|Misfit(expected)| {
            let found = named(json.get());
            de::Error::custom(format_args!("invalid type: {found}, expected {expected}"))
        })
    });
    fit.map_err(|error| fast.unwrap_or(error))
}

/// What a text holds, for messages.
fn named(json: &str) -> &'static str {
    match kind(json) {
        _ if json == "null" => "null",
        Kind::Bool => "a boolean",
        Kind::Number => "a number",
        Kind::String => "a string",
        Kind::Array => "a list",
        Kind::Object => "an object",
    }
}

/// Reads a value into its place.
pub(super) fn fill(place: Place<'_>, json: &RawValue) -> Result<Seen, Misfit> {
    let is_null = json.get() == "null";
    match place {
        Place::Constant(_) if is_null => Ok(Seen::Null),
        Place::Constant(constant) => {
            let json = RawJson::from(json.to_owned());
            Ok(match json.to_text().as_deref() == Some(constant.text) {
                true => Seen::Value,
                false => Seen::Other(Box::new((constant, json))),
            })
        }
        Place::Value(value) | Place::Raw(value) if is_null => {
            value.take(Came::Null).map(|()| Seen::Null)
        }
        Place::Raw(value) => take_raw(value, json).map(|()| Seen::Value),
        Place::Value(value) => {
            let fit = match kind(json.get()) {
                Kind::Object => fill_object(value.open(Bracket::Object), json),
                Kind::Array => fill_list(value.open(Bracket::List), json),
                Kind::Number => Came::number(json.get())
                    .ok_or(Misfit("a number"))
                    .and_then(|number| value.take(number)),
                _ => read::whole(value, false, json.get().as_bytes()).map_err(|_| Misfit("text")),
            };
            fit.or_else(|_| take_raw(value, json)).map(|()| Seen::Value)
        }
    }
}

fn fill_object(open: Open<'_>, json: &RawValue) -> Fit {
    let fields: Extra = serde_json::from_str(json.get()).map_err(|_| Misfit("an object"))?;
    match open {
        Open::Object(object) => {
            fill_fields(&mut Begun::new(object), &fields);
        }
        Open::Union(union) => union_from_fields(union, fields),
        Open::Extra(extra) => *extra = fields,
        Open::Items(items) => {
            let entries = fields.iter();
            fill_items(
                items,
                entries.map(|(name, value)| (name.into(), value.as_raw())),
            )?;
        }
        Open::Raw(value) => take_raw(value, json)?,
        Open::Misfit(misfit) => return Err(misfit),
    }
    Ok(())
}

fn fill_list(open: Open<'_>, json: &RawValue) -> Fit {
    match open {
        Open::Items(items) => {
            let elements: Vec<&RawValue> =
                serde_json::from_str(json.get()).map_err(|_| Misfit("a list"))?;
            fill_items(
                items,
                elements.into_iter().map(|element| (String::new(), element)),
            )
        }
        Open::Raw(value) => take_raw(value, json),
        Open::Misfit(misfit) => Err(misfit),
        _ => Err(Misfit("an object")),
    }
}

/// Leaves out what is of the wrong kind, unless nothing is left: then the whole is of the wrong kind.
fn fill_items<'a>(
    items: &mut dyn Items,
    all: impl ExactSizeIterator<Item = (String, &'a RawValue)>,
) -> Fit {
    let is_empty = all.len() == 0;
    for (name, json) in all {
        if !matches!(fill(items.add(name), json), Ok(Seen::Value)) {
            items.drop_last();
        }
    }
    match is_empty || !items.is_empty() {
        true => Ok(()),
        false => Err(Misfit("values of another kind")),
    }
}

/// Reads fields that were kept as text; what does not fit goes to `extra`. Of a field that comes twice, the last value
/// holds, in the place of the first.
pub(super) fn fill_fields(begun: &mut Begun<'_>, fields: &Extra) {
    let mut known = Vec::new();
    for (name, value) in fields.iter() {
        let Some((field, place)) = begun.object.place(name) else {
            begun.keep(name.into(), value.clone());
            continue;
        };
        if known.contains(&field) {
            continue;
        }
        known.push(field);
        let value = fields.last(name).unwrap_or(value);
        match fill(place, value.as_raw()) {
            Ok(seen) => begun.note(field, seen),
            Err(Misfit(_)) => begun.keep(name.into(), value.clone()),
        }
    }
}

/// The last resort. What does not even take this is left without a value: all take `null`, and options do something
/// about it.
fn take_raw(value: &mut dyn Value, json: &RawValue) -> Fit {
    let fit = value.take(Came::Raw(json));
    fit.or_else(|misfit| value.take(Came::Null).and(Err(misfit)))
}
