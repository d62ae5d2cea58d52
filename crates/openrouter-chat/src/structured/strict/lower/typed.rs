//! Values of one type: what each keyword means for it.

use crate::structured::json::{Node, Object};
use crate::structured::strict::merge::{required, type_names};
use crate::structured::strict::report::{ChangeKind, ObstacleKind};
use crate::structured::strict::resolve::extended;
use crate::structured::strict::shape::{ArrayShape, ObjectShape, Property, Schema, Shape};

use super::{Lowering, ROOT, any_of};

impl Lowering<'_> {
    pub(super) fn typed(&mut self, object: &Object, at: &str, depth: usize) -> Schema {
        let types = self.types(object, at);
        let states_nothing =
            types.is_empty() && !matches!(object.get("type"), Some(Node::Array(_)));
        let mut branches = Vec::new();
        for name in &types {
            branches.push(match name.as_str() {
                "null" => Schema::new(at, Shape::Null),
                "boolean" => Schema::new(at, Shape::Boolean),
                "integer" => self.scalar(Shape::Integer, object, at),
                "number" => self.scalar(Shape::Number, object, at),
                "string" => self.scalar(Shape::String, object, at),
                "array" => self.array(object, at, depth),
                "object" => self.object(object, at, depth),
                _ => {
                    let message = format!("JSON Schema has no type `{name}`");
                    self.report.obstacle(at, ObstacleKind::UnknownType, message);
                    Schema::new(at, Shape::Any)
                }
            });
        }
        if types.iter().filter(|name| *name != "null").count() > 1 {
            self.report
                .change(at, ChangeKind::SplitTypes, &types.join(", "));
        }
        if states_nothing {
            self.any(at)
        } else {
            any_of(at, branches)
        }
    }

    /// The types that are named, or the one that the other keywords are made for.
    fn types(&mut self, object: &Object, at: &str) -> Vec<String> {
        if let Some(stated) = object.get("type") {
            // Some clients of Gemini write the names in capitals.
            let mut types: Vec<String> = type_names(stated)
                .iter()
                .map(|name| name.to_ascii_lowercase())
                .collect();
            types.dedup();
            if types.iter().any(|name| name == "number") {
                types.retain(|name| name != "integer");
            }
            return if types == ["any"] { Vec::new() } else { types };
        }
        let made_for = [
            ("object", OBJECT_KEYWORDS),
            ("array", ARRAY_KEYWORDS),
            ("string", STRING_KEYWORDS),
            ("number", NUMBER_KEYWORDS),
        ];
        // Of one property, `required: true` says something else.
        let is_meant = |key: &str| {
            let value = object.get(key);
            value.is_some() && (key != "required" || matches!(value, Some(Node::Array(_))))
        };
        let inferred = made_for
            .iter()
            .find(|(_, keywords)| keywords.iter().any(|key| is_meant(key)));
        match inferred {
            Some((name, _)) => {
                self.report.change(at, ChangeKind::Typed, name);
                vec![(*name).to_owned()]
            }
            None => Vec::new(),
        }
    }

    pub(super) fn enumeration(&mut self, object: &Object, at: &str) -> Schema {
        let mut values: Vec<Node> = match object.get("enum") {
            Some(values) => values.as_array().unwrap_or_default().to_vec(),
            None => object.get("const").into_iter().cloned().collect(),
        };
        if let Some(only) = object.get("const") {
            values.retain(|value| value.is_same(only));
            self.report.change(at, ChangeKind::Enum, "const");
        }
        if let Some(stated) = object.get("type") {
            let types = type_names(stated);
            values.retain(|value| types.iter().any(|name| is_of_type(value, name)));
        }
        let is_complex = |value: &Node| matches!(value, Node::Array(_) | Node::Object(_));
        if values.iter().any(is_complex) {
            let message =
                "an `enum` or `const` of arrays or objects cannot be told to a strict server";
            self.report.obstacle(at, ObstacleKind::ComplexEnum, message);
            let opaque = [("enum".to_owned(), Node::Array(values))]
                .into_iter()
                .collect();
            return Schema::new(at, Shape::Opaque(opaque));
        }
        let mut branches = Vec::new();
        let is_number = |value: &Node| matches!(value, Node::Number(_));
        let numbers = if values
            .iter()
            .filter(|value| is_number(value))
            .all(Node::is_integer)
        {
            "integer"
        } else {
            "number"
        };
        for name in ["string", numbers, "boolean"] {
            let of_type: Vec<Node> = values
                .iter()
                .filter(|value| is_of_type(value, name))
                .cloned()
                .collect();
            if !of_type.is_empty() {
                branches.push(Schema::new(at, Shape::Enum(name, of_type)));
            }
        }
        if branches.len() > 1 {
            self.report.change(at, ChangeKind::SplitTypes, "of `enum`");
        }
        if values.contains(&Node::Null) {
            branches.push(Schema::new(at, Shape::Null));
        }
        any_of(at, branches)
    }

    fn scalar(&mut self, shape: Shape, object: &Object, at: &str) -> Schema {
        let is_string = matches!(shape, Shape::String);
        let mut schema = Schema::new(at, shape);
        if is_string {
            self.constrain(&mut schema, object, &["pattern", "format"]);
            self.describe(
                &mut schema,
                object,
                &[
                    "minLength",
                    "maxLength",
                    "contentEncoding",
                    "contentMediaType",
                ],
            );
        } else {
            self.constrain(&mut schema, &with_modern_bounds(object), NUMBER_KEYWORDS);
            self.describe(&mut schema, object, &["format"]);
        }
        schema
    }

    fn array(&mut self, object: &Object, at: &str, depth: usize) -> Schema {
        let items = object.get("items");
        let (places, places_key, rest, rest_key) = match (object.get("prefixItems"), items) {
            (Some(Node::Array(places)), rest) => (&places[..], "prefixItems", rest, "items"),
            (_, Some(Node::Array(places))) => (
                &places[..],
                "items",
                object.get("additionalItems"),
                "additionalItems",
            ),
            (_, rest) => (&[][..], "", rest, "items"),
        };
        let places_at = extended(at, places_key);
        let place = |(place, schema)| {
            self.schema(
                schema,
                &extended(&places_at, &format!("{place}")),
                depth + 1,
            )
        };
        let places: Vec<Schema> = places.iter().enumerate().map(place).collect();
        let rest_at = extended(at, rest_key);
        let items = match rest {
            Some(Node::Bool(false)) => None,
            // Who names the places of a tuple means these and no more.
            None | Some(Node::Bool(true)) if !places.is_empty() => None,
            None | Some(Node::Bool(true)) if is_empty(object) => None,
            None => Some(self.any(&rest_at)),
            Some(rest) => Some(self.schema(rest, &rest_at, depth + 1)),
        };
        // What ends with its places, or has none, has a longest length.
        let longest = items.is_none().then_some(places.len());
        if !places.is_empty() {
            self.report.change(at, ChangeKind::Tuple, places_key);
        }
        let items = items.or_else(|| places.is_empty().then(|| Schema::new(at, Shape::Null)));
        let items = items.map(Box::new);
        let mut schema = Schema::new(at, Shape::Array(ArrayShape { places, items }));
        self.constrain(&mut schema, object, &["minItems", "maxItems"]);
        if let Some(longest) = longest.filter(|_| !object.contains("maxItems")) {
            schema
                .constraints
                .push(("maxItems".to_owned(), Node::Number(longest.to_string())));
        }
        self.describe(
            &mut schema,
            object,
            &[
                "uniqueItems",
                "contains",
                "minContains",
                "maxContains",
                "unevaluatedItems",
            ],
        );
        schema
    }

    fn object(&mut self, object: &Object, at: &str, depth: usize) -> Schema {
        let described = object.get("properties").and_then(Node::as_object);
        let further = object
            .get("additionalProperties")
            .or_else(|| object.get("unevaluatedProperties"));
        let mut properties = Vec::new();
        let properties_at = extended(at, "properties");
        for (name, node) in described.into_iter().flat_map(Object::iter) {
            // A schema of draft 3 says of each property whether it is required.
            let says_so =
                node.as_object().and_then(|node| node.get("required")) == Some(&Node::Bool(true));
            let is_optional = !says_so && !required(object).any(|required| required == name);
            let schema = self.schema(node, &extended(&properties_at, name), depth + 1);
            match (&schema.shape, is_optional) {
                (Shape::Never, true) if !schema.is_nullable => {
                    self.report.change(at, ChangeKind::Removed, name);
                }
                _ => properties.push(Property {
                    name: name.to_owned(),
                    schema,
                    is_optional,
                }),
            }
        }
        for name in required(object) {
            if properties
                .iter()
                .any(|property: &Property| property.name == name)
            {
                continue;
            }
            let at = extended(&properties_at, name);
            let schema = match further {
                Some(Node::Bool(false)) => Schema::new(&at, Shape::Never),
                Some(further @ Node::Object(_)) => self.schema(further, &at, depth + 1),
                _ => self.any(&at),
            };
            properties.push(Property {
                name: name.to_owned(),
                schema,
                is_optional: false,
            });
        }
        let names_properties = described.is_some() || !properties.is_empty();
        let further = self.further(further, names_properties, at, depth);
        let patterns = self.patterns(object, at, depth);

        let mut schema = Schema::new(
            at,
            Shape::Object(ObjectShape {
                properties,
                further,
                patterns,
            }),
        );
        self.describe(&mut schema, object, &OBJECT_KEYWORDS[5..]);
        schema
    }

    /// What properties without a description hold; `None` when there are none, or nobody would miss them.
    fn further(
        &mut self,
        further: Option<&Node>,
        names_properties: bool,
        at: &str,
        depth: usize,
    ) -> Option<Box<Schema>> {
        let is_anything = match further {
            Some(Node::Bool(false)) => return None,
            None => !names_properties && at != ROOT,
            Some(Node::Bool(true)) => !names_properties,
            Some(Node::Object(further)) => further.is_empty() && !names_properties,
            Some(_) => false,
        };
        match further {
            _ if is_anything => {
                self.open_map(at, "the names of this object's properties are open");
                Some(Box::new(Schema::new(at, Shape::Any)))
            }
            Some(further @ Node::Object(keywords)) if !keywords.is_empty() => {
                self.open_map(at, "the names of this object's properties are open: `additionalProperties` is a schema");
                Some(Box::new(self.schema(
                    further,
                    &extended(at, "additionalProperties"),
                    depth + 1,
                )))
            }
            _ => {
                self.report
                    .change(at, ChangeKind::Closed, "additionalProperties");
                None
            }
        }
    }

    fn patterns(&mut self, object: &Object, at: &str, depth: usize) -> Vec<(String, Schema)> {
        let patterns = object.get("patternProperties").and_then(Node::as_object);
        let patterns_at = extended(at, "patternProperties");
        let mut lowered = Vec::new();
        for (pattern, node) in patterns.into_iter().flat_map(Object::iter) {
            self.open_map(
                at,
                "the names of this object's properties are open: `patternProperties`",
            );
            let schema = self.schema(node, &extended(&patterns_at, pattern), depth + 1);
            lowered.push((pattern.to_owned(), schema));
        }
        lowered
    }

    fn open_map(&mut self, at: &str, message: &str) {
        self.report.obstacle(at, ObstacleKind::OpenMap, message);
    }

    /// Takes over constraints that some dialects keep.
    fn constrain(&mut self, schema: &mut Schema, object: &Object, keys: &[&str]) {
        for key in keys {
            if let Some(value) = object.get(key) {
                schema.constraints.push(((*key).to_owned(), value.clone()));
            }
        }
    }

    /// Takes over constraints that no dialect keeps.
    fn describe(&mut self, schema: &mut Schema, object: &Object, keys: &[&str]) {
        for key in keys {
            match object.get(key) {
                None | Some(Node::Bool(false)) => {}
                Some(value) => self.note(schema, key, value),
            }
        }
    }
}

