//! Brings the generated files on disk in line, or says how they differ.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Result;

/// Writes what changed and deletes what is left over; with `check`, only compares.
///
/// `files` holds paths below the crate's folder. Everything under `src/generated/` belongs to the generator.
///
/// # Errors
///
/// When a file cannot be read or written, and, with `check`, when any differs.
pub fn sync(folder: &Path, files: &BTreeMap<PathBuf, String>, check: bool) -> Result<()> {
    let mut stale = Vec::new();
    for (path, text) in files {
        let target = folder.join(path);
        if std::fs::read_to_string(&target).is_ok_and(|old| old == *text) {
            continue;
        }
        stale.push(format!("stale: {}", target.display()));
        if !check {
            if let Some(parent) = target.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(&target, text)?;
        }
    }
    for entry in std::fs::read_dir(folder.join("src/generated"))
        .into_iter()
        .flatten()
    {
        let target = entry?.path();
        let known = target
            .strip_prefix(folder)
            .is_ok_and(|path| files.contains_key(path));
        if !known {
            stale.push(format!("left over: {}", target.display()));
            if !check {
                std::fs::remove_file(&target)?;
            }
        }
    }
    for line in &stale {
        println!("{line}");
    }
    if check && !stale.is_empty() {
        return Err("generated code differs from the schema; run `cargo xtask codegen`".into());
    }
    Ok(())
}
