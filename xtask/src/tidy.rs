//! `cargo xtask tidy`: what must hold of the repository and no compiler checks.
//!
//! The layers of the crates, what a published crate has to carry, and what no file may hold.

pub mod files;
pub mod layers;
pub mod origins;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

/// What the checks have to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What must be put right.
    pub problems: Vec<String>,
    /// What should be looked at.
    pub warnings: Vec<String>,
}

/// Checks the repository and prints what is wrong.
///
/// # Errors
///
/// When something is wrong, or when `cargo` or `git` cannot be asked.
pub fn run(workspace: &Path) -> Result<()> {
    let metadata = layers::metadata(workspace)?;
    let tracked = tracked(workspace)?;
    let mut findings = Findings::default();
    findings.problems.extend(layers::problems(&metadata));
    for path in &tracked {
        let Ok(bytes) = std::fs::read(workspace.join(path)) else {
            // Deleted in the working tree, not in the index.
            continue;
        };
        files::check(path, &bytes, &mut findings);
    }
    files::check_snapshots(&tracked, &mut findings);
    origins::check(workspace, &tracked, &mut findings);
    for warning in &findings.warnings {
        println!("warning: {warning}");
    }
    for problem in &findings.problems {
        println!("{problem}");
    }
    match findings.problems.len() {
        0 => Ok(()),
        count => Err(format!("{count} problems").into()),
    }
}

/// Every file that is in the repository, or would be with the next commit.
///
/// # Errors
///
/// When `git` cannot be asked.
pub fn tracked(workspace: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(workspace)
        .output()
        .map_err(|error| format!("run git: {error}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("git ls-files: {}", reason.trim()).into());
    }
    let names = output
        .stdout
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty());
    let mut paths: Vec<PathBuf> = names
        .map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned()))
        .collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}
