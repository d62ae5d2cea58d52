//! Any bytes, cut anywhere, give the same items as the whole; memory stays within the limit.
//!
//! `cargo +nightly fuzz run sse seeds/sse` in this folder's parent. The first byte says where to cut.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use openrouter_transport::sse::{SseError, SseItem, SseLimits, SseParser};

const MAX_EVENT_BYTES: usize = 256;

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Result<SseItem, SseError>>, Bytes) {
    let mut parser = SseParser::with_limits(SseLimits::default().with_max_event_bytes(MAX_EVENT_BYTES));
    let mut items = Vec::new();
    for piece in pieces {
        parser.push(Bytes::copy_from_slice(piece));
        while let Some(item) = parser.next_item() {
            items.push(item);
        }
        assert!(parser.held_bytes() <= MAX_EVENT_BYTES);
    }
    let id = parser.last_event_id().clone();
    parser.finish();
    (items, id)
}

fuzz_target!(|input: &[u8]| {
    let Some((&size, input)) = input.split_first() else { return };
    let whole = read(std::iter::once(input));
    let cut = read(input.chunks(usize::from(size).max(1)));
    assert_eq!(whole, cut);
});
