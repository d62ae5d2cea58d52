//! The HTTP client of OpenRouter: connections, timeouts, retries, errors and server-sent events.

#[cfg(feature = "client")]
mod api_key;
#[cfg(feature = "client")]
mod call_options;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod clocks;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod limits;
#[cfg(feature = "client")]
mod metadata;
#[cfg(feature = "client")]
mod network;
#[cfg(feature = "client")]
pub mod retry;
#[cfg(feature = "client")]
pub mod service;
pub mod sse;
#[cfg(feature = "client")]
mod stream;
#[cfg(feature = "client")]
mod tap;
#[cfg(feature = "client")]
mod timeouts;
#[cfg(feature = "client")]
mod trace;

#[cfg(feature = "client")]
pub use self::{
    api_key::ApiKey,
    call_options::{CallOptions, ResponseCache},
    client::{Client, ClientBuilder, Reply},
    error::{ApiError, Availability, Constraint, Error, ErrorKind, PreviousError},
    limits::Limits,
    metadata::Metadata,
    network::{HttpVersion, Network, Proxy},
    retry::RetryPolicy,
    stream::{ChunkStream, EventStream, StreamEnd},
    tap::RawFrame,
    timeouts::Timeouts,
};
