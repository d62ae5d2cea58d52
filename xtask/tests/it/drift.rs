//! What `cargo xtask drift` says of small pairs of schemas.

use xtask::codegen::read::{Alias, Config};
use xtask::drift::{Kind, Report};
use xtask::schema::document::Document;

/// An operation whose body is `Body`, and these components.
pub(crate) fn document(components: &str) -> String {
    format!(
        "components:
  schemas:
{components}
paths:
  /thing:
    post:
      operationId: makeThing
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/Body'
      responses: {{}}
"
    )
}

fn compare(published: &str, ours: &str) -> Report {
    compare_with(published, ours, &Config::default())
}

fn compare_with(published: &str, ours: &str, config: &Config) -> Report {
    let read = |components: &str| Document::parse(&document(components)).unwrap();
    Report::compare(&read(published), &read(ours), config)
}

/// One field `a` of `Body`, published and here.
fn compare_field(published: &str, ours: &str) -> Vec<String> {
    let body = |field: &str| {
        format!(
            "    Body: {{type: object, properties: {{a: {field}}}}}\n    Word: {{type: string, enum: [x, y]}}"
        )
    };
    let report = compare(&body(published), &body(ours));
    let drift = report
        .findings
        .iter()
        .filter(|finding| finding.place.owner() == "Body");
    drift.map(xtask::drift::Finding::line).collect()
}

#[test]
fn the_same_facts_written_differently_are_no_drift() {
    for (published, ours) in [
        (
            "{type: string, enum: [x, y]}",
            "{enum: [y, x], type: string, description: A word.}",
        ),
        ("{type: string, enum: [x]}", "{const: x, type: string}"),
        (
            "{type: [string, 'null']}",
            "{anyOf: [{type: string}, {type: 'null'}]}",
        ),
        ("{type: string, nullable: true}", "{type: ['null', string]}"),
        (
            "{$ref: '#/components/schemas/Word'}",
            "{type: string, enum: [x, y]}",
        ),
        (
            "{type: string, enum: [x, y]}",
            "{$ref: '#/components/schemas/Word'}",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/Word'}, {}]}",
            "{$ref: '#/components/schemas/Word'}",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/Word'}, {nullable: true}]}",
            "{allOf: [{$ref: '#/components/schemas/Word'}, {nullable: true}]}",
        ),
        (
            "{anyOf: [{$ref: '#/components/schemas/Word'}, {type: 'null'}]}",
            "{anyOf: [{type: 'null'}, {$ref: '#/components/schemas/Word'}], x-boxed: true}",
        ),
        (
            "{anyOf: [{type: string}, {type: number}]}",
            "{type: [number, string]}",
        ),
        (
            "{anyOf: [{type: string}, {type: array, items: {type: string}}]}",
            "{oneOf: [{type: array, items: {type: string}}, {type: string}]}",
        ),
        (
            "{type: object, additionalProperties: {}}",
            "{type: object, additionalProperties: true}",
        ),
        (
            "{type: object, additionalProperties: true}",
            "{type: object}",
        ),
        ("{type: string, deprecated: false}", "{type: string}"),
        (
            "{allOf: [{type: object, properties: {b: {type: string}}}, {type: object, properties: {c: {type: string}}}]}",
            "{type: object, properties: {c: {type: string}, b: {type: string}}}",
        ),
        (
            "{anyOf: [{type: string, enum: [p]}, {type: string, enum: [q]}, {type: object, properties: {b: {}}}]}",
            "{anyOf: [{type: string, enum: [p, q]}, {type: object, properties: {b: {}}}]}",
        ),
    ] {
        assert_eq!(
            compare_field(published, ours),
            [""; 0],
            "{published} and {ours}"
        );
    }
}

