//! What users read: API documentation, the guide, the examples.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::builds::optional_features;
use super::{Outcome, cargo, finish, no_toolchain, step, toolchain};
use crate::Result;
use crate::tidy::layers;

/// Examples that want recordings or the internet, or that never end, and are asked for help instead, which still shows
/// that they build and start.
const ASKED_FOR_HELP: [&str; 3] = ["cases", "explain_live", "gateway"];

/// Builds the documentation of the library crates with no feature and with all of them.
pub(super) fn doc(workspace: &Path) -> Result<Outcome> {
    let doc = ["doc", "--workspace", "--no-deps"];
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    let features = optional_features(workspace)?;
    step(workspace, &doc, &strict)?;
    let libraries = [&doc[..], &["--exclude", "xtask"]].concat();
    let none = [&libraries[..], &["--no-default-features"]].concat();
    step(workspace, &none, &strict)?;
    let all = [&libraries[..], &["--features", &features]].concat();
    step(workspace, &all, &strict)
}

/// Builds the documentation as docs.rs does: with a nightly compiler, all features, and badges that name them.
pub(super) fn badges(workspace: &Path) -> Result<Outcome> {
    let Some(mut command) = toolchain("nightly") else {
        return Ok(no_toolchain("nightly"));
    };
    let features = optional_features(workspace)?;
    command.args([
        "doc",
        "--workspace",
        "--exclude",
        "xtask",
        "--no-deps",
        "--features",
        &features,
        "--target-dir",
        "target/badges",
    ]);
    command.env("RUSTDOCFLAGS", "--cfg docsrs -D warnings");
    finish(command.current_dir(workspace))
}

/// Runs every snippet of the guide as a doc test, and every example without a key.
pub(super) fn guide(workspace: &Path) -> Result<Outcome> {
    let snippets = [
        "test",
        "--package",
        "openrouter-chat",
        "--doc",
        "--all-features",
        "guide_snippets",
    ];
    step(workspace, &snippets, &[])?;
    let metadata = layers::metadata(workspace)?;
    let list = |value: &Value, key: &str| {
        let values = value.get(key).and_then(Value::as_array);
        values.cloned().unwrap_or_default()
    };
    for package in list(&metadata, "packages") {
        let of_package = package["name"].as_str().unwrap_or_default();
        for target in list(&package, "targets") {
            if list(&target, "kind").contains(&"example".into()) {
                let name = target["name"].as_str().unwrap_or_default();
                example(workspace, of_package, name)?;
            }
        }
    }
    Ok(Outcome::Passed)
}

fn example(workspace: &Path, package: &str, name: &str) -> Result<Outcome> {
    let mut command = Command::new(cargo());
    command.args([
        "run",
        "--quiet",
        "--package",
        package,
        "--all-features",
        "--example",
        name,
    ]);
    if ASKED_FOR_HELP.contains(&name) {
        command.args(["--", "--help"]);
    }
    // One that asks somebody is told nothing.
    command.stdin(Stdio::null());
    // Without these an example starts a server of its own.
    for variable in [
        "OPENROUTER_API_KEY",
        "OPENROUTER_BASE_URL",
        "OPENROUTER_API_BASE",
    ] {
        command.env_remove(variable);
    }
    finish(command.current_dir(workspace))
}

/// Builds the guide as a book, and takes a warning for a failure.
pub(super) fn book(workspace: &Path) -> Result<Outcome> {
    let mut command = Command::new("mdbook");
    command.args(["build", "docs/guide"]).current_dir(workspace);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Outcome::Skipped(
                "mdbook is not installed (cargo install mdbook --locked)".to_owned(),
            ));
        }
        Err(error) => return Err(format!("run mdbook: {error}").into()),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    print!("{said}");
    // mdbook ends well in spite of warnings, such as one about a page that is not there.
    if output.status.success() && !said.contains("WARN") {
        Ok(Outcome::Passed)
    } else {
        Err(format!("mdbook build docs/guide: {}, or a warning", output.status).into())
    }
}
