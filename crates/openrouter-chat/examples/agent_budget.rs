//! An agent that may spend so much and no more, and says at the end what it cost.
//!
//! ```text
//! cargo run -p openrouter-chat --example agent_budget -- 0.002
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

use std::time::Duration;

use connect::{connect, model_name};
use openrouter_chat::ChatModel;
use openrouter_chat::tools::{StopWhen, Tool, Tools};
use openrouter_testkit::{Answer, TestServer, TestServerBuilder};
use serde::Deserialize;
use serde_json::json;
use terminal::{Failure, arguments, refuse};

#[derive(Deserialize)]
struct Query {
    words: String,
}

const USAGE: &str = "agent_budget [DOLLARS]\n\n0.00008 dollars unless told otherwise.";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let budget: f64 = match arguments(USAGE, 1).pop() {
        Some(usd) => usd.parse().unwrap_or_else(|_| refuse(USAGE)),
        None => 0.00008,
    };
    let search = |words: &str| {
        let arguments = json!({ "words": words }).to_string();
        Answer::text("I need to know more.").tool_call("search", arguments)
    };
    let script = ["tidal power", "tidal power cost", "tidal power Scotland"]
        .into_iter()
        .map(search)
        .chain([Answer::text(
            "As far as I got: tidal power is dear, and getting cheaper.",
        )])
        .fold(TestServer::builder(), TestServerBuilder::turn);
    let (client, _server) = connect(script).await?;

    let search = Tool::function(
        "search",
        "Searches a library.",
        json!({
            "type": "object",
            "properties": {"words": {"type": "string"}},
            "required": ["words"],
        }),
        |query: Query| async move { format!("three articles about {}", query.words) },
    );
    let tools = Tools::new([search])?;
    let model = ChatModel::new(client, model_name("openai/gpt-4o-mini"));
    let outcome = model
        .run(
            &tools,
            "What does tidal power cost? Search before you answer.",
        )
        .stop_when(StopWhen::max_cost_usd(budget))
        .stop_when(StopWhen::max_steps(4))
        .stop_when(StopWhen::same_calls(3))
        .stop_when(StopWhen::after(Duration::from_secs(120)))
        .with_last_word()
        .after_step(|state| {
            let usage = state.usage();
            eprintln!(
                "request {}: ${:.6} so far",
                usage.requests,
                usage.total_cost_usd()
            );
        })
        .finish()
        .await?;

    println!("{}\n", outcome.text());
    let usage = outcome.usage();
    println!("      stop  {:?}", outcome.stop);
    println!("  requests  {}", usage.requests);
    println!(
        "    tokens  {} in, {} out",
        usage.input_tokens, usage.output_tokens
    );
    println!("      cost  ${:.6} of ${budget}", usage.total_cost_usd());
    println!("      time  {:.2} s", outcome.state.elapsed().as_secs_f64());
    Ok(())
}
