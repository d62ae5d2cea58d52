//! Tests of the wire types through their public interface.

mod recorded;
mod round_trip;
mod unknown_values;
