//! Schemas with a name.

use openrouter_chat::structured::schema::Schema;
use openrouter_types::RawJson;

#[test]
fn a_schema_is_named_by_its_title_in_letters_that_the_api_takes() {
    let named = |json: &str| Schema::new(RawJson::parse(json).unwrap()).name().to_owned();
    assert_eq!(named(r#"{"title": "Größe (cm)"}"#), "Gr__e__cm_");
    assert_eq!(named(r#"{"title": ""}"#), "answer");
    assert_eq!(named("{}"), "answer");
    assert_eq!(named("true"), "answer");
    assert_eq!(
        named(&format!(r#"{{"title": "{}"}}"#, "x".repeat(99))),
        "x".repeat(64)
    );
}

#[test]
fn the_json_is_kept_as_it_is() {
    let json = RawJson::parse(r#"{"b": 1.0, "a": {}, "description": "D"}"#).unwrap();
    let schema = Schema::new(json.clone()).with_name("an answer");
    assert_eq!(schema.json(), &json);
    assert_eq!(
        (schema.name(), schema.description()),
        ("an_answer", Some("D"))
    );
    assert_eq!(schema.with_description("E").description(), Some("E"));
}
