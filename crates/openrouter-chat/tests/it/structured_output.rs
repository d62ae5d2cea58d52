//! Answers that fit a type.

mod outcomes;
#[cfg(feature = "schemars")]
mod plain;
mod request;
mod run;
mod streamed;

use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::{OutputFormat, OutputMethod};
use openrouter_testkit::Answer;
use serde::Deserialize;
use serde_json::{Value, json};

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

/// The messages of a request, without the nulls that a reply that came whole may have.
fn messages_of(body: &Value) -> Vec<Value> {
    let mut messages = body["messages"].as_array().unwrap().clone();
    for message in &mut messages {
        message
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
    }
    messages
}

const METHODS: [OutputMethod; 3] = [
    OutputMethod::FunctionCalling,
    OutputMethod::JsonSchema,
    OutputMethod::JsonMode,
];
