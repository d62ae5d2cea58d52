//! `xtask/conformance.toml`: what a recorded text is, where it does not show, and which disagreements are right.

use std::path::Path;

use serde::Deserialize;

use crate::Result;
use crate::tidy::origins::matches;

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Allowed {
    /// What texts are, where neither folder nor content shows it.
    pub file: Vec<Kind>,
    /// Disagreements that are right.
    pub allow: Vec<Reason>,
}

/// What some texts are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// The file, from the root of the repository; `*` stands for anything but `/`.
    pub path: String,
    /// A published component; `GET /path` for the answer of an operation; empty for what is not meant to be valid.
    pub is: String,
    /// Why, where it is not plain.
    #[serde(default)]
    pub reason: String,
}

/// A disagreement that is right.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The published component that the text was held against; `*` for any.
    pub component: String,
    /// Where in the text: `/choices/*/delta/role`, each `*` one step.
    pub at: String,
    /// The keyword of the published schema that disagrees; `*` for any.
    pub keyword: String,
    /// A part of what the validator says, where place and keyword are not enough.
    #[serde(default)]
    pub says: String,
    /// Why the text is right.
    pub reason: String,
}

impl Allowed {
    /// Reads the file; an absent one is empty.
    ///
    /// # Errors
    ///
    /// When it is not what [`Allowed`] describes, or a reason is empty.
    pub fn open(path: &Path) -> Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()).into())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("read {}: {error}", path.display()).into()),
        }
    }

    /// Reads the text of the file.
    ///
    /// # Errors
    ///
    /// When it is not what [`Allowed`] describes, or a reason is empty.
    pub fn parse(text: &str) -> Result<Self> {
        let allowed: Self = toml::from_str(text)?;
        match allowed
            .allow
            .iter()
            .find(|entry| entry.reason.trim().is_empty())
        {
            Some(entry) => Err(format!("no reason for {} at {}", entry.component, entry.at).into()),
            None => Ok(allowed),
        }
    }

    /// What a file is, if it is listed.
    #[must_use]
    pub fn kind(&self, path: &str) -> Option<&str> {
        self.file
            .iter()
            .find(|entry| matches(&entry.path, path))
            .map(|entry| entry.is.as_str())
    }

    /// The entry that explains a disagreement.
    #[must_use]
    pub fn reason(&self, component: &str, at: &str, keyword: &str, says: &str) -> Option<usize> {
        self.allow.iter().position(|entry| {
            (entry.component == "*" || entry.component == component)
                && (entry.keyword == "*" || entry.keyword == keyword)
                && matches(&entry.at, at)
                && says.contains(&entry.says)
        })
    }
}
