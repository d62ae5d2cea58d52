//! Which wire texts `cargo xtask conformance` finds, and what it says of them.

use xtask::conformance::allow::Allowed;
use xtask::conformance::recorded::{Text, read};

fn kinds(name: &str, content: &str) -> Vec<(String, String)> {
    let texts = read(name, content, &Allowed::default());
    texts
        .into_iter()
        .map(|Text { name, is, .. }| (name, is))
        .collect()
}

fn one(name: &str, content: &str) -> Option<String> {
    kinds(name, content).pop().map(|(_, is)| is)
}

#[test]
fn a_text_is_what_its_folder_or_its_content_says() {
    let is = |name: &str, content: &str| one(name, content).unwrap_or_default();
    assert_eq!(
        is("crates/a/tests/data/request/x.json", "{}"),
        "ChatRequest"
    );
    assert_eq!(
        is("crates/a/tests/it/data/response/deep/x.json", "{}"),
        "ChatResult"
    );
    assert_eq!(
        is(
            "crates/a/tests/data/error/x.json",
            r#"{"error":{"code":429}}"#
        ),
        "TooManyRequestsResponse"
    );
    assert_eq!(
        is("a.json", r#"{"object":"chat.completion"}"#),
        "ChatResult"
    );
    assert_eq!(is("a.json", r#"{"messages":[]}"#), "ChatRequest");
    assert_eq!(is("a.json", r#"{"messages":"of another kind"}"#), "");
    assert_eq!(
        is("a.snap", "---\nsource: a.rs\n---\n{\"messages\": []}\n"),
        "ChatRequest"
    );
    assert_eq!(is("a.snap", "---\nsource: a.rs\n---\nnot JSON\n"), "");
}

#[test]
fn each_event_of_a_stream_is_a_text() {
    let stream = ": OPENROUTER PROCESSING\n\ndata: {\"object\":\"chat.completion.chunk\"}\n\ndata: {broken\n\ndata: {\"choices\":[]}\n\ndata: [DONE]\n\n";
    assert_eq!(
        kinds("crates/a/tests/data/stream/x.sse", stream),
        [
            (
                "crates/a/tests/data/stream/x.sse:3".to_owned(),
                "ChatStreamChunk".to_owned()
            ),
            (
                "crates/a/tests/data/stream/x.sse:7".to_owned(),
                "ChatStreamChunk".to_owned()
            ),
        ]
    );
}

const ALLOWED: &str = r#"
[[file]]
path = "data/*.json"
is = "Thing"

[[allow]]
component = "Thing"
at = "/parts/*/size"
keyword = "type"
says = "null"
reason = "sizes are null while they are not known"
"#;

#[test]
fn the_table_says_what_files_are_and_explains_by_place_keyword_and_words() {
    let allowed = Allowed::parse(ALLOWED).unwrap();
    assert_eq!(
        read("data/a.json", "{}", &allowed)
            .pop()
            .map(|text| text.is)
            .as_deref(),
        Some("Thing")
    );
    let reason = |at: &str, keyword: &str| {
        allowed.reason("Thing", at, keyword, "null is not of type integer")
    };
    assert_eq!(reason("/parts/7/size", "type"), Some(0));
    assert_eq!(reason("/parts/7/8/size", "type"), None);
    assert_eq!(reason("/parts/7/size", "enum"), None);
    assert_eq!(
        allowed.reason(
            "Thing",
            "/parts/7/size",
            "type",
            "true is not of type integer"
        ),
        None
    );
    assert_eq!(
        allowed.reason(
            "Other",
            "/parts/7/size",
            "type",
            "null is not of type integer"
        ),
        None
    );
}

#[test]
fn a_reason_has_words() {
    let error = Allowed::parse(&ALLOWED.replace("sizes are null while they are not known", " "))
        .unwrap_err();
    assert_eq!(error.to_string(), "no reason for Thing at /parts/*/size");
}

#[cfg(feature = "conformance")]
#[test]
fn what_disagrees_is_explained_or_listed() {
    use serde_json::json;
    use xtask::conformance::validate::validate;
    use xtask::schema::document::Document;

    let published = Document::parse(
        "components:
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: string}
        parts: {type: array, items: {type: object, properties: {size: {type: integer}}}}
        content: {oneOf: [{$ref: '#/components/schemas/Text'}, {$ref: '#/components/schemas/Image'}]}
    Text: {type: object, required: [type, text], properties: {type: {const: text}, text: {type: string}}}
    Image: {type: object, required: [type, url], properties: {type: {const: image}, url: {type: string}}}
paths: {}",
    )
    .unwrap();
    let text = |name: &str, value: serde_json::Value| Text {
        name: name.to_owned(),
        is: "Thing".to_owned(),
        value,
    };
    let texts = [
        text(
            "good.json",
            json!({ "id": "a", "content": { "type": "image", "url": "u" } }),
        ),
        text(
            "null.json",
            json!({ "id": "a", "parts": [{ "size": 1 }, { "size": null }] }),
        ),
        text(
            "wrong.json",
            json!({ "id": 7, "parts": [{ "size": true }], "content": { "type": "image", "url": 7 } }),
        ),
    ];
    let report = validate(&published, &texts, &Allowed::parse(ALLOWED).unwrap()).unwrap();
    assert_eq!(report.unexplained(), 3);
    // In here, since a run without the feature would find a file that no test reads.
    insta::assert_snapshot!(report.text(), @r#"
    without a reason:
        wrong.json
            Thing /content/url [type]: 7 is not of type "string"
        wrong.json
            Thing /id [type]: 7 is not of type "string"
        wrong.json
            Thing /parts/0/size [type]: true is not of type "integer"
    allowed: sizes are null while they are not known
        Thing /parts/*/size [type] (1)
    3 texts, 1 of them valid, 3 disagreements without a reason
    "#);
    let unknown = [Text {
        name: String::new(),
        is: "Nothing".to_owned(),
        value: json!({}),
    }];
    let error = validate(&published, &unknown, &Allowed::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the description has no component Nothing"
    );
}
