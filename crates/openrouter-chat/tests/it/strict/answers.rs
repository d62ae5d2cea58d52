//! Whatever fits the original fits the strict schema, and comes back as it was.

use openrouter_chat::structured::strict::{Dialect, StrictErrorKind, StrictSchema};
use openrouter_types::RawJson;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::judge::{DIALECTS, Dice, assert_in_subset, compile, is_valid};

/// A kind of value, of which a schema and values can be made.
#[derive(Clone, Debug)]
enum Kind {
    Null,
    Boolean,
    Integer {
        at_least: Option<i8>,
    },
    Number,
    Text {
        at_least: Option<u8>,
    },
    Words(Vec<String>),
    Constant(i8),
    List(Box<Kind>, Option<u8>),
    Tuple(Vec<Kind>),
    Record(Vec<Field>, Spelling),
    Nullable(Box<Kind>, bool),
    /// Records, told apart by a tag, and other kinds that no two of them share a type.
    Either(Vec<Vec<Field>>, bool, bool),
    /// Stands among the definitions.
    Named(Box<Kind>),
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    kind: Kind,
    is_optional: bool,
}

/// How a record is written.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Open,
    Closed,
    /// Half of the properties in each member of an `allOf`.
    Split,
}

fn schema(kind: &Kind, definitions: &mut Map<String, Value>) -> Value {
    match kind {
        Kind::Null => json!({"type": "null"}),
        Kind::Boolean => json!({"type": "boolean", "description": "A flag."}),
        Kind::Integer { at_least: None } => json!({"type": "integer", "format": "int64"}),
        Kind::Integer {
            at_least: Some(least),
        } => json!({"type": "integer", "minimum": least}),
        Kind::Number => json!({"type": ["number"]}),
        Kind::Text { at_least: None } => json!({"type": "string", "default": "x"}),
        Kind::Text {
            at_least: Some(least),
        } => json!({"type": "string", "minLength": least, "pattern": "^[a-z]*$"}),
        Kind::Words(words) => json!({"enum": words}),
        Kind::Constant(value) => json!({"const": value}),
        Kind::List(item, None) => json!({"type": "array", "items": schema(item, definitions)}),
        Kind::List(item, Some(least)) => {
            json!({"type": "array", "items": schema(item, definitions), "minItems": least, "maxItems": 9})
        }
        Kind::Tuple(places) => {
            let places: Vec<Value> = places
                .iter()
                .map(|place| schema(place, definitions))
                .collect();
            json!({"type": "array", "minItems": places.len(), "maxItems": places.len(), "prefixItems": places})
        }
        Kind::Record(fields, Spelling::Open) => record(fields, definitions),
        Kind::Record(fields, Spelling::Closed) => {
            let mut schema = record(fields, definitions);
            schema["additionalProperties"] = json!(false);
            schema
        }
        Kind::Record(fields, Spelling::Split) => {
            let (first, second) = fields.split_at(fields.len() / 2);
            json!({"allOf": [record(first, definitions), record(second, definitions)], "description": "In two parts."})
        }
        Kind::Nullable(inner, true) => {
            json!({"anyOf": [schema(inner, definitions), {"type": "null"}]})
        }
        Kind::Nullable(inner, false) => {
            json!({"oneOf": [{"type": "null"}, schema(inner, definitions)]})
        }
        Kind::Either(records, with_text, with_list) => {
            let mut branches: Vec<Value> = Vec::new();
            for (tag, fields) in records.iter().enumerate() {
                let mut branch = record(fields, definitions);
                branch["properties"]["tag"] = json!({"const": format!("t{tag}")});
                branch["required"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!("tag"));
                branches.push(branch);
            }
            if *with_text {
                branches.push(json!({"type": "string"}));
            }
            if *with_list {
                branches.push(json!({"type": "array", "items": {"type": "integer"}}));
            }
            json!({"oneOf": branches})
        }
        Kind::Named(inner) => {
            let inner = schema(inner, definitions);
            let name = format!("Kind {}/~", definitions.len());
            definitions.insert(name.clone(), inner);
            let pointer = name
                .replace('~', "~0")
                .replace('/', "~1")
                .replace(' ', "%20");
            json!({"$ref": format!("#/$defs/{pointer}"), "title": "Named"})
        }
    }
}

