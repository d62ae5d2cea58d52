//! A deserializer that has no input: it gives dummy values and notes what it is asked for.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::FieldList;

/// The field lists of a type and of all types in it that can be reached with dummy values.
pub(super) fn field_lists<T: DeserializeOwned>() -> Vec<FieldList> {
    let trace = RefCell::new(Trace::default());
    for _ in 0..MAX_RUNS {
        let known = trace.borrow().known();
        trace.borrow_mut().steps_left = MAX_STEPS;
        trace.borrow_mut().active.clear();
        let _ = T::deserialize(Probe {
            trace: &trace,
            place: None,
        });
        if trace.borrow().known() == known {
            break;
        }
    }
    trace.into_inner().lists
}

/// What was seen so far, over all runs.
#[derive(Default)]
struct Trace {
    lists: Vec<FieldList>,
    /// Fields and variants that were given a value once, whatever came of it.
    tried: HashSet<Place>,
    /// Those that took no dummy value at least once.
    failed: HashSet<Place>,
    /// Second names of fields: they were refused before their value was asked for.
    aliases: HashSet<Place>,
    /// The field whose name was given and whose value was not asked for yet.
    offered: Option<Place>,
    /// How often the content of an option or a map took no dummy value. After a while it stays empty.
    refusals: HashMap<Place, usize>,
    /// The structs and enums that are being read: one within itself is not read again.
    active: Vec<FieldList>,
    steps_left: usize,
}

/// A field of a struct or a variant of an enum, by the address of the list of names.
type Place = (usize, usize);

fn place(list: FieldList, index: usize) -> Place {
    (list.as_ptr() as usize, index)
}

impl Trace {
    /// How much was seen. It only grows.
    fn known(&self) -> usize {
        self.lists.len()
            + self.tried.len()
            + self.failed.len()
            + self.aliases.len()
            + self.refusals.values().sum::<usize>()
    }

    fn enter(&mut self, list: FieldList) -> Result<(), NoValue> {
        let is_within_itself = self.active.iter().any(|active| std::ptr::eq(*active, list));
        self.steps_left = self.steps_left.saturating_sub(1);
        if is_within_itself || self.steps_left == 0 {
            return Err(NoValue);
        }
        self.active.push(list);
        Ok(())
    }

    fn add(&mut self, list: FieldList) {
        if !self.lists.contains(&list) {
            self.lists.push(list);
        }
    }

    /// What is new goes first, what failed goes last, since a failure ends the run.
    fn in_order_of_interest(&self, list: FieldList) -> Vec<usize> {
        let is_own_name = |index: &usize| !self.aliases.contains(&place(list, *index));
        let mut indexes: Vec<usize> = (0..list.len()).filter(is_own_name).collect();
        indexes.sort_by_key(|&index| {
            let place = place(list, index);
            (self.failed.contains(&place), self.tried.contains(&place))
        });
        indexes
    }
}

/// There is no dummy value for this type, or it is not taken.
#[derive(Debug)]
struct NoValue;

impl fmt::Display for NoValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no dummy value is taken")
    }
}

impl std::error::Error for NoValue {}

impl serde::de::Error for NoValue {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[derive(Clone, Copy)]
struct Probe<'t> {
    trace: &'t RefCell<Trace>,
    /// The field or variant whose value is asked for.
    place: Option<Place>,
}

impl<'t> Probe<'t> {
    fn at(self, place: Place) -> Self {
        Self {
            place: Some(place),
            ..self
        }
    }

    /// Reads what a field or variant holds, and notes how that went.
    fn read<R>(
        self,
        place: Place,
        read: impl FnOnce(Self) -> Result<R, NoValue>,
    ) -> Result<R, NoValue> {
        self.trace.borrow_mut().tried.insert(place);
        let outcome = read(self.at(place));
        if outcome.is_err() {
            self.trace.borrow_mut().failed.insert(place);
        }
        outcome
    }

