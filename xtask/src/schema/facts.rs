//! What a schema says, apart from how it is written.
//!
//! Two schemas that mean the same give the same [`Facts`]: a constant is an enum of one value, `null` is a flag wherever
//! it stands, a wrapper of one (`allOf: [x, {}]`, `anyOf: [x, null]`) is what it wraps, and a union of bare types is a
//! list of types. Descriptions, examples and vendor keys are not facts.

use std::collections::{BTreeMap, BTreeSet};

use serde_norway::{Mapping, Value};

use super::document::{Document, Node, component_name};

/// The facts of one schema.
#[derive(Clone, Debug)]
pub struct Facts<'d> {
    /// Where description and vendor keys are.
    pub outer: Node<'d>,
    /// Where the keywords are: `outer`, or what it wraps.
    pub node: Node<'d>,
    /// The component that stands here.
    pub reference: Option<String>,
    /// JSON types, `null` aside.
    pub types: BTreeSet<String>,
    /// Whether `null` is allowed.
    pub nullable: bool,
    /// The only values, `null` aside.
    pub values: Option<Vec<Value>>,
    /// Everything that is compared as a whole: format, default, limits, deprecation, …
    pub settings: BTreeMap<String, Value>,
    /// The fields of an object.
    pub properties: Vec<(String, Node<'d>)>,
    /// The fields that must be there.
    pub required: BTreeSet<String>,
    /// What fields that are not listed may hold.
    pub additional: Additional<'d>,
    /// What a list holds.
    pub items: Option<Node<'d>>,
    /// The members of a union, `null` aside.
    pub members: Vec<Node<'d>>,
    /// Schemas that hold all at once, where there is more than one.
    pub parts: Vec<Node<'d>>,
    /// Marked as ours: not in the published description on purpose.
    pub evidence: bool,
}

/// What fields that are not listed may hold.
#[derive(Clone, Debug, Default)]
pub enum Additional<'d> {
    /// Anything.
    #[default]
    Open,
    /// They are forbidden.
    Closed,
    /// What this schema says.
    Of(Node<'d>),
}

/// Whether a key tells people something and machines nothing.
#[must_use]
pub fn is_annotation(key: &str) -> bool {
    key.starts_with("x-")
        || matches!(
            key,
            "description"
                | "title"
                | "summary"
                | "example"
                | "examples"
                | "$comment"
                | "externalDocs"
                | "tags"
        )
}

/// A schema or operation without its annotations.
#[must_use]
pub fn stripped(value: &Value) -> Value {
    match value {
        Value::Mapping(map) => {
            let mut out = Mapping::new();
            for (key, value) in map {
                let name = key.as_str().unwrap_or_default();
                if is_annotation(name) {
                    continue;
                }
                let value = match (name, value) {
                    // Names of fields are data, even where a field is called `description`.
                    ("properties" | "patternProperties" | "$defs", Value::Mapping(fields)) => {
                        fields
                            .iter()
                            .map(|(name, field)| (name.clone(), stripped(field)))
                            .collect::<Mapping>()
                            .into()
                    }
                    ("default" | "const" | "enum" | "required" | "mapping", value) => value.clone(),
                    (_, value) => stripped(value),
                };
                out.insert(key.clone(), value);
            }
            Value::Mapping(out)
        }
        Value::Sequence(list) => Value::Sequence(list.iter().map(stripped).collect()),
        other => other.clone(),
    }
}

impl<'d> Facts<'d> {
    /// Reads what a schema says, without following a reference.
    #[must_use]
    pub fn of(node: Node<'d>) -> Self {
        let mut facts = Facts {
            outer: node.clone(),
            node,
            reference: None,
            types: BTreeSet::new(),
            nullable: false,
            values: None,
            settings: BTreeMap::new(),
            properties: Vec::new(),
            required: BTreeSet::new(),
            additional: Additional::Open,
            items: None,
            members: Vec::new(),
            parts: Vec::new(),
            evidence: false,
        };
        while let Some(wrapped) = facts.unwrap() {
            facts.node = wrapped;
        }
        facts.read();
        facts
    }