fn record(fields: &[Field], definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        properties.insert(field.name.clone(), schema(&field.kind, definitions));
        if !field.is_optional {
            required.push(field.name.clone());
        }
    }
    json!({"type": "object", "properties": properties, "required": required})
}

/// A value of a kind, and how a model writes it in strict mode.
fn value(kind: &Kind, dice: &mut Dice) -> (Value, Value) {
    let same = |value: Value| (value.clone(), value);
    match kind {
        Kind::Null => same(Value::Null),
        Kind::Boolean => same(json!(dice.roll(2) == 0)),
        Kind::Integer { at_least } => same(json!(
            i64::from(at_least.unwrap_or(0)) + dice.roll(100) as i64
        )),
        Kind::Number => same(json!(dice.roll(100) as f64 / 8.0)),
        Kind::Text { at_least } => same(json!(
            "abc".repeat(usize::from(at_least.unwrap_or(0)) + dice.roll(2))
        )),
        Kind::Words(words) => same(json!(words[dice.roll(words.len())])),
        Kind::Constant(value) => same(json!(value)),
        Kind::List(item, least) => {
            let length = usize::from(least.unwrap_or(0)) + dice.roll(3);
            both((0..length).map(|_| value(item, dice)))
        }
        Kind::Tuple(places) => both(places.iter().map(|place| value(place, dice))),
        Kind::Record(fields, _) => fields_of(fields, dice),
        Kind::Nullable(inner, _) => {
            if dice.roll(3) == 0 {
                same(Value::Null)
            } else {
                value(inner, dice)
            }
        }
        Kind::Either(records, with_text, with_list) => {
            let branches = records.len() + usize::from(*with_text) + usize::from(*with_list);
            let branch = dice.roll(branches);
            match records.get(branch) {
                Some(fields) => {
                    let (mut plain, mut strict) = fields_of(fields, dice);
                    plain["tag"] = json!(format!("t{branch}"));
                    strict["tag"] = plain["tag"].clone();
                    (plain, strict)
                }
                None if *with_text && branch == records.len() => same(json!("text")),
                None => same(json!([1, 2])),
            }
        }
        Kind::Named(inner) => value(inner, dice),
    }
}

fn both(values: impl Iterator<Item = (Value, Value)>) -> (Value, Value) {
    let (plain, strict): (Vec<Value>, Vec<Value>) = values.unzip();
    (Value::from(plain), Value::from(strict))
}

fn fields_of(fields: &[Field], dice: &mut Dice) -> (Value, Value) {
    let (mut plain, mut strict) = (Map::new(), Map::new());
    for field in fields {
        if field.is_optional && dice.roll(2) == 0 {
            // A property that takes null by itself cannot be left out in strict mode: null means null there.
            if !takes_null(&field.kind) {
                strict.insert(field.name.clone(), Value::Null);
                continue;
            }
        }
        let (original, written) = value(&field.kind, dice);
        plain.insert(field.name.clone(), original);
        strict.insert(field.name.clone(), written);
    }
    (Value::Object(plain), Value::Object(strict))
}

fn takes_null(kind: &Kind) -> bool {
    match kind {
        Kind::Null | Kind::Nullable(..) => true,
        Kind::Named(inner) => takes_null(inner),
        _ => false,
    }
}

fn fields(kind: impl Strategy<Value = Kind>) -> impl Strategy<Value = Vec<Field>> {
    prop::collection::vec(("[a-d]", kind, any::<bool>()), 0..4).prop_map(|fields| {
        let mut named: Vec<Field> = Vec::new();
        for (name, kind, is_optional) in fields {
            if named.iter().all(|field| field.name != name) {
                named.push(Field {
                    name,
                    kind,
                    is_optional,
                });
            }
        }
        named
    })
}

