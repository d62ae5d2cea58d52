//! `cargo xtask ci [JOB…]`: what continuous integration runs, by name, on any machine.

mod alone;
mod snapshots;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Result;
use crate::tidy::layers;

/// A job by its name.
struct Job {
    name: &'static str,
    about: &'static str,
    run: fn(&Path) -> Result<Outcome>,
}

/// How a job that did not fail ended.
enum Outcome {
    Passed,
    /// Not run, and why.
    Skipped(String),
}

const JOBS: [Job; 13] = [
    Job {
        name: "fmt",
        about: "sources are formatted",
        run: fmt,
    },
    Job {
        name: "clippy",
        about: "no lint is violated",
        run: clippy,
    },
    Job {
        name: "doc",
        about: "documentation builds without a warning",
        run: doc,
    },
    Job {
        name: "codegen",
        about: "generated code and schema files are up to date",
        run: codegen,
    },
    Job {
        name: "tidy",
        about: "layers, manifests, data files",
        run: tidy,
    },
    Job {
        name: "test",
        about: "all tests pass, and read every snapshot",
        run: test,
    },
    Job {
        name: "conformance",
        about: "the validator of recorded texts passes its tests",
        run: conformance,
    },
    Job {
        name: "features",
        about: "each crate with no feature, each alone, and all",
        run: features,
    },
    Job {
        name: "types-alone",
        about: "the types crate passes its tests outside this repository",
        run: alone::tests,
    },
    Job {
        name: "no-std",
        about: "the types crate needs no standard library",
        run: alone::no_std,
    },
    Job {
        name: "msrv",
        about: "the oldest supported compiler builds it",
        run: msrv,
    },
    Job {
        name: "deny",
        about: "licences and advisories of dependencies",
        run: deny,
    },
    Job {
        name: "semver",
        about: "no change breaks users by accident",
        run: semver,
    },
];

/// Runs jobs, all without names, and prints a summary.
///
/// # Errors
///
/// When there is no such job, or when one fails.
pub fn run(workspace: &Path, names: &[String]) -> Result<()> {
    for name in names {
        if !JOBS.iter().any(|job| job.name == name) {
            return Err(format!("no job {name:?}; see `cargo xtask ci --list`").into());
        }
    }
    let chosen = JOBS
        .iter()
        .filter(|job| names.is_empty() || names.iter().any(|name| name == job.name));
    let mut lines = Vec::new();
    let mut failed = 0;
    for job in chosen {
        println!("== {}: {}", job.name, job.about);
        let start = Instant::now();
        let outcome = match (job.run)(workspace) {
            Ok(Outcome::Passed) => "passed".to_owned(),
            Ok(Outcome::Skipped(reason)) => format!("skipped: {reason}"),
            Err(error) => {
                failed += 1;
                println!("{error}");
                "FAILED".to_owned()
            }
        };
        println!("== {}: {outcome}\n", job.name);
        lines.push(summary(job.name, start.elapsed(), &outcome));
    }
    lines.iter().for_each(|line| println!("{line}"));
    match failed {
        0 => Ok(()),
        count => Err(format!("{count} of {} jobs failed", lines.len()).into()),
    }
}

/// Prints the jobs' names.
pub fn list() {
    for job in &JOBS {
        println!("{:<12} {}", job.name, job.about);
    }
}

/// The `cargo` that runs this program, so that its toolchain is used throughout.
#[must_use]
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn summary(name: &str, time: Duration, outcome: &str) -> String {
    format!("{name:<12} {:>7.1} s  {outcome}", time.as_secs_f64())
}

fn fmt(workspace: &Path) -> Result<Outcome> {
    // `rustfmt` belongs to the toolchain, but not to its smallest profile.
    step(workspace, &["fmt", "--all", "--check"], &[])
}

fn clippy(workspace: &Path) -> Result<Outcome> {
    let lints = ["--", "-D", "warnings"];
    let all = ["clippy", "--workspace", "--all-targets"];
    step(workspace, &[&all[..], &lints].concat(), &[])?;
    let features = optional_features(workspace)?;
    step(
        workspace,
        &[&all[..], &["--features", &features], &lints].concat(),
        &[],
    )
}

