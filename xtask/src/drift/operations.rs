//! Operations: parameters, request bodies and answers.

use std::collections::BTreeSet;

use super::Change;
use super::compare::Comparison;
use super::keywords::text;
use crate::schema::document::Node;
use crate::schema::facts::{is_annotation, stripped};

impl<'d> Comparison<'d> {
    /// Compares each of our operations with the published one of the same path and method.
    pub(super) fn operations(&mut self) {
        let ours = self.ours.operations();
        let theirs = self.published.operations();
        for (path, method, our_node) in &ours {
            match theirs
                .iter()
                .find(|(there, verb, _)| there == path && verb == method)
            {
                Some((_, _, node)) => {
                    self.report.counts.operations += 1;
                    self.operation(node, our_node);
                }
                None => {
                    let evidence = our_node.value.get("x-evidence").is_some();
                    self.unknown(evidence, &our_node.place, "operation", String::new());
                }
            }
        }
        for (path, method, _) in &theirs {
            if !ours
                .iter()
                .any(|(here, verb, _)| here == path && verb == method)
            {
                self.report
                    .not_covered
                    .push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }

    fn operation(&mut self, theirs: &Node<'d>, ours: &Node<'d>) {
        const COMPARED_ELSEWHERE: [&str; 3] = ["parameters", "requestBody", "responses"];
        let keys = |node: &Node<'d>| -> BTreeSet<&'d str> {
            let keys = node.entries().into_iter().map(|(key, _)| key);
            keys.filter(|key| !is_annotation(key) && !COMPARED_ELSEWHERE.contains(key))
                .collect()
        };
        for key in keys(theirs).union(&keys(ours)) {
            let (there, here) = (theirs.value.get(*key), ours.value.get(*key));
            if there != here {
                let say = |value: Option<_>| value.map_or_else(|| "absent".to_owned(), text);
                let detail = format!("{} there, {} here", say(there), say(here));
                let change = Change::Set {
                    key: (*key).to_owned(),
                    value: there.cloned(),
                };
                self.different(false, &ours.place, key, detail, change);
            }
        }
        self.parameters(theirs, ours);
        match (theirs.get("requestBody"), ours.get("requestBody")) {
            (Some(theirs), Some(ours)) => {
                let theirs = self.published.resolve(theirs);
                if theirs.flag("required") != ours.flag("required") {
                    let value = theirs.value.get("required").cloned();
                    let change = Change::Set {
                        key: "required".into(),
                        value,
                    };
                    self.different(
                        false,
                        &ours.place,
                        "required",
                        "the other way there".into(),
                        change,
                    );
                }
                self.content(&theirs, &ours);
            }
            (Some(theirs), None) => {
                let change = Change::Set {
                    key: "requestBody".into(),
                    value: Some(stripped(theirs.value)),
                };
                self.missing(&ours.place, "requestBody", "body".into(), change);
            }
            (None, Some(body)) => {
                let evidence = body.value.get("x-evidence").is_some();
                self.unknown(evidence, &ours.place, "requestBody", "body".into());
            }
            (None, None) => {}
        }
        self.responses(theirs, ours);
    }

    fn parameters(&mut self, theirs: &Node<'d>, ours: &Node<'d>) {
        let list = |node: &Node<'d>| {
            node.get("parameters")
                .map(|list| list.elements())
                .unwrap_or_default()
        };
        let published = self.published;
        let theirs: Vec<Node<'d>> = list(theirs)
            .into_iter()
            .map(|node| published.resolve(node))
            .collect();
        let here = list(ours);
        let same = |one: &Node<'d>, other: &Node<'d>| {
            let name = |node: &Node<'d>| node.text("name").map(str::to_ascii_lowercase);
            name(one) == name(other) && one.text("in") == other.text("in")
        };
        for parameter in &theirs {
            let name = parameter.text("name").unwrap_or_default();
            let Some(known) = here.iter().find(|known| same(parameter, known)) else {
                let change = Change::AddParameter(stripped(parameter.value));
                self.missing(&ours.place, name, "parameter".into(), change);
                continue;
            };
            let evidence = known.value.get("x-evidence").is_some();
            for key in ["required", "deprecated"] {
                if parameter.flag(key) != known.flag(key) {
                    let change = Change::Set {
                        key: key.into(),
                        value: parameter.value.get(key).cloned(),
                    };
                    self.different(
                        evidence,
                        &known.place,
                        name,
                        format!("{key}: the other way there"),
                        change,
                    );
                }
            }
            match (parameter.get("schema"), known.get("schema")) {
                (Some(theirs), Some(ours)) => self.node(theirs, ours),
                (Some(theirs), None) => {
                    let change = Change::Set {
                        key: "schema".into(),
                        value: Some(stripped(theirs.value)),
                    };
                    self.missing(&known.place, name, "schema of a parameter".into(), change);
                }
                _ => {}
            }
        }
        for parameter in here {
            if !theirs.iter().any(|known| same(known, &parameter)) {
                let name = parameter.text("name").unwrap_or_default();
                let evidence = parameter.value.get("x-evidence").is_some();
                self.unknown(evidence, &ours.place, name, "parameter".into());
            }
        }
    }

    fn responses(&mut self, theirs: &Node<'d>, ours: &Node<'d>) {
        let list = |node: &Node<'d>| {
            node.get("responses")
                .map(|list| list.entries())
                .unwrap_or_default()
        };
        let here = list(ours);
        let find = |status: &str| {
            here.iter()
                .find(|(known, _)| *known == status)
                .map(|(_, node)| node.clone())
        };
        for (status, response) in list(theirs) {
            let response = self.published.resolve(response);
            // One of ours may stand for a class of statuses, or for all that are not listed.
            let class = || {
                status
                    .get(..1)
                    .and_then(|digit| find(&format!("{digit}XX")))
            };
            match find(status).or_else(class).or_else(|| find("default")) {
                Some(known) => self.content(&response, &known),
                None => {
                    let keys = vec!["responses".to_owned(), status.to_owned()];
                    let change = Change::AddUnder {
                        keys,
                        value: stripped(response.value),
                    };
                    self.missing(&ours.place, status, "answer".into(), change);
                }
            }
        }
        for (status, response) in &here {
            let class = status.ends_with("XX") || *status == "default";
            if !class && !list(theirs).iter().any(|(known, _)| known == status) {
                let evidence = response.value.get("x-evidence").is_some();
                self.unknown(evidence, &ours.place, status, "answer".into());
            }
        }
    }

    /// Schemas by media type.
    fn content(&mut self, theirs: &Node<'d>, ours: &Node<'d>) {
        let list = |node: &Node<'d>| {
            node.get("content")
                .map(|list| list.entries())
                .unwrap_or_default()
        };
        let here = list(ours);
        for (kind, media) in list(theirs) {
            match here.iter().find(|(known, _)| *known == kind) {
                Some((_, known)) => {
                    if let (Some(theirs), Some(ours)) = (media.get("schema"), known.get("schema")) {
                        self.node(theirs, ours);
                    }
                }
                None => {
                    let keys = vec!["content".to_owned(), kind.to_owned()];
                    let change = Change::AddUnder {
                        keys,
                        value: stripped(media.value),
                    };
                    self.missing(&ours.place, kind, "media type".into(), change);
                }
            }
        }
        for (kind, media) in here {
            if !list(theirs).iter().any(|(known, _)| *known == kind) {
                let evidence = media.value.get("x-evidence").is_some();
                self.unknown(evidence, &ours.place, kind, "media type".into());
            }
        }
    }
}
