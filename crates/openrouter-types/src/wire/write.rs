//! Writing: what values show, handed to a serialiser.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Entries, Part, Parts, Shown, bit, number_of};
use crate::key_order::Entry;
use crate::{BulkText, Extra, RawJson, Secret};

/// What a value holds.
#[derive(Clone, Copy)]
pub(crate) enum View<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(&'a str),
    /// A text that `Debug` does not show.
    Secret(&'a Secret),
    /// A text that may be large, or produced while it is written.
    Bulk(&'a BulkText),
    Raw(&'a RawJson),
    Extra(&'a Extra),
    Object(&'a dyn Parts),
    List(&'a dyn Entries),
    Map(&'a dyn Entries),
    /// A known member of a union.
    Member(&'a dyn Shown),
}

impl View<'_> {
    /// Whether there is no more than in a value that was never touched.
    fn is_blank(self) -> bool {
        match self {
            View::Null => true,
            View::Bool(value) => !value,
            View::Unsigned(number) => number == 0,
            View::Signed(number) => number == 0,
            View::Float(number) => number == 0.0,
            View::Text(text) => text.is_empty(),
            View::Secret(secret) => secret.expose().is_empty(),
            View::Bulk(text) => text.as_str().is_some_and(str::is_empty),
            View::Member(_) => false,
            View::Raw(json) => json.is_null(),
            View::Extra(fields) => fields.is_empty(),
            View::List(items) | View::Map(items) => items.count() == 0,
            View::Object(object) => {
                let mut parts = parts(object, object.present());
                object.others().0.is_empty() && parts.all(|(_, (_, part))| part.is_blank())
            }
        }
    }
}

/// The fields of an object that are in a set of bits, with their numbers.
pub(super) fn parts(
    object: &dyn Parts,
    mut fields: u128,
) -> impl Iterator<Item = (u8, (&'static str, Part<'_>))> {
    core::iter::from_fn(move || {
        let field = fields.trailing_zeros() as u8;
        fields &= fields.wrapping_sub(1);
        Some((field, object.part(field)?))
    })
}

/// `serde::Serialize` for every type.
pub(crate) fn write<S: Serializer>(view: View<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    match view {
        View::Null => serializer.serialize_unit(),
        View::Bool(value) => serializer.serialize_bool(value),
        View::Unsigned(number) => serializer.serialize_u64(number),
        View::Signed(number) => serializer.serialize_i64(number),
        View::Float(number) => serializer.serialize_f64(number),
        View::Text(text) => serializer.serialize_str(text),
        View::Secret(secret) => secret.serialize(serializer),
        View::Bulk(text) => text.serialize(serializer),
        View::Raw(json) => json.serialize(serializer),
        View::Extra(fields) => fields.serialize(serializer),
        View::Object(object) => write_replacing(object, &(), serializer),
        View::Member(value) => write(value.view(), serializer),
        View::List(items) => {
            let mut list = serializer.serialize_seq(Some(items.count()))?;
            for (_, element) in all(items) {
                list.serialize_element(&element)?;
            }
            list.end()
        }
        View::Map(items) => {
            let mut map = serializer.serialize_map(Some(items.count()))?;
            for (name, value) in all(items) {
                map.serialize_entry(name, &value)?;
            }
            map.end()
        }
    }
}

pub(super) fn all(items: &dyn Entries) -> impl Iterator<Item = (&str, View<'_>)> {
    (0..items.count()).filter_map(|at| items.get(at).map(|(name, value)| (name, value.view())))
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(*self, serializer)
    }
}

/// Values that are written in the place of some of an object's own.
pub(crate) trait Replace {
    /// One bit for each field whose value is replaced.
    fn fields(&self) -> u128;

    /// Writes the value of a field; `None` where the object's own value stands.
    fn write<M: SerializeMap>(&self, field: u8, map: &mut M) -> Option<Result<(), M::Error>>;
}

impl Replace for () {
    fn fields(&self) -> u128 {
        0
    }

    fn write<M: SerializeMap>(&self, _: u8, _: &mut M) -> Option<Result<(), M::Error>> {
        None
    }
}

impl<A: Replace, B: Replace> Replace for (A, B) {
    fn fields(&self) -> u128 {
        self.0.fields() | self.1.fields()
    }

    fn write<M: SerializeMap>(&self, field: u8, map: &mut M) -> Option<Result<(), M::Error>> {
        self.0
            .write(field, map)
            .or_else(|| self.1.write(field, map))
    }
}

/// The value that stands in the place of one field; `None` leaves the field out.
pub(crate) struct Replaced<'a, V: ?Sized> {
    field: Option<u8>,
    name: &'static str,
    value: Option<&'a V>,
}

impl<'a, V: Serialize + ?Sized> Replaced<'a, V> {
    pub(crate) fn new(object: &dyn Parts, name: &'static str, value: Option<&'a V>) -> Self {
        Self {
            field: number_of(object, name),
            name,
            value,
        }
    }
}

impl<V: Serialize + ?Sized> Replace for Replaced<'_, V> {
    fn fields(&self) -> u128 {
        self.field.map_or(0, |field| bit(true, field))
    }

    fn write<M: SerializeMap>(&self, field: u8, map: &mut M) -> Option<Result<(), M::Error>> {
        (self.field == Some(field)).then(|| match self.value {
            Some(value) => map.serialize_entry(self.name, value),
            None => Ok(()),
        })
    }
}

/// Fields in the order of the schema, then what is unknown; or, for a value that came from outside and travels back,
/// everything in the order in which it came, and after it what has been added since. Only in a value that was made here
/// are fields replaced.
pub(crate) fn write_replacing<R: Replace, S: Serializer>(
    object: &dyn Parts,
    replaced: &R,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    let (extra, order) = object.others();
    let mut others = extra.iter();
    match order.filter(|order| order.came()) {
        None => {
            for (field, (name, part)) in parts(object, object.present() | replaced.fields()) {
                if let Some(written) = replaced.write(field, &mut map) {
                    written?;
                } else if let Some(view) = part.when_new(name, extra) {
                    map.serialize_entry(name, &view)?;
                }
            }
        }
        Some(order) => {
            for entry in order.iter() {
                match entry {
                    Entry::Field { field, null } => {
                        if let Some((name, part)) = object.part(field)
                            && let Some(view) = part.as_it_came(null)
                        {
                            map.serialize_entry(name, &view)?;
                        }
                    }
                    Entry::Extra => {
                        if let Some((name, value)) = others.next() {
                            map.serialize_entry(name, value)?;
                        }
                    }
                }
            }
            for (field, (name, part)) in parts(object, object.present()) {
                if !order.contains(field)
                    && let Some(view) = part.when_set()
                {
                    map.serialize_entry(name, &view)?;
                }
            }
        }
    }
    for (name, value) in others {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

impl<'a> Part<'a> {
    fn is_blank(self) -> bool {
        match self {
            Self::Constant(_) => true,
            Self::Required(value) => value.view().is_blank(),
            Self::Optional(value) | Self::Nullable(value) => matches!(value.view(), View::Null),
            Self::List(value) => value.view().is_blank(),
        }
    }

    /// What is written of a field that is present in a value that was made here. A field that is always there is left out all the same when it is
    /// empty because its value was of the wrong kind, and is among the extra ones.
    fn when_new(self, name: &str, extra: &Extra) -> Option<View<'a>> {
        let is_elsewhere = || extra.get(name).is_some();
        match self {
            Self::Optional(value) => Some(value.view()),
            Self::Constant(text) => (!is_elsewhere()).then_some(View::Text(text)),
            Self::Required(value) | Self::Nullable(value) => {
                let left_out = !extra.is_empty() && self.is_blank() && is_elsewhere();
                (!left_out).then(|| value.view())
            }
            Self::List(value) => (!self.is_blank()).then(|| value.view()),
        }
    }

    /// What is written for a field that was in what came.
    fn as_it_came(self, null: bool) -> Option<View<'a>> {
        match self {
            _ if null && self.is_blank() => Some(View::Null),
            Self::Constant(text) => Some(View::Text(text)),
            Self::Required(value) | Self::List(value) => Some(value.view()),
            Self::Optional(value) | Self::Nullable(value) => {
                (!self.is_blank()).then(|| value.view())
            }
        }
    }

    /// What a field holds, when it has been given a value.
    pub(super) fn when_set(self) -> Option<View<'a>> {
        match self {
            Self::Constant(_) => None,
            Self::Required(value)
            | Self::Optional(value)
            | Self::Nullable(value)
            | Self::List(value) => (!self.is_blank()).then(|| value.view()),
        }
    }
}
