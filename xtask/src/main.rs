//! Maintenance commands of this workspace.
#![allow(
    clippy::print_stderr,
    reason = "a command-line tool reports errors on standard error"
)]
#![allow(
    clippy::print_stdout,
    reason = "a command-line tool answers on standard output"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  codegen [--check]                                   schema → crates/openrouter-types/src/generated
  drift FILE [--deny] [--format json] [--verbose]     how our schema and a published description differ
  schema pull FILE                                    published facts come into our schema
  schema fmt [--check]                                schema files in their canonical form
  conformance FILE [FOLDER...]                        recorded requests and answers, by a published description
  tidy                                                layers, manifests, data files, secrets
  bench [NAME...] [--save | --check]                  what benchmarks cost, beside the committed baseline
  ci [--list] [JOB...]                                what continuous integration runs
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> xtask::Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()?;
    let types_crate = workspace.join("crates/openrouter-types");
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), Arguments::new(rest)),
        None => ("help", Arguments::default()),
    };
    match command {
        "codegen" => {
            rest.allow(&["--check"], 0)?;
            xtask::codegen::run(&types_crate, rest.flag("--check"))
        }
        "drift" => {
            rest.allow(
                &["--deny", "--format=json", "--format=text", "--verbose"],
                1,
            )?;
            let options = xtask::drift::Options {
                json: rest.flag("--format=json"),
                deny: rest.flag("--deny"),
                verbose: rest.flag("--verbose"),
            };
            xtask::drift::run(&types_crate, &rest.file(0)?, options)
        }
        "schema" => match rest.names.first().map(String::as_str) {
            Some("pull") => {
                rest.allow(&[], 2)?;
                xtask::schema::pull::run(&types_crate, &rest.file(1)?)
            }
            Some("fmt") => {
                rest.allow(&["--check"], 1)?;
                xtask::schema::format::run(&types_crate, rest.flag("--check"))
            }
            _ => Err(format!("schema what?\n{USAGE}").into()),
        },
        "conformance" => {
            rest.allow(&[], usize::MAX)?;
            let folders: Vec<PathBuf> = rest.names.iter().skip(1).map(PathBuf::from).collect();
            xtask::conformance::run(&workspace, &rest.file(0)?, &folders)
        }
        "bench" => {
            rest.allow(&["--check", "--save"], usize::MAX)?;
            let mode = match (rest.flag("--check"), rest.flag("--save")) {
                (false, false) => xtask::bench::Mode::Show,
                (true, false) => xtask::bench::Mode::Check,
                (false, true) => xtask::bench::Mode::Save,
                (true, true) => return Err("either --check or --save".into()),
            };
            xtask::bench::run(&workspace, &rest.names, mode)
        }
        "tidy" => {
            rest.allow(&[], 0)?;
            xtask::tidy::run(&workspace)
        }
        "ci" if rest.flag("--list") => {
            xtask::ci::list();
            Ok(())
        }
        "ci" => {
            rest.allow(&[], usize::MAX)?;
            xtask::ci::run(&workspace, &rest.names)
        }
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("no command {other:?}\n{USAGE}").into()),
    }
}

/// What follows a command: flags, and names.
#[derive(Default)]
struct Arguments {
    flags: Vec<String>,
    names: Vec<String>,
}

impl Arguments {
    fn new(arguments: &[String]) -> Self {
        let mut parsed = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--format" => parsed
                    .flags
                    .extend(arguments.next().map(|format| format!("--format={format}"))),
                flag if flag.starts_with("--") => parsed.flags.push(flag.to_owned()),
                name => parsed.names.push(name.to_owned()),
            }
        }
        parsed
    }

    /// Fails when there are flags or names that the command does not take.
    fn allow(&self, flags: &[&str], names: usize) -> xtask::Result<()> {
        if let Some(flag) = self
            .flags
            .iter()
            .find(|flag| !flags.contains(&flag.as_str()))
        {
            return Err(format!("no option {flag:?}\n{USAGE}").into());
        }
        match self.names.get(names) {
            Some(name) => Err(format!("what to do with {name:?}?\n{USAGE}").into()),
            None => Ok(()),
        }
    }

    fn flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    fn file(&self, index: usize) -> xtask::Result<PathBuf> {
        self.names
            .get(index)
            .map(PathBuf::from)
            .ok_or_else(|| format!("which file?\n{USAGE}").into())
    }
}
