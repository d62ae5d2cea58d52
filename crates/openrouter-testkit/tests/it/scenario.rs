//! Scenarios written in files.

use openrouter_testkit::{Cassette, Catalog, Scenario, TestServer};
use serde_json::{Value, json};

use crate::raw_client::ask;

const WRITTEN: &str = r#"{
    "turns": [
        {"reasoning": "Look it up.", "tool_calls": [{"id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}]},
        {"text": "4 degrees.", "images": ["https://example.org/a.png"], "usage": {"prompt_tokens": 7},
         "annotations": [{"type": "url_citation", "url_citation": {"url": "https://example.org"}}]},
        {"refuse": {"status": 429, "message": "Slow down", "error_type": "rate_limit_exceeded", "retry_after": 2}}
    ],
    "rules": [{"when": {"says": "hello"}, "text": "Hello!", "finish_reason": "length"}],
    "faults": [{"request": 5, "fault": {"html_error_page": 503}}, {"request": 6, "fault": "close_before_header"}]
}"#;

fn question(text: &str) -> Value {
    json!({"model": "a/b", "messages": [{"role": "user", "content": text}]})
}

async fn play(scenario: Scenario) {
    let server = TestServer::builder()
        .scenario(scenario)
        .start()
        .await
        .unwrap();
    let first = ask(&server, &question("Hi")).await.json()["choices"][0]["message"].clone();
    assert_eq!(first["tool_calls"][0]["id"], "c1");
    assert_eq!(
        first["tool_calls"][0]["function"]["arguments"],
        r#"{"city":"Oslo"}"#
    );
    assert_eq!(first["reasoning"], "Look it up.");
    let rule = ask(&server, &question("Oh, hello")).await.json()["choices"][0].clone();
    assert_eq!(
        (&rule["message"]["content"], &rule["finish_reason"]),
        (&json!("Hello!"), &json!("length"))
    );
    let second = ask(&server, &question("Hi")).await.json();
    assert_eq!(
        second["choices"][0]["message"]["images"][0]["image_url"]["url"],
        "https://example.org/a.png"
    );
    assert_eq!(second["usage"], json!({"prompt_tokens": 7}));
    let refused = ask(&server, &question("Hi")).await;
    assert_eq!(
        (refused.status, refused.field("retry-after")),
        (429, Some("2"))
    );
    assert_eq!(ask(&server, &question("Hi")).await.status, 503);
}

#[tokio::test]
async fn a_scenario_in_json_is_played() {
    play(Scenario::from_json(WRITTEN).unwrap()).await;
}

#[cfg(feature = "yaml")]
#[tokio::test]
async fn the_same_scenario_in_yaml_is_played() {
    // JSON is YAML; a few lines in its own form show that it is read as such.
    play(Scenario::from_yaml(WRITTEN).unwrap()).await;
    let yaml = "turns:\n  - text: |\n      two\n      lines\n";
    let server = TestServer::builder().scenario(Scenario::from_yaml(yaml).unwrap());
    let server = server.start().await.unwrap();
    let answer = ask(&server, &question("Hi")).await.json();
    assert_eq!(answer["choices"][0]["message"]["content"], "two\nlines\n");
}

#[test]
fn a_mistake_in_a_scenario_is_named() {
    for (json, words) in [
        (r#"{"turn": []}"#, "unknown field `turn`"),
        (r#"{"turns": [{"txt": "Hi"}]}"#, "unknown field `txt`"),
        (
            r#"{"rules": [{"when": {}, "txt": "Hi"}]}"#,
            "unknown field `txt`",
        ),
        (
            r#"{"faults": [{"fault": "explode"}]}"#,
            "unknown variant `explode`",
        ),
        (
            r#"{"turns": [{"refuse": {"status": 1, "message": ""}}]}"#,
            "invalid status code",
        ),
        (
            "{\"turns\": [\n {\"pace\": {\"tokens_per_second\": 0}}\n]}",
            "tokens_per_second: expected a number above 0 at line 2",
        ),
        (
            "{\"turns\": [],\n \"faults\": [{\"fault\": \"explode\"}]}",
            "expected one of `refuse`, `close_before_header`",
        ),
        (
            "{\"rules\": [\n{\"when\": {\"sais\": \"x\"}}]}",
            "unknown field `sais`, expected one of `model`, `says`",
        ),
        (
            "{\"rules\": [\n\n{\"when\": {}, \"pace\": {\"tokens_per_second\": -1}}]}",
            "above 0 at line 3",
        ),
        (r#"{"rules": [{"text": "Hi"}]}"#, "missing field `when`"),
    ] {
        let error = Scenario::from_json(json).unwrap_err().to_string();
        assert!(error.contains(words), "{json}: {error}");
        assert!(error.contains(" at line "), "{error}");
    }
}

#[test]
fn a_mistake_in_a_file_is_named_with_the_file() {
    let path = std::env::temp_dir().join(format!("openrouter-testkit-{}.json", std::process::id()));
    std::fs::write(&path, "{\n \"turn\": []}").unwrap();
    let scenario = Scenario::from_file(&path).unwrap_err().to_string();
    let catalog = Catalog::from_file(&path).unwrap_err().to_string();
    let cassette = Cassette::from_file(&path).unwrap_err().to_string();
    std::fs::remove_file(&path).unwrap();
    let missing = Scenario::from_file(&path).unwrap_err().to_string();
    for (error, words) in [
        (scenario, "unknown field `turn`, expected one of `key`"),
        (catalog, "unknown field `turn`, expected one of `models`"),
        (cassette, "line 1: "),
        (missing, "No such file"),
    ] {
        let name = path.display().to_string();
        assert!(error.starts_with(&name) && error.contains(words), "{error}");
    }
}

#[cfg(feature = "yaml")]
#[test]
fn a_mistake_in_yaml_is_named_with_its_line_where_there_is_one() {
    let broken = Scenario::from_yaml("turns:\n  - text: [\n").unwrap_err();
    assert!(broken.to_string().contains("line"), "{broken}");
    let wrong = Scenario::from_yaml("turns:\n  - txt: Hi\n").unwrap_err();
    let text = wrong.to_string();
    assert!(
        text.contains("unknown field `txt`") && !text.contains("line"),
        "{text}"
    );
}
