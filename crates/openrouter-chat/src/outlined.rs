//! Values that every program holds, and that only this crate can take apart.
//!
//! The code that drops a value is compiled wherever one may be dropped: in each unit of each crate that holds it, and
//! for an answer that is a thousand instructions. Behind a table of functions it is compiled once. In a debug build
//! each unit would describe the value's type as well, with all the types inside, unless nothing names it: hence boxes of
//! a `dyn` type, and not of a `T`.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A box whose value is dropped through a table of functions.
pub(crate) type Outlined<T> = OutlinedBox<dyn Held<T>>;

/// The same, shared.
pub(crate) type OutlinedArc<T> = OutlinedShared<dyn Held<T>>;

pub(crate) struct OutlinedBox<H: ?Sized>(Box<H>);

pub(crate) struct OutlinedShared<H: ?Sized>(Arc<H>);

/// Any value: what its table of functions can do beside dropping it.
pub(crate) trait Held<T>: Send + Sync {
    fn get(&self) -> &T;
    fn get_mut(&mut self) -> &mut T;
}

impl<T: Send + Sync> Held<T> for T {
    fn get(&self) -> &T {
        self
    }

    fn get_mut(&mut self) -> &mut T {
        self
    }
}

impl<T: Send + Sync + 'static> Outlined<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Box::new(value))
    }
}

impl<T: Send + Sync + 'static> OutlinedArc<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// The value, of which others get no part: a copy, where they have one.
    pub(crate) fn make_mut(&mut self) -> &mut T
    where
        T: Clone,
    {
        if Arc::get_mut(&mut self.0).is_none() {
            *self = Self::new(T::clone(self));
        }
        match Arc::get_mut(&mut self.0) {
            Some(value) => value.get_mut(),
            None => unreachable!("a new value is not shared"),
        }
    }
}

impl<T> Deref for Outlined<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).get()
    }
}

impl<T> DerefMut for Outlined<T> {
    fn deref_mut(&mut self) -> &mut T {
        (*self.0).get_mut()
    }
}

impl<T> Deref for OutlinedArc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).get()
    }
}

impl<H: ?Sized> Clone for OutlinedShared<H> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for OutlinedArc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
