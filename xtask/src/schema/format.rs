//! `cargo xtask schema fmt [--check]`: schema files in their canonical form.

use std::path::Path;

use super::document::Folder;
use super::write;
use crate::Result;

/// Rewrites `schema/*.yaml`, or, with `check`, says which files are not canonical.
///
/// # Errors
///
/// When a file cannot be read or written or holds comments, and, with `check`, when one is not canonical.
pub fn run(types_crate: &Path, check: bool) -> Result<()> {
    let folder = Folder::open(&types_crate.join("schema"))?;
    let stale = save(&folder, !check)?;
    for name in &stale {
        println!(
            "{} {name}",
            if check { "not canonical:" } else { "rewrote" }
        );
    }
    if check && !stale.is_empty() {
        return Err("run `cargo xtask schema fmt`".into());
    }
    Ok(())
}

/// The files whose canonical text is not what is on disk; with `write`, they are brought in line.
///
/// # Errors
///
/// When a file holds comments, which the writer would lose, or cannot be written.
pub fn save(folder: &Folder, write: bool) -> Result<Vec<String>> {
    let mut stale = Vec::new();
    for file in &folder.files {
        let name = file
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if let Some(line) = comment(&file.text) {
            return Err(format!(
                "{name}:{line}: a comment; write it as `x-comment`, which is kept"
            )
            .into());
        }
        let text = write::file(&file.root).map_err(|error| format!("{name}: {error}"))?;
        if text != file.text {
            stale.push(name);
            if write {
                std::fs::write(&file.path, text)
                    .map_err(|error| format!("write {}: {error}", file.path.display()))?;
            }
        }
    }
    Ok(stale)
}

/// The first line that is a comment. A line of a block of text may begin with `#`: it is indented deeper than the key
/// above it, which ends in `|` or `>`.
fn comment(text: &str) -> Option<usize> {
    let mut block: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if line.trim().is_empty() || block.is_some_and(|outer| indent > outer) {
            continue;
        }
        block = None;
        if line.trim_start().starts_with('#') {
            return Some(index + 1);
        }
        let last = line.rsplit(' ').next().unwrap_or_default();
        if matches!(last, "|" | "|-" | "|+" | ">" | ">-" | ">+") {
            block = Some(indent);
        }
    }
    None
}
