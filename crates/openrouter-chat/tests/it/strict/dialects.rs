//! What each provider takes.

use openrouter_chat::structured::strict::{Dialect, ObstacleKind, StrictErrorKind, StrictSchema};
use openrouter_types::RawJson;
use serde_json::{Map, Value, json};

use super::judge::{DIALECTS, assert_in_subset, compile};

const ORDER: &str = r##"{
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "Order",
    "description": "What a customer wants.",
    "type": "object",
    "properties": {
        "when": {"type": "string", "format": "date-time", "description": "Delivery."},
        "mail": {"type": "string", "format": "email", "pattern": "^\\S+@\\S+$"},
        "code": {"type": "string", "pattern": "^(?=.*\\d).+$", "minLength": 2, "maxLength": 8},
        "count": {"type": "integer", "minimum": 1, "maximum": 10, "exclusiveMaximum": false, "default": 1},
        "price": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "multipleOf": 0.01},
        "urgent": {"const": true},
        "size": {"enum": ["s", "m", null]},
        "items": {"type": "array", "items": {"$ref": "#/definitions/Item"}, "minItems": 2, "uniqueItems": true},
        "first": {"$ref": "#/definitions/Item", "description": "The most important one."},
        "gift": {"allOf": [{"$ref": "#/definitions/Item"}], "nullable": true}
    },
    "required": ["when", "items", "urgent", "first"],
    "definitions": {
        "Item": {"type": "object", "properties": {"sku": {"type": "string"}, "note": {"type": "string"}}, "required": ["sku"]},
        "Unused": {"type": "string"}
    }
}"##;

fn pretty(strict: &StrictSchema) -> String {
    // Through our own order-keeping text, since a `Value` sorts its keys.
    let mut out = String::new();
    let (mut level, mut in_string, mut escaped) = (0_usize, false, false);
    for c in strict.schema().as_str().chars() {
        let breaks = !in_string && matches!(c, '{' | '}' | ',');
        if breaks && c == '}' {
            level -= 1;
            out += &format!("\n{}", "  ".repeat(level));
        }
        out.push(c);
        if breaks && c != '}' {
            level += usize::from(c == '{');
            out += &format!("\n{}", "  ".repeat(level));
        }
        in_string ^= c == '"' && !escaped;
        escaped = in_string && c == '\\' && !escaped;
    }
    out
}

#[test]
fn each_dialect_keeps_what_it_knows_and_describes_the_rest() {
    for dialect in DIALECTS {
        let strict = StrictSchema::compile(&RawJson::parse(ORDER).unwrap(), dialect).unwrap();
        assert!(strict.is_strict(), "{dialect:?}: {}", strict.report());
        assert_in_subset(&strict.schema().to_value(), dialect);
        let name = format!("order_for_{dialect:?}").to_lowercase();
        insta::assert_snapshot!(name, format!("{}\n\n{}", pretty(&strict), strict.report()));
    }
}

#[test]
fn a_schema_that_contains_itself_is_strict_where_recursion_is_taken() {
    let tree = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["name", "children"],
    });
    for dialect in DIALECTS {
        let strict = compile(&tree, dialect);
        match dialect {
            Dialect::OpenAi | Dialect::Generic => {
                assert!(strict.is_strict(), "{dialect:?}: {}", strict.report());
                assert_in_subset(&strict.schema().to_value(), dialect);
            }
            _ => assert_eq!(
                strict.report().obstacles[0].kind,
                ObstacleKind::Recursion,
                "{dialect:?}"
            ),
        }
    }
}

#[test]
fn sizes_that_a_server_refuses_are_told_beforehand() {
    let properties: Map<String, Value> = (0..5001)
        .map(|n| (format!("p{n}"), json!({"type": "null"})))
        .collect();
    let wide = json!({"type": "object", "properties": properties});
    let deep = (0..11).fold(
        json!({"type": "string"}),
        |inner, _| json!({"type": "object", "properties": {"inner": inner}, "required": ["inner"]}),
    );
    let words: Vec<String> = (0..1001)
        .map(|n| format!("a long word of an enum, number {n}"))
        .collect();
    let words =
        json!({"type": "object", "properties": {"word": {"enum": words}}, "required": ["word"]});
    let mut told = String::new();
    for schema in [wide, deep, words] {
        let strict = compile(&schema, Dialect::OpenAi);
        assert!(
            strict
                .report()
                .obstacles
                .iter()
                .all(|obstacle| obstacle.kind == ObstacleKind::TooLarge)
        );
        told += &strict.require_strict().unwrap_err().to_string();
        told.push('\n');
        assert!(compile(&schema, Dialect::Generic).is_strict());
    }
    insta::assert_snapshot!(told);
}

