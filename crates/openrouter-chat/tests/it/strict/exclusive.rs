//! `oneOf` as `anyOf`: a loss only where two members may fit one answer.

use openrouter_chat::structured::strict::{ChangeKind, Dialect};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::judge::{DIALECTS, compile};
use super::wild::check_answers;

/// What is told of the `oneOf` of a property.
fn told(members: &Value) -> ChangeKind {
    let schema = json!({
        "type": "object",
        "properties": {"x": {"oneOf": members}},
        "required": ["x"],
        "$defs": {
            "Cat": {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind"]},
            "Dog": {"allOf": [{"$ref": "#/$defs/Pet"}, {"properties": {"kind": {"const": "dog"}}}]},
            "Pet": {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]},
            "Word": {"$ref": "#/$defs/Text"},
            "Text": {"type": "string"},
            "Loop": {"allOf": [{"$ref": "#/$defs/Loop"}]},
        },
    });
    let strict = compile(&schema, Dialect::Generic);
    let mut of_one = strict.report().changes.iter().filter(|change| {
        matches!(change.kind, ChangeKind::AnyOf | ChangeKind::Exclusive)
            && change.pointer == "#/properties/x"
    });
    let change = of_one.next().unwrap();
    assert_eq!(change.is_loss(), change.kind == ChangeKind::AnyOf);
    change.kind
}