#[test]
fn each_difference_of_a_field_is_named() {
    let mut lines = String::new();
    for (published, ours) in [
        ("{type: string}", "{type: integer}"),
        ("{type: [string, integer]}", "{type: string}"),
        ("{type: string}", "{type: [string, 'null']}"),
        ("{type: [string, 'null']}", "{type: string}"),
        (
            "{type: string, enum: [x, y, z]}",
            "{type: string, enum: [x, w]}",
        ),
        ("{type: string, enum: [x]}", "{type: string}"),
        ("{type: string}", "{type: string, enum: [x]}"),
        (
            "{type: string, maxLength: 9}",
            "{type: string, maxLength: 8}",
        ),
        ("{type: integer, default: 1}", "{type: integer, minimum: 0}"),
        ("{type: number, format: double}", "{type: number}"),
        ("{type: string, deprecated: true}", "{type: string}"),
        (
            "{type: array, items: {type: string}}",
            "{type: array, items: {type: integer}}",
        ),
        ("{type: array, items: {type: string}}", "{type: string}"),
        (
            "{type: object, additionalProperties: false}",
            "{type: object}",
        ),
        (
            "{type: object, additionalProperties: {type: string}}",
            "{type: object, additionalProperties: {type: number}}",
        ),
        (
            "{type: object, properties: {b: {type: string}}, required: [b]}",
            "{type: object, properties: {c: {type: string}}}",
        ),
        (
            "{type: object, properties: {b: {}}, required: [b]}",
            "{type: object, properties: {b: {}}}",
        ),
        (
            "{type: object, properties: {b: {}}}",
            "{type: object, properties: {b: {}}, required: [b]}",
        ),
        (
            "{anyOf: [{type: string}, {type: array, items: {type: string}}]}",
            "{type: string}",
        ),
        (
            "{type: string}",
            "{anyOf: [{type: string}, {type: array, items: {type: string}}]}",
        ),
        (
            "{$ref: '#/components/schemas/Word'}",
            "{type: string, enum: [x]}",
        ),
        (
            "{type: string, enum: [x]}",
            "{$ref: '#/components/schemas/Word'}",
        ),
        ("{$ref: '#/components/schemas/Missing'}", "{type: string}"),
    ] {
        lines.push_str(&format!("{published}\n{ours}\n"));
        for line in compare_field(published, ours) {
            lines.push_str(&format!("    {line}\n"));
        }
    }
    insta::assert_snapshot!(lines);
}

#[test]
fn members_of_a_union_are_told_apart_by_name_then_tag_then_kind() {
    let union = |members: &str| {
        format!(
            "    Body: {{oneOf: [{members}]}}
    Text: {{type: object, properties: {{type: {{const: text}}, text: {{type: string}}}}}}
    Image: {{type: object, properties: {{type: {{const: image}}, url: {{type: string}}}}}}"
        )
    };
    let text = "{$ref: '#/components/schemas/Text'}";
    let image = "{$ref: '#/components/schemas/Image'}";
    let inline = "{type: object, properties: {type: {const: image}, url: {type: integer}}}";
    let check = |published: &[&str], ours: &[&str]| {
        let report = compare(&union(&published.join(", ")), &union(&ours.join(", ")));
        report
            .findings
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        check(
            &[text, image, "{type: string}"],
            &["{type: string}", image, text]
        ),
        [""; 0]
    );
    assert_eq!(
        check(&[text, inline], &["{type: string}", image, text]),
        [
            "Body: |1: schema (published with its own schema; ours is Image) (different)",
            "Body: string (member) (unknown there)",
            "Image: component (published, but nothing covered refers to it) (unknown there)",
        ]
    );
    assert_eq!(
        check(&[text, image], &[text]),
        [
            "Body: Image (member) (missing here)",
            "Image: component (published, but nothing covered refers to it) (unknown there)"
        ]
    );
}

