//! What makes a schema strict, said once for all tests.

use openrouter_chat::structured::strict::{Dialect, StrictSchema};
use openrouter_types::RawJson;
use serde_json::Value;

pub(super) const DIALECTS: [Dialect; 4] = [
    Dialect::Generic,
    Dialect::OpenAi,
    Dialect::Anthropic,
    Dialect::Gemini,
];

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
    jsonschema::meta::validate(schema).unwrap();
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
            assert_eq!(
                required,
                properties.keys().map(String::as_str).collect::<Vec<_>>(),
                "{schema}"
            );
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