fn kind() -> impl Strategy<Value = Kind> {
    let leaf = prop_oneof![
        Just(Kind::Null),
        Just(Kind::Boolean),
        prop::option::of(-5_i8..5).prop_map(|at_least| Kind::Integer { at_least }),
        Just(Kind::Number),
        prop::option::of(0_u8..3).prop_map(|at_least| Kind::Text { at_least }),
        prop::collection::hash_set("[a-c]{1,2}", 1..4)
            .prop_map(|words| Kind::Words(words.into_iter().collect())),
        any::<i8>().prop_map(Kind::Constant),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let spelling = prop_oneof![
            Just(Spelling::Open),
            Just(Spelling::Closed),
            Just(Spelling::Split)
        ];
        prop_oneof![
            (inner.clone(), prop::option::of(0_u8..3))
                .prop_map(|(item, least)| Kind::List(Box::new(item), least)),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Kind::Tuple),
            (fields(inner.clone()), spelling)
                .prop_map(|(fields, spelling)| Kind::Record(fields, spelling)),
            (inner.clone(), any::<bool>()).prop_map(|(inner, any_of)| match inner {
                // `oneOf` of two nulls fits nothing.
                inner if takes_null(&inner) => inner,
                inner => Kind::Nullable(Box::new(inner), any_of),
            }),
            (
                prop::collection::vec(fields(inner.clone()), 1..3),
                any::<bool>(),
                any::<bool>()
            )
                .prop_map(|(records, text, list)| Kind::Either(records, text, list)),
            inner.prop_map(|inner| Kind::Named(Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn what_fits_the_original_fits_the_strict_schema_and_comes_back(kind in kind(), seed: u64) {
        let mut definitions = Map::new();
        let mut original = schema(&kind, &mut definitions);
        original["$defs"] = Value::Object(definitions);
        let (plain, written) = value(&kind, &mut Dice(seed));
        prop_assert!(is_valid(&original, &plain), "the test is wrong: {} is not of {}", plain, original);

        for dialect in DIALECTS {
            let strict = compile(&original, dialect);
            let unions_only = strict.report().obstacles.iter().all(|obstacle| obstacle.message.contains("several types"));
            prop_assert!(unions_only, "{:?}: {}", dialect, strict.report());
            let schema = strict.schema().to_value();
            assert_in_subset(&schema, dialect);

            let answer = if strict.is_wrapped() { json!({"value": written}) } else { written.clone() };
            prop_assert!(is_valid(&schema, &answer), "{:?}: {} is not of {}", dialect, answer, schema);
            let restored = strict.restore(&answer.to_string()).unwrap().to_value();
            prop_assert_eq!(&restored, &plain, "{:?}: {} of {}", dialect, answer, schema);
        }
    }

    #[test]
    fn no_mixture_of_keywords_panics_and_what_is_called_strict_is(schema in soup()) {
        for dialect in DIALECTS {
            let strict = compile(&schema, dialect);
            if strict.is_strict() {
                assert_in_subset(&strict.schema().to_value(), dialect);
            }
            let _ = strict.restore(&schema.to_string()).unwrap();
        }
    }
}

/// Keywords with values of any form, some of them right.
fn soup() -> impl Strategy<Value = Value> {
    let keyword = prop::sample::select(vec![
        "type",
        "properties",
        "required",
        "items",
        "prefixItems",
        "additionalProperties",
        "anyOf",
        "oneOf",
        "allOf",
        "not",
        "enum",
        "const",
        "$ref",
        "$defs",
        "definitions",
        "minimum",
        "exclusiveMinimum",
        "maxItems",
        "pattern",
        "format",
        "description",
        "title",
        "default",
        "nullable",
        "patternProperties",
        "$anchor",
        "$id",
        "a",
        "b",
    ]);
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        prop::sample::select(vec![
            "object",
            "array",
            "string",
            "integer",
            "null",
            "#",
            "#/a",
            "#/$defs/a",
            "#/properties/a",
            "#b",
            "a",
            "b",
        ])
        .prop_map(Value::from),
        Just(json!({"type": "string"})),
        Just(json!({"$ref": "#"})),
        Just(json!(["a", "b"])),
    ];
    let inner = leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keyword.clone(), inner), 0..5).prop_map(|fields| {
                Value::Object(
                    fields
                        .into_iter()
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    });
    inner.prop_map(|value| {
        if value.is_object() {
            value
        } else {
            json!({"allOf": [value]})
        }
    })
}

#[test]
fn an_answer_keeps_its_order_its_numbers_and_what_nobody_described() {
    let schema = json!({
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "number"}, "c": {"type": ["string", "null"]}},
        "required": ["b"],
    });
    let strict = compile(&schema, Dialect::OpenAi);
    let answer = r#"{"extra": [null], "b": 1.50, "c": null, "a": null}"#;
    assert_eq!(
        strict.restore(answer).unwrap().as_str(),
        r#"{"extra":[null],"b":1.50,"c":null}"#
    );
}

