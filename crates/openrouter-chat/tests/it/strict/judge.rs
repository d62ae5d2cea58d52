//! What makes a schema strict, said once for all tests.

use openrouter_chat::structured::strict::{Dialect, StrictSchema};
use openrouter_types::RawJson;
use serde_json::{Map, Value};

pub(super) const DIALECTS: [Dialect; 4] = [
    Dialect::Generic,
    Dialect::OpenAi,
    Dialect::Anthropic,
    Dialect::Gemini,
];

/// A choice for each question, from a seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

pub(super) fn compile(schema: &Value, dialect: Dialect) -> StrictSchema {
    StrictSchema::compile(&RawJson::from(schema), dialect).unwrap()
}

pub(super) fn is_valid(schema: &Value, instance: &Value) -> bool {
    jsonschema::draft202012::new(schema)
        .unwrap()
        .is_valid(instance)
}

/// Fails unless a whole schema is of the subset that strict servers take.
pub(super) fn assert_in_subset(schema: &Value, dialect: Dialect) {
    assert_eq!(schema["type"], "object", "the root is an object: {schema}");
    check(schema, schema, dialect);
    check_size(schema, dialect);
    jsonschema::meta::validate(schema).unwrap();
}

/// The rules that speak of the schema as a whole.
fn check_size(schema: &Value, dialect: Dialect) {
    let mut all = Vec::new();
    let mut next = vec![schema];
    while let Some(value) = next.pop() {
        match value {
            Value::Object(fields) => {
                all.push(fields);
                next.extend(fields.values());
            }
            Value::Array(items) => next.extend(items),
            _ => {}
        }
    }
    let is_union = |fields: &&&Map<String, Value>| {
        fields.get("anyOf").is_some_and(Value::is_array)
            || fields.get("type").is_some_and(Value::is_array)
    };
    match dialect {
        Dialect::Anthropic => {
            let unions = all.iter().filter(is_union).count();
            assert!(unions <= 16);
            let objects = all
                .iter()
                .filter(|fields| fields.get("type") == Some(&Value::from("object")));
            let optional = objects.map(|fields| {
                let named = fields.get("properties").and_then(Value::as_object);
                let required = fields.get("required").and_then(Value::as_array);
                named.map_or(0, Map::len) - required.map_or(0, Vec::len)
            });
            let optional: usize = optional.sum();
            assert!(optional <= 24);
            assert!(
                optional == 0 || unions == 16,
                "no more stay optional than have to: {schema}"
            );
            let least = all
                .iter()
                .filter_map(|fields| fields.get("minItems")?.as_u64());
            assert!(least.max().unwrap_or_default() <= 1, "{schema}");
            assert!(!contains_itself(schema), "{schema}");
        }
        Dialect::OpenAi => {
            let is_object = |fields: &&&Map<String, Value>| {
                fields.get("properties").is_some_and(Value::is_object)
            };
            let properties = all.iter().filter(is_object);
            let properties: usize = properties
                .map(|fields| fields["properties"].as_object().unwrap().len())
                .sum();
            assert!(properties <= 5000);
            let values = all
                .iter()
                .filter_map(|fields| fields.get("enum")?.as_array());
            assert!(values.map(Vec::len).sum::<usize>() <= 1000);
        }
        Dialect::Gemini => {
            let values = all
                .iter()
                .filter_map(|fields| fields.get("enum")?.as_array());
            for value in values.flatten() {
                assert!(value.is_string() || value.is_number(), "{schema}");
            }
        }
        _ => {}
    }
}

/// Whether references lead from a definition back to it.
fn contains_itself(schema: &Value) -> bool {
    fn referred<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(target)) = fields.get("$ref") {
                    found.extend(target.strip_prefix("#/$defs/"));
                }
                fields
                    .iter()
                    .filter(|(key, _)| *key != "$defs")
                    .for_each(|(_, value)| referred(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| referred(item, found)),
            _ => {}
        }
    }
    let Some(definitions) = schema["$defs"].as_object() else {
        return false;
    };
    definitions.iter().any(|(name, definition)| {
        let mut seen = Vec::new();
        referred(definition, &mut seen);
        let mut at = 0;
        while let Some(next) = seen.get(at).copied() {
            if next == name {
                return true;
            }
            let mut more = Vec::new();
            referred(&definitions[next], &mut more);
            more.retain(|name| !seen.contains(name));
            seen.extend(more);
            at += 1;
        }
        false
    })
}

fn check(schema: &Value, root: &Value, dialect: Dialect) {
    let object = schema
        .as_object()
        .unwrap_or_else(|| panic!("not an object: {schema}"));
    let allowed: &[&str] = match dialect {
        Dialect::OpenAi => &[
            "pattern",
            "format",
            "multipleOf",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "minItems",
            "maxItems",
            "$ref",
            "$defs",
        ],
        Dialect::Anthropic => &["pattern", "format", "minItems", "$ref", "$defs"],
        Dialect::Gemini => &["format", "minimum", "maximum", "minItems", "maxItems"],
        _ => &["$ref", "$defs"],
    };
    let always = [
        "type",
        "title",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "anyOf",
    ];
    for key in object.keys() {
        assert!(
            always.contains(&key.as_str()) || allowed.contains(&key.as_str()),
            "`{key}` in {schema}"
        );
    }
    if let Some(reference) = object.get("$ref") {
        assert_eq!(object.len(), 1, "a reference has no neighbours: {schema}");
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        assert!(root.pointer(pointer).is_some(), "{reference} leads nowhere");
        return;
    }
    if let Some(branches) = object.get("anyOf") {
        assert!(!branches.as_array().unwrap().is_empty());
        assert!(
            !object.contains_key("type"),
            "alternatives have their types: {schema}"
        );
        branches
            .as_array()
            .unwrap()
            .iter()
            .for_each(|branch| check(branch, root, dialect));
        return;
    }
    let names: Vec<&str> = match &object["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => {
            assert!(
                names.len() == 2 && names[1] == "null",
                "one type and null: {schema}"
            );
            names.iter().map(|name| name.as_str().unwrap()).collect()
        }
        other => panic!("no type: {other}"),
    };
    match names[0] {
        "object" => {
            assert_eq!(object["additionalProperties"], false, "{schema}");
            let mut required: Vec<&str> = object["required"]
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap())
                .collect();
            let properties = object["properties"].as_object().unwrap();
            required.sort_unstable();
            let mut names: Vec<&str> = properties.keys().map(String::as_str).collect();
            if dialect == Dialect::Anthropic {
                names.retain(|name| required.contains(name));
            }
            assert_eq!(required, names, "{schema}");
            properties
                .values()
                .for_each(|property| check(property, root, dialect));
        }
        "array" => check(&object["items"], root, dialect),
        "string" | "number" | "integer" | "boolean" | "null" => {}
        other => panic!("type {other}"),
    }
    if let Some(values) = object.get("enum") {
        let is_scalar = |value: &Value| !value.is_array() && !value.is_object();
        assert!(values.as_array().unwrap().iter().all(is_scalar), "{schema}");
    }
    for definition in object
        .get("$defs")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|all| all.values())
    {
        check(definition, root, dialect);
    }
}
