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

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use openrouter_chat::{ChatModel, ChatResponse, Client, Error, StreamEvent};
use openrouter_testkit::{Pace, TestServer};

const USAGE: &str = "usage: quickstart [--model MODEL] QUESTION…

OPENROUTER_API_KEY   the key; without it a test server on this machine answers
OPENROUTER_BASE_URL  another server that speaks the same language
OPENROUTER_MODEL     the model to ask, openai/gpt-4o-mini when not set";

#[tokio::main]
async fn main() -> ExitCode {
    let mut model =
        std::env::var("OPENROUTER_MODEL").unwrap_or_else(|_| "openai/gpt-4o-mini".to_owned());
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
    let (client, _server) = connect().await?;
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

/// OpenRouter, or the server that the environment names, or one of our own.
async fn connect() -> Result<(Client, Option<TestServer>), Box<dyn std::error::Error>> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_server = is_set("OPENROUTER_BASE_URL") || is_set("OPENROUTER_API_BASE");
    if is_set("OPENROUTER_API_KEY") || has_server {
        // A server of one's own may want no key.
        return Ok((Client::builder().from_env().build()?, None));
    }
    eprintln!("no OPENROUTER_API_KEY: a test server on this machine answers");
    let pace = Pace::tokens_per_second(40.0).with_time_to_first_token(Duration::from_millis(250));
    let server = TestServer::builder().pace(pace).start().await?;
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("none-needed")
        .build()?;
    Ok((client, Some(server)))
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
