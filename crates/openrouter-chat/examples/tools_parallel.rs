//! Several tools at once, and what happens while they run.
//!
//! ```text
//! cargo run -p openrouter-chat --example tools_parallel
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

use std::io::Write as _;
use std::time::Duration;

use connect::{connect, model_name};
use openrouter_chat::tools::{RunEvent, Tool, Tools};
use openrouter_chat::{ChatModel, StreamEvent};
use openrouter_testkit::{Answer, TestServer};
use serde::Deserialize;
use serde_json::json;
use terminal::{Failure, arguments};

#[derive(Deserialize)]
struct Place {
    city: String,
}

const USAGE: &str = "tools_parallel";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    arguments(USAGE, 0);
    let script = TestServer::builder()
        .turn(
            Answer::new()
                .tool_call("weather", r#"{"city": "Bergen"}"#)
                .tool_call("weather", r#"{"city": "Rome"}"#)
                .tool_call("trains", r#"{"city": "Rome"}"#),
        )
        .turn(Answer::text(
            "Rome is sunny, and there is a train at 9:15; Bergen is wet.",
        ));
    let (client, _server) = connect(script).await?;

    let schema = json!({
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    });
    let weather = Tool::function(
        "weather",
        "The current weather of a city.",
        schema.clone(),
        |place: Place| async move {
            // Some stations answer more slowly than others.
            let bergen = place.city == "Bergen";
            tokio::time::sleep(Duration::from_millis(if bergen { 400 } else { 100 })).await;
            if bergen { "9 °C, rain" } else { "24 °C, sun" }
        },
    );
    let trains = Tool::function(
        "trains",
        "The next train to a city.",
        schema,
        |place: Place| async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            json!({"to": place.city, "at": "9:15"})
        },
    )
    .with_timeout(Duration::from_secs(2));
    let tools = Tools::new([weather, trains])?;
    let model = ChatModel::new(client, model_name("openai/gpt-4o-mini"));

    let question = "Compare the weather of Bergen and Rome. When is the next train to Rome?";
    let mut run = model.run(&tools, question).with_concurrency(4);
    let mut stream = run.stream();
    let mut out = std::io::stdout();
    while let Some(event) = stream.next().await {
        match event? {
            RunEvent::ToolStarted { call, .. } => {
                println!("→ {}({})", call.name(), call.arguments_text());
            }
            RunEvent::ToolFinished { record, output, .. } => {
                println!(
                    "← {} after {:.0?}: {}",
                    record.call.name(),
                    record.duration,
                    output.text()
                );
            }
            RunEvent::Model {
                event: StreamEvent::Text { text, .. },
                ..
            } => {
                out.write_all(text.as_bytes())?;
                out.flush()?;
            }
            _ => {}
        }
    }
    let outcome = stream.finish().await?;
    let usage = outcome.usage();
    println!(
        "\n\n{} requests, {} tokens, ${:.6}",
        usage.requests,
        usage.total_tokens,
        usage.total_cost_usd()
    );
    Ok(())
}
