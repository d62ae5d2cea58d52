//! A list of models: the first one that can answers.
//!
//! ```text
//! cargo run -p openrouter-chat --example fallback_models -- [MODEL…]
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
use openrouter_testkit::{Answer, TestServer};
use terminal::{Failure, arguments};

const USAGE: &str = "fallback_models [MODEL…]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut models = arguments(USAGE, usize::MAX);
    if models.is_empty() {
        models = vec![
            model_name("openai/gpt-4o-mini"),
            "mistralai/mistral-small-3.2-24b-instruct".to_owned(),
        ];
    }
    // The test server plays that the first model is down.
    let script = TestServer::builder()
        .turn(Answer::text("Hello.").model(models.last().map_or("", String::as_str)));
    let (client, _server) = connect(script).await?;
    let answer = ChatModel::new(client, &models[0])
        .with_models(models.iter().cloned())
        .invoke("Say hello.")
        .await?;
    for model in &models {
        let mark = if answer.model() == Some(model) {
            "→"
        } else {
            " "
        };
        println!("{mark} {model}");
    }
    println!(
        "{} answered: {}",
        answer.model().unwrap_or("a model that is not told"),
        answer.text()
    );
    Ok(())
}
