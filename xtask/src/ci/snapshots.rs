//! Snapshots that no test reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::Result;

/// insta appends the path of every snapshot that a test reads to the file that this variable names.
pub(super) const LIST: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// Runs the tests, then fails when there are snapshots that none of them read.
pub(super) fn all_are_read(
    workspace: &Path,
    tests: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let list = workspace.join("target/xtask-snapshots");
    std::fs::create_dir_all(workspace.join("target"))?;
    // What an earlier run left would hide what this one does not read.
    std::fs::write(&list, "")?;
    tests(&list)?;
    let read: BTreeSet<PathBuf> = std::fs::read_to_string(&list)?
        .lines()
        .filter_map(|line| Path::new(line).canonicalize().ok())
        .collect();
    let mut unread = Vec::new();
    for path in crate::tidy::tracked(workspace)? {
        let is_snapshot = path.extension().is_some_and(|ending| ending == "snap");
        // A snapshot can depend on a feature or on the system; those tests name their own folder.
        if is_snapshot
            && workspace
                .join(&path)
                .canonicalize()
                .is_ok_and(|full| !read.contains(&full))
        {
            unread.push(format!("no test reads {}", path.display()));
        }
    }
    if unread.is_empty() {
        Ok(())
    } else {
        Err(unread.join("\n").into())
    }
}
