//! Objects with known fields, and everything else kept.

use alloc::boxed::Box;

use super::{Place, Seen, Shown};
use crate::extra::Extra;
use crate::key_order::{Entry, KeyOrder};
use crate::raw::RawJson;

/// An object that is read, as generated code describes it. Fields are numbered in the order of the schema.
pub(crate) trait Fields {
    /// The number of the field with this name, and where its value is read into.
    fn place(&mut self, name: &str) -> Option<(u8, Place<'_>)>;

    /// Where all other fields go, and, for types that travel both ways, the order in which the fields came.
    fn rest(&mut self) -> (&mut Extra, Option<&mut KeyOrder>);
}

/// An object that is written.
pub(crate) trait Parts {
    /// One bit for each field: whether it has a value, or is of those that are written without one too.
    fn present(&self) -> u128;

    /// A field's name and value; `None` past the last.
    fn part(&self, field: u8) -> Option<(&'static str, Part<'_>)>;

    /// The other fields, and the order in which they came.
    fn others(&self) -> (&Extra, Option<&KeyOrder>);
}

/// The number of the field with this name.
pub(crate) fn number_of(object: &dyn Parts, name: &str) -> Option<u8> {
    (0..)
        .map_while(|field| Some((field, object.part(field)?.0)))
        .find(|(_, known)| *known == name)
        .map(|(field, _)| field)
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
    Required(&'a dyn Shown),
    /// A field that is left out when it has no value.
    Optional(&'a dyn Shown),
    /// A field that is written as `null` when it has no value.
    Nullable(&'a dyn Shown),
    /// A list that is left out when it is empty.
    List(&'a dyn Shown),
}

/// An object that is being read.
pub(super) struct Begun<'a> {
    pub(super) object: &'a mut dyn Fields,
    pub(super) known: Known,
    keeps_order: bool,
}

impl<'a> Begun<'a> {
    /// Begins with a value that was never touched.
    pub(super) fn new(object: &'a mut dyn Fields) -> Self {
        let (_, order) = object.rest();
        let keeps_order = order.map(KeyOrder::begin).is_some();
        Self {
            object,
            known: Known::default(),
            keeps_order,
        }
    }

    /// Records that a field was there, once for each field.
    // For every field of every object.
    #[inline(always)]
    pub(super) fn note(&mut self, field: u8, seen: Seen) {
        self.known.add(field);
        match seen {
            Seen::Value if self.keeps_order => self.order(Entry::Field { field, null: false }),
            Seen::Null if self.keeps_order => self.order(Entry::Field { field, null: true }),
            Seen::Value | Seen::Null => {}
            Seen::Other(other) => self.keep(other.0.name.into(), other.1),
        }
    }

    /// Keeps a field that has no place.
    pub(super) fn keep(&mut self, name: Box<str>, value: RawJson) {
        self.object.rest().0.push(name, value);
        if self.keeps_order {
            self.order(Entry::Extra);
        }
    }

    fn order(&mut self, entry: Entry) {
        if let (_, Some(order)) = self.object.rest() {
            order.push_new(entry);
        }
    }
}

/// Which fields came.
#[derive(Clone, Copy, Default)]
pub(super) struct Known(u64);

impl Known {
    /// Whether a field came, as far as that is known without looking closer.
    pub(super) fn may_have(self, field: u8) -> bool {
        self.0 & Self::bit(field) != 0
    }

    fn add(&mut self, field: u8) {
        self.0 |= Self::bit(field);
    }

    /// Fields past the 64th share theirs.
    fn bit(field: u8) -> u64 {
        1 << (field % 64)
    }
}
