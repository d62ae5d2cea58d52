//! Asks about a recording: a file, or a tone of half a second made here.
//!
//! ```text
//! cargo run -p openrouter-chat --example audio_input -- [FILE]
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
use openrouter_chat::media::Audio;
use openrouter_chat::{ChatModel, Message, Part};
use openrouter_testkit::{Answer, TestServer};
use terminal::{Failure, arguments};

const USAGE: &str = "audio_input [FILE]";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let audio = match arguments(USAGE, 1).pop() {
        Some(path) => Audio::from_path(path),
        None => Audio::from_bytes(tone()),
    };
    let script = TestServer::builder().turn(Answer::text("A single steady tone."));
    let (client, _server) = connect(script).await?;
    let question = Message::user_parts([
        Part::text("What is to be heard here, in one sentence?"),
        Part::audio(&audio)?,
    ]);
    let answer = ChatModel::new(client, model_name("google/gemini-2.5-flash-lite"))
        .invoke(&question)
        .await?;
    println!("{}", answer.text());
    Ok(())
}

/// A WAV file: 440 Hz, 8,000 samples a second of one byte each.
fn tone() -> Vec<u8> {
    const RATE: u32 = 8_000;
    let samples: Vec<u8> = (0..RATE / 2)
        .map(|at| {
            let phase = f64::from(at) * 440.0 * std::f64::consts::TAU / f64::from(RATE);
            (128.0 + 60.0 * phase.sin()) as u8
        })
        .collect();
    let size = samples.len() as u32;
    let mut wav = Vec::with_capacity(44 + samples.len());
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + size).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    // Sixteen bytes of format: PCM, one channel, samples and bytes a second, one byte a sample, eight bits.
    wav.extend_from_slice(&16_u32.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&8_u16.to_le_bytes());
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&size.to_le_bytes());
    wav.extend_from_slice(&samples);
    wav
}
