//! Tests of the test server, over real sockets and without a client library.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking, as the tests do"
)]

mod behaviour;
mod raw_client;
