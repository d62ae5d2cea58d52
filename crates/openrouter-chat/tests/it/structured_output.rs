//! Answers that fit a type.

mod outcomes;
mod request;
mod run;
mod streamed;

use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::{OutputFormat, OutputMethod};
use openrouter_testkit::Answer;
use serde::Deserialize;
use serde_json::json;

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Recipe {
    title: String,
    minutes: Option<u32>,
    steps: Vec<String>,
}

fn schema() -> Schema {
    Schema::new(
        json!({
            "title": "recipe",
            "description": "A recipe.",
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "minutes": {"type": "integer"},
                "steps": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["title", "steps"],
        })
        .into(),
    )
}

fn format() -> OutputFormat<Recipe> {
    OutputFormat::new(schema())
}

const PANCAKES: &str =
    r#"{"title": "Pancakes", "minutes": 20, "steps": ["Whisk the eggs.", "Bake."]}"#;

fn pancakes() -> Recipe {
    serde_json::from_str(PANCAKES).unwrap()
}

/// A turn in which the model says this in the way that the method wants.
fn says(method: OutputMethod, json: &str) -> Answer {
    match method {
        OutputMethod::FunctionCalling => Answer::new().tool_call("recipe", json),
        _ => Answer::text(json),
    }
}

const METHODS: [OutputMethod; 3] = [
    OutputMethod::FunctionCalling,
    OutputMethod::JsonSchema,
    OutputMethod::JsonMode,
];
