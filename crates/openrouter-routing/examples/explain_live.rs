//! Explains where a request to a model would go right now, from the live lists of endpoints.
//!
//! ```text
//! cargo run -p openrouter-routing --example explain_live -- openai/gpt-oss-120b:floor
//! cargo run -p openrouter-routing --example explain_live -- openai/gpt-oss-120b private
//! ```
//!
//! Works without a key. With `OPENROUTER_API_KEY` the lists have throughput and latency too.

use std::error::Error;
use std::io::Write;

use openrouter_routing::slug::ModelSlug;
use openrouter_routing::{Market, Preferences, Request, plan};
use openrouter_transport::Client;
use openrouter_types::operations::{ListEndpoints, ListZdrEndpoints};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage =
        "usage: explain_live AUTHOR/MODEL[:VARIANT] [cheapest|fastest|responsive|private|strict]";
    let first = arguments.next().ok_or(usage)?;
    if first == "--help" || first == "-h" {
        return Ok(writeln!(std::io::stdout(), "{usage}")?);
    }
    let slug: ModelSlug = first.parse()?;
    let preferences = match arguments.next().as_deref() {
        None => Preferences::new(),
        Some("cheapest") => Preferences::cheapest(),
        Some("fastest") => Preferences::fastest(),
        Some("responsive") => Preferences::most_responsive(),
        Some("private") => Preferences::private(),
        Some("strict") => Preferences::strict(),
        Some(_) => return Err(usage.into()),
    };

    let client = Client::builder().from_env().build()?;
    let listed = slug.listed();
    let (author, name) = listed.split_once('/').ok_or(usage)?;
    let endpoints = client.send(&ListEndpoints::new(author, name)).await?.answer;
    let zdr = client.send(&ListZdrEndpoints::default()).await?.answer;

    let market = Market::new().with_answer(&endpoints).with_zdr_answer(&zdr);
    let plan = plan(&Request::new([slug]).with_preferences(preferences), &market);
    Ok(write!(std::io::stdout(), "{plan}")?)
}
