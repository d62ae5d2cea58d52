//! Holds recorded texts against a published description.

use std::collections::BTreeMap;
use std::fmt::Write;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Value, json};

use super::allow::Allowed;
use super::recorded::Text;
use crate::Result;
use crate::schema::document::{Document, component_reference};

/// Longer messages hold a whole body.
const MAX_MESSAGE: usize = 160;

/// What the validator said.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many texts were validated.
    pub texts: usize,
    /// How many of them agree altogether.
    pub valid: usize,
    /// What disagrees, by reason; `None` for what has none.
    pub disagreements: BTreeMap<Option<usize>, Vec<Disagreement>>,
    /// The reasons.
    reasons: Vec<String>,
}

/// A place where a text and the published schema disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The text.
    pub name: String,
    /// The published component.
    pub component: String,
    /// Where in the text.
    pub at: String,
    /// The keyword of the schema.
    pub keyword: String,
    /// What the validator says.
    pub says: String,
}

/// Validates texts.
///
/// # Errors
///
/// When the description lacks a component, or holds a schema that is none.
pub fn validate(published: &Document, texts: &[Text], allowed: &Allowed) -> Result<Report> {
    let root: Value = serde_json::to_value(published.root().value)?;
    let mut validators: BTreeMap<String, Validator> = BTreeMap::new();
    let mut report = Report {
        reasons: allowed
            .allow
            .iter()
            .map(|entry| entry.reason.clone())
            .collect(),
        ..Report::default()
    };
    for text in texts {
        if !validators.contains_key(&text.is) {
            validators.insert(text.is.clone(), validator(published, &root, &text.is)?);
        }
        let Some(validator) = validators.get(&text.is) else {
            continue;
        };
        report.texts += 1;
        let before = report.disagreements.values().map(Vec::len).sum::<usize>();
        for error in validator.iter_errors(&text.value) {
            add(&mut report, text, allowed, &error);
        }
        let after = report.disagreements.values().map(Vec::len).sum::<usize>();
        report.valid += usize::from(before == after);
    }
    Ok(report)
}

/// The validator of a component, or of the answer of an operation.
fn validator(published: &Document, root: &Value, is: &str) -> Result<Validator> {
    let target = match is.split_once(' ') {
        None if published.component(is).is_some() => json!({ "$ref": component_reference(is) }),
        None => return Err(format!("the description has no component {is}").into()),
        Some((method, path)) => {
            let keys = [
                "paths",
                path,
                &method.to_lowercase(),
                "responses",
                "200",
                "content",
                "application/json",
                "schema",
            ];
            let schema = published
                .root()
                .at(&keys)
                .ok_or_else(|| format!("the description has no answer of {is}"))?;
            serde_json::to_value(schema.value)?
        }
    };
    let schema = json!({ "components": root.get("components"), "allOf": [target] });
    let built = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(&schema);
    built.map_err(|error| format!("{is}: {error}").into())
}

/// Adds an error, or, for a union, those of the member that was meant.
fn add(report: &mut Report, text: &Text, allowed: &Allowed, error: &ValidationError<'_>) {
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } =
        error.kind()
        && let Some(member) = meant(error, context)
    {
        for error in member {
            add(report, text, allowed, error);
        }
        return;
    }
    let mut says = error.to_string();
    if let Some((cut, _)) = says.char_indices().nth(MAX_MESSAGE) {
        says.truncate(cut);
        says.push('…');
    }
    let at = error.instance_path().to_string();
    let keyword = error.kind().keyword().to_owned();
    let reason = allowed.reason(&text.is, &at, &keyword, &says);
    let disagreement = Disagreement {
        name: text.name.clone(),
        component: text.is.clone(),
        at,
        keyword,
        says,
    };
    let list = report.disagreements.entry(reason).or_default();
    if !list.contains(&disagreement) {
        list.push(disagreement);
    }
}

/// The member of a union that a value was meant to be: the only one whose tag it has, or whose kind.
fn meant<'e>(
    error: &ValidationError<'_>,
    context: &'e [Vec<ValidationError<'e>>],
) -> Option<&'e Vec<ValidationError<'e>>> {
    let depth =
        |error: &ValidationError<'_>| error.instance_path().to_string().matches('/').count();
    let here = depth(error);
    let fits = |member: &&Vec<ValidationError<'e>>| {
        member.iter().all(|inner| match inner.kind().keyword() {
            "type" => depth(inner) > here,
            "const" | "enum" => depth(inner) > here + 1,
            _ => true,
        })
    };
    let mut members = context.iter().filter(fits);
    members.next().filter(|_| members.next().is_none())
}

impl Report {
    /// How many disagreements nobody has explained.
    #[must_use]
    pub fn unexplained(&self) -> usize {
        self.disagreements.get(&None).map_or(0, Vec::len)
    }

    /// The report as text: what is explained is counted, what is not is listed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (reason, list) in &self.disagreements {
            match reason.and_then(|index| self.reasons.get(index)) {
                Some(reason) => {
                    let _ = writeln!(out, "allowed: {reason}");
                    for (place, count) in places(list) {
                        let _ = writeln!(out, "    {place} ({count})");
                    }
                }
                None => {
                    let _ = writeln!(out, "without a reason:");
                    for one in list {
                        let _ = writeln!(
                            out,
                            "    {}\n        {} {} [{}]: {}",
                            one.name, one.component, one.at, one.keyword, one.says
                        );
                    }
                }
            }
        }
        let unused = self
            .reasons
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.disagreements.contains_key(&Some(*index)));
        for (_, reason) in unused {
            let _ = writeln!(out, "a reason that nothing needs: {reason}");
        }
        let _ = writeln!(
            out,
            "{} texts, {} of them valid, {} disagreements without a reason",
            self.texts,
            self.valid,
            self.unexplained()
        );
        out
    }
}

/// Places, with numbers as `*`, and how often something disagrees there.
fn places(list: &[Disagreement]) -> BTreeMap<String, usize> {
    let mut places = BTreeMap::new();
    for one in list {
        let is_number =
            |step: &&str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        let steps: Vec<&str> = one
            .at
            .split('/')
            .map(|step| if is_number(&step) { "*" } else { step })
            .collect();
        *places
            .entry(format!(
                "{} {} [{}]",
                one.component,
                steps.join("/"),
                one.keyword
            ))
            .or_default() += 1;
    }
    places
}
