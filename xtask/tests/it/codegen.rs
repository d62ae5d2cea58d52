//! What each construct of the schema becomes in Rust.

use xtask::codegen::read::{Config, Document};
use xtask::codegen::{emit, plan, read};

/// The generated files of a schema of one file called `things`, without the imports.
fn generate(schema: &str) -> String {
    generate_with(schema, "")
}

fn generate_with(schema: &str, config: &str) -> String {
    let mut document = Document::default();
    read::add(&mut document, "things", schema).unwrap();
    let config: Config = toml::from_str(config).unwrap();
    let files = emit::files(&plan::plan(&document, &config).unwrap()).unwrap();
    let mut text = String::new();
    for (path, code) in files {
        if path.ends_with("generated.rs") {
            continue;
        }
        let head = match path.ends_with("operations.rs") {
            true => "use crate::generated::*;\n",
            false => "Do not edit.\n",
        };
        let (_, code) = code.split_once(head).unwrap();
        text.push_str(&format!("// {}\n{}", path.display(), code));
    }
    text
}

fn refused(schema: &str) -> String {
    let mut document = Document::default();
    match read::add(&mut document, "things", schema) {
        Ok(()) => plan::plan(&document, &Config::default())
            .unwrap_err()
            .to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn an_object_that_travels_both_ways_remembers_the_order_of_its_keys() {
    insta::assert_snapshot!(generate(
        r"
components:
  schemas:
    Call:
      description: A call.
      type: object
      required: [id, type]
      properties:
        id: { type: string, description: Its id. }
        type: { const: function, type: string }
        note: { type: [string, 'null'] }
        index: { type: integer }
        data: { type: string, x-bulk: true }
"
    ));
}

#[test]
fn a_string_enum_is_open() {
    insta::assert_snapshot!(generate(
        r"
components:
  schemas:
    Effort:
      description: How hard.
      type: string
      enum: [high, low, unknown]
      x-enum-descriptions: { high: Very. }
"
    ));
}

#[test]
fn a_list_that_changes_weekly_is_a_string_with_constants() {
    insta::assert_snapshot!(generate(
        r"
components:
  schemas:
    Provider: { description: A provider., type: string, x-newtype: true, enum: [OpenAI, Z.AI] }
"
    ));
}

#[test]
fn a_tagged_union_keeps_what_it_does_not_know() {
    insta::assert_snapshot!(generate(
        r"
components:
  schemas:
    Part:
      description: A part.
      oneOf: [{ $ref: '#/components/schemas/Text' }, { $ref: '#/components/schemas/Picture' }]
    Text:
      description: Words.
      type: object
      required: [type, text]
      properties: { type: { type: string, enum: [text] }, text: { type: string } }
    Picture:
      description: A picture.
      type: object
      required: [type]
      properties: { type: { const: picture }, url: { type: string } }
"
    ));
}

#[test]
fn a_union_without_a_tag_is_told_apart_by_the_kind_of_value() {
    let schema = r"
components:
  schemas:
    Content:
      description: Text or parts.
      anyOf: [{ type: string }, { type: array, items: { type: string } }, { type: 'null' }]
    Input:
      description: Several kinds of list.
      anyOf:
        - { type: array, items: { type: string } }
        - { type: array, items: { type: integer } }
";
    insta::assert_snapshot!(generate_with(
        schema,
        "[variants.Input]\n0 = \"Texts\"\n1 = \"Tokens\""
    ));
}

#[test]
fn an_operation_is_data() {
    insta::assert_snapshot!(generate(
        r"
paths:
  /things/{id}/parts:
    get:
      operationId: listParts
      description: Lists the parts.
      x-rust-name: ListParts
      x-credential: optional
      parameters:
        - { name: id, in: path, required: true, description: The thing., schema: { type: string } }
        - { name: limit, in: query, description: How many., schema: { type: integer } }
        - { name: X-Trace, in: header, description: A mark., schema: { type: string } }
      responses:
        '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Parts' } } } }
    post:
      operationId: addPart
      description: Adds a part.
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/NewPart' } } } }
      parameters:
        - { name: id, in: path, required: true, description: The thing., schema: { type: string } }
      responses:
        '201': { content: { application/json: { schema: { $ref: '#/components/schemas/Parts' } } } }
components:
  schemas:
    Parts: { description: Parts., type: object, required: [data], properties: { data: { type: array, items: { type: string } }, next: { type: string } } }
    NewPart: { description: A part., type: object, required: [name], properties: { name: { type: string }, tags: { type: array, items: { type: string } } } }
"
    ));
}

