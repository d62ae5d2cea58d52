//! Which providers may answer, and which one did.
//!
//! ```text
//! cargo run -p openrouter-chat --example provider_preferences
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
use openrouter_chat::types::{DataCollection, ProviderPreferences, ProviderSort, Quantization};
use openrouter_testkit::{Answer, TestServer};
use terminal::{Failure, arguments};

const USAGE: &str = "provider_preferences";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    arguments(USAGE, 0);
    let script = TestServer::builder()
        .turn(Answer::text("Hello.").provider("Together"))
        .turn(Answer::text("Hello.").provider("Groq"))
        .turn(Answer::text("Hello.").provider("Parasail"));
    let (client, _server) = connect(script).await?;
    let model =
        ChatModel::new(client, model_name("meta-llama/llama-3.3-70b-instruct")).with_max_tokens(20);
    let wishes = [
        (
            "in this order",
            ProviderPreferences::new().with_order(["together", "deepinfra"]),
        ),
        (
            "the fastest",
            ProviderPreferences::new().with_sort(ProviderSort::Throughput),
        ),
        (
            "no data kept, at least 8 bits",
            ProviderPreferences::new()
                .with_data_collection(DataCollection::Deny)
                .with_quantizations([Quantization::Fp8, Quantization::Bf16]),
        ),
    ];
    for (wish, preferences) in wishes {
        let answer = model
            .clone()
            .with_provider(preferences)
            .invoke("Say hello.")
            .await?;
        println!("{wish:>30}  {}", answer.provider().unwrap_or("not told"));
    }
    Ok(())
}
