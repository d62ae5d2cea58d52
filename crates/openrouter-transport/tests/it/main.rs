//! Tests of the public API, one module per subject.

mod sse;

#[cfg(feature = "client")]
mod calls;
#[cfg(feature = "client")]
mod errors;
#[cfg(feature = "client")]
mod requests;
#[cfg(feature = "client")]
mod server;
#[cfg(feature = "client")]
mod streams;
