//! Asks about a PDF: a file or an address.
//!
//! ```text
//! cargo run -p openrouter-chat --example pdf_input -- [FILE|URL]
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
use openrouter_chat::media::Document;
use openrouter_chat::{ChatModel, Message, Part};
use openrouter_testkit::{Answer, TestServer};
use terminal::{Failure, arguments};

/// One empty page.
const SAMPLE: &[u8] = b"%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >> endobj
xref
0 4
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000058 00000 n\x20
0000000115 00000 n\x20
trailer << /Size 4 /Root 1 0 R >>
startxref
186
%%EOF
";

const USAGE: &str = "pdf_input [FILE|URL]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let document = match arguments(USAGE, 1).pop() {
        Some(url) if url.starts_with("https://") => Document::from_url(url),
        Some(path) => Document::from_path(path),
        None => Document::from_bytes(SAMPLE).with_file_name("sample.pdf"),
    };
    let script = TestServer::builder().turn(Answer::text("It is one empty page."));
    let (client, _server) = connect(script).await?;
    let question = Message::user_parts([
        Part::text("What does this document say, in one sentence?"),
        Part::document(&document)?,
    ]);
    let answer = ChatModel::new(client, model_name("openai/gpt-4o-mini"))
        .invoke(&question)
        .await?;
    println!("{}", answer.text());
    Ok(())
}
