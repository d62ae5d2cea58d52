//! What benchmarks need besides the toolchain.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::bench::baseline::Versions;

/// The versions of everything that the counts depend on.
///
/// # Errors
///
/// When something is missing; the error says how to install it.
pub(super) fn versions(workspace: &Path) -> Result<Versions> {
    let gungraun = locked_version(
        &std::fs::read_to_string(workspace.join("Cargo.lock"))?,
        "gungraun",
    )
    .ok_or("no crate of the workspace depends on gungraun")?;
    let valgrind = answer("valgrind", &["--version"])
        .ok_or("valgrind is not installed (apt-get install valgrind, or the like)")?;
    // The runner and the library speak with each other in a form that changes from version to version.
    let runner = answer("gungraun-runner", &["--version"]);
    if runner.as_deref().map(second_word) != Some(&gungraun) {
        let found = runner.map_or_else(
            || "not installed".to_owned(),
            |runner| format!("another version, {runner}"),
        );
        return Err(format!(
            "gungraun-runner is {found} (cargo install gungraun-runner --version {gungraun} --locked)"
        )
        .into());
    }
    let rustc = answer("rustc", &["--version"]).ok_or("rustc does not say its version")?;
    Ok(Versions {
        rustc: second_word(&rustc).to_owned(),
        valgrind: valgrind.trim_start_matches("valgrind-").to_owned(),
        gungraun,
    })
}

/// Whether benchmarks can run here; otherwise what is missing.
pub(crate) fn missing(workspace: &Path) -> Option<String> {
    versions(workspace).err().map(|error| error.to_string())
}

fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn second_word(text: &str) -> &str {
    text.split_whitespace().nth(1).unwrap_or_default()
}

/// The version of a package in a lock file.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let lock: toml::Table = lock.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let named = packages
        .iter()
        .find(|entry| entry.get("name").and_then(|name| name.as_str()) == Some(package));
    Some(named?.get("version")?.as_str()?.to_owned())
}
