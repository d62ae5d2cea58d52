//! Streamed answers.

mod accumulate;
mod calls;
mod event;
mod read;

pub(crate) use calls::give_ids;
pub use event::{StreamEvent, Text};
