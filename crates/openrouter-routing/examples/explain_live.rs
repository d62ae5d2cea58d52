//! Explains where a request to a model would go right now, from the live lists of endpoints.
//!
//! ```text
//! cargo run -p openrouter-routing --example explain_live -- openai/gpt-oss-120b:floor
//! cargo run -p openrouter-routing --example explain_live -- openai/gpt-oss-120b private
//! ```
//!
//! Works without a key. With `OPENROUTER_API_KEY` the lists have throughput and latency too.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

use std::error::Error;
use std::process::ExitCode;

use openrouter_routing::slug::ModelSlug;
use openrouter_routing::{Market, Plan, Preferences, Request, plan};
use openrouter_transport::Client;
use openrouter_types::operations::{ListEndpoints, ListZdrEndpoints};

const USAGE: &str =
    "usage: explain_live AUTHOR/MODEL[:VARIANT] [cheapest|fastest|responsive|private|strict]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (slug, preferences) = match arguments[..] {
        ["--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [slug] => (slug, Preferences::new()),
        [slug, "cheapest"] => (slug, Preferences::cheapest()),
        [slug, "fastest"] => (slug, Preferences::fastest()),
        [slug, "responsive"] => (slug, Preferences::most_responsive()),
        [slug, "private"] => (slug, Preferences::private()),
        [slug, "strict"] => (slug, Preferences::strict()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match explain(slug, preferences).await {
        Ok(plan) => {
            print!("{plan}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn explain(slug: &str, preferences: Preferences) -> Result<Plan, Box<dyn Error>> {
    let slug: ModelSlug = slug.parse()?;
    let client = Client::builder().from_env().build()?;
    let listed = slug.listed();
    let (author, name) = listed.split_once('/').ok_or(USAGE)?;
    let endpoints = client.send(&ListEndpoints::new(author, name)).await?.answer;
    let zdr = client.send(&ListZdrEndpoints::default()).await?.answer;

    let market = Market::new().with_answer(&endpoints).with_zdr_answer(&zdr);
    let request = Request::new([slug]).with_preferences(preferences);
    Ok(plan(&request, &market))
}
