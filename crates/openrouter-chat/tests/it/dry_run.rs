//! What a model would not take is told without asking it.

use openrouter_chat::types::{Decode as _, Model};
use openrouter_chat::{ChatModel, ChatOptions, Client, Message, Part};

fn model() -> ChatModel {
    let client = Client::builder()
        .base_url("http://127.0.0.1:9/api/v1")
        .api_key("k")
        .build()
        .unwrap();
    ChatModel::new(client, "anthropic/claude-test")
}

fn description(json: &str) -> Model {
    Model::decode(json.as_bytes()).unwrap()
}

const BLIND: &str = r#"{
    "id": "anthropic/claude-test",
    "context_length": 100,
    "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
    "top_provider": {"max_completion_tokens": 50},
    "supported_parameters": ["temperature", "max_tokens"],
    "reasoning": {"mandatory": true}
}"#;

#[test]
fn a_request_that_fits_has_no_findings() {
    let options = ChatOptions::new().with_temperature(0.1).with_max_tokens(50);
    assert_eq!(
        model().check(&description(BLIND), "Hi", &options).unwrap(),
        []
    );
}

#[test]
fn everything_that_does_not_fit_is_found_with_its_place() {
    let options = ChatOptions::new()
        .with_top_k(3)
        .with_max_tokens(51)
        .with_seed(1)
        .with_reasoning_effort("none");
    let messages = [
        Message::system("x".repeat(500)),
        Message::user_parts([
            Part::text("What is this?"),
            Part::image_url("https://example.org/cat.png"),
        ]),
    ];
    let findings = model()
        .check(&description(BLIND), &messages, &options)
        .unwrap();
    let places: Vec<&str> = findings
        .iter()
        .map(|finding| finding.place.as_str())
        .collect();
    assert_eq!(
        places,
        [
            "top_k",
            "seed",
            "reasoning",
            "messages[1].content[1]",
            "reasoning",
            "max_tokens",
            "messages"
        ]
    );
    assert!(findings[3].reason.contains("no image"), "{}", findings[3]);
}

#[test]
fn more_breakpoints_than_claude_takes_are_found() {
    let control = openrouter_chat::types::AnthropicCacheControlDirective::new();
    let messages: Vec<Message> = (0..5)
        .map(|at| Message::user(format!("{at}")).with_cache_control(control.clone()))
        .collect();
    let findings = model()
        .check(&description(BLIND), &messages, &ChatOptions::new())
        .unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| finding.place == "cache_control" && finding.reason.contains('5'))
    );
}
