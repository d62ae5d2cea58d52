//! From any JSON Schema to shapes. Nothing here knows a dialect.

mod typed;

use std::collections::HashMap;

use crate::structured::json::{Node, Object};

use super::exclude::{self, Excluding};
use super::merge::{KEPT_APART, all_of, merge};
use super::report::{ChangeKind, ObstacleKind, Report};
use super::resolve::{extended, last_token, reference_of, resolve};
use super::shape::{Definition, Schema, Shape};

/// A whole schema, lowered.
#[derive(Clone, Debug)]
pub(super) struct Lowered {
    pub(super) root: Schema,
    pub(super) definitions: Vec<Definition>,
    pub(super) report: Report,
}

pub(super) fn lower(document: &Node) -> Lowered {
    let mut lowering = Lowering {
        document,
        pending: Vec::new(),
        by_pointer: HashMap::new(),
        report: Report::default(),
        steps_left: MAX_STEPS,
        comparisons_left: exclude::MAX_STEPS,
    };
    let root = match document {
        // What the root refers to is the root; what refers to it stays a reference.
        Node::Object(object) => {
            let flat = lowering.flat(object, ROOT, &mut Vec::new());
            lowering.keywords(&flat, ROOT, 0)
        }
        other => lowering.schema(other, ROOT, 0),
    };
    let mut definitions = Vec::new();
    // Lowering one may find more.
    while let Some((name, pointer, target)) = lowering.pending.get(definitions.len()).cloned() {
        let schema = lowering.schema(target, &format!("{ROOT}{pointer}"), 0);
        definitions.push(Definition { name, schema });
    }
    for index in 0..definitions.len() {
        if leads_in_a_circle(&definitions, index) {
            let schema = &mut definitions[index].schema;
            lowering.report.obstacle(
                &schema.pointer,
                ObstacleKind::Recursion,
                "a reference leads back to itself",
            );
            schema.shape = Shape::Any;
        }
    }
    Lowered {
        root,
        definitions,
        report: lowering.report,
    }
}

/// Whether a definition is a reference that is followed without end.
fn leads_in_a_circle(definitions: &[Definition], start: usize) -> bool {
    let mut at = start;
    for _ in 0..definitions.len() {
        match definitions[at].schema.shape {
            Shape::Reference(next) if next == start => return true,
            Shape::Reference(next) => at = next,
            _ => return false,
        }
    }
    false
}

struct Lowering<'a> {
    document: &'a Node,
    /// Name, pointer and content of each definition that is referred to, in the order of the first reference.
    pending: Vec<(String, String, &'a Node)>,
    by_pointer: HashMap<String, usize>,
    report: Report,
    steps_left: usize,
    comparisons_left: usize,
}