/// Whether an array has no items, whatever they might be.
fn is_empty(array: &Object) -> bool {
    array
        .get("maxItems")
        .is_some_and(|most| most.as_f64() == Some(0.0))
}

/// The bounds of a draft 4 schema, where `exclusiveMinimum` says how `minimum` is meant, as they are written since.
fn with_modern_bounds(object: &Object) -> Object {
    let mut modern = object.clone();
    for (bound, exclusive) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ] {
        match (object.get(exclusive), object.get(bound)) {
            (Some(Node::Bool(true)), Some(value)) => {
                modern = modern.without(&[bound]);
                modern.set(exclusive, value.clone());
            }
            (Some(Node::Bool(_)), _) => modern = modern.without(&[exclusive]),
            _ => {}
        }
    }
    modern
}

fn is_of_type(value: &Node, name: &str) -> bool {
    match value {
        Node::Null => name == "null",
        Node::Bool(_) => name == "boolean",
        Node::Number(_) => name == "number" || (name == "integer" && value.is_integer()),
        Node::Text(_) => name == "string",
        Node::Array(_) => name == "array",
        Node::Object(_) => name == "object",
    }
}

/// The first five are understood, the others described.
#[rustfmt::skip]
const OBJECT_KEYWORDS: &[&str] = &[
    "properties", "required", "additionalProperties", "patternProperties", "unevaluatedProperties",
    "minProperties", "maxProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies",
];
const ARRAY_KEYWORDS: &[&str] = &[
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
];
const STRING_KEYWORDS: &[&str] = &[
    "pattern",
    "minLength",
    "maxLength",
    "format",
    "contentEncoding",
];
const NUMBER_KEYWORDS: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];
