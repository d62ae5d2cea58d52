//! Objects with known fields, and everything else kept.

use alloc::boxed::Box;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::Seen;
use super::source::{NextValue, Raw, Source};
use crate::extra::Extra;
use crate::key_order::{Entry, KeyOrder};
use crate::raw::RawJson;

/// A type that generated code describes field by field. Fields are numbered in the order of the schema.
pub(crate) trait Object: Default {
    /// The component's name in OpenRouter's description.
    const NAME: &'static str;
    /// How many fields there are.
    const FIELDS: u8;

    /// The number of the field with this name.
    fn field(name: &str) -> Option<u8>;

    /// Reads the value of a field.
    fn read<'de, S: Source<'de>>(&mut self, field: u8, source: S) -> Result<Seen, S::Error>;

    /// Writes a field, unless it is absent.
    fn write<M: SerializeMap>(&self, field: u8, fields: &mut Fields<'_, M>)
    -> Result<(), M::Error>;

    fn extra(&self) -> &Extra;

    fn extra_mut(&mut self) -> &mut Extra;

    /// The order in which the fields came, for types that travel both ways.
    fn key_order(&self) -> Option<&KeyOrder> {
        None
    }

    fn key_order_mut(&mut self) -> Option<&mut KeyOrder> {
        None
    }
}

pub(crate) fn deserialize_object<'de, T: Object, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an object ({})", T::NAME)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
            let mut object = begin::<T>();
            read_fields(&mut object, &mut map)?;
            Ok(object)
        }
    }

    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// A value that is about to be read.
pub(crate) fn begin<T: Object>() -> T {
    let mut object = T::default();
    if let Some(order) = object.key_order_mut() {
        order.begin();
    }
    object
}

/// Reads what is left of a map into an object.
pub(crate) fn read_fields<'de, T: Object, A: MapAccess<'de>>(
    object: &mut T,
    map: &mut A,
) -> Result<(), A::Error> {
    while let Some(key) = map.next_key_seed(KeyOf::<T>(PhantomData))? {
        match key {
            Key::Known(field) => {
                let seen = object.read(field, NextValue(map))?;
                note(object, field, seen);
            }
            Key::Unknown(name) => {
                let value: Box<RawValue> = map.next_value()?;
                keep(object, name, value.into());
            }
        }
    }
    Ok(())
}

/// Reads one field that was kept as text; what does not fit goes to `extra`.
pub(crate) fn read_raw_field<T: Object>(object: &mut T, name: &str, value: &RawJson) {
    if let Some(field) = T::field(name)
        && let Ok(seen) = object.read(field, Raw(value.as_raw()))
    {
        note(object, field, seen);
        return;
    }
    keep(object, name.into(), value.clone());
}

/// Records that a field was there.
pub(crate) fn note<T: Object>(object: &mut T, field: u8, seen: Seen) {
    let null = match seen {
        Seen::Value => false,
        Seen::Null => true,
        Seen::Other(name, value) => return keep(object, name.into(), value),
    };
    if let Some(order) = object.key_order_mut() {
        order.push(Entry::Field { field, null });
    }
}

fn keep<T: Object>(object: &mut T, name: Box<str>, value: RawJson) {
    object.extra_mut().push(name, value);
    if let Some(order) = object.key_order_mut() {
        order.push(Entry::Extra);
    }
}

pub(crate) fn object_from_raw<T: Object>(raw: &RawValue) -> Option<T> {
    let entries: Extra = serde_json::from_str(raw.get()).ok()?;
    let mut object = begin::<T>();
    for (name, value) in entries.iter() {
        read_raw_field(&mut object, name, value);
    }
    Some(object)
}

/// Fields in the order of the schema, then what is unknown; or, for a value that came from outside and travels back,
/// everything in the order in which it came, and after it what has been added since.
pub(crate) fn serialize_object<T: Object, S: Serializer>(
    object: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serialize_object_replacing(object, &(), serializer)
}

/// Values that are written in the place of some of an object's own.
pub(crate) trait Replace {
    /// Writes the value of a field; `None` where the object's own value stands.
    fn write<M: SerializeMap>(&self, field: u8, map: &mut M) -> Option<Result<(), M::Error>>;
}

impl Replace for () {
    fn write<M: SerializeMap>(&self, _: u8, _: &mut M) -> Option<Result<(), M::Error>> {
        None
    }
}

impl<A: Replace, B: Replace> Replace for (A, B) {
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
    pub(crate) fn of<T: Object>(name: &'static str, value: Option<&'a V>) -> Self {
        Self {
            field: T::field(name),
            name,
            value,
        }
    }
}

impl<V: Serialize + ?Sized> Replace for Replaced<'_, V> {
    fn write<M: SerializeMap>(&self, field: u8, map: &mut M) -> Option<Result<(), M::Error>> {
        (self.field == Some(field)).then(|| match self.value {
            Some(value) => map.serialize_entry(self.name, value),
            None => Ok(()),
        })
    }
}

