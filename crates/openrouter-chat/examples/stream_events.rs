//! Every kind of event of a streamed answer, as it comes.
//!
//! ```text
//! cargo run -p openrouter-chat --example stream_events -- "Do I need an umbrella in Bergen?"
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

use connect::{connect, model_name};
use openrouter_chat::tools::{Tool, Tools};
use openrouter_chat::{ChatModel, StreamEvent};
use openrouter_testkit::{Answer, TestServer};
use serde_json::json;
use terminal::{Failure, arguments};

const USAGE: &str = "stream_events [QUESTION…]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let words = arguments(USAGE, usize::MAX);
    let question = if words.is_empty() {
        "Do I need an umbrella in Bergen?".to_owned()
    } else {
        words.join(" ")
    };
    let script = TestServer::builder().turn(
        Answer::text("I will look.")
            .reasoning("The weather is asked for.")
            .tool_call("weather", r#"{"city": "Bergen"}"#),
    );
    let (client, _server) = connect(script).await?;
    let weather = Tool::new("weather", "The current weather of a city.").with_schema(json!({
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    }));
    let model = ChatModel::new(client, model_name("openai/gpt-4o-mini"))
        .bind_tools(&Tools::new([weather])?);

    let mut stream = model.stream(&question).await?;
    let mut out = std::io::stdout();
    let mut shown = "";
    while let Some(event) = stream.next().await {
        let (name, text) = match event? {
            StreamEvent::Text { text, .. } => ("text", text.to_string()),
            StreamEvent::Reasoning { text, .. } => ("reasoning", text.to_string()),
            StreamEvent::Refusal { text, .. } => ("refusal", text.to_string()),
            StreamEvent::ToolCallStarted { name, .. } => ("call", name),
            StreamEvent::ToolCallArguments { text, .. } => ("arguments", text.to_string()),
            StreamEvent::ToolCall { tool_call, .. } => ("whole call", tool_call.name().to_owned()),
            StreamEvent::Finish { reason, .. } => ("finish", reason.to_string()),
            StreamEvent::Usage(usage) => ("usage", format!("{} tokens", usage.total())),
            // New kinds of events may come with any version.
            other => ("other", format!("{other:?}")),
        };
        // Fragments of one kind go on in one line.
        if name != shown {
            let line_break = if shown.is_empty() { "" } else { "\n" };
            write!(out, "{line_break}{name:>10}  ")?;
            shown = name;
        }
        write!(out, "{text}")?;
        out.flush()?;
    }
    println!();
    let answer = stream.finish().await?;
    println!("{:>10}  {:?}", "ending", answer.ending());
    Ok(())
}
