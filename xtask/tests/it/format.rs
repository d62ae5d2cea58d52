//! The one form of schema files.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_norway::Value;
use xtask::schema::document::{Folder, SchemaFile};
use xtask::schema::{format, write};

fn written(text: &str) -> String {
    let file = SchemaFile::parse(PathBuf::from("a.yaml"), text.to_owned()).unwrap();
    write::file(&file.root).unwrap()
}

#[test]
fn keys_have_an_order_and_fields_keep_theirs() {
    let text = written(
        "
paths:
  /b: {get: {responses: {}, parameters: [{schema: {maximum: 2, type: integer}, in: query, name: n}], description: Gets., operationId: getB}}
  /a: {get: {operationId: getA, responses: {'200': {content: {}}}}}
components:
  schemas:
    Z:
      properties: {b: {enum: [y, x], type: string, description: Words.}, a: {items: {type: string}, type: array}}
      x-boxed: true
      additionalProperties: false
      required: [b]
      type: object
      x-evidence: documentation
      description: 'A thing.'
    A: {oneOf: [{$ref: '#/components/schemas/Z'}, {type: 'null'}], discriminator: {mapping: {z: y}, propertyName: type}}
",
    );
    insta::assert_snapshot!(text);
    assert_eq!(written(&text), text);
}

#[test]
fn long_and_odd_texts_read_back_as_they_were() {
    let long = "word ".repeat(40) + "end";
    let texts = [
        "plain",
        "with: colon",
        "ends:",
        "# hash",
        "a # hash",
        "a#b",
        "'quoted'",
        "it's",
        "- dash",
        "-1",
        "1",
        "1.5",
        "0x1f",
        "1e3",
        "2024-01-01",
        "12:30:45",
        "true",
        "No",
        "null",
        "~",
        "",
        " lead",
        "trail ",
        "[list]",
        "{map}",
        "*star",
        "&and",
        "!bang",
        "%per",
        "@at",
        "`tick`",
        "tab\there",
        "two\nlines",
        "two\n\nparagraphs",
        "ends\n",
        "\nstarts",
        "  indented\nfirst",
        "code:\n\n    indented\n\nend",
        "trailing \nblank",
        "é — “ü”",
        "a  b",
        long.as_str(),
        "=",
        "<<",
        "?",
        ">",
        "|",
    ];
    for text in texts {
        let mut map = serde_norway::Mapping::new();
        map.insert("description".into(), text.into());
        map.insert("enum".into(), Value::Sequence(vec![text.into()]));
        let root: Value = [(Value::from("components"), nested(map.into()))]
            .into_iter()
            .collect::<serde_norway::Mapping>()
            .into();
        let out = write::file(&root).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(
            serde_norway::from_str::<Value>(&out).unwrap(),
            root,
            "{out}"
        );
        assert!(out.lines().all(|line| line.chars().count() <= 110), "{out}");
    }
}

fn nested(schema: Value) -> Value {
    let map = |key: &str, value: Value| -> Value {
        [(Value::from(key), value)]
            .into_iter()
            .collect::<serde_norway::Mapping>()
            .into()
    };
    map("schemas", map("A", schema))
}

proptest! {
    #[test]
    fn any_text_reads_back_as_it_was(text in "[ -~\n\té]{0,200}", key in "[ -~]{1,12}") {
        let mut schema = serde_norway::Mapping::new();
        schema.insert("description".into(), text.as_str().into());
        let mut fields = serde_norway::Mapping::new();
        fields.insert(key.as_str().into(), Value::Mapping(schema.clone()));
        schema.insert("properties".into(), fields.into());
        schema.insert("enum".into(), Value::Sequence(vec![text.as_str().into(), Value::Null, 1.into()]));
        let root: Value = [(Value::from("components"), nested(schema.into()))].into_iter().collect::<serde_norway::Mapping>().into();
        // The writer reads its own text back and fails where it differs.
        let out = write::file(&root).unwrap();
        prop_assert_eq!(write::file(&serde_norway::from_str::<Value>(&out).unwrap()).unwrap(), out);
    }
}

#[test]
fn a_comment_is_refused_rather_than_lost() {
    let check = |text: &str| {
        let file = SchemaFile::parse(PathBuf::from("a.yaml"), text.to_owned()).unwrap();
        format::save(&Folder { files: vec![file] }, false)
    };
    let error = check("components:\n  # why\n  schemas: {}\n")
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "a.yaml:2: a comment; write it as `x-comment`, which is kept"
    );
    let text = "components:\n  schemas:\n    A:\n      description: |-\n        # A heading\n\n        is no comment\n";
    assert_eq!(check(text).unwrap(), [""; 0]);
}
