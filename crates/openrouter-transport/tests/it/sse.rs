//! Framing: any split of the input gives the same items, and the standard's rules hold.

mod cases;
mod limits;
mod rules;
mod vectors;

use bytes::Bytes;
use openrouter_transport::sse::{SseItem, SseParser};

/// Everything that a parser says about an input, in a form that is easy to read and compare.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reading {
    items: Vec<String>,
    unfinished: Option<String>,
    last_event_id: String,
    retry_ms: Option<u128>,
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Reading {
    let mut parser = SseParser::new();
    let mut reading = Reading::default();
    for piece in pieces {
        parser.push(Bytes::copy_from_slice(piece));
        while let Some(item) = parser.next_item() {
            reading.items.push(match item.expect("within the limits") {
                SseItem::Event(event) => format!("{event:?}"),
                SseItem::Comment(text) => format!(":{}", String::from_utf8_lossy(&text)),
                _ => unreachable!(),
            });
        }
    }
    reading.unfinished = parser.finish().map(|event| format!("{event:?}"));
    reading.last_event_id = String::from_utf8_lossy(parser.last_event_id()).into_owned();
    reading.retry_ms = parser.retry().map(|time| time.as_millis());
    reading
}

/// Reads an input whole, and checks that every other way to cut it reads the same.
fn check(input: &[u8]) -> Reading {
    let whole = read([input]);
    for size in [1, 2, 3, 7, 64] {
        assert_eq!(read(input.chunks(size)), whole, "in pieces of {size} bytes");
    }
    if input.len() < 2_000 {
        for at in 0..=input.len() {
            let (head, tail) = input.split_at(at);
            assert_eq!(read([head, tail]), whole, "split at byte {at}");
            assert_eq!(
                read([head, &[], tail]),
                whole,
                "split at byte {at}, with an empty read between"
            );
        }
    }
    whole
}
