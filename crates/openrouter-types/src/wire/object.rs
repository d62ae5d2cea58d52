//! Objects with known fields, and everything else kept.

use alloc::boxed::Box;

use super::{Place, Seen, Value};
use crate::extra::Extra;
use crate::key_order::{Entry, KeyOrder};
use crate::raw::RawJson;

/// A type that generated code describes field by field. Fields are numbered in the order of the schema.
pub(crate) trait Object {
    /// The number of the field with this name.
    fn field(&self, name: &str) -> Option<u8>;

    /// Where a field's value is read into.
    fn place(&mut self, field: u8) -> Place<'_>;

    /// One bit for each field: whether it has a value, or is of those that are written without one too.
    fn present(&self) -> u128;

    /// A field's name and value; `None` past the last.
    fn part(&self, field: u8) -> Option<(&'static str, Part<'_>)>;

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

/// The bit of a field, when it is there.
pub(crate) const fn bit(is_there: bool, field: u8) -> u128 {
    (is_there as u128) << field
}

/// What is written for a field.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// The only value of a field, unless another one came, or none.
    Constant(&'static str),
    /// A field that is always there.
    Required(&'a dyn Value),
    /// A field that is left out when it has no value.
    Optional(&'a dyn Value),
    /// A field that is written as `null` when it has no value.
    Nullable(&'a dyn Value),
    /// A list that is left out when it is empty.
    List(&'a dyn Value),
}

/// An object that is being read.
pub(super) struct Begun<'a> {
    pub(super) object: &'a mut dyn Object,
    keeps_order: bool,
    seen: u64,
}

impl<'a> Begun<'a> {
    /// Begins with a value that was never touched.
    pub(super) fn new(object: &'a mut dyn Object) -> Self {
        let order = object.key_order_mut();
        let keeps_order = order.map(KeyOrder::begin).is_some();
        Self {
            object,
            keeps_order,
            seen: 0,
        }
    }

    /// Whether a field came before, as far as that is known without looking closer.
    pub(super) fn has(&self, field: u8) -> bool {
        self.seen & seen_bit(field) != 0
    }

    /// Records that a field was there, once for each field.
    pub(super) fn note(&mut self, field: u8, seen: Seen) {
        self.seen |= seen_bit(field);
        match seen {
            Seen::Other(other) => self.keep(other.0.into(), other.1),
            Seen::Value | Seen::Null if self.keeps_order => self.order(Entry::Field {
                field,
                null: seen == Seen::Null,
            }),
            Seen::Value | Seen::Null => {}
        }
    }

    /// Keeps a field that has no place.
    pub(super) fn keep(&mut self, name: Box<str>, value: RawJson) {
        self.object.extra_mut().push(name, value);
        if self.keeps_order {
            self.order(Entry::Extra);
        }
    }

    fn order(&mut self, entry: Entry) {
        if let Some(order) = self.object.key_order_mut() {
            order.push_new(entry);
        }
    }
}

/// Fields past the 64th share theirs, which costs them a slower look and nothing else.
fn seen_bit(field: u8) -> u64 {
    1 << (field % 64)
}
