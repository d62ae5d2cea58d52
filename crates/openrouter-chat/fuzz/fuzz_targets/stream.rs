//! Whatever a stream holds, reading only what changed tells the same events, answer and error as reading every chunk
//! in full.
//!
//! `cargo +nightly fuzz run stream seeds/stream` in this folder's parent. Each line of the input is one chunk.
#![no_main]

#[path = "../../tests/it/memory.rs"]
mod memory;
#[path = "../../tests/it/two_ways.rs"]
mod two_ways;

use std::sync::LazyLock;

use bytes::Bytes;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use two_ways::TwoWays;

static WAYS: LazyLock<TwoWays> = LazyLock::new(TwoWays::new);

fuzz_target!(|input: &[u8]| {
    let Some((&first, chunks)) = input.split_first() else { return };
    let mut body = Vec::with_capacity(input.len() * 2);
    for chunk in chunks.split(|byte| *byte == b'\n') {
        body.extend_from_slice(b"data: ");
        body.extend_from_slice(chunk);
        body.extend_from_slice(b"\n\n");
    }
    if first % 4 != 0 {
        body.extend_from_slice(b"data: [DONE]\n\n");
    }
    let (quick, full) = WAYS.read(&Bytes::from(body));
    assert_eq!(quick, full);
});

// What is to be found are chunks that are nearly like the one before: so lines are repeated, and changed afterwards.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut lines: Vec<Vec<u8>> = data[..size].split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (way, choice) = (seed % 4, seed as usize / 4);
    if size == 0 || way == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let at = choice % lines.len();
    let mut line = lines[at].clone();
    if way > 1 {
        let length = line.len();
        line.resize(length + 64, 0);
        let length = fuzzer_mutate(&mut line, length, length + 64);
        line.truncate(length);
    }
    match way {
        3 => lines[at] = line,
        _ => lines.insert(at + 1, line),
    }
    let mutated = lines.join(&b'\n');
    if mutated.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..mutated.len()].copy_from_slice(&mutated);
    mutated.len()
});
