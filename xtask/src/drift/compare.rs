//! Compares our schema with a published description, operation by operation and component by component.
//!
//! Only what the covered operations reach is compared. The walk starts at their parameters, bodies and answers; where
//! both sides refer to a component, the pair is compared once, on its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_norway::Value;

use super::{Change, Finding, Kind, Report};
use crate::codegen::read::Alias;
use crate::schema::document::{Document, Node, Place, component_name, component_reference};
use crate::schema::facts::{Additional, Facts, stripped};

/// A comparison under way.
#[derive(Clone, Debug)]
pub struct Comparison<'d> {
    pub(super) published: &'d Document,
    pub(super) ours: &'d Document,
    aliases: &'d BTreeMap<String, Alias>,
    pub(super) report: Report,
    queue: VecDeque<Pair>,
    /// Pairs of components that were or will be compared.
    pairs: BTreeSet<Pair>,
    /// Pairs of places that are being compared, so that a schema that contains itself comes to an end.
    places: BTreeSet<(Place, Place)>,
    /// Published components that were compared, on their own or where they stand.
    pub(super) seen_published: BTreeSet<String>,
    /// Our components that were compared.
    pub(super) seen_ours: BTreeSet<String>,
    /// What one of ours holds for several published components is not drift.
    pub(super) lenient: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    published: String,
    ours: String,
    lenient: bool,
}

impl<'d> Comparison<'d> {
    /// Compares everything that our operations cover.
    #[must_use]
    pub fn run(
        published: &'d Document,
        ours: &'d Document,
        aliases: &'d BTreeMap<String, Alias>,
    ) -> Report {
        let mut comparison = Self {
            published,
            ours,
            aliases,
            report: Report::default(),
            queue: VecDeque::new(),
            pairs: BTreeSet::new(),
            places: BTreeSet::new(),
            seen_published: BTreeSet::new(),
            seen_ours: BTreeSet::new(),
            lenient: false,
        };
        comparison.operations();
        while let Some(pair) = comparison.queue.pop_front() {
            comparison.pair(pair);
        }
        comparison.components_of_one_side();
        comparison.report
    }

    /// A published schema and ours.
    pub(super) fn node(&mut self, theirs: Node<'d>, ours: Node<'d>) {
        if !self
            .places
            .insert((theirs.place.clone(), ours.place.clone()))
        {
            return;
        }
        let (theirs, ours) = (Facts::of(theirs), Facts::of(ours));
        match (theirs.reference.clone(), ours.reference.clone()) {
            (Some(their_name), Some(our_name)) => {
                // Where neither place says more than its component, the components are compared, once.
                if theirs.nullable != ours.nullable {
                    self.nullable(&theirs, &ours);
                }
                self.settings(&theirs, &ours);
                self.references(&their_name, &our_name, &ours);
            }
            (None, None) => self.structure(theirs, ours),
            (their_name, our_name) => {
                let (their_outer, our_outer) = (theirs.outer, ours.outer);
                self.seen_published.extend(their_name);
                let theirs = Facts::resolved(their_outer.clone(), self.published);
                let inner = Facts::resolved(our_outer.clone(), self.ours);
                let lenient = our_name.as_ref().is_some_and(|name| self.is_alias(name));
                let trial = self.trial(|trial| {
                    let before = trial.lenient;
                    trial.lenient |= lenient;
                    trial.structure(theirs, inner);
                    trial.lenient = before;
                });
                let is_published = |name: &&String| self.published.component(name).is_some();
                match our_name.as_ref().filter(is_published) {
                    // Our component is published as such: what stands here instead must not change it.
                    Some(name)
                        if trial.found_drift(self)
                            && trial.report.denied() == self.report.denied() =>
                    {
                        let detail = format!("published with less; ours is {name}");
                        self.unknown(ours.evidence, &our_outer.place, "schema", detail);
                    }
                    Some(name) if trial.found_drift(self) => {
                        let detail = format!("published with its own schema; ours is {name}");
                        let change = Change::Replace(stripped(their_outer.value));
                        self.different(ours.evidence, &our_outer.place, "schema", detail, change);
                    }
                    _ => {
                        *self = trial;
                        self.seen_ours.extend(our_name);
                    }
                }
            }
        }
    }

