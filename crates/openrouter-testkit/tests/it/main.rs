//! Tests of the test server, over real sockets and without a client library.

mod behaviour;
mod raw_client;
