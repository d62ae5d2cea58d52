//! Schemas compiled to the strict subset, judged by an independent validator.

mod answers;
mod dialects;
mod exclusive;
mod judge;
mod model;
mod rewriting;
#[cfg(feature = "schemars")]
mod types;
mod wild;
