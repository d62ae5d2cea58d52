//! A report, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde_json::json;

use super::{Finding, Kind, Report};
use crate::Result;

impl Report {
    /// The report as text.
    #[must_use]
    pub fn text(&self, verbose: bool) -> String {
        let mut out = String::new();
        let (operations, components): (Vec<&Finding>, Vec<&Finding>) = self
            .findings
            .iter()
            .filter(|finding| verbose || finding.kind != Kind::Ours)
            .partition(|finding| finding.is_operation());
        section(&mut out, "Operations", &operations);
        section(&mut out, "Components", &components);
        let counts = &self.counts;
        let _ = writeln!(
            out,
            "covered       {} operations, {} components, {} fields, {} values, {} union members",
            counts.operations, counts.components, counts.properties, counts.values, counts.members
        );
        for kind in [Kind::Missing, Kind::Different, Kind::Unknown, Kind::Ours] {
            let _ = writeln!(out, "{:<14}{}", kind.name(), self.count(kind));
        }
        let renamed: Vec<String> = self
            .renamed
            .iter()
            .map(|(there, here)| format!("{there} → {here}"))
            .collect();
        listed(
            &mut out,
            "other name",
            &renamed,
            verbose,
            "published component → ours",
        );
        listed(
            &mut out,
            "not covered",
            &self.not_covered,
            verbose,
            "published operations",
        );
        let now: Vec<String> = self.published_now.iter().cloned().collect();
        listed(
            &mut out,
            "published now",
            &now,
            verbose,
            "marked with x-evidence, and published by now",
        );
        listed(
            &mut out,
            "undescribed",
            &self.undescribed,
            verbose,
            "items without a description",
        );
        out
    }

    /// The report as JSON.
    ///
    /// # Errors
    ///
    /// Never in practice: everything in it is text and numbers.
    pub fn json(&self) -> Result<String> {
        let findings: Vec<_> = self
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "kind": finding.kind.name(),
                    "in": finding.place.owner(),
                    "at": finding.place.inside(),
                    "what": finding.what,
                    "detail": finding.detail,
                })
            })
            .collect();
        let counts = &self.counts;
        let report = json!({
            "covered": {
                "operations": counts.operations,
                "components": counts.components,
                "fields": counts.properties,
                "values": counts.values,
                "members": counts.members,
            },
            "counts": {
                "missing here": self.count(Kind::Missing),
                "different": self.count(Kind::Different),
                "unknown there": self.count(Kind::Unknown),
                "ours": self.count(Kind::Ours),
            },
            "findings": findings,
            "renamed": self.renamed,
            "not_covered": self.not_covered,
            "published_now": self.published_now,
            "undescribed": self.undescribed,
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }
}

impl Finding {
    fn is_operation(&self) -> bool {
        matches!(self.place.0.first(), Some(crate::schema::document::Step::Key(key)) if key == "paths")
    }

    /// The finding on one line, without its owner.
    #[must_use]
    pub fn line(&self) -> String {
        let inside = self.place.inside();
        let mut line = format!("{:<14}", self.kind.name());
        line.push_str(&inside);
        if !inside.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&self.what);
        if !self.detail.is_empty() {
            line.push_str(&format!(" ({})", self.detail));
        }
        line
    }
}

impl Kind {
    /// How reports call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing here",
            Self::Different => "different",
            Self::Unknown => "unknown there",
            Self::Ours => "ours",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line();
        let line = line.strip_prefix(self.kind.name()).unwrap_or(&line);
        write!(
            out,
            "{}: {} ({})",
            self.place.owner(),
            line.trim_start(),
            self.kind.name()
        )
    }
}

fn section(out: &mut String, title: &str, findings: &[&Finding]) {
    if findings.is_empty() {
        return;
    }
    let mut groups: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        groups
            .entry(finding.place.owner())
            .or_default()
            .push(finding);
    }
    let _ = writeln!(out, "{title}\n");
    for (owner, mut findings) in groups {
        findings.sort_by_key(|finding| finding.kind);
        let _ = writeln!(out, "  {owner}");
        for finding in findings {
            let _ = writeln!(out, "    {}", finding.line());
        }
    }
    out.push('\n');
}

fn listed(out: &mut String, title: &str, names: &[String], verbose: bool, what: &str) {
    if names.is_empty() {
        return;
    }
    let hint = if verbose {
        ""
    } else {
        " (--verbose names them)"
    };
    let _ = writeln!(out, "{title:<14}{} {what}{hint}", names.len());
    for name in names.iter().filter(|_| verbose) {
        let _ = writeln!(out, "    {name}");
    }
}
