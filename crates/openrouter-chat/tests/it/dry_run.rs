//! What a model would not take is told without asking it.

use openrouter_chat::types::{self, Decode as _, Model};
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

/// What of a model's description decides: the description, a request, and the places of what is found.
#[test]
fn each_part_of_a_description_decides_about_its_part_of_a_request() {
    let options = ChatOptions::new;
    let schema = types::ChatFormatJsonSchemaConfig::new(types::ChatJsonSchemaConfig::new("answer"));
    let takes = |names: &str| format!(r#"{{"supported_parameters":[{names}]}}"#);
    for (model_is, asked, found) in [
        // A description that says nothing finds nothing.
        ("{}".to_owned(), options().with_top_k(1), &[][..]),
        (takes(r#""seed""#), options().with_top_k(1), &["top_k"]),
        // The two caps stand for one another.
        (
            takes(r#""max_completion_tokens""#),
            options().with_max_tokens(9),
            &[],
        ),
        (
            takes(r#""max_tokens""#),
            options().with_max_completion_tokens(9),
            &[],
        ),
        (
            takes(r#""reasoning""#),
            options().with_reasoning_effort("low"),
            &[],
        ),
        (
            takes(r#""seed""#),
            options().with_reasoning_effort("low"),
            &["reasoning"],
        ),
        (
            takes(r#""response_format""#),
            options().with_response_format(schema.clone()),
            &["response_format"],
        ),
        (
            takes(r#""structured_outputs""#),
            options().with_response_format(schema),
            &[],
        ),
        (
            r#"{"reasoning":{"supported_efforts":["high","low"]}}"#.to_owned(),
            options().with_reasoning_effort("medium"),
            &["reasoning.effort"],
        ),
        (
            r#"{"reasoning":{"supported_efforts":["high","low"]}}"#.to_owned(),
            options().with_reasoning_effort("low"),
            &[],
        ),
        (
            r#"{"architecture":{"output_modalities":["text"]}}"#.to_owned(),
            options().with_modalities(["text", "image"]),
            &["modalities"],
        ),
        (
            r#"{"architecture":{"input_modalities":["text"]}}"#.to_owned(),
            options().with_modalities(["image"]),
            &[],
        ),
    ] {
        let findings = model()
            .check(&description(&model_is), "Hi", &asked)
            .unwrap();
        let places: Vec<&str> = findings.iter().map(|finding| &*finding.place).collect();
        assert_eq!(places, found, "{model_is}: {findings:?}");
    }
}

#[test]
fn more_breakpoints_than_claude_takes_are_found() {
    let control = types::AnthropicCacheControlDirective::new();
    let messages: Vec<Message> = (0..4)
        .map(|at| Message::user(format!("{at}")).with_cache_control(control.clone()))
        .collect();
    let tool = types::ChatFunctionDefinitionTool::new(types::ChatFunctionDefinition::new("f"));
    for (messages, options, found) in [
        (&messages[..], ChatOptions::new(), false),
        (
            &messages[..3],
            ChatOptions::new().with_tools([tool.clone().with_cache_control(control.clone())]),
            false,
        ),
        (
            &messages[..],
            ChatOptions::new().with_tools([tool.with_cache_control(control.clone())]),
            true,
        ),
    ] {
        let findings = model()
            .check(&description(BLIND), messages, &options)
            .unwrap();
        let is_told = findings
            .iter()
            .any(|finding| finding.place == "cache_control" && finding.reason.contains('5'));
        assert_eq!(is_told, found, "{findings:?}");
    }
}
