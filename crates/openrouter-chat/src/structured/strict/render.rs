//! From shapes to the schema of a dialect.

use crate::structured::json::{Node, Object};

use super::dialect::{References, Rules};
use super::report::{ChangeKind, ObstacleKind, Report};
use super::shape::{ArrayShape, Definition, ObjectShape, Property, Schema, Shape};

/// Writes a schema whose root is in the property [`WRAPPER`] of an object if `is_wrapped`.
///
/// So many properties stay optional; all others that may be absent are required and take `null`.
pub(super) fn render(
    root: &Schema,
    definitions: &[Definition],
    is_wrapped: bool,
    rules: &Rules,
    stay_optional: usize,
    report: &mut Report,
) -> Node {
    let recursive = recursive(definitions);
    let mut rendering = Rendering {
        definitions,
        rules,
        report,
        recursive,
        used: Vec::new(),
        stay_optional,
        schemas_left: MAX_SCHEMAS,
        depth: 0,
    };
    let mut root_node = rendering.schema(root, false);
    if is_wrapped {
        rendering
            .report
            .change(&root.pointer, ChangeKind::Wrapped, WRAPPER);
        root_node = closed_object(
            Object::default(),
            vec![(WRAPPER.to_owned(), root_node)],
            &[],
            true,
        );
    }
    let mut rendered = Object::default();
    let mut next = 0;
    // Writing one may use more.
    while let Some(&index) = rendering.used.get(next) {
        let definition = &definitions[index];
        rendered.push(
            definition.name.clone(),
            rendering.schema(&definition.schema, false),
        );
        next += 1;
    }
    if let (Node::Object(root), false) = (&mut root_node, rendered.is_empty()) {
        root.push("$defs", Node::Object(rendered));
    }
    root_node
}

struct Rendering<'a> {
    definitions: &'a [Definition],
    rules: &'a Rules,
    report: &'a mut Report,
    /// For each definition whether it contains itself.
    recursive: Vec<bool>,
    /// The definitions that are referred to, in the order of the first reference.
    used: Vec<usize>,
    stay_optional: usize,
    schemas_left: usize,
    depth: usize,
}

