//! Unions: told apart by a tag inside the object, or by the kind of JSON value.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::object::{begin, note, read_fields, read_raw_field};
use super::source::{Text, WrongKind};
use super::{Object, ReadAs, Seen, Value};
use crate::{Extra, RawJson, UnknownMember};

/// A union whose members carry their name in a field.
pub(crate) trait TaggedUnion: Sized {
    /// The union's name in OpenRouter's description.
    const NAME: &'static str;
    /// The field that carries the name.
    const TAG: &'static str;
    /// The names of the members.
    const MEMBERS: &'static [&'static str];

    /// Reads the member with this number; `None` stands for one that is not known.
    fn read<'de, M: Members<'de>>(member: Option<usize>, members: M) -> Result<Self, M::Error>;
}

/// Builds the member of a tagged union once its name is known.
pub(crate) trait Members<'de>: Sized {
    type Error;

    fn object<T: Object>(self) -> Result<T, Self::Error>;

    fn unknown(self) -> Result<UnknownMember, Self::Error>;
}

fn member_of<T: TaggedUnion>(tag: &str) -> Option<usize> {
    T::MEMBERS.iter().position(|member| *member == tag)
}

/// One pass when the tag comes first, as servers write it; what stands before it is kept as text until it is known.
pub(crate) fn deserialize_tagged<'de, T: TaggedUnion, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct UnionVisitor<T>(PhantomData<T>);

    impl<'de, T: TaggedUnion> Visitor<'de> for UnionVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an object with a `{}` ({})", T::TAG, T::NAME)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
            let mut before = Extra::new();
            while let Some(IsTag(tagged, name)) = map.next_key_seed(TagKey(T::TAG))? {
                if !tagged {
                    before.push(name, map.next_value::<Box<RawValue>>()?.into());
                    continue;
                }
                return match map.next_value_seed(TagValue::<T>(PhantomData))? {
                    Ok(member) => {
                        let members = MapMembers {
                            before,
                            tag: Some((T::TAG, T::MEMBERS[member])),
                            map,
                        };
                        T::read(Some(member), members)
                    }
                    Err(tag) => {
                        before.push(T::TAG.into(), tag);
                        T::read(
                            None,
                            MapMembers {
                                before,
                                tag: None,
                                map,
                            },
                        )
                    }
                };
            }
            T::read(
                None,
                MapMembers {
                    before,
                    tag: None,
                    map,
                },
            )
        }
    }

    deserializer.deserialize_map(UnionVisitor(PhantomData))
}

struct TagKey(&'static str);

/// Whether a key is the tag, and its text when it is not.
struct IsTag(bool, Box<str>);

impl<'de> DeserializeSeed<'de> for TagKey {
    type Value = IsTag;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<IsTag, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for TagKey {
    type Value = IsTag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<IsTag, E> {
        Ok(if name == self.0 {
            IsTag(true, Box::default())
        } else {
            IsTag(false, name.into())
        })
    }
}

struct TagValue<T>(PhantomData<T>);

impl<'de, T: TaggedUnion> DeserializeSeed<'de> for TagValue<T> {
    type Value = Result<usize, RawJson>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T: TaggedUnion> Visitor<'_> for TagValue<T> {
    type Value = Result<usize, RawJson>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a union member")
    }

    fn visit_str<E>(self, tag: &str) -> Result<Self::Value, E> {
        Ok(member_of::<T>(tag).ok_or_else(|| RawJson::from(tag)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Err(RawJson::null()))
    }
}

struct MapMembers<A> {
    before: Extra,
    // The tag's name and value, when the member is known; otherwise it is among the fields before.
    tag: Option<(&'static str, &'static str)>,
    map: A,
}

impl<'de, A: MapAccess<'de>> Members<'de> for MapMembers<A> {
    type Error = A::Error;

    fn object<T: Object>(mut self) -> Result<T, A::Error> {
        let mut object = begin::<T>();
        for (name, value) in self.before.iter() {
            read_raw_field(&mut object, name, value);
        }
        if let Some((name, value)) = self.tag {
            read_tag(&mut object, name, value);
        }
        read_fields(&mut object, &mut self.map)?;
        Ok(object)
    }

    fn unknown(self) -> Result<UnknownMember, A::Error> {
        let (mut fields, mut map) = (self.before, self.map);
        // Only reached with a tag when a member is in the list of names but not among the variants.
        if let Some((name, value)) = self.tag {
            fields.push(name.into(), value.into());
        }
        while let Some((name, value)) = map.next_entry::<Box<str>, Box<RawValue>>()? {
            fields.push(name, value.into());
        }
        Ok(UnknownMember::object(fields))
    }
}

fn read_tag<T: Object>(object: &mut T, name: &str, value: &str) {
    if let Some(field) = T::field(name) {
        let seen = object.read(field, Text(value)).unwrap_or(Seen::Value);
        note(object, field, seen);
    }
}

pub(crate) fn tagged_from_raw<T: TaggedUnion>(raw: &RawValue) -> Option<T> {
    let fields: Extra = match serde_json::from_str(raw.get()) {
        Ok(fields) => fields,
        Err(_) => {
            return T::read(None, RawMembers::Other(RawJson::from(raw.to_owned()))).ok();
        }
    };
    let tag = fields.get(T::TAG).and_then(RawJson::to_text);
    let member = tag.as_deref().and_then(member_of::<T>);
    T::read(member, RawMembers::Object(fields)).ok()
}

enum RawMembers {
    Object(Extra),
    Other(RawJson),
}

impl<'de> Members<'de> for RawMembers {
    type Error = core::convert::Infallible;

    fn object<T: Object>(self) -> Result<T, Self::Error> {
        let mut object = begin::<T>();
        if let Self::Object(fields) = self {
            for (name, value) in fields.iter() {
                read_raw_field(&mut object, name, value);
            }
        }
        Ok(object)
    }

    fn unknown(self) -> Result<UnknownMember, Self::Error> {
        Ok(match self {
            Self::Object(fields) => UnknownMember::object(fields),
            Self::Other(json) => UnknownMember::from_json(json),
        })
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
    /// Of no use to the union, whatever it is.
    Unfit,
}

/// A union whose members are told apart by the kind of JSON value.
pub(crate) trait UntaggedUnion: Sized {
    /// The union's name in OpenRouter's description.
    const NAME: &'static str;

    fn read<'de, S: KindSource<'de>>(source: S) -> Result<Self, S::Error>;
}

/// A value of which only the kind is known yet.
pub(crate) trait KindSource<'de>: Sized {
    type Error;

    fn kind(&self) -> Kind;

    fn value<T: Value>(self) -> Result<T, Self::Error>;

    fn raw(self) -> Result<RawJson, Self::Error>;
}

/// Reads text as a `T`, when it fits without any tolerance.
pub(crate) fn fit<T: Value>(raw: &RawJson) -> Option<T> {
    serde_json::from_str::<ReadAs<T>>(raw.as_str())
        .ok()
        .map(|value| value.0)
}

/// Whether the text is an object with all of these fields.
pub(crate) fn has_fields(raw: &RawJson, names: &[&str]) -> bool {
    raw.read::<Extra>()
        .is_ok_and(|fields| names.iter().all(|name| fields.get(name).is_some()))
}

pub(crate) fn deserialize_untagged<'de, T: UntaggedUnion, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct UnionVisitor<T>(PhantomData<T>);

    impl<'de, T: UntaggedUnion> Visitor<'de> for UnionVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a {}", T::NAME)
        }

        fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
            T::read(Scalar {
                kind: Kind::Bool,
                value: value.into_deserializer(),
            })
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
            T::read(Scalar {
                kind: Kind::Number,
                value: value.into_deserializer(),
            })
        }

        fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
            T::read(Scalar {
                kind: Kind::Number,
                value: value.into_deserializer(),
            })
        }

        fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
            T::read(Scalar {
                kind: Kind::Number,
                value: value.into_deserializer(),
            })
        }

        fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
            T::read(Scalar {
                kind: Kind::String,
                value: value.into_deserializer(),
            })
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
            T::read(List(list))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::read(Entries(map))
        }
    }

    deserializer.deserialize_any(UnionVisitor(PhantomData))
}