    /// Both sides refer to a component.
    fn references(&mut self, theirs: &str, ours: &str, facts: &Facts<'d>) {
        let alias = self.aliases.get(theirs).map(|alias| alias.is.as_str());
        if theirs == ours || alias == Some(ours) {
            return self.enqueue(theirs, ours, alias == Some(ours) && theirs != ours);
        }
        let (Some(their_node), Some(our_node)) =
            (self.published.component(theirs), self.ours.component(ours))
        else {
            return;
        };
        let their_facts = Facts::resolved(their_node, self.published);
        let our_facts = Facts::resolved(our_node, self.ours);
        let trial = self.trial(|trial| trial.structure(their_facts, our_facts));
        let known =
            self.ours.component(theirs).is_some() || self.published.component(ours).is_some();
        if known && trial.found_drift(self) {
            let wanted = alias.unwrap_or(theirs);
            let mut schema = serde_norway::Mapping::new();
            schema.insert("$ref".into(), component_reference(wanted).into());
            let detail = format!("published as {theirs}; ours is {ours}");
            let place = &facts.outer.place;
            self.different(
                facts.evidence,
                place,
                "schema",
                detail,
                Change::Replace(Value::Mapping(schema)),
            );
        } else {
            self.report
                .renamed
                .insert(theirs.to_owned(), ours.to_owned());
            self.enqueue(theirs, ours, self.lenient);
        }
    }

    fn enqueue(&mut self, published: &str, ours: &str, lenient: bool) {
        let lenient = lenient || self.lenient;
        let pair = Pair {
            published: published.to_owned(),
            ours: ours.to_owned(),
            lenient,
        };
        let strict = Pair {
            lenient: false,
            ..pair.clone()
        };
        if !self.pairs.contains(&strict) && self.pairs.insert(pair.clone()) {
            self.queue.push_back(pair);
        }
    }

    fn pair(&mut self, pair: Pair) {
        self.seen_published.insert(pair.published.clone());
        self.seen_ours.insert(pair.ours.clone());
        let (Some(theirs), Some(ours)) = (
            self.published.component(&pair.published),
            self.ours.component(&pair.ours),
        ) else {
            return;
        };
        self.report.counts.components += 1;
        self.lenient = pair.lenient;
        self.node(theirs, ours);
        self.lenient = false;
    }

    /// What the schemas say themselves.
    fn structure(&mut self, mut theirs: Facts<'d>, mut ours: Facts<'d>) {
        if !theirs.parts.is_empty() || !ours.parts.is_empty() {
            self.parts(&theirs, &ours);
            theirs = Facts::resolved(theirs.outer, self.published);
            ours = Facts::resolved(ours.outer, self.ours);
        }
        self.nullable(&theirs, &ours);
        self.settings(&theirs, &ours);
        if !theirs.members.is_empty() || !ours.members.is_empty() {
            super::union::compare(self, &theirs, &ours);
            self.discriminator(&theirs, &ours);
            if theirs.members.is_empty() != ours.members.is_empty() {
                return;
            }
        } else {
            self.types(&theirs, &ours);
        }
        self.values(&theirs, &ours);
        self.properties(&theirs, &ours);
        match (theirs.items, ours.items) {
            (Some(theirs), Some(ours)) => self.node(theirs, ours),
            (Some(items), None) => {
                let change = Change::Set {
                    key: "items".into(),
                    value: Some(stripped(items.value)),
                };
                self.different(
                    ours.evidence,
                    &ours.node.place,
                    "items",
                    "missing here".into(),
                    change,
                );
            }
            (None, Some(_)) => {
                let change = Change::Set {
                    key: "items".into(),
                    value: None,
                };
                self.different(
                    ours.evidence,
                    &ours.node.place,
                    "items",
                    "anything there".into(),
                    change,
                );
            }
            (None, None) => {}
        }
        match (theirs.additional, ours.additional) {
            (Additional::Of(theirs), Additional::Of(ours)) => self.node(theirs, ours),
            (Additional::Open, Additional::Open) | (Additional::Closed, Additional::Closed) => {}
            (theirs, _) => {
                let (said, value) = match theirs {
                    Additional::Open => ("open there", None),
                    Additional::Closed => ("closed there", Some(Value::Bool(false))),
                    Additional::Of(node) => ("limited there", Some(stripped(node.value))),
                };
                let change = Change::Set {
                    key: "additionalProperties".into(),
                    value,
                };
                self.different(
                    ours.evidence,
                    &ours.node.place,
                    "other fields",
                    said.into(),
                    change,
                );
            }
        }
    }

