//! Instructions that a value costs which is shown again with every word that comes: the work has to be linear.
//!
//! `cargo xtask bench structured` says what it costs for each byte of the text.

#![allow(
    missing_docs,
    unused_qualifications,
    reason = "the benchmark macros write such code"
)]

use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use openrouter_chat::structured::partial::PartialJson;

/// Bytes of a piece, about those of a token.
const PIECE_BYTES: usize = 4;
const TEXT_BYTES: usize = 50_000;

/// A list of steps, cut to so many bytes before it ends.
fn text(times: usize) -> String {
    let mut text = r#"{"title":"Pancakes","steps":["#.to_owned();
    while text.len() < times * TEXT_BYTES {
        let step = text.len();
        text.push_str(&format!(
            r#"{{"at":{step},"text":"Whisk the eggs\nand \"fold\" them in.","tags":["quick",null,true,2.5]}},"#
        ));
    }
    text.truncate(times * TEXT_BYTES);
    text
}

#[library_benchmark(setup = text)]
#[bench::kb_50(1)]
#[bench::kb_100(2)]
#[bench::kb_200(4)]
fn growing_value(text: String) -> (String, PartialJson) {
    let mut value = PartialJson::new();
    let mut rest = text.as_str();
    // The text is of one byte a character.
    while let Some((piece, after)) = rest.split_at_checked(PIECE_BYTES) {
        value.push(piece).expect("JSON so far");
        black_box(value.value());
        rest = after;
        if piece.is_empty() || rest.is_empty() {
            break;
        }
    }
    (text, value)
}

library_benchmark_group!(name = structured, benchmarks = growing_value);
main!(library_benchmark_groups = structured);
