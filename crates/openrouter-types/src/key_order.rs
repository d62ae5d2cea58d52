//! The order in which the fields of a value came.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// The order in which the fields of a value came, and which of them were `null`.
///
/// Types that travel both ways carry one, so that an assistant's message goes back with its keys in the order in which
/// it arrived. It takes no part in comparisons: two values with the same fields are equal. A value that was made here
/// has none, and is written in the order of the schema.
#[derive(Clone, Default)]
pub struct KeyOrder {
    inline: [u8; INLINE],
    len: u8,
    came: bool,
    // Only for objects with more fields than fit above.
    #[allow(
        clippy::box_collection,
        reason = "one word for what is hardly ever there"
    )]
    more: Option<Box<Vec<u8>>>,
}

const INLINE: usize = 14;
const EXTRA: u8 = u8::MAX;
const NULL: u8 = 0x80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Field { field: u8, null: bool },
    Extra,
}

impl KeyOrder {
    /// Adds an entry; a field that is there already keeps its place.
    pub(crate) fn push(&mut self, entry: Entry) {
        match entry {
            Entry::Field { field, null } if self.contains(field) => {
                if !null {
                    self.no_longer_null(field);
                }
            }
            entry => self.push_new(entry),
        }
    }

    /// Adds an entry that is not there yet.
    pub(crate) fn push_new(&mut self, entry: Entry) {
        let code = match entry {
            Entry::Extra => EXTRA,
            Entry::Field { field, null } => field | if null { NULL } else { 0 },
        };
        if usize::from(self.len) < INLINE {
            self.inline[usize::from(self.len)] = code;
            self.len += 1;
        } else {
            self.more.get_or_insert_default().push(code);
        }
    }

    fn no_longer_null(&mut self, field: u8) {
        let more = self.more.iter_mut().flat_map(|more| more.iter_mut());
        for code in self.inline.iter_mut().take(self.len.into()).chain(more) {
            if *code == field | NULL {
                *code = field;
            }
        }
    }

    /// Marks the value as one that came from outside.
    pub(crate) fn begin(&mut self) {
        self.came = true;
    }

    /// Whether the value came from outside.
    pub(crate) fn came(&self) -> bool {
        self.came
    }

    pub(crate) fn contains(&self, field: u8) -> bool {
        // Asked for each field that is read, so without the detour of `codes`.
        let is_it = |code: &u8| *code != EXTRA && code & !NULL == field;
        self.inline[..usize::from(self.len)].iter().any(is_it)
            || self
                .more
                .as_ref()
                .is_some_and(|more| more.iter().any(is_it))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Entry> + '_ {
        self.codes().map(|code| match code {
            EXTRA => Entry::Extra,
            code => Entry::Field {
                field: code & !NULL,
                null: code & NULL != 0,
            },
        })
    }

    fn codes(&self) -> impl Iterator<Item = u8> + '_ {
        let more = self.more.as_ref().map_or(&[][..], |more| more.as_slice());
        self.inline[..usize::from(self.len)]
            .iter()
            .chain(more)
            .copied()
    }
}

/// Says nothing: it would only be in the way of what a person looks for.
impl fmt::Debug for KeyOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl PartialEq for KeyOrder {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KeyOrder {}