impl Lowering<'_> {
    fn schema(&mut self, node: &Node, at: &str, depth: usize) -> Schema {
        let object = match node {
            Node::Bool(true) => return self.any(at),
            Node::Bool(false) => return Schema::new(at, Shape::Never),
            Node::Object(object) => object,
            _ => {
                self.report
                    .obstacle(at, ObstacleKind::AnyValue, "this is not a schema");
                return Schema::new(at, Shape::Any);
            }
        };
        if depth > MAX_LEVELS || !self.step() {
            let message =
                "the schema contains itself through `allOf`, or is too large to be looked through";
            self.report.obstacle(at, ObstacleKind::Recursion, message);
            return Schema::new(at, Shape::Any);
        }
        let holder = lone_member(object).unwrap_or(object);
        match reference_of(holder) {
            Some((keyword, reference)) if states_only(holder, keyword) => {
                let mut schema = self.reference(reference, holder, at);
                if !std::ptr::eq(holder, object) {
                    self.annotate(&mut schema, object);
                }
                schema
            }
            _ => {
                let flat = self.flat(object, at, &mut Vec::new());
                self.keywords(&flat, at, depth)
            }
        }
    }

    fn step(&mut self) -> bool {
        self.steps_left = self.steps_left.saturating_sub(1);
        self.steps_left > 0
    }

    fn any(&mut self, at: &str) -> Schema {
        self.report.obstacle(
            at,
            ObstacleKind::AnyValue,
            "any value fits here; strict mode wants its type named",
        );
        Schema::new(at, Shape::Any)
    }

    fn unresolved(&mut self, at: &str, reference: &str) {
        self.report.obstacle(
            at,
            ObstacleKind::Unresolved,
            format!("`{reference}` leads nowhere in this schema"),
        );
    }

    fn reference(&mut self, reference: &str, object: &Object, at: &str) -> Schema {
        let Some((pointer, target)) = resolve(self.document, reference) else {
            self.unresolved(at, reference);
            return Schema::new(at, Shape::Any);
        };
        let index = match self.by_pointer.get(&pointer) {
            Some(index) => *index,
            None => {
                let index = self.pending.len();
                self.pending
                    .push((self.free_name(&pointer), pointer.clone(), target));
                self.by_pointer.insert(pointer, index);
                index
            }
        };
        let mut schema = Schema::new(at, Shape::Reference(index));
        self.annotate(&mut schema, object);
        schema
    }

    /// A name for a definition, of letters, digits, `_` and `-`.
    fn free_name(&self, pointer: &str) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let name: String = last_token(pointer)
            .chars()
            .map(|c| if is_plain(c) { c } else { '_' })
            .collect();
        let name = if name.is_empty() {
            "root".to_owned()
        } else {
            name
        };
        let is_free = |name: &String| self.pending.iter().all(|(taken, ..)| taken != name);
        let numbered = (2_usize..).map(|number| format!("{name}_{number}"));
        std::iter::once(name.clone())
            .chain(numbered)
            .find(is_free)
            .unwrap_or(name)
    }

    /// The keywords of a schema, with its `allOf`, and its `$ref` beside other keywords, joined into them.
    fn flat(&mut self, object: &Object, at: &str, seen: &mut Vec<String>) -> Object {
        let mut flat = object.without(&["allOf", "$ref", "$dynamicRef", "$recursiveRef"]);
        if !self.step() {
            return flat;
        }
        if let Some((keyword, reference)) = reference_of(object) {
            match resolve(self.document, reference) {
                Some((pointer, _)) if seen.contains(&pointer) || seen.len() == LONGEST_PATH => {
                    self.report
                        .obstacle(at, ObstacleKind::Recursion, "a schema is part of itself");
                }
                Some((pointer, Node::Object(target))) => {
                    seen.push(pointer);
                    let target = self.flat(target, at, seen);
                    seen.pop();
                    flat = merge(&flat, &target);
                    self.report.change(at, ChangeKind::Merged, keyword);
                }
                Some((_, Node::Bool(false))) => flat.set("enum", Node::Array(Vec::new())),
                Some(_) => {}
                None => self.unresolved(at, reference),
            }
        }
        let members = object
            .get("allOf")
            .and_then(Node::as_array)
            .unwrap_or_default();
        for member in members {
            match member {
                Node::Object(member) => {
                    let member = self.flat(member, at, seen);
                    flat = merge(&flat, &member);
                }
                Node::Bool(false) => flat.set("enum", Node::Array(Vec::new())),
                _ => {}
            }
        }
        if !members.is_empty() {
            self.report.change(at, ChangeKind::Merged, "allOf");
        }
        flat
    }

    /// A schema without `$ref` and `allOf`.
    fn keywords(&mut self, object: &Object, at: &str, depth: usize) -> Schema {
        let alternatives = ["anyOf", "oneOf"]
            .into_iter()
            .find(|key| matches!(object.get(key), Some(Node::Array(_))));
        let mut schema = match alternatives {
            // As some generators say that a property may be left out.
            _ if object.get("not").is_some_and(takes_anything) => Schema::new(at, Shape::Never),
            Some(keyword) => self.alternatives(object, keyword, at, depth),
            None if object.contains("enum") || object.contains("const") => {
                self.enumeration(object, at)
            }
            None => self.typed(object, at, depth),
        };
        self.annotate(&mut schema, object);
        schema
    }

    fn alternatives(&mut self, object: &Object, keyword: &str, at: &str, depth: usize) -> Schema {
        // What stands beside the alternatives holds for each of them.
        let beside: Object = object
            .iter()
            .filter(|(key, _)| *key != keyword && is_assertion(key))
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .collect();
        let members = object
            .get(keyword)
            .and_then(Node::as_array)
            .unwrap_or_default();
        if keyword == "oneOf" {
            let beside = Node::Object(beside.clone());
            let mut excluding = Excluding::new(self.document, &mut self.comparisons_left);
            let kind = match excluding.all(members, &beside) {
                true => ChangeKind::Exclusive,
                false => ChangeKind::AnyOf,
            };
            self.report.change(at, kind, keyword);
        }
        if !beside.is_empty() {
            self.report.change(at, ChangeKind::Merged, keyword);
        }
        let branches = members.iter().enumerate().map(|(place, branch)| {
            let at = extended(&extended(at, keyword), &place.to_string());
            if beside.is_empty() {
                self.schema(branch, &at, depth + 1)
            } else {
                self.schema(
                    &all_of([branch.clone(), Node::Object(beside.clone())]),
                    &at,
                    depth + 1,
                )
            }
        });
        let branches = branches.collect();
        any_of(at, branches)
    }

    /// Takes over what does not decide which values fit.
    fn annotate(&mut self, schema: &mut Schema, object: &Object) {
        // A schema that stands for its only alternative brings its own words.
        for (known, keyword) in [
            (&mut schema.title, "title"),
            (&mut schema.description, "description"),
        ] {
            let Some(outer) = object.text(keyword).filter(|text| !text.is_empty()) else {
                continue;
            };
            *known = match known.take() {
                Some(inner) if keyword == "description" && inner != outer => {
                    Some(format!("{outer}\n{inner}"))
                }
                _ => Some(outer.to_owned()),
            };
        }
        schema.is_nullable |= object.get("nullable") == Some(&Node::Bool(true));
        let at = schema.pointer.clone();
        for (key, value) in object.iter() {
            match key {
                "default" | "examples" | "example" | "not" | "if" | "then" | "else" => {
                    self.note(schema, key, value);
                }
                KEPT_APART => {
                    let kept = value
                        .as_array()
                        .unwrap_or_default()
                        .iter()
                        .filter_map(Node::as_object);
                    for (key, value) in kept.flat_map(Object::iter) {
                        self.note(schema, key, value);
                    }
                }
                _ if is_assertion(key) || KNOWN.contains(&key) => {}
                _ => self.report.change(&at, ChangeKind::Dropped, key),
            }
        }
    }

    /// Leaves a keyword to the description.
    fn note(&mut self, schema: &mut Schema, key: &str, value: &Node) {
        self.report
            .change(&schema.pointer, ChangeKind::Described, key);
        schema.notes.push((key.to_owned(), value.clone()));
    }
}

