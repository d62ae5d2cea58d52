//! How each construct of JSON Schema is written in the strict subset.

use openrouter_chat::structured::strict::{Dialect, StrictSchema};
use openrouter_types::RawJson;

use super::judge::assert_in_subset;

/// Each schema stands in the property `x` of an object, unless it starts with `root:`.
const SCHEMAS: &[(&str, &str)] = &[
    (
        "root: null as OpenAPI writes it",
        r#"{"type":"object","properties":{"a":{"type":"string","nullable":true}},"required":["a"]}"#,
    ),
    (
        "an array that stays empty",
        r#"{"type":"array","items":false}"#,
    ),
    ("an optional string", r#"{"type":"string"}"#),
    ("an optional reference", r##"{"$ref":"#/$defs/P"}"##),
    (
        "an optional object",
        r#"{"type":"object","properties":{"a":{"type":"null"}},"required":["a"],"description":"D"}"#,
    ),
    ("optional and null already", r#"{"type":["string","null"]}"#),
    (
        "several types",
        r#"{"type":["string","integer","null"],"minLength":3,"minimum":4}"#,
    ),
    ("all numbers", r#"{"type":["integer","number"]}"#),
    ("types in capitals", r#"{"type":"STRING","nullable":true}"#),
    (
        "no type but keywords",
        r#"{"properties":{"a":{"minLength":1}}}"#,
    ),
    ("an unknown type", r#"{"type":"float"}"#),
    ("anything", r#"{"description":"whatever"}"#),
    ("true", "true"),
    ("false", "false"),
    ("an enum of several types", r#"{"enum":["a",1,true,null]}"#),
    ("an enum of its type", r#"{"type":"string","enum":["a",1]}"#),
    ("an enum of objects", r#"{"enum":[{"a":1}]}"#),
    ("a constant", r#"{"const":"fixed","description":"D"}"#),
    (
        "a constant outside of its enum",
        r#"{"const":"c","enum":["a"]}"#,
    ),
    (
        "an old tuple",
        r#"{"type":"array","items":[{"type":"string"},{"type":"number"}],"additionalItems":false}"#,
    ),
    (
        "a new tuple with more",
        r#"{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}"#,
    ),
    (
        "a tuple of equals",
        r#"{"prefixItems":[{"type":"number"},{"type":"number"}],"minItems":2}"#,
    ),
    ("an array of anything", r#"{"type":"array"}"#),
    ("a free object", r#"{"type":"object"}"#),
    ("an empty object", r#"{"type":"object","properties":{}}"#),
    (
        "a map",
        r#"{"type":"object","additionalProperties":{"type":"integer"}}"#,
    ),
    (
        "an open object",
        r#"{"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":true}"#,
    ),
    (
        "a map by pattern",
        r#"{"type":"object","patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}"#,
    ),
    (
        "required without a word",
        r#"{"type":"object","properties":{},"required":["a"]}"#,
    ),
    (
        "forbidden and optional",
        r#"{"type":"object","properties":{"a":false,"b":{"type":"null"}}}"#,
    ),
    (
        "required as in draft 3",
        r#"{"type":"object","properties":{"a":{"type":"string","required":true}}}"#,
    ),
    (
        "allOf of objects",
        r##"{"allOf":[{"$ref":"#/$defs/P"},{"properties":{"z":{"type":"string"}},"required":["z"]}]}"##,
    ),
    (
        "allOf of bounds",
        r#"{"type":"integer","minimum":1,"allOf":[{"minimum":3},{"maximum":9},{"type":"number"}]}"#,
    ),
    (
        "allOf of patterns",
        r#"{"type":"string","allOf":[{"pattern":"^a"},{"pattern":"b$"}]}"#,
    ),
    (
        "allOf that nothing fits",
        r#"{"allOf":[{"type":"string"},{"type":"integer"}]}"#,
    ),
    (
        "allOf of closed objects",
        r#"{"allOf":[{"properties":{"a":{"type":"null"}},"additionalProperties":false},{"properties":{"a":{},"b":{"type":"null"}}}]}"#,
    ),
    (
        "a reference with neighbours",
        r##"{"$ref":"#/$defs/P","properties":{"name":{"minLength":2}}}"##,
    ),
    (
        "alternatives beside keywords",
        r#"{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}"#,
    ),
    (
        "one alternative",
        r#"{"anyOf":[{"type":"string","description":"inner"}],"description":"outer"}"#,
    ),
    (
        "alternatives within alternatives",
        r#"{"oneOf":[{"anyOf":[{"type":"string"},{"type":"null"}]},{"type":"integer"}]}"#,
    ),
    (
        "anyOf and oneOf",
        r#"{"anyOf":[{"type":"string"},{"type":"integer"}],"oneOf":[{"minLength":1},{"minimum":1}]}"#,
    ),
    (
        "not and if",
        r#"{"type":"string","not":{"const":"x"},"if":{"minLength":1},"then":true}"#,
    ),
    ("a reference to nowhere", r##"{"$ref":"#/$defs/Missing"}"##),
    (
        "a reference to elsewhere",
        r#"{"$ref":"https://example.org/schema.json"}"#,
    ),
    ("a reference by anchor", r##"{"$ref":"#anchored"}"##),
    (
        "a reference to a property",
        r##"{"$ref":"#/properties/other"}"##,
    ),
    (
        "a reference alone in allOf",
        r##"{"allOf":[{"$ref":"#/$defs/P"}],"description":"D","default":null}"##,
    ),
    (
        "itself alone in allOf",
        r##"{"allOf":[{"$ref":"#"}],"description":"D"}"##,
    ),
    (
        "part of itself",
        r##"{"allOf":[{"$ref":"#/properties/x"}]}"##,
    ),
    (
        "unknown keywords",
        r#"{"type":"string","x-order":1,"deprecated":true,"$comment":"c"}"#,
    ),
    (
        "root: a list",
        r#"{"type":"array","items":{"type":"string"},"description":"Names."}"#,
    ),
    (
        "root: alternatives",
        r#"{"oneOf":[{"type":"object","properties":{}},{"type":"object","properties":{"a":{"type":"null"}}}]}"#,
    ),
    (
        "root: a reference",
        r##"{"$ref":"#/definitions/A","definitions":{"A":{"type":"object","properties":{"next":{"$ref":"#/definitions/A"}}}}}"##,
    ),
    ("root: nothing", r#"{"type":"object"}"#),
    (
        "root: recursive list",
        r##"{"type":"array","items":{"anyOf":[{"type":"string"},{"$ref":"#"}]}}"##,
    ),
];

#[test]
fn every_construct_is_rewritten_or_told() {
    let mut shown = String::new();
    for (name, schema) in SCHEMAS {
        let whole = if name.starts_with("root:") {
            (*schema).to_owned()
        } else {
            format!(
                r##"{{"type":"object","properties":{{"x":{schema},"other":{{"$anchor":"anchored","type":"boolean"}}}},"required":["other"],"$defs":{{"P":{{"type":"object","properties":{{"name":{{"type":"string"}}}},"required":["name"]}}}}}}"##
            )
        };
        let strict =
            StrictSchema::compile(&RawJson::parse(&whole).unwrap(), Dialect::OpenAi).unwrap();
        if strict.is_strict() {
            assert_in_subset(&strict.schema().to_value(), Dialect::OpenAi);
        }
        let compiled = strict.schema().as_str();
        let frame = (
            r#"{"type":"object","properties":{"x":"#,
            r#","other":{"type":"boolean"}},"required":["x","other"],"additionalProperties":false"#,
        );
        let compiled = match compiled
            .strip_prefix(frame.0)
            .and_then(|rest| rest.split_once(frame.1))
        {
            Some((inner, rest)) => format!("{inner}{}", rest.trim_end_matches('}')),
            None => compiled.to_owned(),
        };
        shown += &format!("## {name}\n{schema}\n{compiled}\n{}\n", strict.report());
    }
    insta::assert_snapshot!(shown);
}
