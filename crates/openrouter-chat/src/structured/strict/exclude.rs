//! Whether schemas exclude each other, so that no answer fits two of them.
//!
//! `oneOf` becomes `anyOf`; that loses nothing where its members exclude each other anyway, as nearly all do that are
//! written: by type, by a property that says which one it is, or by properties that only one of them has. What cannot be
//! shown in a bounded number of steps counts as not so.

use crate::structured::json::{Node, Object};

use super::merge::{required, type_names};
use super::resolve::{reference_of, resolve};

/// Compares schemas of one document.
pub(super) struct Excluding<'a> {
    document: &'a Node,
    steps_left: &'a mut usize,
}

/// A schema as what must hold at once.
#[derive(Clone, Debug, Default)]
struct Side<'a> {
    parts: Vec<&'a Object>,
    /// Of each of these lists, one must hold besides.
    alternatives: Vec<&'a [Node]>,
    /// Nothing fits.
    is_never: bool,
}

impl<'a> Excluding<'a> {
    /// Stops when there are no steps left.
    pub(super) fn new(document: &'a Node, steps_left: &'a mut usize) -> Self {
        Self {
            document,
            steps_left,
        }
    }

    /// Whether no answer fits two of these schemas, with what stands beside them.
    pub(super) fn all(&mut self, members: &'a [Node], beside: &'a Node) -> bool {
        let sides: Vec<Side<'_>> = members
            .iter()
            .map(|member| self.side([member, beside]))
            .collect();
        sides.iter().enumerate().all(|(at, side)| {
            sides[..at]
                .iter()
                .all(|other| self.exclude(side, other, MAX_LEVELS))
        })
    }

    fn step(&mut self) -> bool {
        *self.steps_left = self.steps_left.saturating_sub(1);
        *self.steps_left > 0
    }

    fn side(&mut self, schemas: impl IntoIterator<Item = &'a Node>) -> Side<'a> {
        let mut side = Side::default();
        self.add(&mut side, schemas);
        side
    }

    /// Adds schemas that must hold besides.
    fn add(&mut self, side: &mut Side<'a>, schemas: impl IntoIterator<Item = &'a Node>) {
        let mut next: Vec<&Node> = schemas.into_iter().collect();
        let mut seen = Vec::new();
        while let Some(schema) = next.pop() {
            let part = match schema {
                Node::Object(part) => part,
                Node::Bool(false) => {
                    side.is_never = true;
                    continue;
                }
                _ => continue,
            };
            if !self.step() {
                return;
            }
            if let Some((_, reference)) = reference_of(part)
                && let Some((pointer, target)) = resolve(self.document, reference)
                && !seen.contains(&pointer)
            {
                seen.push(pointer);
                next.push(target);
            }
            for keyword in ["allOf", "anyOf", "oneOf"] {
                if let Some(members) = part.get(keyword).and_then(Node::as_array) {
                    match keyword {
                        "allOf" => next.extend(members),
                        _ => side.alternatives.push(members),
                    }
                }
            }
            side.parts.push(part);
        }
    }

    fn exclude(&mut self, one: &Side<'a>, other: &Side<'a>, levels: usize) -> bool {
        if one.is_never || other.is_never {
            return true;
        }
        let Some(levels) = levels.checked_sub(1).filter(|_| self.step()) else {
            return false;
        };
        let common = one.types() & other.types();
        common == 0
            || one.has_only_values_outside(other)
            || other.has_only_values_outside(one)
            || (common == OBJECT && self.exclude_objects(one, other, levels))
            || self.exclude_alternatives(one, other, levels)
            || self.exclude_alternatives(other, one, levels)
    }

    fn exclude_objects(&mut self, one: &Side<'a>, other: &Side<'a>, levels: usize) -> bool {
        if one.required().any(|name| other.forbids(name))
            || other.required().any(|name| one.forbids(name))
        {
            return true;
        }
        // Answers have no other properties than those that are named.
        let is_plain = one.is_plain() && other.is_plain();
        if is_plain
            && one.required().any(|name| !other.names(name))
            && other.required().any(|name| !one.names(name))
        {
            return true;
        }
        one.required().chain(other.required()).any(|name| {
            let (of_one, of_other) = (one.property(name), other.property(name));
            let both = !of_one.is_empty() && !of_other.is_empty();
            both && {
                let (of_one, of_other) = (self.side(of_one), self.side(of_other));
                self.exclude(&of_one, &of_other, levels)
            }
        })
    }

    /// Whether each of some alternatives of one is excluded by the other.
    fn exclude_alternatives(&mut self, one: &Side<'a>, other: &Side<'a>, levels: usize) -> bool {
        (0..one.alternatives.len()).any(|at| {
            let mut rest = one.clone();
            let members = rest.alternatives.remove(at);
            members.iter().all(|member| {
                let mut with_member = rest.clone();
                self.add(&mut with_member, [member]);
                self.exclude(&with_member, other, levels)
            })
        })
    }
}

impl<'a> Side<'a> {
    /// The types that a value may have.
    fn types(&self) -> u8 {
        let of_part = |part: &&Object| {
            let stated = part.get("type").map(|stated| {
                let names = type_names(stated);
                names.iter().fold(0, |types, name| types | type_named(name))
            });
            let of_values = values_of(part)
                .map(|values| values.iter().fold(0, |types, value| types | type_of(value)));
            let null = if is_nullable(part) { NULL } else { 0 };
            (stated.unwrap_or(ALL) & of_values.unwrap_or(ALL)) | null
        };
        self.parts
            .iter()
            .map(of_part)
            .fold(ALL, |all, types| all & types)
    }