fn doc(workspace: &Path) -> Result<Outcome> {
    step(
        workspace,
        &["doc", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

fn codegen(workspace: &Path) -> Result<Outcome> {
    let types_crate = workspace.join("crates/openrouter-types");
    crate::codegen::run(&types_crate, true)?;
    crate::schema::format::run(&types_crate, true)?;
    Ok(Outcome::Passed)
}

fn tidy(workspace: &Path) -> Result<Outcome> {
    crate::tidy::run(workspace)?;
    Ok(Outcome::Passed)
}

fn test(workspace: &Path) -> Result<Outcome> {
    let features = optional_features(workspace)?;
    snapshots::all_are_read(workspace, |read| {
        let path = read.to_string_lossy();
        let environment = [(snapshots::LIST, &*path)];
        let all = ["test", "--workspace"];
        step(workspace, &all, &environment)?;
        // A snapshot may belong to a feature that is off by default.
        let with_features = ["--exclude", "xtask", "--features", &features];
        step(
            workspace,
            &[&all[..], &with_features].concat(),
            &environment,
        )
        .map(drop)
    })?;
    Ok(Outcome::Passed)
}

/// Every feature of the library crates at once, as an argument. Not the second TLS library: it takes minutes to build,
/// and the first one goes before it where both are on.
fn optional_features(workspace: &Path) -> Result<String> {
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

fn conformance(workspace: &Path) -> Result<Outcome> {
    // The recordings themselves are held against a published description, which is not part of this repository.
    let tests = [
        "test",
        "--package",
        "xtask",
        "--features",
        "conformance",
        "conformance",
    ];
    step(workspace, &tests, &[])
}

fn features(workspace: &Path) -> Result<Outcome> {
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

fn msrv(workspace: &Path) -> Result<Outcome> {
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
    let toolchain = format!("+{version}");
    // `cargo` here must be rustup's, which knows of toolchains; this toolchain's own does not.
    let installed = Command::new("cargo")
        .args([&toolchain, "--version"])
        .env_remove("RUSTUP_TOOLCHAIN")
        .output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return Ok(Outcome::Skipped(format!(
            "Rust {version} is not installed (rustup toolchain install {version})"
        )));
    }
    let mut command = Command::new("cargo");
    command.args([
        &toolchain,
        "check",
        "--workspace",
        "--exclude",
        "xtask",
        "--target-dir",
        "target/msrv",
    ]);
    for name in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTC"] {
        command.env_remove(name);
    }
    finish(command.current_dir(workspace))
}

fn deny(workspace: &Path) -> Result<Outcome> {
    plugin(workspace, "deny", &["deny", "--workspace", "check"])
}

fn semver(workspace: &Path) -> Result<Outcome> {
    plugin(
        workspace,
        "semver-checks",
        &["semver-checks", "--workspace"],
    )
}

/// Runs a command of cargo that not everybody has.
fn plugin(workspace: &Path, name: &str, arguments: &[&str]) -> Result<Outcome> {
    let installed = Command::new(cargo()).args([name, "--version"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return Ok(Outcome::Skipped(format!("cargo-{name} is not installed")));
    }
    step(workspace, arguments, &[])
}

/// Runs `cargo` and fails when it fails.
fn step(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Outcome> {
    let mut command = Command::new(cargo());
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(folder);
    finish(&mut command)
}

fn finish(command: &mut Command) -> Result<Outcome> {
    let arguments: Vec<_> = command
        .get_args()
        .map(|argument| argument.to_string_lossy())
        .collect();
    let line = format!("cargo {}", arguments.join(" "));
    println!("$ {line}");
    let status = command
        .status()
        .map_err(|error| format!("run {line}: {error}"))?;
    if status.success() {
        Ok(Outcome::Passed)
    } else {
        Err(format!("{line}: {status}").into())
    }
}
