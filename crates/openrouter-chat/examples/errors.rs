//! What can go wrong, and what to do about it; always against the test server.
//!
//! ```text
//! cargo run -p openrouter-chat --example errors
//! ```
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

use std::time::Duration;

use openrouter_chat::{ChatModel, Client, Error, RetryPolicy, Timeouts};
use openrouter_testkit::{Answer, Fault, Refusal, TestServer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let long = "One, two, three, four, five, six, seven, eight, nine, ten.";
    let script = [
        (
            "too many requests",
            Answer::refused(Refusal::rate_limited(2)),
        ),
        ("no credits", Answer::refused(Refusal::out_of_credits())),
        ("wrong key", Answer::refused(Refusal::wrong_key())),
        (
            "a proxy's page",
            Answer::text("").fault(Fault::HtmlErrorPage(502)),
        ),
        ("silence", Answer::text("").fault(Fault::StallBeforeHeader)),
        (
            "lost connection",
            Answer::text(long).fault(Fault::ResetAfterChunk(4)),
        ),
    ];
    for (name, answer) in script {
        let server = TestServer::builder().turn(answer).start().await?;
        let client = Client::builder()
            .base_url(server.base_url())
            .api_key("none-needed")
            .retry(RetryPolicy::none())
            .timeouts(Timeouts::default().with_first_byte(Duration::from_millis(300)))
            .build()?;
        let model = ChatModel::new(client, "openai/gpt-4o-mini");
        match count(&model).await {
            Ok(text) => println!("{name}\n      answer  {text}\n"),
            Err(error) => {
                println!("{name}\n       error  {error}");
                println!("      to do   {}", what_to_do(&error));
                println!("  retryable   {}", error.is_retryable());
                println!("may have run  {}\n", error.may_have_run());
            }
        }
    }
    Ok(())
}

async fn count(model: &ChatModel) -> Result<String, Error> {
    let answer = model.stream("Count to ten.").await?.finish().await?;
    Ok(answer.text().into_owned())
}

fn what_to_do(error: &Error) -> String {
    if error.is_rate_limited() {
        let wait = error.retry_after().unwrap_or(Duration::from_secs(1));
        return format!("ask again in {} s", wait.as_secs());
    }
    if error.is_out_of_credits() {
        return "add credits".to_owned();
    }
    if let Some(partial) = error.partial().filter(|_| error.is_truncated()) {
        return format!("make do with what came: {:?}", partial.text());
    }
    match error.call() {
        Some(call) if call.is_unauthorized() => "correct the key".to_owned(),
        Some(call) if call.is_timeout() => "wait longer, or take another provider".to_owned(),
        _ => "look at the details".to_owned(),
    }
}
