//! Tests of the wire types through their public interface.

mod operations;
mod recorded;
mod round_trip;
mod tools;
mod unknown_values;
