//! What `Debug` shows: the fields that have a value, and what is unknown.
//!
//! A derived `Debug` would show each of the fifty fields of a request, most of them empty, and be compiled for each type.

use core::fmt;

use super::write::{all, parts};
use super::{Parts, View};

/// `fmt::Debug` for an object.
pub(crate) fn debug(name: &str, object: &dyn Parts, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for (name, view) in set(object) {
        shown.field(name, &view);
    }
    shown.finish()
}

fn set(object: &dyn Parts) -> impl Iterator<Item = (&'static str, View<'_>)> {
    let (extra, _) = object.others();
    let extra = (!extra.is_empty()).then_some(("extra", View::Extra(extra)));
    parts(object, object.present())
        .filter_map(|(_, (name, part))| Some((name, part.when_set()?)))
        .chain(extra)
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            View::Null => f.write_str("null"),
            View::Bool(value) => value.fmt(f),
            View::Unsigned(number) => number.fmt(f),
            View::Signed(number) => number.fmt(f),
            View::Float(number) => number.fmt(f),
            View::Text(text) => text.fmt(f),
            View::Secret(secret) => secret.fmt(f),
            View::Bulk(text) => text.fmt(f),
            View::Raw(json) => json.fmt(f),
            View::Extra(fields) => fields.fmt(f),
            View::Object(object) => f
                .debug_map()
                .entries(set(object).map(|(name, view)| (Bare(name), view)))
                .finish(),
            View::List(items) => f
                .debug_list()
                .entries(all(items).map(|(_, view)| view))
                .finish(),
            View::Map(items) => f.debug_map().entries(all(items)).finish(),
            View::Member(value) => value.view().fmt(f),
        }
    }
}

/// A name without quotes.
struct Bare<'a>(&'a str);

impl fmt::Debug for Bare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
