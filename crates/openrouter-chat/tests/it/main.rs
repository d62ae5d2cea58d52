//! Tests of the chat crate through its public interface.
#![allow(
    clippy::unwrap_used,
    reason = "the helpers of tests fail by panicking, as the tests do"
)]

#[cfg(feature = "blocking")]
mod blocking;
mod call_ids;
mod cases;
mod conversation;
mod dry_run;
mod media_encoding;
mod media_from_answers;
mod media_sniffing;
mod memory;
mod model_server;
mod odd;
mod parity;
mod replay;
#[cfg(feature = "schemars")]
mod schema_of_types;
mod sizes;
mod stream_shapes;
mod strict;
mod structured_extract;
mod structured_output;
mod structured_partial;
mod structured_schema;
mod tool_calls;
mod tools;
mod two_ways;
mod wire;