#[test]
fn the_table_for_the_tests_names_every_type_with_its_parts() {
    let mut document = Document::default();
    let schema = r"
components:
  schemas:
    Call:
      type: object
      required: [id, type]
      properties:
        id: { type: string }
        type: { const: function, type: string }
        parts: { type: array, items: { $ref: '#/components/schemas/Part' } }
        cost: { type: number }
    Part: { oneOf: [{ $ref: '#/components/schemas/Text' }] , discriminator: { propertyName: type, mapping: { text: '#/components/schemas/Text', txt: '#/components/schemas/Text' } } }
    Text: { type: object, properties: { text: { type: string }, effort: { $ref: '#/components/schemas/Effort' } } }
    Effort: { type: string, enum: [high, low] }
    Content: { anyOf: [{ type: string }, { type: array, items: { $ref: '#/components/schemas/Part' } }] }
";
    read::add(&mut document, "things", schema).unwrap();
    insta::assert_snapshot!(emit::table(
        &plan::plan(&document, &Config::default()).unwrap()
    ));
}

#[test]
fn the_output_does_not_depend_on_anything_but_the_schema() {
    let schema = "components: { schemas: { B: { type: string, enum: [y, x] }, A: { type: object, properties: { b: { $ref: '#/components/schemas/B' } } } } }";
    assert_eq!(generate(schema), generate(schema));
}

#[test]
fn a_rename_in_the_configuration_is_used() {
    let code = generate_with(
        "components: { schemas: { Kind: { type: string, enum: [\"a.b\", c] } } }",
        "[variants.Kind]\n\"a.b\" = \"Letters\"",
    );
    assert!(code.contains("Letters,") && code.contains("\"a.b\" => Self::Letters"));
}

#[test]
fn a_schema_that_cannot_be_planned_is_refused_with_the_place() {
    insta::assert_snapshot!(refused(
        "components: { schemas: { A: { type: object, properties: { b: { $ref: '#/components/schemas/B' } } } } }"
    ), @"A: `B` is not in the schema");
    insta::assert_snapshot!(refused(
        "components: { schemas: { A: { type: object, properties: { b: { type: string, enum: [x, y] } } }, AB: { type: string, enum: [x, y] } } }"
    ), @"two types are named AB; rename one in codegen.toml");
    insta::assert_snapshot!(refused("components: { schemas: { A: 7 } }"), @"A: schema is not a mapping");
    assert!(
        refused("components: [").contains("line"),
        "{}",
        refused("components: [")
    );
}

#[test]
fn an_object_with_more_fields_than_can_be_numbered_is_refused() {
    let fields = (0..121).map(|at| format!("        f{at}: {{ type: string }}\n"));
    let head = "components:\n  schemas:\n    Wide:\n      description: Wide.\n      type: object\n";
    let schema = format!("{head}      properties:\n{}", fields.collect::<String>());
    assert_eq!(
        refused(&schema),
        "Wide: more fields than a field number can count"
    );
    generate(&schema.replace("        f120: { type: string }\n", ""));
}

#[test]
fn members_of_a_union_that_nobody_has_named_are_numbered() {
    let code = generate(
        "components: { schemas: { Input: { anyOf: [{ type: array, items: { type: string } }, { type: array, items: { type: integer } }] } } }",
    );
    assert!(
        code.contains("Parts(Vec<String>)") && code.contains("Parts2(Vec<u64>)"),
        "{code}"
    );
}
