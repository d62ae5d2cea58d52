//! What `cargo xtask schema pull` makes of a schema folder.

use std::path::PathBuf;

use xtask::codegen::read::{Alias, Config};
use xtask::drift::Report;
use xtask::schema::document::{Document, Folder, SchemaFile};
use xtask::schema::pull::{Pulled, pull};
use xtask::schema::write;

const OPERATIONS: &str = "paths:
  /thing:
    post:
      operationId: makeThing
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/Body'
      responses: {}
";

/// Two files, written by hand, as a folder in memory.
fn folder(body: &str) -> Folder {
    let file =
        |name: &str, text: &str| SchemaFile::parse(PathBuf::from(name), text.to_owned()).unwrap();
    Folder {
        files: vec![file("body.yaml", body), file("operations.yaml", OPERATIONS)],
    }
}

fn published(components: &str) -> Document {
    Document::parse(&format!("{components}{OPERATIONS}")).unwrap()
}

/// Pulls, and gives the text of the file of components.
fn pulled(body: &str, components: &str, config: &Config) -> (Pulled, String) {
    let mut folder = folder(body);
    let published = published(components);
    let done = pull(&mut folder, &published, config).unwrap();
    let text = write::file(&folder.files.first().unwrap().root).unwrap();
    if done.refused.is_empty() {
        let report = Report::compare(&published, &folder.document().unwrap(), config);
        assert_eq!(
            report.denied(),
            0,
            "after a pull nothing published is missing: {}",
            report.text(true)
        );
    }
    let again = pull(&mut folder, &published, config).unwrap();
    assert_eq!(again.taken, [""; 0], "a second pull has nothing to do");
    assert_eq!(
        write::file(&folder.files.first().unwrap().root).unwrap(),
        text
    );
    (done, text)
}

const BODY: &str = "components:
  schemas:
    Body:
      description: What is sent.
      x-evidence-note: kept
      type: object
      required:
        - name
      properties:
        name:
          description: In our own words.
          type: string
          maxLength: 64
        kind:
          $ref: '#/components/schemas/Kind'
        part:
          $ref: '#/components/schemas/Part'
        ours:
          description: Real, and not published.
          x-evidence: documentation
          type: string
    Kind:
      description: Which kind.
      type: string
      enum:
        - a
      x-enum-descriptions:
        a: The first.
    Part:
      oneOf:
        - $ref: '#/components/schemas/Text'
      discriminator:
        propertyName: type
        mapping:
          text: '#/components/schemas/Text'
    Text:
      type: object
      properties:
        type:
          type: string
          const: text
";

const SAME: &str = "components:
  schemas:
    Text: {description: Theirs., type: object, properties: {type: {enum: [text], type: string, description: Theirs.}}}
    Kind: {enum: [a], type: string}
    Part: {anyOf: [{$ref: '#/components/schemas/Text'}], discriminator: {propertyName: type, mapping: {text: '#/components/schemas/Text'}}}
    Body: {type: object, required: [name], properties: {part: {$ref: '#/components/schemas/Part'}, name: {maxLength: 64, type: string, example: x}, kind: {$ref: '#/components/schemas/Kind'}}}
";

const NEWER: &str = "components:
  schemas:
    Text: {type: object, properties: {type: {type: string, enum: [text]}, words: {type: integer, description: Theirs.}}}
    Image: {description: Theirs., type: object, required: [type, url], properties: {type: {type: string, enum: [image]}, url: {type: string, description: Theirs.}, size: {$ref: '#/components/schemas/Size'}}}
    Size: {type: string, enum: [small, large], title: Theirs.}
    Kind: {type: string, enum: [b, a]}
    Part: {oneOf: [{$ref: '#/components/schemas/Image'}, {$ref: '#/components/schemas/Text'}], discriminator: {propertyName: type, mapping: {image: '#/components/schemas/Image', text: '#/components/schemas/Text'}}}
    Body: {type: object, required: [name, count], properties: {count: {type: [integer, 'null'], minimum: 0, description: Theirs., x-speakeasy: y}, description: {type: string, description: A field of this name.}, name: {type: string, maxLength: 128}, part: {$ref: '#/components/schemas/Part'}, kind: {$ref: '#/components/schemas/Kind'}}}
";

#[test]
fn the_same_facts_change_nothing() {
    let (done, text) = pulled(BODY, SAME, &Config::default());
    assert_eq!(text, BODY);
    assert_eq!(done.text(), "");
}

#[test]
fn a_newer_description_brings_its_facts_and_none_of_its_words() {
    let (done, text) = pulled(BODY, NEWER, &Config::default());
    assert!(!text.contains("Theirs"), "{text}");
    insta::assert_snapshot!("newer_report", done.text());
    insta::assert_snapshot!("newer_schema", text);
}

