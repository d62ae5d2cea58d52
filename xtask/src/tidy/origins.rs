//! Where test data comes from: `tests/data/origins.toml`.
//!
//! Each entry names a file, or several with `*`, below the folder of `origins.toml`, and says where it comes from:
//!
//! ```toml
//! ["stream/*.sse"]
//! origin = "written by hand"
//! why = "one per rule of the event stream format"
//! ```

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Findings;

/// Checks that every data file has an origin, and every origin a data file.
pub fn check(workspace: &Path, tracked: &[PathBuf], findings: &mut Findings) {
    let folders: BTreeSet<PathBuf> = tracked
        .iter()
        .filter_map(|path| data_folder(path))
        .collect();
    for folder in folders {
        let list = folder.join("origins.toml");
        let files: Vec<&PathBuf> = tracked
            .iter()
            .filter(|path| path.starts_with(&folder) && **path != list)
            .collect();
        let text = match std::fs::read_to_string(workspace.join(&list)) {
            Ok(text) => text,
            Err(_) if files.is_empty() => continue,
            Err(_) => {
                findings.problems.push(format!(
                    "{}: missing; it says where the data comes from",
                    list.display()
                ));
                continue;
            }
        };
        let names: Vec<String> = files
            .iter()
            .filter_map(|path| {
                Some(
                    path.strip_prefix(&folder)
                        .ok()?
                        .to_string_lossy()
                        .replace('\\', "/"),
                )
            })
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        findings
            .problems
            .extend(problems(&list.display().to_string(), &text, &names));
    }
}

/// What is wrong between the text of an `origins.toml` and the files that it is about.
#[must_use]
pub fn problems(list: &str, text: &str, files: &[&str]) -> Vec<String> {
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return vec![format!("{list}: {}", error.to_string().trim_end())],
    };
    let mut problems = Vec::new();
    for (pattern, entry) in &table {
        let origin = entry
            .get("origin")
            .and_then(toml::Value::as_str)
            .unwrap_or_default();
        if origin.trim().is_empty() {
            problems.push(format!("{list}: {pattern} has no origin"));
        }
        if !files.iter().any(|file| matches(pattern, file)) {
            problems.push(format!("{list}: there is no {pattern}"));
        }
    }
    for file in files
        .iter()
        .filter(|file| !table.keys().any(|pattern| matches(pattern, file)))
    {
        problems.push(format!("{list}: does not say where {file} comes from"));
    }
    problems
}

/// Whether a name fits a pattern, in which `*` stands for anything but `/`.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => {
            let Some(rest) = name.strip_prefix(head) else {
                return false;
            };
            let end = rest.find('/').unwrap_or(rest.len());
            (0..=end).any(|at| rest.get(at..).is_some_and(|rest| matches(tail, rest)))
        }
    }
}

/// The folder `tests/…/data` that a file is in.
fn data_folder(path: &Path) -> Option<PathBuf> {
    let parts: Vec<_> = path.iter().collect();
    let tests = parts.iter().position(|part| *part == "tests")?;
    let data = parts.iter().skip(tests).position(|part| *part == "data")? + tests;
    (data + 1 < parts.len()).then(|| parts.iter().take(data + 1).collect())
}
