//! `cargo xtask conformance FILE [FOLDER…]`: recorded requests and answers against a published description.
//!
//! Every wire text that the repository's tests hold is validated with a real JSON Schema validator. What disagrees is
//! printed; `xtask/conformance.toml` says why some of it is right all the same, and a disagreement without a reason
//! fails. Folders given besides are looked through too.
//!
//! The validator and its dependencies are built for this command alone: without the feature `conformance`, it starts
//! itself again with it.

pub mod allow;
pub mod recorded;
#[cfg(feature = "conformance")]
pub mod validate;

use std::path::{Path, PathBuf};

use crate::Result;

/// Validates recorded texts and prints what disagrees.
///
/// # Errors
///
/// When a file cannot be read, or when something disagrees and no reason is written down.
#[cfg(feature = "conformance")]
pub fn run(workspace: &Path, file: &Path, folders: &[PathBuf]) -> Result<()> {
    let allowed = allow::Allowed::open(&workspace.join("xtask/conformance.toml"))?;
    let published = crate::schema::document::Document::open(file)?;
    let texts = recorded::find(workspace, folders, &allowed)?;
    let report = validate::validate(&published, &texts, &allowed)?;
    print!("{}", report.text());
    match report.unexplained() {
        0 => Ok(()),
        count => {
            Err(format!("{count} disagreements without a reason in xtask/conformance.toml").into())
        }
    }
}

/// Starts this program again, with the validator.
///
/// # Errors
///
/// When it cannot be built, or when something disagrees.
#[cfg(not(feature = "conformance"))]
pub fn run(workspace: &Path, file: &Path, folders: &[PathBuf]) -> Result<()> {
    let status = std::process::Command::new(crate::ci::cargo())
        .args([
            "run",
            "--quiet",
            "--package",
            "xtask",
            "--features",
            "conformance",
            "--manifest-path",
        ])
        .arg(workspace.join("Cargo.toml"))
        .args(["--", "conformance"])
        .arg(file)
        .args(folders)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("see above".into())
    }
}
