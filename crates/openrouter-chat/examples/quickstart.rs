//! Asks a model, and prints its answer as it comes.
//!
//! ```text
//! cargo run -p openrouter-chat --example quickstart -- "Why is the sky blue?"
//! ```
//!
//! With `OPENROUTER_API_KEY` it talks to OpenRouter, or to the server that `OPENROUTER_BASE_URL` names. Without either
//! it starts the test server in this process, and runs the very same code against that.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

#[path = "support/connect.rs"]
mod connect;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use connect::{connect, model_name};
use openrouter_chat::{ChatModel, ChatResponse, Error, StreamEvent};
use openrouter_testkit::{Pace, TestServer};

const USAGE: &str = "usage: quickstart [--model MODEL] QUESTION…

OPENROUTER_API_KEY   the key; without it a test server on this machine answers
OPENROUTER_BASE_URL  another server that speaks the same language
OPENROUTER_MODEL     the model to ask, openai/gpt-4o-mini when not set";

#[tokio::main]
async fn main() -> ExitCode {
    let mut model = model_name("openai/gpt-4o-mini");
    let mut words = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            "--model" => match arguments.next() {
                Some(name) => model = name,
                None => {
                    eprintln!("{USAGE}");
                    return ExitCode::from(2);
                }
            },
            _ => words.push(argument),
        }
    }
    let question = if words.is_empty() {
        "Why is the sky blue?".to_owned()
    } else {
        words.join(" ")
    };
    match ask(&model, &question).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn ask(model: &str, question: &str) -> Result<(), Box<dyn std::error::Error>> {
    let pace = Pace::tokens_per_second(40.0).with_time_to_first_token(Duration::from_millis(250));
    let (client, _server) = connect(TestServer::builder().pace(pace)).await?;
    let started = Instant::now();
    let mut stream = ChatModel::new(client, model).stream(question).await?;
    let mut out = std::io::stdout();
    while let Some(event) = stream.next().await {
        match event {
            Ok(StreamEvent::Text { text, .. }) => {
                out.write_all(text.as_bytes())?;
                out.flush()?;
            }
            Ok(_) => {}
            Err(error) => {
                // What has come stays on the screen.
                println!();
                return Err(describe(&error).into());
            }
        }
    }
    let answer = stream.finish().await?;
    println!("\n");
    print_facts(&answer, started.elapsed());
    Ok(())
}

fn describe(error: &Error) -> String {
    match error.partial() {
        Some(partial) if error.is_truncated() && !partial.text().is_empty() => {
            format!("the answer is truncated: {error}")
        }
        _ => error.to_string(),
    }
}

fn print_facts(answer: &ChatResponse, elapsed: Duration) {
    let mut facts = vec![("model", answer.model().unwrap_or("not told").to_owned())];
    facts.extend(
        answer
            .provider()
            .map(|provider| ("provider", provider.to_owned())),
    );
    facts.extend(
        answer
            .finish_reason()
            .map(|reason| ("finish", reason.to_string())),
    );
    if let Some(usage) = answer.usage() {
        let reasoning = match usage.reasoning_tokens() {
            Some(tokens) if tokens > 0 => format!(" ({tokens} of them reasoning)"),
            _ => String::new(),
        };
        facts.push((
            "tokens",
            format!(
                "{} in, {} out{reasoning}",
                usage.input_tokens(),
                usage.output_tokens()
            ),
        ));
        facts.extend(usage.cost_usd().map(|cost| ("cost", format!("${cost:.6}"))));
    }
    facts.push(("time", format!("{:.2} s", elapsed.as_secs_f64())));
    for (name, value) in facts {
        println!("{name:>9}  {value}");
    }
}
