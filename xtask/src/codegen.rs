//! `cargo xtask codegen`: our schema becomes Rust.
//!
//! Four steps, each a function of the one before: [`read`] the schema folder, [`plan`] what each component becomes,
//! [`emit`] the source text, [`sync`] it with the files on disk (or say how they differ).

pub mod emit;
pub mod plan;
pub mod read;
pub mod sync;

use std::path::Path;

use crate::Result;

/// Generates `src/generated/` of the types crate and the table of its tests, or, with `check`, says whether it is up to date.
///
/// # Errors
///
/// When the schema cannot be read or planned, and, with `check`, when a file is stale, missing or left over.
pub fn run(types_crate: &Path, check: bool) -> Result<()> {
    let schema = read::folder(&types_crate.join("schema"))?;
    let config = read::config(&types_crate.join("schema/codegen.toml"))?;
    let plan = plan::plan(&schema, &config)?;
    let mut files = emit::files(&plan)?;
    files.insert("tests/it/every_type/table.rs".into(), emit::table(&plan));
    sync::sync(types_crate, &files, check)
}
