//! Whether it builds: by feature, with the oldest compiler, and with the oldest dependencies.

use std::path::Path;

use serde_json::Value;

use super::alone::Scratch;
use super::{Outcome, finish, no_toolchain, step, toolchain};
use crate::Result;
use crate::tidy::layers;

/// Every feature of the library crates at once, as an argument. Not the second TLS library: it takes minutes to build,
/// and the first one goes before it where both are on.
pub(super) fn optional_features(workspace: &Path) -> Result<String> {
    let metadata = layers::metadata(workspace)?;
    let mut names = Vec::new();
    for package in metadata
        .get("packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = package
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let features = package
            .get("features")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let features = features
            .map(|(feature, _)| feature)
            .filter(|feature| *feature != "tls-aws-lc-rs");
        if name != "xtask" {
            names.extend(features.map(|feature| format!("{name}/{feature}")));
        }
    }
    Ok(names.join(","))
}

/// Checks each crate with no feature, with each alone, and with all.
pub(super) fn features(workspace: &Path) -> Result<Outcome> {
    let metadata = layers::metadata(workspace)?;
    for package in metadata
        .get("packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = package
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if name == "xtask" {
            continue;
        }
        let features = package
            .get("features")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let features: Vec<&str> = features
            .map(|(name, _)| name.as_str())
            .filter(|name| *name != "default")
            .collect();
        let check = ["check", "--package", name];
        step(
            workspace,
            &[&check[..], &["--no-default-features"]].concat(),
            &[],
        )?;
        for feature in &features {
            let alone = ["--no-default-features", "--features", feature];
            step(workspace, &[&check[..], &alone].concat(), &[])?;
        }
        step(workspace, &[&check[..], &["--all-features"]].concat(), &[])?;
    }
    Ok(Outcome::Passed)
}

/// Checks the library crates with the oldest compiler that the manifests promise.
pub(super) fn msrv(workspace: &Path) -> Result<Outcome> {
    let metadata = layers::metadata(workspace)?;
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let version = packages
        .filter_map(|package| package.get("rust_version")?.as_str())
        .next();
    let Some(version) = version else {
        return Err("no crate says which compiler it needs".into());
    };
    let Some(mut command) = toolchain(version) else {
        return Ok(no_toolchain(version));
    };
    command.args([
        "check",
        "--workspace",
        "--exclude",
        "xtask",
        "--features",
        &optional_features(workspace)?,
        "--target-dir",
        "target/msrv",
    ]);
    finish(command.current_dir(workspace))
}

/// Checks the library crates with the oldest version of each dependency that the manifests allow.
///
/// Only of the dependencies that they name: what those need in turn is theirs to say.
pub(super) fn minimal(workspace: &Path) -> Result<Outcome> {
    // In a copy, since the versions end up in the lock file.
    let copy = Scratch::new("minimal")?;
    for path in crate::tidy::tracked(workspace)? {
        let target = copy.0.join(&path);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // A file that git still knows may be gone.
        if workspace.join(&path).is_file() {
            std::fs::copy(workspace.join(&path), target)?;
        }
    }
    let Some(mut resolve) = toolchain("nightly") else {
        return Ok(no_toolchain("nightly"));
    };
    resolve.args(["-Z", "direct-minimal-versions", "generate-lockfile"]);
    finish(resolve.current_dir(&copy.0))?;
    let target = workspace.join("target/minimal");
    let features = optional_features(workspace)?;
    let check = [
        "check",
        "--locked",
        "--workspace",
        "--exclude",
        "xtask",
        "--features",
        &features,
    ];
    let environment = [("CARGO_TARGET_DIR", &*target.to_string_lossy())];
    step(&copy.0, &check, &environment)
}