#[test]
fn an_answer_that_does_not_fit_comes_back_as_it_is() {
    let strict = compile(
        &json!({"type": "array", "items": {"type": "integer"}}),
        Dialect::OpenAi,
    );
    assert!(strict.is_wrapped());
    for (answer, expected) in [
        (r#"{"value":[1]}"#, "[1]"),
        ("[1]", "[1]"),
        (r#"{"value":[1],"more":2}"#, r#"{"value":[1],"more":2}"#),
        ("\"no\"", "\"no\""),
    ] {
        assert_eq!(strict.restore(answer).unwrap().as_str(), expected);
    }
    assert_eq!(
        strict.restore("[1").unwrap_err().kind(),
        StrictErrorKind::NotJson
    );
    let deep = "[".repeat(200) + &"]".repeat(200);
    assert_eq!(
        strict.restore(&deep).unwrap_err().kind(),
        StrictErrorKind::NotJson
    );
}

#[test]
fn alternatives_are_told_apart_by_their_values() {
    let record = |kind: &str| {
        json!({
            "type": "object",
            "properties": {"kind": {"const": kind}, "size": {"type": "integer"}, "next": {"$ref": "#"}},
            "required": if kind == "a" { vec!["kind", "size"] } else { vec!["kind"] },
        })
    };
    let strict = compile(
        &json!({"oneOf": [record("a"), record("b"), {"type": "null"}]}),
        Dialect::OpenAi,
    );
    let answer =
        r#"{"value":{"kind":"b","size":null,"next":{"kind":"a","size":null,"next":null}}}"#;
    // The `size` of an `a` is required: its null is not ours to take away.
    assert_eq!(
        strict.restore(answer).unwrap().as_str(),
        r#"{"kind":"b","next":{"kind":"a","size":null,"next":null}}"#
    );
}

#[test]
fn alternatives_that_contain_only_themselves_come_to_an_end() {
    let schema = json!({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}, {"$ref": "#/$defs/a"}]}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"});
    let strict = StrictSchema::compile(&RawJson::from(&schema), Dialect::OpenAi).unwrap();
    assert_eq!(
        strict
            .restore(r#"{"value": {"x": null}}"#)
            .unwrap()
            .as_str(),
        r#"{"x":null}"#
    );
}

#[test]
fn the_part_of_a_growing_answer_is_found_in_its_wrapper() {
    let wrapped = compile(&json!({"type": "string"}), Dialect::OpenAi);
    assert_eq!(wrapped.unwrap_partial(&json!({})), None);
    assert_eq!(
        wrapped.unwrap_partial(&json!({"value": "ab"})),
        Some(&json!("ab"))
    );
    let plain = compile(
        &json!({"type": "object", "properties": {}}),
        Dialect::OpenAi,
    );
    assert_eq!(plain.unwrap_partial(&json!({})), Some(&json!({})));
}
