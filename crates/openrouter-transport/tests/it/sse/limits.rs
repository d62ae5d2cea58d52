//! What happens when an event is too large.

use bytes::Bytes;
use openrouter_transport::sse::{SseError, SseItem, SseLimits, SseParser};
use proptest::prelude::*;

/// Events and errors of an input read in pieces, with at most 20 bytes an event.
fn read(input: &str, size: usize) -> Vec<Result<String, SseError>> {
    let mut parser = SseParser::with_limits(SseLimits::default().with_max_event_bytes(20));
    let mut seen = Vec::new();
    for piece in input.as_bytes().chunks(size) {
        parser.push(Bytes::copy_from_slice(piece));
        while let Some(item) = parser.next_item() {
            match item {
                Ok(SseItem::Event(event)) => seen.push(Ok(event.data_lossy().into_owned())),
                Ok(_) => {}
                Err(error) => seen.push(Err(error)),
            }
        }
        assert!(
            parser.held_bytes() <= 20,
            "{} bytes held",
            parser.held_bytes()
        );
    }
    seen
}

const TOO_LARGE: Result<String, SseError> = Err(SseError::EventTooLarge { max_bytes: 20 });

#[test]
fn an_event_that_is_too_large_is_one_error_and_the_next_event_is_read() {
    let long_line = format!("data: {}\n\ndata: next\n\n", "x".repeat(40));
    let many_lines = format!("{}\ndata: next\n\n", "data: xxxx\n".repeat(9));
    let no_data = format!("{}\ndata: next\n\n", "field: xxx\n".repeat(9));
    let carriage_returns = format!("data: {}\r\rdata: next\r\r", "x".repeat(40));
    for input in [long_line, many_lines, no_data, carriage_returns] {
        for size in [1, 2, 3, 7, 19, 20, 21, 64, 1_000] {
            assert_eq!(
                read(&input, size),
                [TOO_LARGE, Ok("next".to_owned())],
                "{input:?} in pieces of {size}"
            );
        }
    }
}

#[test]
fn an_event_of_exactly_the_limit_is_read() {
    for size in [1, 7, 64] {
        assert_eq!(
            read("data: 34567890123456\n\n", size),
            [Ok("34567890123456".to_owned())]
        );
        assert_eq!(read("data: 345678901234567\n\n", size), [TOO_LARGE]);
    }
}

#[test]
fn an_endless_comment_is_an_error_and_many_short_ones_are_not() {
    assert_eq!(
        read(&format!(":{}\n\ndata: next\n\n", "x".repeat(40)), 7),
        [TOO_LARGE, Ok("next".to_owned())]
    );
    assert_eq!(
        read(&format!("{}data: next\n\n", ": short\n".repeat(40)), 7),
        [Ok("next".to_owned())]
    );
}

#[test]
fn an_endless_line_costs_bounded_memory() {
    let mut parser = SseParser::with_limits(SseLimits::default().with_max_event_bytes(1_000));
    let piece = Bytes::from(vec![b'x'; 300]);
    let mut errors = 0;
    for _ in 0..10_000 {
        parser.push(piece.clone());
        while let Some(item) = parser.next_item() {
            assert!(item.is_err());
            errors += 1;
        }
        assert!(parser.held_bytes() <= 1_000);
    }
    assert_eq!(errors, 1);
}

proptest! {
    #[test]
    fn the_errors_of_a_limit_do_not_depend_on_how_the_input_is_cut(input in super::rules::likely_input(), size in 1..30usize) {
        let text = String::from_utf8_lossy(&input);
        prop_assert_eq!(read(&text, size), read(&text, usize::MAX));
    }
}
