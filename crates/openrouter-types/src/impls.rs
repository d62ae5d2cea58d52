//! Construction and access that the schema cannot describe.

mod chat;
mod error;
mod message;
mod model;
mod needs;
mod usage;
