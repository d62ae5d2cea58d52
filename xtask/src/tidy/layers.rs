//! The layers: which crate may depend on which, and what a published crate carries.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Result;

/// A crate of the workspace and what it may depend on.
struct Layer {
    name: &'static str,
    /// Crates of the workspace that it may depend on.
    workspace: &'static [&'static str],
    /// Crates of the workspace that its tests, examples and benchmarks may depend on, besides.
    tests: &'static [&'static str],
    /// All crates from elsewhere that it may depend on, where the list is closed.
    only: Option<&'static [&'static str]>,
    /// Crates from elsewhere that it must not depend on.
    never: &'static [&'static str],
}

const IO: &[&str] = &[
    "tokio",
    "hyper",
    "hyper-util",
    "http",
    "http-body",
    "http-body-util",
    "rustls",
    "reqwest",
];

const LAYERS: [Layer; 6] = [
    Layer {
        name: "openrouter-types",
        workspace: &[],
        tests: &[],
        only: Some(&["serde", "serde_json"]),
        never: &[],
    },
    Layer {
        name: "openrouter-transport",
        workspace: &["openrouter-types"],
        tests: &["openrouter-testkit"],
        only: None,
        never: &[],
    },
    Layer {
        name: "openrouter-routing",
        workspace: &["openrouter-types"],
        // An example asks the live catalogue.
        tests: &["openrouter-testkit", "openrouter-transport"],
        only: None,
        never: IO,
    },
    Layer {
        name: "openrouter-chat",
        workspace: &["openrouter-types", "openrouter-transport"],
        tests: &["openrouter-testkit"],
        only: None,
        never: &["hyper", "hyper-util", "rustls"],
    },
    Layer {
        name: "openrouter-testkit",
        workspace: &["openrouter-types", "openrouter-routing"],
        tests: &[],
        only: None,
        never: &[],
    },
    Layer {
        name: "xtask",
        workspace: &[],
        tests: &[],
        only: None,
        never: &[],
    },
];

/// What `cargo metadata` says of the workspace's own packages.
///
/// # Errors
///
/// When `cargo` cannot be asked.
pub fn metadata(workspace: &Path) -> Result<Value> {
    let output = Command::new(crate::ci::cargo())
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(workspace)
        .output()
        .map_err(|error| format!("run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )
        .into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Dependencies that the table of layers does not have, and what published crates lack.
#[must_use]
pub fn problems(metadata: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    for package in list(metadata, "packages") {
        let name = text(package, "name");
        match LAYERS.iter().find(|layer| layer.name == name) {
            Some(layer) => dependencies(package, layer, &mut problems),
            None => problems.push(format!(
                "{name}: not in the table of layers (xtask/src/tidy/layers.rs)"
            )),
        }
        let published = package
            .get("publish")
            .and_then(Value::as_array)
            .is_none_or(|registries| !registries.is_empty());
        if published {
            manifest(package, &mut problems);
        }
    }
    problems
}

fn dependencies(package: &Value, layer: &Layer, problems: &mut Vec<String>) {
    let known = |name: &str| LAYERS.iter().any(|layer| layer.name == name);
    for dependency in list(package, "dependencies") {
        let (name, kind) = (text(dependency, "name"), text(dependency, "kind"));
        let test = kind == "dev";
        let allowed = if known(name) {
            layer.workspace.contains(&name) || test && layer.tests.contains(&name)
        } else {
            test || layer.only.is_none_or(|only| only.contains(&name))
                && !layer.never.contains(&name)
        };
        if !allowed {
            let kind = if test {
                "its tests depend"
            } else {
                "it depends"
            };
            problems.push(format!(
                "{}: {kind} on {name}, which its layer does not allow",
                layer.name
            ));
        }
    }
}

fn manifest(package: &Value, problems: &mut Vec<String>) {
    let name = text(package, "name");
    for key in ["license", "description", "readme", "rust_version"] {
        if text(package, key).is_empty() {
            problems.push(format!(
                "{name}: no `{}` in Cargo.toml",
                key.replace('_', "-")
            ));
        }
    }
    let folder = Path::new(text(package, "manifest_path")).parent();
    let readme = text(package, "readme");
    if let Some(folder) = folder.filter(|_| !readme.is_empty())
        && std::fs::read_to_string(folder.join(readme)).map_or(true, |text| text.trim().is_empty())
    {
        problems.push(format!("{name}: {readme} is missing or empty"));
    }
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
