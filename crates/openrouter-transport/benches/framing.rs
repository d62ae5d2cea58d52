//! Instructions that framing costs, for reads of several sizes, over events like those of a chat stream.
//!
//! `cargo bench -p openrouter-transport --bench framing` needs valgrind, and `gungraun-runner` of the same version as
//! the library. Each figure covers 2,000 events, cutting the input into reads included.
#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "written by the macros of the benchmark"
)]

use std::hint::black_box;

use bytes::Bytes;
use gungraun::{library_benchmark, library_benchmark_group, main};
use openrouter_transport::sse::{SseItem, SseParser};

const EVENTS: usize = 2_000;

/// Events of some 300 bytes, and the end mark.
fn transcript() -> Bytes {
    const WORDS: [&str; 8] = [
        " the",
        " request",
        ",",
        " caf\u{e9}",
        ".\\n\\n",
        " function",
        " \\\"quoted\\\"",
        " 42;",
    ];
    let mut text = String::new();
    for at in 0..EVENTS {
        let word = WORDS[at % WORDS.len()];
        text.push_str(&format!(
            "data: {{\"id\":\"gen-1700000000-abcdefghijklmnopqrst\",\"provider\":\"Acme\",\"model\":\"acme/large-2\",\
             \"object\":\"chat.completion.chunk\",\"created\":1700000000,\"choices\":[{{\"index\":0,\"delta\":\
             {{\"role\":\"assistant\",\"content\":\"{word}\"}},\"finish_reason\":null,\"native_finish_reason\":null,\
             \"logprobs\":null}}]}}\n\n"
        ));
    }
    text.push_str("data: [DONE]\n\n");
    text.into()
}

fn reads_of(bytes: usize) -> (Bytes, usize) {
    (transcript(), bytes)
}

#[library_benchmark(setup = reads_of)]
#[bench::one_byte(1)]
#[bench::packet_of_64(64)]
#[bench::packet_of_1460(1_460)]
#[bench::buffer_of_16k(16_384)]
fn frame((transcript, read_bytes): (Bytes, usize)) -> usize {
    let mut parser = SseParser::new();
    let mut data_bytes = 0;
    let mut at = 0;
    while at < transcript.len() {
        let end = transcript.len().min(at + read_bytes);
        parser.push(transcript.slice(at..end));
        at = end;
        while let Some(item) = parser.next_item() {
            if let Ok(SseItem::Event(event)) = item {
                data_bytes += black_box(event).data().len();
            }
        }
    }
    data_bytes
}

library_benchmark_group!(name = framing, benchmarks = frame);
main!(library_benchmark_groups = framing);