/// Like [`serialize_object`], with other values in the places of some fields of a value that was made here.
pub(crate) fn serialize_object_replacing<T: Object, R: Replace, S: Serializer>(
    object: &T,
    replaced: &R,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    let mut extra = object.extra().iter();
    match object.key_order().filter(|order| order.came()) {
        None => {
            let mut fields = Fields {
                map: &mut map,
                mode: Mode::New,
                extra: object.extra(),
            };
            for field in 0..T::FIELDS {
                match replaced.write(field, fields.map) {
                    Some(written) => written?,
                    None => object.write(field, &mut fields)?,
                }
            }
        }
        Some(order) => {
            for entry in order.iter() {
                match entry {
                    Entry::Field { field, null } => {
                        object.write(
                            field,
                            &mut Fields {
                                map: &mut map,
                                mode: Mode::AsItCame { null },
                                extra: object.extra(),
                            },
                        )?;
                    }
                    Entry::Extra => {
                        if let Some((name, value)) = extra.next() {
                            map.serialize_entry(name, value)?;
                        }
                    }
                }
            }
            let mut fields = Fields {
                map: &mut map,
                mode: Mode::AddedSince,
                extra: object.extra(),
            };
            for field in (0..T::FIELDS).filter(|field| !order.contains(*field)) {
                object.write(field, &mut fields)?;
            }
        }
    }
    for (name, value) in extra {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

/// Writes fields into a map that is being serialised.
pub(crate) struct Fields<'a, M> {
    map: &'a mut M,
    mode: Mode,
    extra: &'a Extra,
}

#[derive(Clone, Copy)]
enum Mode {
    /// The value was made here: required fields are always written.
    New,
    /// The value was read, and this field was in it.
    AsItCame { null: bool },
    /// The value was read, and this field was not in it: written when it has been given a value since.
    AddedSince,
}

impl<M: SerializeMap> Fields<'_, M> {
    /// The only value of a field, unless another one came, or none.
    pub(crate) fn constant(
        &mut self,
        name: &'static str,
        value: &'static str,
    ) -> Result<(), M::Error> {
        match self.mode {
            Mode::AsItCame { null: true } => self.map.serialize_entry(name, &()),
            Mode::AsItCame { null: false } => self.map.serialize_entry(name, value),
            Mode::New if self.extra.get(name).is_none() => self.map.serialize_entry(name, value),
            Mode::New | Mode::AddedSince => Ok(()),
        }
    }

    pub(crate) fn required<T>(&mut self, name: &'static str, value: &T) -> Result<(), M::Error>
    where
        T: Serialize + Default + PartialEq,
    {
        let is_empty = *value == T::default();
        match self.mode {
            Mode::AsItCame { null: true } if is_empty => self.map.serialize_entry(name, &()),
            Mode::AddedSince if is_empty => Ok(()),
            // Its value was of the wrong kind.
            Mode::New if is_empty && self.extra.get(name).is_some() => Ok(()),
            _ => self.map.serialize_entry(name, value),
        }
    }

    pub(crate) fn optional<T: Serialize>(
        &mut self,
        name: &'static str,
        value: &Option<T>,
    ) -> Result<(), M::Error> {
        match (value, self.mode) {
            (Some(value), _) => self.map.serialize_entry(name, value),
            (None, Mode::AsItCame { null: true }) => self.map.serialize_entry(name, &()),
            (None, _) => Ok(()),
        }
    }

    /// A field that is written as `null` when it has no value.
    pub(crate) fn nullable<T: Serialize>(
        &mut self,
        name: &'static str,
        value: &Option<T>,
    ) -> Result<(), M::Error> {
        match (value, self.mode) {
            (None, Mode::New) if self.extra.get(name).is_none() => {
                self.map.serialize_entry(name, &())
            }
            _ => self.optional(name, value),
        }
    }

    /// A list that is left out when it is empty.
    pub(crate) fn list<T: Serialize>(
        &mut self,
        name: &'static str,
        value: &[T],
    ) -> Result<(), M::Error> {
        match self.mode {
            Mode::AsItCame { null: true } if value.is_empty() => {
                self.map.serialize_entry(name, &())
            }
            Mode::New | Mode::AddedSince if value.is_empty() => Ok(()),
            _ => self.map.serialize_entry(name, value),
        }
    }
}

enum Key {
    Known(u8),
    Unknown(Box<str>),
}

struct KeyOf<T>(PhantomData<T>);

impl<'de, T: Object> DeserializeSeed<'de> for KeyOf<T> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T: Object> Visitor<'_> for KeyOf<T> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(match T::field(name) {
            Some(field) => Key::Known(field),
            None => Key::Unknown(name.into()),
        })
    }
}
