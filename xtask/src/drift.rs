//! `cargo xtask drift FILE`: how our schema and a published description differ.

pub mod compare;
mod keywords;
mod operations;
mod report;
mod union;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_norway::Value;

use crate::Result;
use crate::codegen::read;
use crate::schema::document::{Document, Folder, Place};

/// How to print a report.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// As JSON instead of text.
    pub json: bool,
    /// Fail when something published is missing here, or differs.
    pub deny: bool,
    /// Name what is only counted otherwise.
    pub verbose: bool,
}

/// What a comparison found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Where the two differ, in the order in which it was found.
    pub findings: Vec<Finding>,
    /// How much they have in common.
    pub counts: Counts,
    /// Published components that have another name here.
    pub renamed: BTreeMap<String, String>,
    /// Published operations that we do not cover.
    pub not_covered: Vec<String>,
    /// What is marked as ours although it is published by now.
    pub published_now: BTreeSet<String>,
    /// What has no description here.
    pub undescribed: Vec<String>,
}

/// How much both have in common.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// API calls.
    pub operations: usize,
    /// Named schemas.
    pub components: usize,
    /// Fields of objects.
    pub properties: usize,
    /// Values of enums.
    pub values: usize,
    /// Members of unions.
    pub members: usize,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which way it differs.
    pub kind: Kind,
    /// Where, in our schema; for a component that we lack, in the published description.
    pub place: Place,
    /// The field, value, member or setting.
    pub what: String,
    /// More about it.
    pub detail: String,
    /// What would bring ours in line, if anything does.
    pub change: Option<Change>,
}

/// Which way two schemas differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Published, and not here.
    Missing,
    /// Here and published, but not the same.
    Different,
    /// Here, and not published.
    Unknown,
    /// Here, and not published, on purpose.
    Ours,
}

/// A change to our schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new field of an object.
    AddProperty {
        /// Its name.
        name: String,
        /// What it is.
        schema: Value,
        /// Whether it is always there.
        required: bool,
    },
    /// A new value of an enum.
    AddValue(Value),
    /// A new member of a union.
    AddMember(Value),
    /// A new value by which members of a union are told apart.
    AddTag {
        /// The value.
        tag: String,
        /// The member.
        component: String,
    },
    /// A new parameter of an operation.
    AddParameter(Value),
    /// A new entry some keys further down.
    AddUnder {
        /// The keys.
        keys: Vec<String>,
        /// What to put there.
        value: Value,
    },
    /// A field becomes required or optional.
    SetRequired {
        /// The field.
        name: String,
        /// Whether it is always there.
        required: bool,
    },
    /// `null` becomes allowed or forbidden.
    SetNullable(bool),
    /// Other JSON types.
    SetTypes(BTreeSet<String>),
    /// Another value of a keyword, or none.
    Set {
        /// The keyword.
        key: String,
        /// Its value.
        value: Option<Value>,
    },
    /// Another schema altogether.
    Replace(Value),
}

/// Compares the schema of the types crate with a published description, and prints the report.
///
/// # Errors
///
/// When a file cannot be read, and, with `deny`, when something published is missing here or differs.
pub fn run(types_crate: &Path, file: &Path, options: Options) -> Result<()> {
    let folder = types_crate.join("schema");
    let ours = Folder::open(&folder)?.document()?;
    let config = read::config(&folder.join("codegen.toml"))?;
    let published = Document::open(file)?;
    let report = Report::compare(&published, &ours, &config);
    print!(
        "{}",
        if options.json {
            report.json()?
        } else {
            report.text(options.verbose)
        }
    );
    match report.denied() {
        0 => Ok(()),
        count if options.deny => {
            Err(format!("{count} published facts are missing here or differ").into())
        }
        _ => Ok(()),
    }
}

impl Report {
    /// Compares our schema with a published description.
    #[must_use]
    pub fn compare(published: &Document, ours: &Document, config: &read::Config) -> Self {
        let mut report = compare::Comparison::run(published, ours, &config.aliases);
        report.undescribed = crate::schema::describe::undescribed(ours);
        report
    }

    /// Adds a finding, once.
    pub fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// How many findings are drift, either way.
    #[must_use]
    pub fn drift(&self) -> usize {
        self.count(Kind::Missing) + self.count(Kind::Different) + self.count(Kind::Unknown)
    }

    /// How many findings say that something published is not here as published.
    #[must_use]
    pub fn denied(&self) -> usize {
        self.count(Kind::Missing) + self.count(Kind::Different)
    }

    /// How many findings are of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.kind == kind)
            .count()
    }
}

impl Finding {
    /// A finding.
    #[must_use]
    pub fn new(
        kind: Kind,
        place: Place,
        what: &str,
        detail: String,
        change: Option<Change>,
    ) -> Self {
        Self {
            kind,
            place,
            what: what.to_owned(),
            detail,
            change,
        }
    }
}
