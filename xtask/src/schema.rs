//! `cargo xtask schema …`: our description of the wire, `crates/openrouter-types/schema/`.

pub mod describe;
pub mod document;
pub mod facts;
pub mod format;
pub mod pull;
pub mod write;
