//! A tool that is an async function, and the loop that runs it.
//!
//! ```text
//! cargo run -p openrouter-chat --example tools_weather -- "Do I need an umbrella in Bergen?"
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
use openrouter_chat::tools::{Tool, Tools};
use openrouter_testkit::{Answer, TestServer};
use serde::Deserialize;
use serde_json::json;
use terminal::{Failure, arguments};

#[derive(Deserialize)]
struct Place {
    city: String,
}

/// What a weather service would say.
async fn weather(place: Place) -> Result<String, String> {
    match place.city.to_lowercase().as_str() {
        "bergen" => Ok("9 °C, rain".to_owned()),
        "rome" => Ok("24 °C, sun".to_owned()),
        other => Err(format!(
            "there is no station in {other}; there are Bergen and Rome"
        )),
    }
}

const USAGE: &str = "tools_weather [QUESTION…]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let words = arguments(USAGE, usize::MAX);
    let question = if words.is_empty() {
        "Do I need an umbrella in Bergen?".to_owned()
    } else {
        words.join(" ")
    };
    let script = TestServer::builder()
        .turn(Answer::new().tool_call("weather", r#"{"city": "Bergen"}"#))
        .turn(Answer::text("Yes: it rains in Bergen, at 9 °C."));
    let (client, _server) = connect(script).await?;

    let schema = json!({
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The city's name, in English."}},
        "required": ["city"],
    });
    let tools = Tools::new([Tool::function(
        "weather",
        "The current weather of a city.",
        schema,
        weather,
    )])?;
    let model = ChatModel::new(client, model_name("openai/gpt-4o-mini"));
    let outcome = model.run(&tools, &question).finish().await?;

    for record in outcome.state.calls() {
        println!("{}({})", record.call.name(), record.call.arguments_text());
    }
    println!("{}", outcome.text());
    Ok(())
}
