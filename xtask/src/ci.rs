//! `cargo xtask ci [JOB…]`: what continuous integration runs, by name, on any machine.

mod alone;
mod builds;
mod docs;
mod outside;
mod snapshots;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::Result;

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

const JOBS: [Job; 20] = [
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
        about: "documentation builds without a warning, with no feature and with all",
        run: docs::doc,
    },
    Job {
        name: "badges",
        about: "documentation builds as docs.rs builds it",
        run: docs::badges,
    },
    Job {
        name: "guide",
        about: "every snippet of the guide and every example runs, offline",
        run: docs::guide,
    },
    Job {
        name: "book",
        about: "the guide builds as a book",
        run: docs::book,
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
        run: builds::features,
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
        run: builds::msrv,
    },
    Job {
        name: "minimal",
        about: "the oldest versions of dependencies that the manifests allow build it",
        run: builds::minimal,
    },
    Job {
        name: "package",
        about: "each package builds from what it would publish",
        run: outside::package,
    },
    Job {
        name: "deny",
        about: "licences and advisories of dependencies",
        run: outside::deny,
    },
    Job {
        name: "semver",
        about: "no change breaks users by accident",
        run: outside::semver,
    },
    Job {
        name: "fuzz",
        about: "a minute of arbitrary bytes for each parser",
        run: outside::fuzz,
    },
    Job {
        name: "bench",
        about: "benchmarks cost what the baseline says",
        run: outside::bench,
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
    let features = builds::optional_features(workspace)?;
    step(
        workspace,
        &[&all[..], &["--features", &features], &lints].concat(),
        &[],
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
    let features = builds::optional_features(workspace)?;
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

/// The `cargo` of another toolchain; `None` when it is not installed.
///
/// It is rustup that knows of toolchains, so this is the `cargo` of the path, and nothing that the running one has set
/// may reach it.
fn toolchain(name: &str) -> Option<Command> {
    let command = || {
        let mut command = Command::new("cargo");
        command.arg(format!("+{name}"));
        for variable in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTC"] {
            command.env_remove(variable);
        }
        command
    };
    let answer = command().arg("--version").output();
    answer
        .is_ok_and(|output| output.status.success())
        .then(command)
}

/// What is said instead where a toolchain is missing.
fn no_toolchain(name: &str) -> Outcome {
    Outcome::Skipped(format!(
        "Rust {name} is not installed (rustup toolchain install {name})"
    ))
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
    let program = Path::new(command.get_program()).file_stem();
    let program = program.unwrap_or_default().to_string_lossy();
    let line = format!("{program} {}", arguments.join(" "));
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