    /// Components that both sides name among schemas that hold all at once are compared on their own too.
    fn parts(&mut self, theirs: &Facts<'d>, ours: &Facts<'d>) {
        let names = |facts: &Facts<'d>| -> Vec<String> {
            facts
                .parts
                .iter()
                .filter_map(|part| component_name(part.text("$ref")?))
                .collect()
        };
        let (there, here) = (names(theirs), names(ours));
        for name in &there {
            let partner = self.aliases.get(name).map_or(name, |alias| &alias.is);
            if here.contains(partner) {
                let lenient = partner != name;
                self.enqueue(name, &partner.clone(), lenient);
            }
        }
        self.seen_published.extend(there);
        self.seen_ours.extend(here);
    }

    fn properties(&mut self, theirs: &Facts<'d>, ours: &Facts<'d>) {
        for (name, field) in &theirs.properties {
            let required = theirs.required.contains(name);
            let Some((_, our_field)) = ours.properties.iter().find(|(known, _)| known == name)
            else {
                let change = Change::AddProperty {
                    name: name.clone(),
                    schema: stripped(field.value),
                    required,
                };
                let detail = if required { "required field" } else { "field" };
                self.missing(&ours.node.place, name, detail.to_owned(), change);
                continue;
            };
            self.report.counts.properties += 1;
            let evidence = our_field.value.get("x-evidence").is_some();
            if required != ours.required.contains(name) {
                let detail = if required {
                    "required there, optional here"
                } else {
                    "optional there, required here"
                };
                let change = Change::SetRequired {
                    name: name.clone(),
                    required,
                };
                self.different(
                    evidence || ours.evidence || self.lenient && !required,
                    &ours.node.place,
                    name,
                    detail.into(),
                    change,
                );
            }
            let excused = self.report.count(Kind::Ours);
            self.node(field.clone(), our_field.clone());
            if evidence && !self.lenient && self.report.count(Kind::Ours) == excused {
                self.report
                    .published_now
                    .insert(our_field.place.to_string());
            }
        }
        for (name, field) in &ours.properties {
            if !theirs.properties.iter().any(|(known, _)| known == name) {
                self.unknown(
                    Facts::of(field.clone()).evidence,
                    &ours.node.place,
                    name,
                    "field".into(),
                );
            }
        }
    }

    fn components_of_one_side(&mut self) {
        let covered: BTreeSet<(String, String)> = self
            .ours
            .operations()
            .into_iter()
            .map(|(path, method, _)| (path, method))
            .collect();
        let operations = self.published.operations();
        let covered = operations
            .iter()
            .filter(|(path, method, _)| covered.contains(&(path.clone(), method.clone())));
        let covered: Vec<&Value> = covered.map(|(_, _, node)| node.value).collect();
        for name in self.published.reach(&covered) {
            let alias = self
                .aliases
                .get(&name)
                .is_some_and(|alias| self.ours.component(&alias.is).is_some());
            if !self.seen_published.contains(&name)
                && !alias
                && self.ours.component(&name).is_none()
            {
                let place = Place::component(&name);
                self.report.add(Finding::new(
                    Kind::Missing,
                    place,
                    "component",
                    String::new(),
                    None,
                ));
            }
        }
        for name in self.ours.component_names() {
            if self.seen_ours.contains(name) {
                continue;
            }
            let evidence = self
                .ours
                .component(name)
                .is_some_and(|node| Facts::of(node).evidence);
            let kind = if evidence || self.is_alias(name) {
                Kind::Ours
            } else {
                Kind::Unknown
            };
            let detail = match self.published.component(name) {
                Some(_) => "published, but nothing covered refers to it",
                None => "",
            };
            self.report.add(Finding::new(
                kind,
                Place::component(name),
                "component",
                detail.to_owned(),
                None,
            ));
        }
    }

    /// Runs a comparison whose findings may be thrown away.
    pub(super) fn trial(&self, run: impl FnOnce(&mut Self)) -> Self {
        let mut trial = self.clone();
        run(&mut trial);
        trial
    }

    /// Whether this trial found more than `before` had.
    pub(super) fn found_drift(&self, before: &Self) -> bool {
        self.report.drift() > before.report.drift()
    }

    pub(super) fn alias<'a>(&self, name: &'a str) -> &'a str
    where
        'd: 'a,
    {
        self.aliases
            .get(name)
            .map_or(name, |alias| alias.is.as_str())
    }

    /// Whether one of ours stands for published components of other names.
    fn is_alias(&self, ours: &str) -> bool {
        self.aliases.values().any(|alias| alias.is == ours)
    }

    pub(super) fn missing(&mut self, place: &Place, what: &str, detail: String, change: Change) {
        self.report.add(Finding::new(
            Kind::Missing,
            place.clone(),
            what,
            detail,
            Some(change),
        ));
    }

    pub(super) fn different(
        &mut self,
        on_purpose: bool,
        place: &Place,
        what: &str,
        detail: String,
        change: Change,
    ) {
        let kind = if on_purpose {
            Kind::Ours
        } else {
            Kind::Different
        };
        self.report.add(Finding::new(
            kind,
            place.clone(),
            what,
            detail,
            Some(change),
        ));
    }

    pub(super) fn unknown(&mut self, evidence: bool, place: &Place, what: &str, detail: String) {
        let kind = if evidence || self.lenient {
            Kind::Ours
        } else {
            Kind::Unknown
        };
        self.report
            .add(Finding::new(kind, place.clone(), what, detail, None));
    }
}