#[test]
fn what_would_be_too_many_alternatives_stays_optional_where_the_servers_take_that() {
    let optional = |count: usize| {
        let properties: Map<String, Value> = (0..count)
            .map(|n| (format!("p{n:02}"), json!({"type": "string"})))
            .collect();
        json!({"type": "object", "properties": properties})
    };
    for (count, stay_optional) in [(16, 0), (17, 1), (40, 24)] {
        let strict = compile(&optional(count), Dialect::Anthropic);
        assert!(strict.is_strict(), "{count}: {}", strict.report());
        let schema = strict.schema().to_value();
        assert_in_subset(&schema, Dialect::Anthropic);
        let required = schema["required"].as_array().unwrap().len();
        assert_eq!(count - required, stay_optional);
        // What may be absent is, and `null` stands for absent in the others.
        let answer = json!({"p00": "x", "p14": null, "p15": null});
        let restored = strict.restore(&answer.to_string()).unwrap().to_value();
        assert_eq!(restored, json!({"p00": "x"}));
    }
    // What takes `null` by itself gains nothing by staying optional.
    let mut mixed = optional(20);
    for n in 0..10 {
        mixed["properties"][format!("p{n:02}")]["type"] = json!(["string", "null"]);
    }
    let strict = compile(&mixed, Dialect::Anthropic);
    assert!(strict.is_strict(), "{}", strict.report());
    let schema = strict.schema().to_value();
    assert_in_subset(&schema, Dialect::Anthropic);
    let required = schema["required"].as_array().unwrap();
    assert_eq!(required.len(), 16);
    assert!(required.contains(&json!("p00")) && !required.contains(&json!("p10")));

    let too_many = compile(&optional(41), Dialect::Anthropic);
    let error = too_many.require_strict().unwrap_err().to_string();
    assert!(
        error.contains("41 places") && error.contains("require more"),
        "{error}"
    );
    let strict = compile(&optional(41), Dialect::OpenAi);
    assert_eq!(
        strict.schema().to_value()["required"]
            .as_array()
            .unwrap()
            .len(),
        41
    );
}

#[test]
fn definitions_that_double_each_other_do_not_fill_the_memory() {
    let mut definitions = Map::new();
    for n in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        definitions.insert(
            format!("d{n}"),
            json!({"type": "object", "properties": {"a": next, "b": next}}),
        );
    }
    definitions.insert("d40".to_owned(), json!({"type": "string"}));
    let schema = json!({"$defs": definitions, "$ref": "#/$defs/d0"});
    assert!(!compile(&schema, Dialect::Gemini).is_strict());
    assert!(compile(&schema, Dialect::Generic).is_strict());

    let mut merged = Map::new();
    for n in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        merged.insert(format!("d{n}"), json!({"allOf": [next, next]}));
    }
    merged.insert("d40".to_owned(), json!({"type": "string"}));
    let _ = compile(
        &json!({"$defs": merged, "$ref": "#/$defs/d0"}),
        Dialect::OpenAi,
    );
}

#[test]
fn long_chains_of_definitions_do_not_exhaust_the_stack() {
    for link in [
        |next: Value| json!({"allOf": [next], "title": "x"}),
        |next: Value| json!({"type": "array", "items": next}),
    ] {
        let mut definitions = Map::new();
        for n in 0..3000 {
            definitions.insert(
                format!("d{n}"),
                link(json!({"$ref": format!("#/$defs/d{}", n + 1)})),
            );
        }
        definitions.insert("d3000".to_owned(), json!({"type": "string"}));
        let schema = json!({"$defs": definitions, "type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}});
        for dialect in DIALECTS {
            let _ = compile(&schema, dialect).restore("{\"a\": null}").unwrap();
        }
    }
}

#[test]
fn the_dialect_follows_the_author_of_the_model() {
    for (slug, dialect) in [
        ("openai/gpt-5-mini", Dialect::OpenAi),
        ("openai/gpt-oss-120b:free", Dialect::Generic),
        ("anthropic/claude-sonnet-4.5:thinking", Dialect::Anthropic),
        ("~anthropic/claude-latest", Dialect::Anthropic),
        ("Google/Gemini-2.5-pro", Dialect::Gemini),
        ("google/gemma-3-27b-it", Dialect::Generic),
        ("mistralai/mistral-large", Dialect::Generic),
        ("openrouter/auto", Dialect::Generic),
        ("local-model", Dialect::Generic),
        ("", Dialect::Generic),
    ] {
        assert_eq!(Dialect::for_model(slug), dialect, "{slug}");
    }
}

#[test]
fn what_is_no_schema_is_refused() {
    for text in ["1", "\"object\"", "[]", "null"] {
        let error =
            StrictSchema::compile(&RawJson::parse(text).unwrap(), Dialect::OpenAi).unwrap_err();
        assert_eq!(error.kind(), StrictErrorKind::NotASchema, "{text}");
    }
}