impl Rendering<'_> {
    fn schema(&mut self, schema: &Schema, is_optional: bool) -> Node {
        if self.schemas_left == 0 || self.depth == MAX_LEVELS {
            let message = "with its references inlined, the schema is too large";
            self.report.obstacle("#", ObstacleKind::TooLarge, message);
            return Node::Object(Object::default());
        }
        self.schemas_left -= 1;
        self.depth += 1;
        let node = self.shape(schema, is_optional);
        self.depth -= 1;
        node
    }

    fn shape(&mut self, schema: &Schema, is_optional: bool) -> Node {
        let is_nullable = schema.is_nullable || is_optional;
        let mut out = self.words(schema);
        match &schema.shape {
            Shape::Reference(index) => return self.reference(*index, schema, out, is_nullable),
            Shape::Any => {}
            Shape::Never => {
                let message = "no value fits this schema";
                self.report
                    .obstacle(&schema.pointer, ObstacleKind::Unsatisfiable, message);
                out.push("not", Node::Object(Object::default()));
            }
            Shape::Opaque(keywords) if is_nullable => {
                out.push(
                    "anyOf",
                    Node::Array(vec![Node::Object(keywords.clone()), null_type()]),
                );
            }
            Shape::Opaque(keywords) => {
                for (key, value) in keywords.iter() {
                    out.push(key, value.clone());
                }
            }
            Shape::Null => out.push("type", Node::text("null")),
            Shape::Boolean => self.scalar(&mut out, "boolean", schema, is_nullable),
            Shape::Integer => self.scalar(&mut out, "integer", schema, is_nullable),
            Shape::Number => self.scalar(&mut out, "number", schema, is_nullable),
            Shape::String => self.scalar(&mut out, "string", schema, is_nullable),
            Shape::Enum(name, values) => {
                self.enumeration(&mut out, name, values, &schema.pointer, is_nullable);
            }
            Shape::Object(object) if is_nullable => {
                let object = self.object(Object::default(), object);
                out.push("anyOf", Node::Array(vec![object, null_type()]));
            }
            Shape::Object(object) => return self.object(out, object),
            Shape::Array(array) => {
                self.scalar(&mut out, "array", schema, is_nullable);
                let items = self.items(array);
                out.push("items", items);
            }
            Shape::AnyOf(branches) => {
                let mut different: Vec<Node> = Vec::new();
                for branch in branches {
                    let branch = self.schema(branch, false);
                    if !different.contains(&branch) {
                        different.push(branch);
                    }
                }
                different.extend(is_nullable.then(null_type));
                match (different.len(), different.pop()) {
                    (1, Some(only)) if out.is_empty() => return only,
                    (_, last) => different.extend(last),
                }
                out.push("anyOf", Node::Array(different));
            }
        }
        Node::Object(out)
    }

    /// Title and description, and in it the constraints that the dialect has no words for.
    fn words(&mut self, schema: &Schema) -> Object {
        let mut notes = schema.notes.clone();
        for (key, value) in &schema.constraints {
            if !self.keeps(key, value) {
                self.report
                    .change(&schema.pointer, ChangeKind::Described, key);
                notes.push((key.clone(), value.clone()));
            }
        }
        if let Shape::Array(ArrayShape { places, items }) = &schema.shape {
            let order: Vec<String> = places.iter().map(summary).collect();
            if !order.is_empty() {
                let more = items
                    .as_ref()
                    .map(|items| format!(", then any number of {}", summary(items)));
                let order = format!(
                    "in this order: {}{}",
                    order.join(", "),
                    more.unwrap_or_default()
                );
                notes.push(("items".to_owned(), Node::Text(order)));
            }
        }
        let notes: Vec<String> = notes.iter().map(|(key, value)| note(key, value)).collect();
        let described = schema.description.iter().cloned();
        let noted = (!notes.is_empty()).then(|| format!("({})", notes.join("; ")));
        let description: Vec<String> = described.chain(noted).collect();

        let mut out = Object::default();
        if let Some(title) = &schema.title {
            out.push("title", Node::text(title.as_str()));
        }
        if !description.is_empty() {
            out.push("description", Node::Text(description.join(" ")));
        }
        out
    }

    fn keeps(&self, key: &str, value: &Node) -> bool {
        self.rules.keywords.contains(&key)
            && match key {
                "format" => value
                    .as_text()
                    .is_some_and(|format| self.rules.formats.contains(&format)),
                "pattern" => value.as_text().is_some_and(is_simple_pattern),
                "minItems" => value.as_f64().is_some_and(|count| {
                    self.rules
                        .max_min_items
                        .is_none_or(|max| count <= max as f64)
                }),
                _ => matches!(value, Node::Number(_)),
            }
    }

    fn scalar(&mut self, out: &mut Object, name: &str, schema: &Schema, is_nullable: bool) {
        out.push("type", type_of(name, is_nullable));
        for (key, value) in &schema.constraints {
            if self.keeps(key, value) {
                out.push(key.clone(), value.clone());
            }
        }
    }

    fn enumeration(
        &mut self,
        out: &mut Object,
        name: &str,
        values: &[Node],
        pointer: &str,
        is_nullable: bool,
    ) {
        if !self.rules.enum_takes_any_scalar {
            if name == "boolean" {
                // Both values are what the type says; one of them only a description can tell.
                out.push("type", type_of(name, is_nullable));
                if let [only] = values {
                    self.report.change(pointer, ChangeKind::Described, "enum");
                    let known = out
                        .text("description")
                        .map(|text| format!("{text} "))
                        .unwrap_or_default();
                    out.set(
                        "description",
                        Node::Text(format!("{known}(always {})", only.to_json())),
                    );
                }
                return;
            }
            if is_nullable {
                let plain = [
                    ("type", Node::text(name)),
                    ("enum", Node::Array(values.to_vec())),
                ]
                .into();
                out.push("anyOf", Node::Array(vec![plain, null_type()]));
                return;
            }
        }
        let mut values = values.to_vec();
        if is_nullable {
            values.push(Node::Null);
        }
        out.push("type", type_of(name, is_nullable));
        out.push("enum", Node::Array(values));
    }

    fn object(&mut self, out: Object, object: &ObjectShape) -> Node {
        let mut optional = Vec::new();
        let properties = object
            .properties
            .iter()
            .map(|property| {
                let is_nullable = property.schema.is_nullable || property.is_optional;
                if property.is_optional && self.stay_optional > 0 && is_union_by_null(property) {
                    self.stay_optional -= 1;
                    optional.push(property.name.as_str());
                    return (property.name.clone(), self.schema(&property.schema, false));
                }
                if property.is_optional {
                    let at = property
                        .schema
                        .pointer
                        .rsplit_once("/properties/")
                        .map_or("#", |(at, _)| at);
                    self.report.change(at, ChangeKind::Required, &property.name);
                }
                (
                    property.name.clone(),
                    self.schema(&property.schema, is_nullable),
                )
            })
            .collect();
        let is_closed = object.further.is_none() && object.patterns.is_empty();
        let mut node = closed_object(out, properties, &optional, is_closed);
        if let Node::Object(out) = &mut node {
            if let Some(further) = &object.further {
                out.push("additionalProperties", self.schema(further, false));
            }
            if !object.patterns.is_empty() {
                let patterns = object.patterns.iter();
                let patterns =
                    patterns.map(|(pattern, schema)| (pattern.clone(), self.schema(schema, false)));
                out.push("patternProperties", Node::Object(patterns.collect()));
            }
        }
        node
    }

    fn items(&mut self, array: &ArrayShape) -> Node {
        let mut kinds: Vec<Node> = Vec::new();
        for schema in array.places.iter().chain(array.items.as_deref()) {
            let kind = self.schema(schema, false);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        match kinds.len() {
            1 => kinds.remove(0),
            _ => [("anyOf", Node::Array(kinds))].into(),
        }
    }

    fn reference(
        &mut self,
        index: usize,
        schema: &Schema,
        words: Object,
        is_nullable: bool,
    ) -> Node {
        let definition = &self.definitions[index];
        let is_recursive = self.recursive[index];
        if is_recursive && self.rules.references != References::Kept {
            let message = format!(
                "`{}` contains itself, which this provider does not take",
                definition.name
            );
            self.report
                .obstacle(&schema.pointer, ObstacleKind::Recursion, message);
        }
        // Servers refuse a reference with neighbours; an alternative around it can have them.
        let has_words = !words.is_empty();
        let is_inlined =
            self.rules.references == References::Inlined || (has_words && !is_nullable);
        if is_inlined && !is_recursive {
            self.report
                .change(&schema.pointer, ChangeKind::Inlined, &definition.name);
            let mut inlined = definition.schema.clone();
            inlined.title = schema.title.clone().or(inlined.title);
            inlined.description = schema.description.clone().or(inlined.description);
            inlined.notes.extend(schema.notes.iter().cloned());
            return self.schema(&inlined, is_nullable);
        }
        if !self.used.contains(&index) {
            self.used.push(index);
        }
        let reference: Node = [("$ref", Node::Text(format!("#/$defs/{}", definition.name)))].into();
        if !has_words && !is_nullable {
            return reference;
        }
        let mut out = words;
        let null = is_nullable.then(null_type);
        out.push(
            "anyOf",
            Node::Array(std::iter::once(reference).chain(null).collect()),
        );
        Node::Object(out)
    }
}

