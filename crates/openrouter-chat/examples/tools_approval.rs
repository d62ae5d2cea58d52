//! Somebody is asked before a tool runs, at once or tomorrow.
//!
//! ```text
//! cargo run -p openrouter-chat --example tools_approval
//! cargo run -p openrouter-chat --example tools_approval -- --resume run.json
//! ```
//!
//! At each call: `y` runs it, `n` and a reason refuses it, JSON runs it with other arguments, and `later` saves the run
//! to `run.json`, where another process takes it up.
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
use openrouter_chat::ChatModel;
use openrouter_chat::tools::{ApprovalRequest, Decision, RunState, StopReason, Tool, Tools};
use openrouter_chat::types::RawJson;
use openrouter_testkit::{Answer, TestServer};
use serde::Deserialize;
use serde_json::json;
use terminal::{Failure, arguments, refuse};

#[derive(Deserialize)]
struct Mail {
    to: String,
    text: String,
}

const SAVED: &str = "run.json";

const USAGE: &str = "tools_approval [--resume FILE]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = arguments(USAGE, 2);
    let saved: Option<RunState> = match arguments.as_slice() {
        [] => None,
        [flag, file] if flag == "--resume" => Some(saved_in(file)?),
        _ => refuse(USAGE),
    };
    let mut script = TestServer::builder();
    if saved.is_none() {
        let mail = r#"{"to": "everybody@example.com", "text": "The meeting is at nine."}"#;
        script = script.turn(Answer::new().tool_call("send_mail", mail));
    }
    let script = script.turn(Answer::text("I have done what you allowed me to."));
    let (client, _server) = connect(script).await?;

    let send = Tool::function(
        "send_mail",
        "Sends a mail.",
        json!({
            "type": "object",
            "properties": {"to": {"type": "string"}, "text": {"type": "string"}},
            "required": ["to", "text"],
        }),
        // Nothing is sent: this is an example.
        |mail: Mail| async move { format!("sent {} characters to {}", mail.text.len(), mail.to) },
    );
    let tools = Tools::new([send])?;
    let model = ChatModel::new(client, model_name("openai/gpt-4o-mini"));
    let run = match saved {
        Some(state) => model.resume(&tools, state),
        None => model.run(
            &tools,
            "Tell everybody@example.com that the meeting is at nine.",
        ),
    };
    let outcome = run.with_approval(ask).finish().await?;

    if outcome.stop == StopReason::Paused {
        std::fs::write(SAVED, serde_json::to_vec_pretty(&outcome.state)?)?;
        println!("The run is in {SAVED}; take it up with --resume {SAVED}.");
        return Ok(());
    }
    for record in outcome.state.calls() {
        println!("{}: {}", record.call.name(), record.outcome.as_str());
    }
    println!("{}", outcome.text());
    Ok(())
}

/// The run that was saved in a file.
fn saved_in(file: &str) -> Result<RunState, String> {
    let text = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    serde_json::from_slice(&text).map_err(|error| format!("{file} holds no run: {error}"))
}

/// Asks on the terminal, on a thread of its own: reading from it blocks.
async fn ask(request: ApprovalRequest) -> Decision {
    let call = request.call;
    print!(
        "Run {}({})? [y / n REASON / JSON / later] ",
        call.name(),
        call.arguments_text()
    );
    let _ = std::io::stdout().flush();
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let Ok(Ok(line)) = line.await else {
        return Decision::Wait;
    };
    match line.trim() {
        "y" | "yes" => Decision::Approve,
        "later" => Decision::Wait,
        // Nobody is there.
        "" => Decision::Refuse("nobody has approved it".to_owned()),
        text => match RawJson::parse(text) {
            Ok(arguments) => Decision::ApproveWith(arguments),
            Err(_) => {
                let reason = text.strip_prefix('n').unwrap_or(text).trim();
                Decision::Refuse(format!("the person said no. {reason}"))
            }
        },
    }
}
