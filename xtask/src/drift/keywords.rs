//! What a schema says in single keywords: types, values, null, limits, tags.

use std::collections::BTreeSet;

use serde_norway::Value;

use super::Change;
use super::compare::Comparison;
use crate::schema::document::{Document, Node, component_name, entries};
use crate::schema::facts::{Facts, stripped};

impl<'d> Comparison<'d> {
    pub(super) fn types(&mut self, theirs: &Facts<'d>, ours: &Facts<'d>) {
        if theirs.types == ours.types {
            return;
        }
        // Wider on purpose is ours; narrower never is. No type at all is the widest.
        let wider = ours.types.is_empty()
            || !theirs.types.is_empty() && theirs.types.is_subset(&ours.types);
        let detail = format!("{} there, {} here", list(&theirs.types), list(&ours.types));
        let simple = |facts: &Facts<'_>| facts.properties.is_empty() && facts.items.is_none();
        let change = match simple(theirs) && simple(ours) {
            true => Change::SetTypes(theirs.types.clone()),
            false => Change::Replace(stripped(theirs.outer.value)),
        };
        self.different(
            (ours.evidence || self.lenient) && wider,
            &ours.node.place,
            "type",
            detail,
            change,
        );
    }

    pub(super) fn values(&mut self, theirs: &Facts<'d>, ours: &Facts<'d>) {
        match (&theirs.values, &ours.values) {
            (Some(there), Some(here)) => {
                for value in there {
                    if here.contains(value) {
                        self.report.counts.values += 1;
                    } else {
                        let change = Change::AddValue(value.clone());
                        self.missing(&ours.node.place, &text(value), "value".into(), change);
                    }
                }
                for value in here.iter().filter(|value| !there.contains(value)) {
                    self.unknown(
                        ours.evidence,
                        &ours.node.place,
                        &text(value),
                        "value".into(),
                    );
                }
            }
            (Some(there), None) => {
                let change = Change::Set {
                    key: "enum".into(),
                    value: Some(Value::Sequence(there.clone())),
                };
                let detail = format!("only {} values there, any here", there.len());
                self.different(ours.evidence, &ours.node.place, "values", detail, change);
            }
            (None, Some(here)) => {
                let change = Change::Set {
                    key: "enum".into(),
                    value: None,
                };
                let detail = format!("any value there, {} known here", here.len());
                self.different(ours.evidence, &ours.node.place, "values", detail, change);
            }
            (None, None) => {}
        }
    }

    /// Lists of words that together are one list.
    pub(super) fn words(&mut self, theirs: &[Node<'d>], ours: &[Node<'d>]) {
        let references = |nodes: &[Node<'d>]| -> Vec<String> {
            nodes
                .iter()
                .filter_map(|node| Facts::of(node.clone()).reference)
                .collect()
        };
        self.seen_published.extend(references(theirs));
        self.seen_ours.extend(references(ours));
        let merge = |nodes: &[Node<'d>], document: &'d Document| {
            let mut lists = nodes
                .iter()
                .map(|node| Facts::resolved(node.clone(), document));
            let mut merged = lists.next()?;
            for list in lists {
                merged
                    .values
                    .get_or_insert_default()
                    .extend(list.values.unwrap_or_default());
                merged.evidence |= list.evidence;
            }
            Some(merged)
        };
        if let (Some(theirs), Some(ours)) = (merge(theirs, self.published), merge(ours, self.ours))
        {
            self.values(&theirs, &ours);
        }
    }

    pub(super) fn nullable(&mut self, theirs: &Facts<'d>, ours: &Facts<'d>) {
        let (there, here) = (
            theirs.is_nullable(self.published),
            ours.is_nullable(self.ours),
        );
        if there != here {
            let detail = if there {
                "may be null there"
            } else {
                "never null there"
            };
            let place = &ours.outer.place;
            self.different(
                (ours.evidence || self.lenient) && here,
                place,
                "null",
                detail.into(),
                Change::SetNullable(there),
            );
        }
    }

    pub(super) fn settings(&mut self, theirs: &Facts<'d>, ours: &Facts<'d>) {
        let keys: BTreeSet<&String> = theirs.settings.keys().chain(ours.settings.keys()).collect();
        for key in keys {
            let (there, here) = (theirs.settings.get(key), ours.settings.get(key));
            if there != here {
                let say = |value: Option<&Value>| value.map_or_else(|| "absent".to_owned(), text);
                let detail = format!("{} there, {} here", say(there), say(here));
                let change = Change::Set {
                    key: key.clone(),
                    value: there.cloned(),
                };
                let on_purpose = ours.evidence || self.lenient && here.is_none();
                self.different(on_purpose, &ours.outer.place, key, detail, change);
            }
        }
    }

    pub(super) fn discriminator(&mut self, theirs: &Facts<'d>, ours: &Facts<'d>) {
        let Some(there) = theirs.node.value.get("discriminator") else {
            return;
        };
        let place = &ours.node.place;
        // Ours may have one where the published description has none: it follows from the members.
        let here = ours.node.value.get("discriminator");
        if here.and_then(|here| here.get("propertyName")) != there.get("propertyName") {
            let change = Change::Set {
                key: "discriminator".into(),
                value: Some(there.clone()),
            };
            let detail = format!(
                "by {}",
                there.get("propertyName").map_or_else(String::new, text)
            );
            self.different(ours.evidence, place, "told apart", detail, change);
            return;
        }
        let known: BTreeSet<&str> = entries(here.and_then(|here| here.get("mapping")))
            .map(|(tag, _)| tag)
            .collect();
        for (tag, target) in entries(there.get("mapping")) {
            if !known.contains(tag) {
                let component = target.as_str().and_then(component_name).unwrap_or_default();
                let change = Change::AddTag {
                    tag: tag.to_owned(),
                    component: component.clone(),
                };
                self.missing(place, tag, format!("tag of {component}"), change);
            }
        }
    }
}

/// A value as a person would write it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

fn list(types: &BTreeSet<String>) -> String {
    if types.is_empty() {
        return "anything".to_owned();
    }
    types
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" or ")
}
