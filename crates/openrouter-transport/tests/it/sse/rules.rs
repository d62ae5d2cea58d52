//! The rules of the standard, one test each, and properties that hold for any input.

use bytes::Bytes;
use openrouter_transport::sse::{SseItem, SseParser};
use proptest::prelude::*;

use super::{check, read};

/// The data of the events of an input that has nothing else.
fn data(input: &[u8]) -> Vec<String> {
    check(input).items
}

fn event(data: &str) -> String {
    format!("SseEvent {{ name: \"message\", data: {data:?} }}")
}

#[test]
fn lines_end_with_line_feed_carriage_return_or_both() {
    for end in ["\n", "\r", "\r\n"] {
        let input = format!("data: a{end}data: b{end}{end}data: c{end}{end}");
        assert_eq!(
            data(input.as_bytes()),
            [event("a\nb"), event("c")],
            "{end:?}"
        );
    }
    assert_eq!(
        data(b"data: a\n\r\ndata: b\r\ndata: c\r\n\n"),
        [event("a"), event("b\nc")]
    );
}

#[test]
fn a_byte_order_mark_is_skipped_once_and_only_at_the_start() {
    assert_eq!(data(b"\xEF\xBB\xBFdata: a\n\n"), [event("a")]);
    assert_eq!(
        data(b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\ndata: b\n\n"),
        [event("b")]
    );
    assert_eq!(data(b"data: a\n\n\xEF\xBB\xBFdata: b\n\n"), [event("a")]);
    assert_eq!(data(b"\xEF\xBB\xBF\n\ndata: a\n\n"), [event("a")]);
}

#[test]
fn one_space_behind_the_colon_is_no_part_of_the_value() {
    assert_eq!(data(b"data:a\n\n"), [event("a")]);
    assert_eq!(data(b"data:  a \n\n"), [event(" a ")]);
    assert_eq!(data(b"data:\ta\n\n"), [event("\ta")]);
}

#[test]
fn a_field_without_a_colon_is_empty() {
    assert_eq!(data(b"data\n\n"), [event("")]);
    assert_eq!(data(b"data\ndata\n\n"), [event("\n")]);
    assert_eq!(data(b"data: a\ndata\n\n"), [event("a\n")]);
    assert_eq!(
        data(b"datax: a\n data: a\nDATA: a\n\n"),
        Vec::<String>::new()
    );
}

#[test]
fn an_event_without_data_is_dropped_but_its_id_stays_in_force() {
    let reading = check(b"event: x\nid: 7\n\ndata: a\n\n");
    assert_eq!(reading.items, [event("a")]);
    assert_eq!(reading.last_event_id, "7");
}

#[test]
fn an_id_with_nul_is_ignored_and_an_empty_one_clears() {
    assert_eq!(check(b"id: 7\nid: 8\09\ndata: a\n\n").last_event_id, "7");
    assert_eq!(
        check(b"id: 7\ndata: a\n\nid\ndata: b\n\n").last_event_id,
        ""
    );
}

#[test]
fn a_reconnection_time_is_digits_only() {
    assert_eq!(check(b"retry: 1500\n\n").retry_ms, Some(1500));
    for bad in [
        "retry: 15x\n\n",
        "retry\n\n",
        "retry: -1\n\n",
        "retry: 1.5\n\n",
        "retry: 99999999999999999999\n\n",
    ] {
        assert_eq!(
            check(format!("retry: 3\n\n{bad}").as_bytes()).retry_ms,
            Some(3),
            "{bad:?}"
        );
    }
}

#[test]
fn an_unterminated_event_is_not_received_but_can_be_seen() {
    let reading = check(b"data: a\n\ndata: b\ndata: half");
    assert_eq!(reading.items, [event("a")]);
    assert_eq!(reading.unfinished, Some(event("b\nhalf")));
    assert_eq!(check(b"data: a\n\n: only a comment").unfinished, None);
    assert_eq!(check(b"data: a\n").unfinished, Some(event("a")));
}

#[test]
fn comments_are_handed_out_where_they_stand_even_inside_an_event() {
    assert_eq!(
        data(b": one\ndata: a\n:two\ndata: b\n\n:\n"),
        [
            ": one".to_owned(),
            ":two".to_owned(),
            event("a\nb"),
            ":".to_owned()
        ]
    );
}

#[test]
fn invalid_utf_8_is_replaced_when_read_as_text() {
    assert_eq!(data(b"data: \xFF\xC3\n\n"), [event("\u{FFFD}\u{FFFD}")]);
}

#[test]
fn an_event_inside_one_input_is_a_slice_of_it() {
    let input = Bytes::from_static(b"data: first\n\ndata: second\r\n\r\nevent: x\ndata: third\n\n");
    let range = input.as_ptr_range();
    let mut parser = SseParser::new();
    parser.push(input);
    let mut seen = 0;
    while let Some(item) = parser.next_item() {
        let Ok(SseItem::Event(event)) = item else {
            unreachable!()
        };
        assert!(
            range.contains(&event.data().as_ptr()),
            "{event:?} was copied"
        );
        seen += 1;
    }
    assert_eq!(seen, 3);
}

/// Text that is likely to hit the rules: field names, line ends, colons, spaces, marks.
pub(super) fn likely_input() -> impl Strategy<Value = Vec<u8>> {
    let token = prop::sample::select(vec![
        "data", "data: ", "event", "id", "retry: 1", ":", " ", "\r", "\n", "\r\n", "\n\n", "\0",
        "\u{FEFF}", "é", "x",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat().into_bytes())
}

/// The standard's algorithm, word for word over a whole input, as something to compare with.
fn by_the_book(input: &[u8]) -> Vec<String> {
    let input = input.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input);
    let text: Vec<u8> = {
        let mut out = Vec::new();
        let mut rest = input;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            match byte {
                b'\r' => {
                    rest = rest.strip_prefix(b"\n").unwrap_or(rest);
                    out.push(b'\n');
                }
                byte => out.push(byte),
            }
        }
        out
    };
    let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    lines.pop();
    let (mut out, mut data, mut name) = (Vec::new(), Vec::<u8>::new(), Vec::<u8>::new());
    let (mut id, mut retry) = (None::<Vec<u8>>, None::<std::time::Duration>);
    for line in lines {
        if line.is_empty() {
            if data.pop().is_some() {
                let mut text = format!(
                    "SseEvent {{ name: {:?}, data: {:?}",
                    if name.is_empty() {
                        "message".into()
                    } else {
                        String::from_utf8_lossy(&name)
                    },
                    String::from_utf8_lossy(&data)
                );
                if let Some(id) = &id {
                    text += &format!(", id: {:?}", String::from_utf8_lossy(id));
                }
                if let Some(retry) = retry {
                    text += &format!(", retry: {retry:?}");
                }
                out.push(text + " }");
            }
            (data, name, id, retry) = (Vec::new(), Vec::new(), None, None);
        } else if let Some(comment) = line.strip_prefix(b":") {
            out.push(format!(":{}", String::from_utf8_lossy(comment)));
        } else {
            let colon = line.iter().position(|&byte| byte == b':');
            let value = colon.map_or(&[][..], |at| &line[at + 1..]);
            let value = value.strip_prefix(b" ").unwrap_or(value).to_vec();
            match &line[..colon.unwrap_or(line.len())] {
                b"data" => {
                    data.extend(value);
                    data.push(b'\n');
                }
                b"event" => name = value,
                b"id" if !value.contains(&0) => id = Some(value),
                b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                    if let Ok(time) = String::from_utf8_lossy(&value).parse() {
                        retry = Some(std::time::Duration::from_millis(time));
                    }
                }
                _ => {}
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn any_split_of_likely_input_gives_the_items_of_the_standard(
        input in likely_input(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&input[from..cut]);
            from = cut;
        }
        pieces.push(&input[from..]);
        prop_assert_eq!(&read(pieces.iter().copied()).items, &by_the_book(&input));
        prop_assert_eq!(read(pieces), read([&input[..]]));
    }

    #[test]
    fn any_bytes_are_survived(input in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(read(input.chunks(3)), read([&input[..]]));
        prop_assert_eq!(read([&input[..]]).items, by_the_book(&input));
    }
}

#[test]
fn a_read_that_is_used_up_is_let_go_before_the_next() {
    for input in [
        "data: 1\n\n",
        "data: 1\n\n: comment\n",
        "data: 1\n\ndata: half",
    ] {
        let read = Bytes::copy_from_slice(input.as_bytes());
        let mut parser = SseParser::new();
        parser.push(read.clone());
        while parser.next_item().is_some() {}
        assert!(read.is_unique(), "{input:?}");
    }
}