#[test]
fn what_is_no_longer_published_is_kept_and_reported() {
    let older = SAME
        .replace("kind: {$ref: '#/components/schemas/Kind'}", "")
        .replace("{$ref: '#/components/schemas/Text'}", "{type: string}");
    let (done, text) = pulled(BODY, &older, &Config::default());
    assert!(text.contains("        kind:\n"), "{text}");
    insta::assert_snapshot!(done.text(), @"
    taken over:
      Part: string (member) (missing here)
    not published, kept:
      Body: kind (field) (unknown there)
      Part: Text (member) (unknown there)
      Kind: component (published, but nothing covered refers to it) (unknown there)
      Text: component (published, but nothing covered refers to it) (unknown there)
    ");
}

#[test]
fn a_new_reference_names_our_component_where_we_have_another() {
    let newer = SAME.replace(
        "example: x}",
        "}, error: {$ref: '#/components/schemas/NotFound'}, late: {$ref: '#/components/schemas/Late'}",
    ) + "    Late: {type: object, properties: {why: {$ref: '#/components/schemas/NotFound'}}}\n" + "    NotFound: {type: object, properties: {message: {type: string}}}\n";
    let ours = BODY.to_owned()
        + "    Error:\n      type: object\n      properties:\n        message:\n          type: string\n";
    let mut config = Config::default();
    config.aliases.insert(
        "NotFound".to_owned(),
        Alias {
            is: "Error".to_owned(),
            reason: "the same".to_owned(),
        },
    );
    let (_, text) = pulled(&ours, &newer, &config);
    assert!(
        text.contains("        error:\n          $ref: '#/components/schemas/Error'\n"),
        "{text}"
    );
    assert!(!text.contains("NotFound"), "{text}");
}

/// What becomes of one field that is written like `ours` when it is published like `theirs`.
fn field(ours: &str, theirs: &str) -> String {
    let body = |field: &str| {
        format!(
            "components: {{schemas: {{Body: {{type: object, properties: {{a: {field}}}}}, Word: {{type: string, enum: [x]}}}}}}\n"
        )
    };
    let (_, text) = pulled(&body(ours), &body(theirs), &Config::default());
    let lines = text
        .lines()
        .skip_while(|line| *line != "        a:")
        .skip(1);
    let lines: Vec<&str> = lines
        .take_while(|line| line.starts_with("          "))
        .map(|line| &line[10..])
        .collect();
    lines.join("\n")
}

#[test]
fn each_fact_of_a_field_is_taken_over_in_its_place() {
    let mut lines = String::new();
    for (ours, theirs) in [
        (
            "{description: Ours., type: string}",
            "{type: [string, 'null']}",
        ),
        (
            "{description: Ours., type: [string, 'null']}",
            "{type: string}",
        ),
        (
            "{description: Ours., type: [string, 'null'], enum: [x, null]}",
            "{type: string, enum: [x, y]}",
        ),
        (
            "{type: string, enum: [x]}",
            "{type: [string, 'null'], enum: [y, x, null]}",
        ),
        (
            "{description: Ours., $ref: '#/components/schemas/Word'}",
            "{anyOf: [{$ref: '#/components/schemas/Word'}, {type: 'null'}]}",
        ),
        (
            "{description: Ours., anyOf: [{$ref: '#/components/schemas/Word'}, {type: 'null'}]}",
            "{$ref: '#/components/schemas/Word'}",
        ),
        (
            "{anyOf: [{type: string}, {type: array, items: {type: string}}]}",
            "{anyOf: [{type: string}, {type: array, items: {type: string}}, {type: 'null'}]}",
        ),
        (
            "{description: Ours., x-bulk: true, type: string}",
            "{anyOf: [{type: string}, {type: array, items: {type: string}}]}",
        ),
        (
            "{description: Ours., type: integer, minimum: 1}",
            "{type: number, maximum: 5, default: 2}",
        ),
        ("{const: x}", "{enum: [x, y]}"),
        ("{type: string}", "{type: string, enum: [x, y]}"),
        (
            "{type: object, properties: {b: {type: string}}, required: [b]}",
            "{type: object, properties: {b: {type: string}}}",
        ),
        (
            "{description: Ours., type: object}",
            "{type: object, additionalProperties: {type: string}}",
        ),
        (
            "{description: Ours., $ref: '#/components/schemas/Word'}",
            "{type: string, enum: [x, z], description: Theirs.}",
        ),
        (
            "{description: Ours., type: string}",
            "{$ref: '#/components/schemas/Word'}",
        ),
    ] {
        lines.push_str(&format!("ours    {ours}\ntheirs  {theirs}\n"));
        field(ours, theirs)
            .lines()
            .for_each(|line| lines.push_str(&format!("    {line}\n")));
    }
    insta::assert_snapshot!(lines);
}

#[test]
fn published_schemas_that_contradict_each_other_are_left_to_a_person() {
    let newer = "components: {schemas: {Body: {type: object, properties: {a: {type: string, maxLength: 1}, b: {type: string, maxLength: 2}}}}}\n";
    let ours = "components: {schemas: {Body: {type: object, properties: {a: {$ref: '#/components/schemas/Mine'}, b: {$ref: '#/components/schemas/Mine'}}}, Mine: {type: string}}}\n";
    let mut folder = folder(ours);
    let done = pull(&mut folder, &published(newer), &Config::default()).unwrap();
    assert!(!done.refused.is_empty(), "{}", done.text());
}