/// Alternatives without those that nothing fits, `null` apart, and a single one by itself.
fn any_of(at: &str, branches: Vec<Schema>) -> Schema {
    let mut is_nullable = false;
    let mut kept = Vec::new();
    for mut branch in branches {
        is_nullable |= std::mem::take(&mut branch.is_nullable);
        match branch.shape {
            Shape::Never => {}
            Shape::Null => is_nullable = true,
            Shape::AnyOf(inner)
                if branch.title.is_none()
                    && branch.description.is_none()
                    && branch.notes.is_empty() =>
            {
                kept.extend(inner);
            }
            _ => kept.push(branch),
        }
    }
    let mut schema = match (kept.len(), is_nullable) {
        (0, true) => return Schema::new(at, Shape::Null),
        (0, false) => Schema::new(at, Shape::Never),
        (1, _) => kept.remove(0),
        _ => Schema::new(at, Shape::AnyOf(kept)),
    };
    schema.is_nullable = is_nullable;
    schema
}

/// The only member of an `allOf` without neighbours, which is how words are put beside a reference.
fn lone_member(object: &Object) -> Option<&Object> {
    match object.get("allOf")?.as_array()? {
        [only] if states_only(object, "allOf") => only.as_object(),
        _ => None,
    }
}

/// Whether every value fits a schema, by its looks.
fn takes_anything(schema: &Node) -> bool {
    match schema {
        Node::Bool(takes) => *takes,
        Node::Object(object) => object.iter().all(|(key, _)| !is_assertion(key)),
        _ => false,
    }
}

/// Whether a keyword is the only one that has a say in which values fit.
fn states_only(object: &Object, keyword: &str) -> bool {
    object
        .iter()
        .all(|(key, _)| key == keyword || !is_assertion(key))
}

/// Whether a keyword has a say in which values fit.
fn is_assertion(key: &str) -> bool {
    ASSERTIONS.contains(&key) || key == KEPT_APART
}

const ROOT: &str = "#";

#[rustfmt::skip]
const ASSERTIONS: &[&str] = &[
    "$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
    "type", "enum", "const",
    "properties", "required", "additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames",
    "minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "dependencies",
    "items", "prefixItems", "additionalItems", "unevaluatedItems", "contains", "minContains", "maxContains",
    "minItems", "maxItems", "uniqueItems",
    "minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
];

/// Keywords that are taken care of elsewhere, or that nobody misses.
#[rustfmt::skip]
const KNOWN: &[&str] = &[
    "title", "description", "nullable", "$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$comment", "$defs",
    "definitions", "$vocabulary", "$recursiveAnchor",
];

/// A schema may be this deep once `allOf` is joined. Without references, the depth of the text is the limit.
const MAX_LEVELS: usize = 100;

/// References within references that are joined into one schema.
const LONGEST_PATH: usize = 64;

/// Schemas that are looked at, those within `allOf` and `anyOf` counted each time.
const MAX_STEPS: usize = 50_000;