struct Scalar<D> {
    kind: Kind,
    value: D,
}

impl<'de, D: Deserializer<'de>> KindSource<'de> for Scalar<D> {
    type Error = D::Error;

    fn kind(&self) -> Kind {
        self.kind
    }

    fn value<T: Value>(self) -> Result<T, D::Error> {
        T::read(self.value)
    }

    fn raw(self) -> Result<RawJson, D::Error> {
        match <serde_json::Value as de::Deserialize>::deserialize(self.value)? {
            // Its text is gone, and with it how many digits it had: the tolerant reading has it.
            serde_json::Value::Number(number) if number.is_f64() => {
                Err(de::Error::custom("a fraction where no number is expected"))
            }
            value => Ok(value.into()),
        }
    }
}

struct List<A>(A);

impl<'de, A: SeqAccess<'de>> KindSource<'de> for List<A> {
    type Error = A::Error;

    fn kind(&self) -> Kind {
        Kind::Array
    }

    fn value<T: Value>(self) -> Result<T, A::Error> {
        T::read(SeqAccessDeserializer::new(self.0))
    }

    fn raw(mut self) -> Result<RawJson, A::Error> {
        let mut elements: Vec<RawJson> = Vec::new();
        while let Some(element) = self.0.next_element()? {
            elements.push(element);
        }
        RawJson::from_serialize(&elements).map_err(de::Error::custom)
    }
}

struct Entries<A>(A);

impl<'de, A: MapAccess<'de>> KindSource<'de> for Entries<A> {
    type Error = A::Error;

    fn kind(&self) -> Kind {
        Kind::Object
    }

    fn value<T: Value>(self) -> Result<T, A::Error> {
        T::read(MapAccessDeserializer::new(self.0))
    }

    fn raw(self) -> Result<RawJson, A::Error> {
        let fields: Extra = de::Deserialize::deserialize(MapAccessDeserializer::new(self.0))?;
        RawJson::from_serialize(&fields).map_err(de::Error::custom)
    }
}

pub(crate) fn untagged_from_raw<T: UntaggedUnion>(raw: &RawValue) -> Option<T> {
    let kind = match raw.get().as_bytes().first() {
        Some(b'"') => Kind::String,
        Some(b'[') => Kind::Array,
        Some(b'{') => Kind::Object,
        Some(b't' | b'f') => Kind::Bool,
        _ => Kind::Number,
    };
    [kind, Kind::Unfit]
        .into_iter()
        .find_map(|kind| T::read(RawKind { raw, kind }).ok())
}

struct RawKind<'a> {
    raw: &'a RawValue,
    kind: Kind,
}

impl<'de> KindSource<'de> for RawKind<'_> {
    type Error = WrongKind;

    fn kind(&self) -> Kind {
        self.kind
    }

    fn value<T: Value>(self) -> Result<T, Self::Error> {
        T::from_raw(self.raw).ok_or(WrongKind)
    }

    fn raw(self) -> Result<RawJson, Self::Error> {
        Ok(self.raw.to_owned().into())
    }
}