/// Whether a property would have one type alone, were it not for the `null` that stands for absent.
fn is_union_by_null(property: &Property) -> bool {
    let schema = &property.schema;
    let has_one_type = match schema.shape {
        Shape::Boolean | Shape::Integer | Shape::Number | Shape::String => true,
        Shape::Enum(..) | Shape::Object(_) | Shape::Array(_) => true,
        // With words of its own it would be inlined, with the unions that are in it.
        Shape::Reference(_) => {
            schema.title.is_none() && schema.description.is_none() && schema.notes.is_empty()
        }
        Shape::Any | Shape::Never | Shape::Null | Shape::AnyOf(_) | Shape::Opaque(_) => false,
    };
    has_one_type && !schema.is_nullable
}

/// An object that requires all its properties but the optional ones.
fn closed_object(
    mut out: Object,
    properties: Vec<(String, Node)>,
    optional: &[&str],
    is_closed: bool,
) -> Node {
    let names = properties
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !optional.contains(name))
        .map(Node::text)
        .collect();
    out.push("type", Node::text("object"));
    out.push("properties", Node::Object(properties.into_iter().collect()));
    out.push("required", Node::Array(names));
    if is_closed {
        out.push("additionalProperties", Node::Bool(false));
    }
    Node::Object(out)
}

