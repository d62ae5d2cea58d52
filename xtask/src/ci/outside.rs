//! Jobs that look at the crates from outside, most of them with tools that not everybody has.

use std::path::Path;
use std::process::Command;

use super::{Outcome, cargo, finish, no_toolchain, step, toolchain};
use crate::Result;
use crate::bench::{self, baseline::Baseline};

/// How long each fuzz target runs, as an argument of libFuzzer.
const FUZZ_TIME: &str = "-max_total_time=60";

/// Builds each package from the files that would be published, and against the others as they would be published.
pub(super) fn package(workspace: &Path) -> Result<Outcome> {
    // What is not committed yet is packaged as well: a job that wants a clean tree could not be run before a commit.
    let package = [
        "package",
        "--workspace",
        "--exclude",
        "xtask",
        "--allow-dirty",
    ];
    step(workspace, &package, &[])
}

/// Licences, advisories and sources of all dependencies.
pub(super) fn deny(workspace: &Path) -> Result<Outcome> {
    plugin(workspace, "deny", &["deny", "--workspace", "check"])
}

/// Compares the public API with that of the last release, which its tag tells.
pub(super) fn semver(workspace: &Path) -> Result<Outcome> {
    let last = Command::new("git")
        .args(["describe", "--tags", "--abbrev=0", "--match", "v*"])
        .current_dir(workspace)
        .output();
    let Some(tag) = last.ok().filter(|output| output.status.success()) else {
        return Ok(Outcome::Skipped("there is no release yet".to_owned()));
    };
    let tag = String::from_utf8(tag.stdout)?;
    let check = ["semver-checks", "--workspace", "--exclude", "xtask"];
    let against = ["--baseline-rev", tag.trim()];
    plugin(workspace, "semver-checks", &[&check[..], &against].concat())
}

/// Runs each fuzz target for a minute, from the seeds on.
pub(super) fn fuzz(workspace: &Path) -> Result<Outcome> {
    if !has_plugin("fuzz") {
        return Ok(no_plugin("fuzz"));
    }
    for krate in std::fs::read_dir(workspace.join("crates"))? {
        let folder = krate?.path().join("fuzz");
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(folder.join("fuzz_targets"))? {
            let path = entry?.path();
            let target = path.file_stem().unwrap_or_default().to_string_lossy();
            let Some(mut command) = toolchain("nightly") else {
                return Ok(no_toolchain("nightly"));
            };
            // What it finds on its way stays in `corpus`, which git ignores; the seeds are only read.
            let found = format!("corpus/{target}");
            std::fs::create_dir_all(folder.join(&found))?;
            command.args(["fuzz", "run", "--fuzz-dir", ".", &target, &found]);
            command.args([&format!("seeds/{target}"), "--", FUZZ_TIME]);
            finish(command.current_dir(&folder))?;
        }
    }
    Ok(Outcome::Passed)
}

/// Holds the instruction counts of the benchmarks to the committed baseline, with the compiler that it was measured with.
pub(super) fn bench(workspace: &Path) -> Result<Outcome> {
    if let Some(missing) = bench::missing(workspace) {
        return Ok(Outcome::Skipped(missing));
    }
    let rustc = Baseline::read(&workspace.join(bench::BASELINE))?
        .versions
        .rustc;
    let Some(mut command) = toolchain(&rustc) else {
        return Ok(no_toolchain(&rustc));
    };
    command.args(["xtask", "bench", "--check"]);
    finish(command.current_dir(workspace))
}

/// Runs a command of cargo that not everybody has.
fn plugin(workspace: &Path, name: &str, arguments: &[&str]) -> Result<Outcome> {
    match has_plugin(name) {
        true => step(workspace, arguments, &[]),
        false => Ok(no_plugin(name)),
    }
}

fn has_plugin(name: &str) -> bool {
    let answer = Command::new(cargo()).args([name, "--version"]).output();
    answer.is_ok_and(|output| output.status.success())
}

fn no_plugin(name: &str) -> Outcome {
    Outcome::Skipped(format!(
        "cargo-{name} is not installed (cargo install cargo-{name} --locked)"
    ))
}
