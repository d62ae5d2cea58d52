//! The committed figures: `xtask/benchmarks.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;

use super::output::Measured;
use super::report::grouped;
use crate::Result;

/// What every benchmark cost when the file was written.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct Baseline {
    /// With what it was measured.
    #[serde(flatten)]
    pub versions: Versions,
    /// How far a figure may be from the one here, in percent. Written by hand.
    pub band: f64,
    /// The benchmarks of each suite.
    #[serde(default)]
    pub suites: BTreeMap<String, BTreeMap<String, Entry>>,
}

/// What the counts depend on, besides the code.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Versions {
    /// The compiler.
    pub rustc: String,
    /// What counts.
    pub valgrind: String,
    /// What separates the benchmark from its preparation.
    pub gungraun: String,
}

/// A benchmark.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What all of it costs.
    pub instructions: u64,
    /// How many units of work are in it. Written by hand.
    pub units: u64,
    /// What a unit is. Written by hand.
    pub per: String,
}

/// The unit of a benchmark for which nobody has written one.
const ALL_OF_IT: &str = "run";

impl Baseline {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is not what this program writes.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// When it is not what this program writes.
    pub fn parse(text: &str) -> Result<Self> {
        let baseline: Self = toml::from_str(text)?;
        let no_work = baseline
            .suites
            .values()
            .flatten()
            .find(|(_, entry)| entry.units == 0);
        match no_work {
            Some((name, _)) => Err(format!("{name:?} has no units").into()),
            None => Ok(baseline),
        }
    }

    /// Puts a suite's figures in the place of its old ones; the units stay.
    pub fn replace(&mut self, suite: &str, measured: &[Measured]) {
        let mut old = self.suites.remove(suite).unwrap_or_default();
        let new = measured.iter().map(|measured| {
            let entry = old.remove(&measured.name).unwrap_or_else(|| Entry {
                instructions: 0,
                units: 1,
                per: ALL_OF_IT.to_owned(),
            });
            (
                measured.name.clone(),
                Entry {
                    instructions: measured.instructions,
                    ..entry
                },
            )
        });
        let new = new.collect();
        self.suites.insert(suite.to_owned(), new);
    }

    /// Forgets suites that are no more.
    pub fn keep_only<'a>(&mut self, suites: impl Iterator<Item = &'a str>) {
        let suites: Vec<&str> = suites.collect();
        self.suites
            .retain(|name, _| suites.contains(&name.as_str()));
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "rustc {}, valgrind {}, gungraun {}",
            self.rustc, self.valgrind, self.gungraun
        )
    }
}

/// The file's text.
impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Versions {
            rustc,
            valgrind,
            gungraun,
        } = &self.versions;
        f.write_str("# Written by `cargo xtask bench --save`; what is written by hand stays: `band`, `units` and `per`.\n\n")?;
        writeln!(
            f,
            "rustc = {rustc:?}\nvalgrind = {valgrind:?}\ngungraun = {gungraun:?}\n"
        )?;
        writeln!(
            f,
            "# How far a figure may be from the one here, in percent.\nband = {:?}",
            self.band
        )?;
        for (suite, benchmarks) in &self.suites {
            writeln!(f, "\n[suites.{suite}]")?;
            let name_width = benchmarks
                .keys()
                .map(|name| name.len() + 2)
                .max()
                .unwrap_or_default();
            for (
                name,
                Entry {
                    instructions,
                    units,
                    per,
                },
            ) in benchmarks
            {
                let name = format!("{name:?}");
                let (instructions, units) = (grouped(*instructions, '_'), grouped(*units, '_'));
                writeln!(
                    f,
                    "{name:name_width$} = {{ instructions = {instructions}, units = {units}, per = {per:?} }}"
                )?;
            }
        }
        Ok(())
    }
}
