//! Values behind a table of functions.
//!
//! What drops a value is compiled in each unit of code that may drop one, in each crate that has it; and in a debug
//! build each unit describes the types that it can name, with all the types inside: for a client that is most of hyper
//! and rustls. Here the value's own type is named by nothing that others hold.

use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

/// A box whose value is dropped through the table.
pub(crate) type Outlined<T> = OutlinedBox<dyn Held<T>>;

/// The same, shared.
pub(crate) type OutlinedArc<T> = OutlinedShared<dyn Held<T>>;

pub(crate) struct OutlinedBox<H: ?Sized>(Box<H>);

pub(crate) struct OutlinedShared<H: ?Sized>(Arc<H>);

/// Any value.
pub(crate) trait Held<T>: Send + Sync {
    fn get(&self) -> &T;
}

impl<T: Send + Sync> Held<T> for T {
    fn get(&self) -> &T {
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
}

impl<T> Deref for Outlined<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).get()
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

/// A future on the heap, likewise.
pub(crate) type OutlinedFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) fn outlined<'a, T>(
    future: impl Future<Output = T> + Send + 'a,
) -> OutlinedFuture<'a, T> {
    Box::pin(future)
}
