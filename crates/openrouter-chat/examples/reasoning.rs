//! What the model thought, how much of it there was, and a second turn that goes on from it.
//!
//! ```text
//! cargo run -p openrouter-chat --example reasoning
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
use openrouter_chat::{ChatModel, Conversation};
use openrouter_testkit::{Answer, TestServer};
use terminal::{Failure, arguments};

const USAGE: &str = "reasoning";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    arguments(USAGE, 0);
    let script = TestServer::builder()
        .turn(
            Answer::text("91 is 7 times 13, so it is not a prime.")
                .reasoning("Not even, not by 3 or 5. By 7: 7 times 13."),
        )
        .turn(Answer::text("97 is the next one.").reasoning("92 to 96 have small divisors."));
    let (client, _server) = connect(script).await?;
    let model =
        ChatModel::new(client, model_name("openai/gpt-oss-20b")).with_reasoning_effort("low");

    let mut conversation = Conversation::new();
    for question in ["Is 91 a prime?", "And which is the next prime after it?"] {
        conversation.push(question);
        let answer = model.invoke(&conversation).await?;
        // The reply carries its reasoning blocks, which the provider may want to see again.
        conversation.push_reply(&answer);

        println!("question   {question}");
        match answer.reasoning() {
            Some(thoughts) => println!("reasoning  {thoughts}"),
            None => println!("reasoning  not shown by this model"),
        }
        println!("answer     {}", answer.text());
        match answer.usage().and_then(|usage| usage.reasoning_tokens()) {
            Some(tokens) => println!("tokens     {tokens} of reasoning\n"),
            None => println!("tokens     not told\n"),
        }
    }
    Ok(())
}