    /// Reads what a schema says, with a reference replaced by what it names.
    #[must_use]
    pub fn resolved(node: Node<'d>, document: &'d Document) -> Self {
        let mut facts = Self::of(node);
        // A chain of references is short; a loop of them is malformed and ends here.
        for _ in 0..16 {
            let Some(target) = facts
                .reference
                .as_deref()
                .and_then(|name| document.component(name))
            else {
                break;
            };
            let mut inner = Self::of(target);
            inner.nullable |= facts.nullable;
            inner.evidence |= facts.evidence;
            for (key, value) in facts.settings {
                inner.settings.insert(key, value);
            }
            facts = inner;
        }
        facts.merge_parts(document);
        facts
    }

    /// Whether `null` is allowed here, by this schema or by the component that it names.
    #[must_use]
    pub fn is_nullable(&self, document: &'d Document) -> bool {
        self.nullable || {
            let target = self
                .reference
                .as_deref()
                .and_then(|name| document.component(name));
            target.is_some_and(|target| Self::resolved(target, document).nullable)
        }
    }

    /// Fields that have one value only, by which members of a union are told apart.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<&str, &'d str> {
        let tag = |field: &Node<'d>| {
            let values = field.value.get("enum").and_then(Value::as_sequence);
            let only = values
                .filter(|values| values.len() == 1)
                .and_then(|values| values.first());
            only.or_else(|| field.value.get("const"))
                .and_then(Value::as_str)
        };
        self.properties
            .iter()
            .filter_map(|(name, field)| Some((name.as_str(), tag(field)?)))
            .collect()
    }

    /// Takes off one wrapper, if there is one.
    fn unwrap(&mut self) -> Option<Node<'d>> {
        let node = &self.node;
        self.evidence |= node.value.get("x-evidence").is_some();
        let map = node.value.as_mapping()?;
        let key = ["allOf", "anyOf", "oneOf"]
            .into_iter()
            .find(|key| map.contains_key(key))?;
        let others = map.keys().filter_map(Value::as_str);
        let others: Vec<&str> = others
            .filter(|other| *other != key && !is_annotation(other))
            .collect();
        if others.iter().any(|other| is_structure(other)) {
            return None;
        }
        let choices = node.get(key)?.elements();
        let skip = if key == "allOf" { is_empty } else { is_null };
        let kept: Vec<_> = choices
            .iter()
            .filter(|choice| !skip(choice.value))
            .cloned()
            .collect();
        let [only] = &kept[..] else { return None };
        if key != "allOf" {
            // A union of one that says nothing about `null` is a union that may grow.
            if kept.len() == choices.len() {
                return None;
            }
            self.nullable = true;
        }
        for other in others {
            self.settings
                .insert(other.to_owned(), stripped(&map[other]));
        }
        Some(only.clone())
    }

    fn read(&mut self) {
        let node = self.node.clone();
        for (key, child) in node.entries() {
            match key {
                "$ref" => self.reference = child.value.as_str().and_then(component_name),
                "type" => {
                    let one = child.value.as_str().map(str::to_owned);
                    let many = child.value.as_sequence().into_iter().flatten();
                    self.types = many
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .chain(one)
                        .collect();
                }
                "nullable" => self.nullable |= child.value.as_bool() == Some(true),
                "const" => self.values = Some(vec![child.value.clone()]),
                "enum" => {
                    let values = child.value.as_sequence().into_iter().flatten();
                    self.nullable |= values.clone().any(Value::is_null);
                    self.values = Some(values.filter(|value| !value.is_null()).cloned().collect());
                }
                "properties" => {
                    let fields = child
                        .entries()
                        .into_iter()
                        .map(|(name, field)| (name.to_owned(), field));
                    self.properties = fields.collect();
                }
                "required" => self.required = names(child.value),
                "items" => self.items = Some(child),
                "additionalProperties" => {
                    self.additional = match child.value {
                        Value::Bool(false) => Additional::Closed,
                        Value::Mapping(_) if !is_empty(child.value) => Additional::Of(child),
                        _ => Additional::Open,
                    };
                }
                "anyOf" | "oneOf" => self.flatten(&child),
                "allOf" => {
                    self.parts = child
                        .elements()
                        .into_iter()
                        .filter(|part| !is_empty(part.value))
                        .collect();
                }
                "discriminator" => {}
                key if is_annotation(key) => self.evidence |= key == "x-evidence",
                key => {
                    self.settings.insert(key.to_owned(), stripped(child.value));
                }
            }
        }
        self.nullable |= self.types.remove("null");
        // `false` is what an absent flag means.
        self.settings
            .retain(|_, value| *value != Value::Bool(false));
        self.infer_types();
    }

    /// Members of a union; a union inside a union is part of it.
    fn flatten(&mut self, list: &Node<'d>) {
        for member in list.elements() {
            if is_null(member.value) {
                self.nullable = true;
                continue;
            }
            let bare_union = |key: &str| {
                let map = member.value.as_mapping()?;
                let alone = map
                    .keys()
                    .filter_map(Value::as_str)
                    .all(|other| other == key || is_annotation(other));
                if alone { member.get(key) } else { None }
            };
            match bare_union("anyOf").or_else(|| bare_union("oneOf")) {
                Some(inner) => self.flatten(&inner),
                None => self.members.push(member),
            }
        }
        let bare = |member: &Node<'d>| {
            let map = member.value.as_mapping()?;
            let alone = map
                .keys()
                .filter_map(Value::as_str)
                .all(|key| key == "type" || is_annotation(key));
            if alone {
                member.text("type").map(str::to_owned)
            } else {
                None
            }
        };
        let types: Option<BTreeSet<String>> = self.members.iter().map(bare).collect();
        if let Some(types) = types.filter(|_| self.members.len() > 1) {
            self.types = types;
            self.members.clear();
        }
    }

    fn infer_types(&mut self) {
        if !self.types.is_empty() || self.reference.is_some() || !self.members.is_empty() {
            return;
        }
        if !self.properties.is_empty() || !matches!(self.additional, Additional::Open) {
            self.types.insert("object".to_owned());
        } else if self.items.is_some() {
            self.types.insert("array".to_owned());
        } else if self
            .values
            .as_ref()
            .is_some_and(|values| values.iter().all(Value::is_string))
        {
            self.types.insert("string".to_owned());
        }
    }

    /// Makes one object of the schemas that hold all at once.
    fn merge_parts(&mut self, document: &'d Document) {
        for part in std::mem::take(&mut self.parts) {
            let inline = part.value.get("$ref").is_none();
            let facts = Self::resolved(part, document);
            for (name, field) in facts.properties {
                match self.properties.iter_mut().find(|(known, _)| *known == name) {
                    Some(known) => known.1 = field,
                    None => self.properties.push((name, field)),
                }
            }
            self.required.extend(facts.required);
            self.types.extend(facts.types);
            self.members.extend(facts.members);
            self.nullable |= facts.nullable;
            self.values = self.values.take().or(facts.values);
            self.items = self.items.take().or(facts.items);
            if matches!(self.additional, Additional::Open) {
                self.additional = facts.additional;
            }
            for (key, value) in facts.settings {
                self.settings.insert(key, value);
            }
            // A new field goes into the part that is written here, not into the component that another part names.
            if inline {
                self.node = facts.node;
            }
        }
    }
}