    fn fields<'de, V: Visitor<'de>>(
        self,
        list: FieldList,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.trace.borrow_mut().add(list);
        self.trace.borrow_mut().enter(list)?;
        let indexes = self.trace.borrow().in_order_of_interest(list);
        let value = visitor.visit_map(Fields {
            probe: self,
            list,
            indexes: indexes.into_iter(),
            index: 0,
        });
        let mut trace = self.trace.borrow_mut();
        trace.active.pop();
        let refused = trace.offered.take().filter(|_| value.is_err());
        trace.aliases.extend(refused);
        drop(trace);
        value
    }

    fn may_be_filled(self) -> bool {
        let trace = self.trace.borrow();
        let refusals = self.place.and_then(|place| trace.refusals.get(&place));
        refusals.is_none_or(|&refusals| refusals < MAX_REFUSALS)
    }

    fn refuse(self) {
        if let Some(place) = self.place {
            *self.trace.borrow_mut().refusals.entry(place).or_default() += 1;
        }
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = NoValue;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_bool(true)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_i64(1)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_u64(1)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_f64(1.0)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_char('a')
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_str("")
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_str("")
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_bytes(b"")
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_bytes(b"")
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        if !self.may_be_filled() {
            return visitor.visit_none();
        }
        visitor.visit_some(self).inspect_err(|_| self.refuse())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_seq(Items {
            probe: self,
            left: 1,
            may_end: true,
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        visitor.visit_seq(Items {
            probe: self,
            left: length,
            may_end: false,
        })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        let left = usize::from(self.may_be_filled());
        visitor.visit_map(Entries { probe: self, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: FieldList,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.fields(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: FieldList,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.trace.borrow_mut().enter(variants)?;
        let first = self
            .trace
            .borrow()
            .in_order_of_interest(variants)
            .first()
            .copied();
        let value = match first {
            Some(index) => self.read(place(variants, index), |probe| {
                visitor.visit_enum(Variant {
                    probe,
                    name: variants[index],
                })
            }),
            None => Err(NoValue),
        };
        self.trace.borrow_mut().active.pop();
        value
    }

    forward_to_deserialize_any! { unit unit_struct identifier ignored_any }
}

struct Fields<'t> {
    probe: Probe<'t>,
    list: FieldList,
    indexes: std::vec::IntoIter<usize>,
    index: usize,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = NoValue;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NoValue> {
        let Some(index) = self.indexes.next() else {
            return Ok(None);
        };
        self.index = index;
        self.probe.trace.borrow_mut().offered = Some(place(self.list, index));
        let name: StrDeserializer<'_, NoValue> = self.list[index].into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NoValue> {
        self.probe.trace.borrow_mut().offered = None;
        self.probe.read(place(self.list, self.index), |probe| {
            seed.deserialize(probe)
        })
    }
}

struct Entries<'t> {
    probe: Probe<'t>,
    left: usize,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = NoValue;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NoValue> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(self.probe).map(Some).or(Ok(None))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NoValue> {
        seed.deserialize(self.probe)
            .inspect_err(|_| self.probe.refuse())
    }
}

struct Items<'t> {
    probe: Probe<'t>,
    left: usize,
    /// Whether fewer items will do.
    may_end: bool,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = NoValue;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, NoValue> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        match seed.deserialize(self.probe) {
            Ok(item) => Ok(Some(item)),
            Err(_) if self.may_end => Ok(None),
            Err(error) => Err(error),
        }
    }
}

struct Variant<'t> {
    probe: Probe<'t>,
    name: &'static str,
}

impl<'de, 't> EnumAccess<'de> for Variant<'t> {
    type Error = NoValue;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), NoValue> {
        let name: StrDeserializer<'_, NoValue> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = NoValue;

    fn unit_variant(self) -> Result<(), NoValue> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, NoValue> {
        seed.deserialize(self.probe)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.probe.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: FieldList,
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        self.probe.fields(fields, visitor)
    }
}

/// Runs and steps of a run, in case a type has no end. Each run of use shows something new.
const MAX_RUNS: usize = 500;
const MAX_STEPS: usize = 10_000;

/// Each failed attempt to fill an option shows at most one more field of what is in it.
const MAX_REFUSALS: usize = 16;
