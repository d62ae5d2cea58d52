//! An agent that looks things up with tools, and then answers with a value of a Rust type.
//!
//! ```text
//! cargo run -p openrouter-chat --features schemars --example agent_structured -- Bergen
//! ```
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

#[path = "support/connect.rs"]
mod connect;
#[path = "support/terminal.rs"]
mod terminal;

use connect::{connect, model_name};
use openrouter_chat::ChatModel;
use openrouter_chat::structured::OutputFormat;
use openrouter_chat::tools::{Tool, Tools};
use openrouter_testkit::{Answer, TestServer};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use terminal::{Failure, arguments};

const USAGE: &str = "agent_structured [CITY]";

#[derive(Deserialize, JsonSchema)]
struct Place {
    /// Its name in English.
    city: String,
}

/// What to take along.
#[derive(Deserialize, JsonSchema)]
struct Luggage {
    umbrella: bool,
    /// In the order of their importance.
    clothes: Vec<String>,
    /// One sentence.
    reason: String,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let city = arguments(USAGE, 1).pop().unwrap_or("Bergen".to_owned());
    let luggage = r#"{"umbrella": true, "clothes": ["rain coat", "boots"], "reason": "It rains, at 9 degrees."}"#;
    let script = TestServer::builder()
        .turn(Answer::new().tool_call("weather", json!({ "city": city }).to_string()))
        .turn(Answer::text("I know enough."))
        .turn(Answer::new().tool_call("Luggage", luggage));
    let (client, _server) = connect(script).await?;

    // Schema and arguments are of one type, so that they cannot disagree.
    let weather = Tool::typed(
        "weather",
        "The current weather of a city.",
        |place: Place| async move { format!("{}: 9 °C, rain", place.city) },
    );
    let tools = Tools::new([weather])?;
    let ended = ChatModel::new(client, model_name("openai/gpt-4o-mini"))
        .run(&tools, format!("What shall I take along to {city}?"))
        .finish_as(&OutputFormat::<Luggage>::of_type())
        .await?;

    for record in ended.outcome.state.calls() {
        println!("{}({})", record.call.name(), record.call.arguments_text());
    }
    // A run that a limit stopped has no answer.
    let Some(answer) = ended.answer else {
        println!("no answer: {:?}", ended.outcome.stop);
        return Ok(());
    };
    let luggage = answer.into_value()?;
    println!("umbrella  {}", if luggage.umbrella { "yes" } else { "no" });
    println!(" clothes  {}", luggage.clothes.join(", "));
    println!(" because  {}", luggage.reason);
    Ok(())
}