    /// Whether only some values fit this, and none of them the other.
    fn has_only_values_outside(&self, other: &Self) -> bool {
        let types = other.types();
        self.parts
            .iter()
            .filter(|part| !is_nullable(part))
            .filter_map(|part| values_of(part))
            .any(|values| {
                values
                    .into_iter()
                    .all(|value| type_of(value) & types == 0 || !other.lists(value))
            })
    }

    /// Whether a value is among those that are listed, where any are.
    fn lists(&self, value: &Node) -> bool {
        let mut lists = self.parts.iter().filter_map(|part| values_of(part));
        lists.all(|values| values.iter().any(|listed| listed.is_same(value)))
            || (value == &Node::Null && self.parts.iter().any(|part| is_nullable(part)))
    }

    fn required(&self) -> impl Iterator<Item = &'a str> {
        self.parts.iter().flat_map(|part| required(part))
    }

    /// What is said of a property.
    fn property(&self, name: &str) -> Vec<&'a Node> {
        let described = |part: &&'a Object| part.get("properties")?.as_object()?.get(name);
        self.parts.iter().filter_map(described).collect()
    }

    fn names(&self, name: &str) -> bool {
        !self.property(name).is_empty() || self.required().any(|required| required == name)
    }

    /// Whether no object that fits has this property.
    fn forbids(&self, name: &str) -> bool {
        self.parts.iter().any(|part| {
            let is_closed = part.get("additionalProperties") == Some(&Node::Bool(false));
            let properties = part.get("properties").and_then(Node::as_object);
            is_closed
                && !part.contains("patternProperties")
                && properties.is_none_or(|properties| !properties.contains(name))
        })
    }

    /// Whether all properties that an answer may have are named here.
    fn is_plain(&self) -> bool {
        let is_open = |part: &&Object| {
            part.contains("patternProperties")
                || matches!(part.get("additionalProperties"), Some(Node::Object(_)))
        };
        self.alternatives.is_empty() && !self.parts.iter().any(is_open)
    }
}

/// The values that a part lists.
fn values_of(part: &Object) -> Option<Vec<&Node>> {
    match part.get("const") {
        Some(only) => Some(vec![only]),
        None => Some(part.get("enum")?.as_array()?.iter().collect()),
    }
}

fn is_nullable(part: &Object) -> bool {
    part.get("nullable") == Some(&Node::Bool(true))
}

fn type_named(name: &str) -> u8 {
    match name.to_ascii_lowercase().as_str() {
        "null" => NULL,
        "boolean" => BOOLEAN,
        // Every integer is a number, and some numbers are integers.
        "integer" | "number" => NUMBER,
        "string" => STRING,
        "array" => ARRAY,
        "object" => OBJECT,
        _ => ALL,
    }
}

fn type_of(value: &Node) -> u8 {
    match value {
        Node::Null => NULL,
        Node::Bool(_) => BOOLEAN,
        Node::Number(_) => NUMBER,
        Node::Text(_) => STRING,
        Node::Array(_) => ARRAY,
        Node::Object(_) => OBJECT,
    }
}

const NULL: u8 = 1;
const BOOLEAN: u8 = 2;
const NUMBER: u8 = 4;
const STRING: u8 = 8;
const ARRAY: u8 = 16;
const OBJECT: u8 = 32;
const ALL: u8 = 63;

/// Properties and alternatives within each other are looked at this far.
const MAX_LEVELS: usize = 16;

/// Steps for all comparisons of a schema.
pub(super) const MAX_STEPS: usize = 500_000;
