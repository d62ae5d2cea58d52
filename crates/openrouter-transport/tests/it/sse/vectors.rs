//! What browsers are held to: one case for each test of event streams in web-platform-tests, named as there.

use super::{check, read};

const NOTHING: [&str; 0] = [];

/// The data of the events of an input, however it is cut.
fn data(input: &str) -> Vec<String> {
    let items = check(input.as_bytes()).items;
    let events = items.iter().filter(|item| !item.starts_with(':'));
    events
        .map(|item| item.strip_prefix(r#"SseEvent { name: "message", data: "#))
        .map(|rest| {
            rest.expect("an event without a name")
                .trim_end_matches(" }")
        })
        .map(|text| serde_json::from_str(&text.replace("\\0", "\\u0000")).expect("text in quotes"))
        .collect()
}

#[test]
fn format_bom() {
    assert_eq!(
        data("\u{FEFF}data:1\n\n\u{FEFF}data:2\n\ndata:3\n\n"),
        ["1", "3"]
    );
    // format-bom-2
    assert_eq!(
        data("\u{FEFF}\u{FEFF}data:1\n\ndata:2\n\ndata:3\n\n"),
        ["2", "3"]
    );
}

#[test]
fn format_comments() {
    let long = "x".repeat(16 * 1024);
    let input = format!("data:1\r:\0\n:\r\ndata:2\n:{long}\rdata:3\n:data:no\r:{long}\ndata:4\n\n");
    let reading = read([input.as_bytes()]);
    assert_eq!(reading, read(input.as_bytes().chunks(1)));
    assert_eq!(
        reading.items.last().unwrap(),
        r#"SseEvent { name: "message", data: "1\n2\n3\n4" }"#
    );
}

#[test]
fn format_data_before_final_empty_line() {
    let reading = check(b"retry:1000\ndata:test1\n\nid:test\ndata:test2");
    assert_eq!(reading.items.len(), 1);
    // The event of the id never came, so the id is not in force.
    assert_eq!(
        (reading.last_event_id.as_str(), reading.retry_ms),
        ("", Some(1_000))
    );
}

#[test]
fn format_field_data() {
    assert_eq!(
        data("data:\n\ndata\ndata\n\ndata:test\n\n"),
        ["", "\n", "test"]
    );
}

#[test]
fn format_field_event() {
    let names = |input: &str| check(input.as_bytes()).items;
    assert_eq!(
        names("event:test\ndata:x\n\ndata:x\n\n"),
        [
            r#"SseEvent { name: "test", data: "x" }"#,
            r#"SseEvent { name: "message", data: "x" }"#
        ]
    );
    // format-field-event-empty
    assert_eq!(data("event: \ndata:data\n\n"), ["data"]);
    assert_eq!(data("event:a\nevent:\ndata:data\n\n"), ["data"]);
}

#[test]
fn format_field_id() {
    let id = |input: &str| check(input.as_bytes()).last_event_id;
    // It holds until another comes, also over events that have none.
    assert_eq!(id("id:1\ndata:a\n\ndata:b\n\n"), "1");
    assert_eq!(id("id:1\ndata:a\n\nid:2\ndata:b\n\n"), "2");
    // format-field-id-2: without a value it is cleared.
    assert_eq!(id("id:1\ndata:a\n\nid\ndata:b\n\ndata:c\n\n"), "");
    // format-field-id-3: of several in one event the last counts.
    assert_eq!(id("id:1\nid:2\ndata:a\n\n"), "2");
    // format-field-id-null: with NUL it is as if it were not there.
    assert_eq!(id("id:\0\ndata:a\n\n"), "");
    assert_eq!(id("id:1\ndata:a\n\nid:2\0\ndata:b\n\n"), "1");
}

#[test]
fn format_field_parsing() {
    let input = "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n";
    assert_eq!(data(input), ["\0\n 2\n1\n3\n\n4"]);
}

#[test]
fn format_field_retry() {
    let retry = |input: &str| check(input.as_bytes()).retry_ms;
    assert_eq!(retry("retry:03000\ndata:x\n\n"), Some(3_000));
    // format-field-retry-bogus, format-field-retry-empty
    assert_eq!(retry("retry:3000\nretry:1000x\ndata:x\n\n"), Some(3_000));
    assert_eq!(retry("retry:3000\nretry\ndata:x\n\n"), Some(3_000));
}

#[test]
fn format_field_unknown() {
    let input = "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:comment\ndata:test\n\n";
    assert_eq!(data(input), ["test\n\ntest"]);
}

#[test]
fn format_leading_space() {
    assert_eq!(
        data("data:\ttest\rdata: \ndata:test\n\n"),
        ["\ttest\n\ntest"]
    );
}

#[test]
fn format_newlines() {
    assert_eq!(
        data("data:test\r\ndata\ndata:test\r\n\r\n"),
        ["test\n\ntest"]
    );
}

#[test]
fn format_null_character() {
    assert_eq!(data("data:\0\n\n\n\n"), ["\0"]);
}

#[test]
fn format_utf_8() {
    assert_eq!(data("data:ok…\n\n"), ["ok…"]);
}

#[test]
fn dataless_events() {
    // event-data, eventsource-onmessage and others: nothing but an event with data is told.
    assert_eq!(data("event:x\nid:1\nretry:1\n\n\n\n"), NOTHING);
}