#[test]
fn a_member_that_is_named_on_both_sides_goes_with_its_own_name_or_alone() {
    let check = |published: &str, ours: &str| {
        let union = |members: &str| {
            format!(
                "    Body: {{anyOf: [{members}]}}
    One: {{type: object, properties: {{a: {{type: string}}}}}}
    Two: {{type: object, properties: {{b: {{type: string}}}}}}"
            )
        };
        let report = compare(&union(published), &union(ours));
        let findings = report
            .findings
            .iter()
            .filter(|finding| finding.place.owner() == "Body");
        findings.map(ToString::to_string).collect::<Vec<_>>()
    };
    let one = "{$ref: '#/components/schemas/One'}";
    let two = "{$ref: '#/components/schemas/Two'}";
    let inline = "{type: object, properties: {c: {type: string}}}";
    assert_eq!(
        check(&format!("{one}, {inline}"), &format!("{inline}, {one}")),
        [""; 0]
    );
    let text = "{type: string}";
    assert_eq!(
        check(&format!("{one}, {text}"), &format!("{two}, {text}")),
        [
            "Body: One (member) (missing here)",
            "Body: Two (member) (unknown there)"
        ]
    );
}

#[test]
fn what_is_marked_as_ours_is_not_drift() {
    let report = compare(
        "    Body:
      type: object
      properties:
        id: {type: integer}
        kind: {type: string, enum: [x]}",
        "    Body:
      type: object
      properties:
        id: {type: [integer, string, 'null'], x-evidence: recorded}
        kind: {type: string, enum: [x, y], x-evidence: documentation}
        extra: {$ref: '#/components/schemas/Extra', x-evidence: documentation}
        found: {type: string}
    Extra:
      x-evidence: documentation
      type: object",
    );
    insta::assert_snapshot!(report.text(true));
}

#[test]
fn evidence_excuses_more_and_never_less() {
    let ours = "    Body: {type: object, properties: {a: {type: string, enum: [x], x-evidence: recorded}}}";
    let published = "    Body: {type: object, properties: {a: {type: [string, integer, 'null'], enum: [x, y]}}}";
    let report = compare(published, ours);
    assert_eq!(report.count(Kind::Ours), 0, "{}", report.text(true));
    assert_eq!(report.denied(), 3, "{}", report.text(true));
}

#[test]
fn one_of_ours_stands_for_several_published_components() {
    let published = "    Body: {type: object, properties: {a: {$ref: '#/components/schemas/One'}, b: {$ref: '#/components/schemas/Two'}}}
    One: {type: object, properties: {code: {type: integer, format: int32}}}
    Two: {type: object, properties: {code: {type: integer, format: int32}, why: {type: string}}}";
    let ours = "    Body: {type: object, properties: {a: {$ref: '#/components/schemas/Any'}, b: {$ref: '#/components/schemas/Any'}}}
    Any: {type: object, properties: {code: {type: [integer, string]}, more: {type: string}}}";
    let mut config = Config::default();
    for name in ["One", "Two"] {
        let alias = Alias {
            is: "Any".to_owned(),
            reason: "the same but for details".to_owned(),
        };
        config.aliases.insert(name.to_owned(), alias);
    }
    let report = compare_with(published, ours, &config);
    let lines: Vec<String> = report
        .findings
        .iter()
        .filter(|one| one.kind != Kind::Ours)
        .map(ToString::to_string)
        .collect();
    assert_eq!(lines, ["Any: why (field) (missing here)"]);
}

#[test]
fn a_component_under_another_name_is_the_same_component() {
    let body = |name: &str| {
        format!(
            "    Body: {{type: object, properties: {{a: {{$ref: '#/components/schemas/{name}'}}}}}}
    {name}: {{type: object, properties: {{b: {{type: string}}}}}}"
        )
    };
    let report = compare(&body("OldName"), &body("NewName"));
    assert_eq!(report.drift(), 0, "{}", report.text(true));
    assert_eq!(
        report.renamed.get("OldName").map(String::as_str),
        Some("NewName")
    );
}

