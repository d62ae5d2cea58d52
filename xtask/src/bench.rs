//! `cargo xtask bench [NAME…] [--save] [--check]`: what the benchmarks cost in instructions, beside the committed baseline.
//!
//! Each bench target of the workspace is a suite, known by its name. `xtask/benchmarks.toml` holds what each benchmark
//! of a suite cost when it was last saved, and what a unit of its work is.

pub mod baseline;
pub mod output;
pub mod report;
mod tools;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Result;
use crate::tidy::layers;
use baseline::{Baseline, Versions};
use output::Measured;
use report::Report;
pub(crate) use tools::missing;

/// Where the baseline is, from the root of the workspace.
pub const BASELINE: &str = "xtask/benchmarks.toml";

/// What is done with the figures besides printing them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing.
    Show,
    /// They become the baseline.
    Save,
    /// They must lie within a band around the baseline.
    Check,
}

/// A bench target.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Suite {
    package: String,
    name: String,
}

/// Runs suites, all without names, and prints what they cost.
///
/// # Errors
///
/// When there is no such suite, when a tool is missing or a benchmark fails; with [`Mode::Check`], when a figure lies
/// outside the band or has nothing to be compared with; with [`Mode::Save`], when the suites that are not run were
/// measured with other tools.
pub fn run(workspace: &Path, names: &[String], mode: Mode) -> Result<()> {
    let all = suites(&layers::metadata(workspace)?);
    let chosen = choose(&all, names)?;
    let path = workspace.join(BASELINE);
    let mut baseline = Baseline::read(&path)?;
    let versions = tools::versions(workspace)?;
    let is_partial = chosen.len() < all.len();
    if mode == Mode::Save && is_partial && versions != baseline.versions {
        return Err(format!(
            "the rest of the baseline was measured with {}, this is {versions}: save all suites together",
            baseline.versions
        )
        .into());
    }

    let mut reports = Vec::new();
    for suite in &chosen {
        let measured = measure(workspace, suite)?;
        if mode == Mode::Save {
            baseline.replace(&suite.name, &measured);
        }
        reports.push(Report::new(&suite.name, &measured, &baseline));
    }
    print!("\n{}", report::table(&reports));
    println!("instructions of user space; {versions}");

    match mode {
        Mode::Show => Ok(()),
        Mode::Save => {
            baseline.versions = versions;
            baseline.keep_only(all.iter().map(|suite| suite.name.as_str()));
            std::fs::write(&path, baseline.to_string())?;
            println!("wrote {BASELINE}");
            Ok(())
        }
        Mode::Check => check(&reports, &baseline, &versions),
    }
}

fn check(reports: &[Report], baseline: &Baseline, versions: &Versions) -> Result<()> {
    if *versions != baseline.versions {
        println!("the baseline was measured with {}", baseline.versions);
    }
    let complaints: Vec<String> = reports.iter().flat_map(Report::complaints).collect();
    if complaints.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nIf that is meant, `cargo xtask bench --save` and say why in the commit.",
        complaints.join("\n")
    )
    .into())
}

/// Every bench target, in the order of the packages.
fn suites(metadata: &Value) -> Vec<Suite> {
    let list = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let text = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut suites = Vec::new();
    for package in list(metadata, "packages") {
        for target in list(&package, "targets") {
            if list(&target, "kind").iter().any(|kind| kind == "bench") {
                suites.push(Suite {
                    package: text(&package, "name"),
                    name: text(&target, "name"),
                });
            }
        }
    }
    suites
}

fn choose(all: &[Suite], names: &[String]) -> Result<Vec<Suite>> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !all.iter().any(|suite| suite.name == **name))
    {
        let known: Vec<&str> = all.iter().map(|suite| suite.name.as_str()).collect();
        return Err(format!("no benchmarks {unknown:?}; there are {}", known.join(", ")).into());
    }
    let is_chosen = |suite: &&Suite| names.is_empty() || names.contains(&suite.name);
    Ok(all.iter().filter(is_chosen).cloned().collect())
}

/// Runs a suite. Alone, since what is built together shares the features of its dependencies.
fn measure(workspace: &Path, suite: &Suite) -> Result<Vec<Measured>> {
    let arguments = [
        "bench",
        "--package",
        &suite.package,
        "--bench",
        &suite.name,
        "--",
        "--output-format=json",
    ];
    println!("$ cargo {}", arguments.join(" "));
    let mut command = Command::new(crate::ci::cargo());
    // What cargo tells this program of itself; with that in its environment, a build script would run again.
    let own = std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    });
    for name in own {
        command.env_remove(name);
    }
    let output = command
        .args(arguments)
        .current_dir(workspace)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the benchmarks {}: {}", suite.name, output.status).into());
    }
    output::read(&String::from_utf8(output.stdout)?)
        .map_err(|error| format!("{}: {error}", suite.name).into())
}
