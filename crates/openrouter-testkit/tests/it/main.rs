//! Tests of the test server, over real sockets and without a client library.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking, as the tests do"
)]

mod admission;
mod behaviour;
mod cases;
mod cassettes;
mod catalog;
mod complete;
mod connections;
mod faults;
mod fitting;
mod http2;
mod improvised;
mod program;
mod raw_client;
mod received;
mod scenario;
#[cfg(feature = "tls")]
mod tls;
mod watchdog;
