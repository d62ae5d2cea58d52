//! Tests of the public API, one module per subject.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod sse;

#[cfg(feature = "client")]
mod calls;
#[cfg(feature = "client")]
mod clocks;
#[cfg(feature = "client")]
mod errors;
#[cfg(feature = "client")]
mod faults;
#[cfg(all(feature = "client", feature = "http2"))]
mod frames;
#[cfg(all(feature = "client", feature = "http2"))]
mod goaway;
#[cfg(all(feature = "client", feature = "http2"))]
mod http2;
#[cfg(feature = "client")]
mod layers;
#[cfg(all(feature = "client", feature = "http2"))]
mod many;
#[cfg(feature = "client")]
mod pages;
#[cfg(all(feature = "client", feature = "http2", feature = "tls-ring"))]
mod proxies;
#[cfg(feature = "client")]
mod requests;
#[cfg(feature = "client")]
mod retries;
#[cfg(feature = "client")]
mod script;
#[cfg(feature = "client")]
mod server;
#[cfg(feature = "client")]
mod sign_in;
#[cfg(feature = "client")]
mod streams;
#[cfg(all(feature = "client", feature = "http2", feature = "tls-ring"))]
mod tls;