fn null_type() -> Node {
    [("type", Node::text("null"))].into()
}

fn type_of(name: &str, is_nullable: bool) -> Node {
    if is_nullable {
        Node::Array(vec![Node::text(name), Node::text("null")])
    } else {
        Node::text(name)
    }
}

fn note(key: &str, value: &Node) -> String {
    let text = match (key, value) {
        ("items", Node::Text(order)) => return order.clone(),
        (_, Node::Bool(true)) => return key.to_owned(),
        (_, Node::Text(text)) if key != "default" => text.clone(),
        (_, value) => value.to_json(),
    };
    if text.len() > LONGEST_NOTE {
        key.to_owned()
    } else {
        format!("{key}: {text}")
    }
}

/// A few words for a place of a tuple.
fn summary(schema: &Schema) -> String {
    let word = match &schema.shape {
        Shape::Any | Shape::Never | Shape::Opaque(_) | Shape::Reference(_) => "value",
        Shape::AnyOf(branches) => {
            return branches
                .iter()
                .map(summary)
                .collect::<Vec<_>>()
                .join(" or ");
        }
        Shape::Null => "null",
        Shape::Boolean => "boolean",
        Shape::Integer => "integer",
        Shape::Number => "number",
        Shape::String => "string",
        Shape::Enum(_, values) => {
            return values
                .iter()
                .map(Node::to_json)
                .collect::<Vec<_>>()
                .join(" or ");
        }
        Shape::Object(_) => "object",
        Shape::Array(_) => "array",
    };
    match schema.title.as_ref().or(schema.description.as_ref()) {
        Some(text) if text.len() <= LONGEST_NOTE => format!("{word} ({text})"),
        _ => word.to_owned(),
    }
}

/// Whether a pattern does without what no grammar of a strict server has: looking around, back references, word ends.
fn is_simple_pattern(pattern: &str) -> bool {
    let complex = [
        "(?=", "(?!", "(?<", "(?P", "\\b", "\\B", "\\p", "\\P", "\\k",
    ];
    let is_back_reference = |pair: &[u8]| pair[0] == b'\\' && matches!(pair[1], b'1'..=b'9');
    !complex.iter().any(|part| pattern.contains(part))
        && !pattern.as_bytes().windows(2).any(is_back_reference)
}

/// For each definition whether it contains itself, or lies on the way from one such definition to another.
fn recursive(definitions: &[Definition]) -> Vec<bool> {
    let inner: Vec<Vec<usize>> = definitions
        .iter()
        .map(|definition| referred(&definition.schema))
        .collect();
    let mut outer = vec![Vec::new(); inner.len()];
    for (index, inner) in inner.iter().enumerate() {
        for &inner in inner {
            outer[inner].push(index);
        }
    }
    let mut left = vec![true; inner.len()];
    // What refers to nothing that is left is on no circle, and neither is what nothing that is left refers to.
    for (next, previous) in [(&inner, &outer), (&outer, &inner)] {
        let mut degree: Vec<usize> = next
            .iter()
            .map(|next| next.iter().filter(|&&index| left[index]).count())
            .collect();
        let mut ends: Vec<usize> = (0..next.len())
            .filter(|&index| left[index] && degree[index] == 0)
            .collect();
        while let Some(end) = ends.pop() {
            left[end] = false;
            for &index in &previous[end] {
                if left[index] {
                    degree[index] -= 1;
                    if degree[index] == 0 {
                        ends.push(index);
                    }
                }
            }
        }
    }
    left
}

/// The definitions that a schema refers to, as often as it does.
fn referred(schema: &Schema) -> Vec<usize> {
    let mut found = Vec::new();
    let mut next = vec![schema];
    while let Some(schema) = next.pop() {
        if let Shape::Reference(index) = schema.shape {
            found.push(index);
        }
        next.extend(schema.children());
    }
    found
}

/// The property that holds an answer whose schema is not that of an object.
pub(super) const WRAPPER: &str = "value";

/// Longer values of a keyword are not worth their tokens.
const LONGEST_NOTE: usize = 300;

/// Schemas within schemas, inlined ones counted too.
const MAX_LEVELS: usize = 200;

/// Schemas that are written, inlined ones counted each time.
const MAX_SCHEMAS: usize = 50_000;
