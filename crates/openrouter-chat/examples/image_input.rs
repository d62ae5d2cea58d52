//! Asks about a picture: a file, an address, or a small one made here.
//!
//! ```text
//! cargo run -p openrouter-chat --example image_input -- [FILE|URL]
//! ```
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

#[path = "support/connect.rs"]
mod connect;

use connect::{connect, model_name};
use openrouter_chat::media::Image;
use openrouter_chat::{ChatModel, Message, Part};
use openrouter_testkit::{Answer, TestServer};

/// Two by two pixels, red and blue in turns.
const SAMPLE: &[u8] =
    b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\0\0\xff\0\0\0\0\xff\0\0";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let image = match std::env::args().nth(1) {
        Some(help) if help == "--help" || help == "-h" => {
            println!("usage: image_input [FILE|URL]");
            return Ok(());
        }
        Some(url) if url.starts_with("https://") => Image::from_url(url),
        Some(path) => Image::from_path(path),
        None => Image::from_bytes(SAMPLE),
    };
    let script = TestServer::builder().turn(Answer::text("Four squares, red and blue."));
    let (client, _server) = connect(script).await?;
    let question = Message::user_parts([
        Part::text("What is in this picture, in one sentence?"),
        Part::image(&image.with_detail("low"))?,
    ]);
    let answer = ChatModel::new(client, model_name("openai/gpt-4o-mini"))
        .invoke(&question)
        .await?;
    println!("{}", answer.text());
    Ok(())
}
