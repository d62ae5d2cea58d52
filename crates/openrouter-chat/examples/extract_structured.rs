//! A value of a Rust type out of a PDF, seen while it grows.
//!
//! ```text
//! cargo run -p openrouter-chat --features schemars --example extract_structured -- [FILE.pdf] [ENGINE]
//! ```
//!
//! The engine reads the PDF for the model: `native`, `cloudflare-ai` (free) or `mistral-ocr` (reads pictures, is paid by
//! the page).
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

#[path = "support/connect.rs"]
mod connect;
#[path = "support/terminal.rs"]
mod terminal;

use std::io::IsTerminal as _;

use connect::{connect, model_name};
use openrouter_chat::media::Document;
use openrouter_chat::types::{FileParserPlugin, PDFParserOptions};
use openrouter_chat::{ChatModel, Message, Part};
use openrouter_testkit::{Answer, TestServer};
use schemars::JsonSchema;
use serde::Deserialize;
use terminal::{Failure, arguments};

/// An invoice.
#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "printed with Debug alone")]
struct Invoice {
    /// Who wants the money.
    seller: String,
    /// As it is written on the invoice.
    number: Option<String>,
    items: Vec<Item>,
    /// The sum with taxes, in the currency of the invoice.
    total: f64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "printed with Debug alone")]
struct Item {
    name: String,
    price: f64,
}

const USAGE: &str = "extract_structured [FILE.pdf [native|cloudflare-ai|mistral-ocr]]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = arguments(USAGE, 2).into_iter();
    let document = match arguments.next() {
        Some(path) => Document::from_path(path),
        None => Document::from_bytes(sample_pdf()).with_file_name("invoice.pdf"),
    };
    let engine = arguments.next().unwrap_or("cloudflare-ai".to_owned());
    let answer = r#"{"seller": "Tea & Sons", "number": "17", "items": [{"name": "Green tea", "price": 4.5}, {"name": "Tea pot", "price": 20.0}], "total": 24.5}"#;
    let script = TestServer::builder().turn(Answer::new().tool_call("Invoice", answer));
    let (client, _server) = connect(script).await?;

    let model = ChatModel::new(client, model_name("openai/gpt-4o-mini"))
        .with_plugins([
            FileParserPlugin::new().with_pdf(PDFParserOptions::new().with_engine(engine))
        ])
        .with_structured_output::<Invoice>()
        .with_strict(true)
        .with_repairs(1);
    let question = Message::user_parts([
        Part::text("What is on this invoice?"),
        Part::document(&document)?,
    ]);
    let mut stream = model.stream(&question).await?;
    while let Some(partial) = stream.next().await {
        let items = partial?["items"].as_array().map_or(0, Vec::len);
        // A line that is written over is for a terminal; a log has no use for it.
        if std::io::stderr().is_terminal() {
            eprint!("\r{items} items");
        }
    }
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    let invoice: Invoice = stream.finish().await?;
    println!("{invoice:#?}");
    Ok(())
}

/// A page with an invoice on it, in as few words as a PDF can be written in.
fn sample_pdf() -> Vec<u8> {
    let lines = [
        "Tea & Sons, invoice 17",
        "Green tea 4.50",
        "Tea pot 20.00",
        "Total 24.50",
    ];
    let text: String = lines
        .iter()
        .map(|line| format!("({line}) Tj T* "))
        .collect();
    let page = format!("BT /F1 14 Tf 18 TL 60 760 Td {text}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(pdf.len());
        pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = pdf.len();
    let entries: String = offsets
        .iter()
        .map(|offset| format!("{offset:010} 00000 n \n"))
        .collect();
    pdf.push_str(&format!(
        "xref\n0 {size}\n0000000000 65535 f \n{entries}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        size = objects.len() + 1,
    ));
    pdf.into_bytes()
}
