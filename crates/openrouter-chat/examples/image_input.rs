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
#[path = "support/terminal.rs"]
mod terminal;

use connect::{connect, model_name};
use openrouter_chat::media::Image;
use openrouter_chat::{ChatModel, Message, Part};
use openrouter_testkit::{Answer, TestServer};
use terminal::{Failure, arguments};

/// A PNG of 32 by 32 pixels: four squares, red and blue.
const SAMPLE: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x20\x00\x00\x00\x20\
    \x01\x03\x00\x00\x00\x49\xb4\xe8\xb7\x00\x00\x00\x06\x50\x4c\x54\x45\xff\x00\x00\x00\x00\xff\x6c\
    \xa1\xfd\x8e\x00\x00\x00\x15\x49\x44\x41\x54\x78\xda\x63\xf8\xff\x9f\x81\x81\x81\x8a\x04\x55\x0d\
    \xfb\xff\x1f\x00\xed\xbd\x3f\xc1\xda\xc0\x78\x48\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

const USAGE: &str = "image_input [FILE|URL]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let image = match arguments(USAGE, 1).pop() {
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
