//! Many prompts at once, with a line that shows how far it is.
//!
//! ```text
//! cargo run -p openrouter-chat --example batch_progress -- [PROMPTS] [CONCURRENCY]
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

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use connect::{connect, model_name};
use openrouter_chat::{ChatModel, Error};
use openrouter_testkit::{Pace, TestServer};
use terminal::{Failure, arguments, refuse};

const USAGE: &str = "batch_progress [PROMPTS [CONCURRENCY]]

40 prompts, 8 at once, unless told otherwise. With a key, each prompt costs money.
NO_COLOR             no colours";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = arguments(USAGE, 2);
    let number = |place: usize, otherwise: usize| match arguments.get(place) {
        Some(text) => text.parse().unwrap_or_else(|_| refuse(USAGE)),
        None => otherwise,
    };
    let (prompts, concurrency) = (number(0, 40), number(1, 8));
    let pace = Pace::tokens_per_second(60.0).with_time_to_first_token(Duration::from_millis(100));
    let (client, _server) = connect(TestServer::builder().pace(pace)).await?;
    let model = ChatModel::new(client, model_name("openai/gpt-4o-mini")).with_max_tokens(20);

    let questions = (1..=prompts).map(|n| format!("Say something about the number {n}."));
    let started = Instant::now();
    let mut batch = model.batch(questions, concurrency);
    let (mut done, mut failed, mut cost) = (0, 0, 0.0);
    while let Some((question, answer)) = batch.next().await {
        done += 1;
        match answer {
            Ok(answer) => {
                cost += answer
                    .usage()
                    .and_then(|usage| usage.cost_usd())
                    .unwrap_or(0.0);
            }
            // The others would not fare better; returning drops the batch, which asks nothing more.
            Err(error) if is_hopeless(&error) => {
                clear()?;
                return Err(error.into());
            }
            Err(error) => {
                failed += 1;
                clear()?;
                eprintln!("{question}: {error}");
            }
        }
        show(done, failed, prompts)?;
    }
    println!(
        "{} answered, {failed} failed, ${cost:.6}, {:.1} s",
        done - failed,
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Whether every other prompt would fail as well: a wrong key, or no money.
fn is_hopeless(error: &Error) -> bool {
    let call = error.call();
    error.is_out_of_credits() || call.is_some_and(|call| call.is_unauthorized())
}

/// Takes the line away, so that something else can be said.
fn clear() -> std::io::Result<()> {
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() {
        terminal.write_all(b"\r\x1b[K")?;
    }
    Ok(())
}

/// Writes the line over the one before, on a terminal only: a log has no use for it.
fn show(done: usize, failed: usize, all: usize) -> std::io::Result<()> {
    const WIDTH: usize = 30;
    let mut terminal = std::io::stderr();
    if !terminal.is_terminal() {
        return Ok(());
    }
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = |code: &'static str| if is_plain { "" } else { code };
    let filled = WIDTH * done / all.max(1);
    let state = if failed == 0 { "\x1b[32m" } else { "\x1b[33m" };
    // One write, so that the line does not flicker.
    let line = format!(
        "\r\x1b[K{}{}{}{} {done}/{all}{}",
        colour(state),
        "█".repeat(filled),
        colour("\x1b[0m"),
        "░".repeat(WIDTH - filled),
        if done == all { "\n" } else { "" },
    );
    terminal.write_all(line.as_bytes())?;
    terminal.flush()
}
