#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "client"),
    doc = "Server-sent events of OpenRouter's streams; the feature `client` adds the HTTP client."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

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
mod outlined;
#[cfg(feature = "client")]
mod pages;
#[cfg(feature = "client")]
pub mod retry;
#[cfg(feature = "client")]
pub mod service;
#[cfg(feature = "client")]
mod sign_in;
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
    pages::{Paged, Pages},
    retry::RetryPolicy,
    sign_in::SignIn,
    stream::{ChunkStream, EventStream, StreamEnd},
    tap::RawFrame,
    timeouts::Timeouts,
};