#[test]
fn a_reference_to_another_published_component_is_a_difference() {
    let body = |name: &str| {
        format!(
            "    Body: {{type: object, properties: {{a: {{$ref: '#/components/schemas/{name}'}}, b: {{$ref: '#/components/schemas/One'}}}}}}
    One: {{type: object, properties: {{b: {{type: string}}}}}}
    Two: {{type: object, properties: {{c: {{type: string}}}}}}"
        )
    };
    let report = compare(&body("Two"), &body("One"));
    let lines: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "Body: a: schema (published as Two; ours is One) (different)",
            "Two: component (published, but nothing covered refers to it) (unknown there)",
        ]
    );
}

#[test]
fn a_component_that_may_be_null_is_reported_once_and_not_where_it_is_used() {
    let body = |nullable: &str| {
        format!(
            "    Body: {{anyOf: [{{$ref: '#/components/schemas/One'}}, {{type: string}}]}}
    One: {{type: {nullable}, properties: {{a: {{type: string}}}}}}"
        )
    };
    let report = compare(&body("[object, 'null']"), &body("object"));
    let lines: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["One: null (may be null there) (different)"]);
}

#[test]
fn a_schema_that_contains_itself_comes_to_an_end() {
    let tree = "    Body: {type: object, properties: {children: {type: array, items: {$ref: '#/components/schemas/Body'}}}}";
    let unrolled = "    Body: {type: object, properties: {children: {type: array, items: {$ref: '#/components/schemas/Child'}}}}
    Child: {type: object, properties: {children: {type: array, items: {$ref: '#/components/schemas/Child'}}}}";
    assert_eq!(compare(tree, tree).drift(), 0);
    let report = compare(tree, unrolled);
    assert_eq!(report.denied(), 0, "{}", report.text(true));
    let looped = "    Body: {$ref: '#/components/schemas/Body'}";
    assert_eq!(compare(looped, looped).drift(), 0);
}

const PUBLISHED: &str = "
components:
  parameters:
    Limit: {name: limit, in: query, schema: {type: integer, maximum: 100}}
  schemas:
    Thing: {type: object, properties: {id: {type: string}}, required: [id]}
    Error: {type: object, properties: {message: {type: string}}}
paths:
  /things:
    get:
      summary: Lists things.
      operationId: listThings
      parameters:
        - $ref: '#/components/parameters/Limit'
        - {name: Sort, in: query, required: true, schema: {type: string}}
        - {name: X-Trace, in: header, schema: {type: string}}
      responses:
        '200': {content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}, text/csv: {}}}
        404: {content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}
        '429': {content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}
    delete: {operationId: deleteThings, responses: {}}
  /others:
    get: {operationId: listOthers, responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Other'}}}}}}
";

const OURS: &str = "
components:
  schemas:
    Thing: {type: object, properties: {id: {type: string}}}
    Error: {type: object, properties: {message: {type: string}}}
paths:
  /things:
    get:
      operationId: getThings
      x-rust-name: ListThings
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 50}}
        - {name: sort, in: query, schema: {type: string}}
        - {name: filter, in: query, schema: {type: string}}
        - {name: debug, in: query, schema: {type: string}, x-evidence: documentation}
      responses:
        '200': {content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}
        4XX: {content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}
        '500': {content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}
    post: {operationId: addThing, responses: {}}
";

#[test]
fn operations_differ_in_parameters_bodies_and_answers() {
    let report = Report::compare(
        &Document::parse(PUBLISHED).unwrap(),
        &Document::parse(OURS).unwrap(),
        &Config::default(),
    );
    insta::assert_snapshot!("operations_as_text", report.text(true));
    insta::assert_snapshot!("operations_as_json", report.json().unwrap());
}

#[test]
fn a_published_description_may_be_json() {
    let value: serde_json::Value =
        serde_norway::from_str(&document("    Body: {type: string}")).unwrap();
    let json = Document::parse(&value.to_string()).unwrap();
    let yaml = Document::parse(&document("    Body: {type: string}")).unwrap();
    assert_eq!(Report::compare(&json, &yaml, &Config::default()).drift(), 0);
    assert!(
        Document::parse("[1]")
            .unwrap_err()
            .to_string()
            .contains("root is not a mapping")
    );
}