#[test]
fn members_that_exclude_each_other_lose_nothing() {
    let tagged = |name: &str| json!({"type": "object", "properties": {"kind": {"const": name}}, "required": ["kind"]});
    for members in [
        // By type.
        json!([{"type": "string"}, {"type": "integer"}, {"type": ["boolean", "null"]}]),
        json!([{"type": "STRING"}, {"type": "ARRAY", "items": {"type": "string"}}]),
        json!([{"$ref": "#/$defs/Word"}, {"type": "number"}, {"$ref": "#/$defs/Cat"}]),
        json!([{"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "integer"}]),
        // By value.
        json!([{"const": "a"}, {"const": "b"}, {"enum": ["c", "d"]}]),
        json!([{"const": 1}, {"const": "1"}, {"const": true}]),
        json!([{"enum": ["a", "b"]}, {"type": "integer"}]),
        json!([{"type": "string", "enum": ["a"]}, {"type": ["string", "integer"], "enum": ["b", 1]}]),
        // By a property that says which one it is.
        json!([tagged("a"), tagged("b"), tagged("c")]),
        json!([{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]),
        json!([
            {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
            {"type": "object", "properties": {"n": {"type": "string"}}, "required": ["n"]},
        ]),
        // Where only one requires it, the other has it with another value or not at all.
        json!([
            {"type": "object", "properties": {"n": {"const": 1}}, "required": ["n"]},
            {"type": "object", "properties": {"n": {"const": 2}}},
        ]),
        json!([
            {"type": "object", "properties": {"inner": tagged("a")}, "required": ["inner"]},
            {"type": "object", "properties": {"inner": tagged("b")}, "required": ["inner"]},
        ]),
        // By the properties that one has: as serde writes enums.
        json!([
            {"type": "object", "properties": {"Circle": {"type": "number"}}, "required": ["Circle"], "additionalProperties": false},
            {"type": "object", "properties": {"Square": {"type": "number"}}, "required": ["Square"], "additionalProperties": false},
            {"type": "string", "enum": ["Nothing"]},
        ]),
        json!([
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]},
        ]),
        // Nothing fits one of them.
        json!([false, {"type": "string"}, {"enum": []}]),
    ] {
        assert_eq!(told(&members), ChangeKind::Exclusive, "{members}");
    }
}

#[test]
fn what_cannot_be_shown_to_exclude_each_other_is_a_loss() {
    for members in [
        json!([{"type": "integer"}, {"type": "number"}]),
        json!([{"type": "string"}, {"type": "string", "maxLength": 3}]),
        json!([{"type": ["string", "null"]}, {"type": ["integer", "null"]}]),
        json!([{"type": "string", "nullable": true}, {"type": "integer", "nullable": true}]),
        json!([{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]),
        json!([{"const": 1}, {"const": 1.0}]),
        json!([{"enum": ["a"], "nullable": true}, {"type": ["integer", "null"]}]),
        json!([{"const": "a"}, {"type": "string"}]),
        // A text fits what names no type.
        json!([{"type": "string"}, {"properties": {"a": {"type": "string"}}, "required": ["a"]}]),
        json!([
            {"properties": {"kind": {"const": "a"}}, "required": ["kind"]},
            {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
        ]),
        // A pattern admits it.
        json!([
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"type": "object", "patternProperties": {"^a": {"type": "string"}}, "additionalProperties": false},
        ]),
        // The tag may be absent.
        json!([
            {"type": "object", "properties": {"kind": {"const": "a"}}},
            {"type": "object", "properties": {"kind": {"const": "b"}}},
        ]),
        // One is a case of the other.
        json!([
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a", "b"]},
        ]),
        json!([
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}}, "required": ["b"]},
        ]),
        json!([{"anyOf": [{"type": "string"}, {"type": "null"}]}, {"anyOf": [{"type": "integer"}, {"type": "null"}]}]),
        json!([{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Pet"}]),
        json!([{"$ref": "#/$defs/Loop"}, {"$ref": "#/$defs/Loop"}]),
        json!([{"$ref": "#/$defs/Missing"}, {"type": "string"}]),
        json!([{"type": "string"}, {"type": "string"}]),
        json!([{"type": "string"}, true]),
    ] {
        assert_eq!(told(&members), ChangeKind::AnyOf, "{members}");
    }
}

#[test]
fn many_members_do_not_take_for_ever() {
    // What cannot be told apart in so many steps counts as a loss.
    let mut definitions = Map::new();
    for n in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        let either = json!({"anyOf": [next, next]});
        let object = json!({"type": "object", "properties": {"a": either, "b": either}, "required": ["a", "b"]});
        definitions.insert(format!("d{n}"), object);
    }
    definitions.insert("d40".to_owned(), json!({"type": "string"}));
    let doubled = json!({"$ref": "#/$defs/d0"});
    let schema = json!({"type": "object", "properties": {"x": {"oneOf": [doubled, doubled]}}, "$defs": definitions});
    assert_eq!(
        compile(&schema, Dialect::Generic).report().losses().count(),
        1
    );
    let tagged: Vec<Value> = (0..400)
        .map(|n| json!({"type": "object", "properties": {"kind": {"const": n}}, "required": ["kind"]}))
        .collect();
    assert_eq!(told(&Value::Array(tagged)), ChangeKind::Exclusive);
}

fn member() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": ["boolean", "null"]}),
        json!({"type": "null"}),
        json!({"const": "x"}),
        json!({"enum": ["x", 1, null]}),
        json!({"enum": ["y", true]}),
        json!({"type": "string", "enum": ["y", "z"]}),
    ]);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let object = (
            prop::collection::btree_map("[ab]", inner.clone(), 0..3),
            prop::collection::btree_set("[ab]", 0..3),
            any::<bool>(),
            any::<bool>(),
        );
        let object = object.prop_map(|(properties, mut required, is_closed, is_in_two)| {
            required.retain(|name| properties.contains_key(name));
            let mut schema =
                json!({"type": "object", "properties": properties, "required": required});
            if is_closed {
                schema["additionalProperties"] = json!(false);
            }
            if is_in_two && !is_closed {
                let required = schema["required"].take();
                schema.as_object_mut().unwrap().remove("required");
                return json!({"allOf": [schema, {"required": required}]});
            }
            schema
        });
        prop_oneof![
            3 => object,
            1 => prop::collection::vec(inner, 1..3).prop_map(|members| json!({"anyOf": members})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn where_nothing_is_said_to_be_lost_only_one_member_fits(
        members in prop::collection::vec(member(), 2..4),
    ) {
        let schema = json!({"type": "object", "properties": {"x": {"oneOf": members}}, "required": ["x"]});
        for dialect in DIALECTS {
            let strict = compile(&schema, dialect);
            if strict.is_strict() {
                check_answers("by chance", &schema, &strict, dialect);
            }
        }
    }
}