/// Names in a list of text.
#[must_use]
pub fn names(list: &Value) -> BTreeSet<String> {
    list.as_sequence()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Whether a schema allows everything.
fn is_empty(value: &Value) -> bool {
    match stripped(value) {
        Value::Bool(all) => all,
        Value::Mapping(map) => map.iter().all(|(key, value)| match key.as_str() {
            Some("type") => value == "object" && map.contains_key("properties"),
            Some("properties") => value.as_mapping().is_some_and(Mapping::is_empty),
            _ => false,
        }),
        _ => false,
    }
}

/// Whether a schema allows only `null`.
fn is_null(value: &Value) -> bool {
    let only_type = value.get("type").is_some_and(|kind| kind == "null");
    let only_value = value.get("const").is_some_and(Value::is_null);
    let only_values = value
        .get("enum")
        .and_then(Value::as_sequence)
        .is_some_and(|list| list.iter().all(Value::is_null));
    only_type || only_value || only_values
}

/// Whether a key says what a value looks like, as opposed to a limit on it.
fn is_structure(key: &str) -> bool {
    matches!(
        key,
        "$ref"
            | "type"
            | "const"
            | "enum"
            | "properties"
            | "required"
            | "items"
            | "additionalProperties"
            | "anyOf"
            | "oneOf"
            | "allOf"
            | "discriminator"
    )
}
