//! What is made up for a schema fits it, by the judgement of a validator.

use openrouter_testkit::TestServer;
use serde_json::{Value, json};

use crate::raw_client::ask;

/// Asks for an answer of this schema, and for a call of a tool with it.
async fn check(server: &TestServer, schema: &Value) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap();
    let format =
        json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}});
    let tool = json!({"type": "function", "function": {"name": "tool", "parameters": schema}});
    for (fields, place) in [
        (json!({ "response_format": format }), "/content"),
        (json!({"tools": [tool]}), "/tool_calls/0/function/arguments"),
    ] {
        let mut body = json!({"model": "a/b", "messages": [{"role": "user", "content": "?"}]});
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let answer = ask(server, &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let message = &answer.json()["choices"][0]["message"];
        let text = message.pointer(place).and_then(Value::as_str).unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        let wrong: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{schema:#}\n{value:#}\n{wrong:#?}");
    }
}

#[tokio::test]
async fn schemas_of_every_kind_are_met() {
    let server = TestServer::start().await.unwrap();
    for schema in [
        json!({}),
        json!({"const": {"a": 1}}),
        json!({"enum": [3, "x"]}),
        json!({"type": "null"}),
        json!({"type": ["null", "integer"]}),
        // Numbers.
        json!({"type": "integer", "minimum": -7, "maximum": -3}),
        json!({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 3}),
        json!({"type": "integer", "exclusiveMinimum": 0.5}),
        json!({"type": "integer", "multipleOf": 7, "minimum": 50}),
        json!({"type": "integer", "multipleOf": 1.5, "minimum": 4}),
        json!({"type": "number", "multipleOf": 0.25, "exclusiveMinimum": 1}),
        json!({"type": "number", "minimum": 0.2, "maximum": 0.3}),
        json!({"type": "number", "exclusiveMaximum": -1e9}),
        json!({"minimum": 40}),
        // Texts.
        json!({"type": "string", "minLength": 30, "maxLength": 31}),
        json!({"type": "string", "maxLength": 0}),
        json!({"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"}),
        json!({"type": "string", "pattern": "^(\\+\\d{1,2}\\s)?\\(?\\d{3}\\)?[\\s.-]\\d{3}[\\s.-]\\d{4}$"}),
        json!({"type": "string", "pattern": "^#(?:[0-9a-fA-F]{3}){1,2}$"}),
        json!({"type": "string", "pattern": "^[a-z]+$", "minLength": 6, "maxLength": 8}),
        json!({"type": "string", "pattern": "colou?r"}),
        json!({"pattern": "^\\S+@\\S+\\.[a-z]{2,}$"}),
        json!({"type": "array", "uniqueItems": true, "minItems": 3, "items": {"type": "string", "pattern": "^[a-f]{2}$"}}),
        // Lists.
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 3, "maxItems": 3}),
        json!({"type": "array", "items": {"type": "integer", "minimum": 5}, "minItems": 4, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "number", "maximum": 1}, "minItems": 4, "uniqueItems": true}),
        json!({"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "string", "maxLength": 3}, "minItems": 9, "uniqueItems": true}),
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false, "minItems": 2}),
        json!({"type": "array", "contains": {"const": 7}, "minContains": 2, "items": {"type": "integer"}, "minItems": 4}),
        json!({"type": "array", "maxItems": 0}),
        json!({"type": "array", "items": {"type": "array", "items": {"type": "array", "items": {"type": "boolean"}, "minItems": 2}}}),
        // Objects.
        json!({"type": "object", "additionalProperties": false}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2}),
        json!({"type": "object", "patternProperties": {"^x-[a-z]+$": {"type": "boolean"}}, "additionalProperties": false, "minProperties": 2}),
        json!({"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "required": ["c"], "maxProperties": 2}),
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": false}, "required": ["a", "z"]}),
        json!({"properties": {"a": {"type": "integer", "default": "no number"}}, "required": ["a"]}),
        json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}, "default": ["x"]}}}),
        // References and unions.
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "integer", "minimum": 9}}}),
        json!({"$ref": "#here", "$defs": {"a": {"$anchor": "here", "type": "integer"}}}),
        json!({"properties": {"a": {"$ref": "#/definitions/x~1y", "maximum": 4}}, "definitions": {"x/y": {"type": "integer", "minimum": 3}}}),
        json!({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"type": "boolean"}}}),
        json!({"oneOf": [
            {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer", "maximum": 9}}, "required": ["kind", "lives"], "additionalProperties": false},
            {"type": "object", "properties": {"kind": {"const": "dog"}}, "required": ["kind"], "additionalProperties": false}
        ]}),
        json!({"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"],
            "anyOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"required": ["b"]}]}),
        json!({"allOf": [{"type": "integer", "minimum": 3}, {"minimum": 5, "maximum": 9}, {"maximum": 7}]}),
        json!({"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 4]}]}),
        json!({"allOf": [{"$ref": "#/$defs/a"}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}],
            "$defs": {"a": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}}}),
        json!({"allOf": [{"anyOf": [{"required": ["a"]}]}, {"anyOf": [{"required": ["b"]}]}]}),
        json!({"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"minLength": 9}}, "required": ["a"]}]}),
        json!({"type": ["string", "null"], "enum": ["a", null]}),
        // Those that contain themselves.
        json!({"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "additionalProperties": false, "required": ["value", "children"],
            "properties": {"value": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}}),
        json!({"type": "object", "required": ["next"], "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}}),
        json!({"type": "object", "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}),
    ] {
        check(&server, &schema).await;
    }
    for format in [
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "idn-email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "iri",
        "uuid",
        "json-pointer",
        "relative-json-pointer",
        "regex",
        "uri-template",
        "of-ones-own",
    ] {
        let one = json!({"type": "string", "format": format});
        check(&server, &one).await;
        let many = json!({"type": "array", "items": one, "minItems": 4, "uniqueItems": true});
        check(&server, &many).await;
    }
}

/// Numbers that are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// A schema that something fits.
fn schema(chance: &mut Chance, depth: u64) -> Value {
    let kinds = if depth == 0 { 5 } else { 10 };
    match chance.below(kinds) {
        0 => {
            let least = chance.below(40) as i64 - 20;
            let most = least + chance.below(9) as i64;
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        1 => {
            let least = chance.below(100) as f64 / 8.0 - 5.0;
            let most = least + 0.1 + chance.below(20) as f64 / 8.0;
            match chance.flip() {
                true => {
                    json!({"type": "number", "exclusiveMinimum": least, "exclusiveMaximum": most})
                }
                false => json!({"type": "number", "minimum": least, "multipleOf": 0.5}),
            }
        }
        2 => {
            let least = chance.below(12);
            json!({"type": "string", "minLength": least, "maxLength": least + chance.below(5)})
        }
        3 => json!({"enum": [chance.below(9), "a", null, {"x": [1]}]}),
        4 => {
            let (least, most) = (1 + chance.below(3), 4 + chance.below(3));
            json!({"type": "string", "pattern": format!("^[b-d]{{{least},{most}}}(x|yz)?\\.\\w+$")})
        }
        5 => {
            let least = chance.below(4);
            json!({"type": "array", "items": schema(chance, depth - 1), "minItems": least, "maxItems": least + chance.below(3)})
        }
        6 | 7 => {
            let mut object = json!({"type": "object", "properties": {}, "required": [], "additionalProperties": chance.flip()});
            for at in 0..chance.below(5) {
                let name = format!("p{at}");
                object["properties"][&name] = schema(chance, depth - 1);
                if chance.flip() {
                    object["required"].as_array_mut().unwrap().push(json!(name));
                }
            }
            object
        }
        8 => {
            json!({"anyOf": [{"type": "null"}, schema(chance, depth - 1), schema(chance, depth - 1)]})
        }
        _ => json!({"type": "object", "required": ["both"], "allOf": [
            {"properties": {"both": schema(chance, depth - 1)}},
            {"properties": {"other": schema(chance, depth - 1)}, "required": ["other"]}
        ]}),
    }
}

#[tokio::test]
async fn schemas_put_together_by_chance_are_met() {
    let server = TestServer::start().await.unwrap();
    let mut chance = Chance(1);
    for _ in 0..300 {
        check(&server, &schema(&mut chance, 4)).await;
    }
}
