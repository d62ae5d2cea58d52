//! A folder of recorded framings, where `OPENROUTER_CASES` names one: `sse/*.json`, bytes and the events they hold.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use openrouter_transport::sse::{SseItem, SseParser};
use serde_json::{Value, json};

#[test]
fn every_recorded_framing_reads_as_the_standard_says() {
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(Path::new(&folder).join("sse")).expect("the folder of cases") {
        let path = entry.expect("a file").path();
        let case: Value =
            serde_json::from_slice(&std::fs::read(&path).expect("a readable file")).expect("JSON");
        check(&case);
        seen += 1;
    }
    assert!(seen > 0, "no case in {folder:?}");
}

fn check(case: &Value) {
    let name = case["name"].as_str().unwrap_or_default();
    let bytes = decode(&case["bytes_b64"]);
    let mut feeds: Vec<Vec<Vec<u8>>> = [usize::MAX, 1, 2, 3, 7]
        .iter()
        .map(|&size| {
            bytes
                .chunks(size.min(bytes.len().max(1)))
                .map(<[u8]>::to_vec)
                .collect()
        })
        .collect();
    if let Some(given) = case["feeds_b64"].as_array() {
        feeds = vec![given.iter().map(decode).collect()];
    }
    for feed in feeds {
        let got = read(&feed);
        for field in [
            "events",
            "retry",
            "last_event_id",
            "comments",
            "pending_at_eof",
        ] {
            let want = &case[field];
            if *want != "any" {
                assert!(
                    same(want, &got[field]),
                    "{name}: {field}: want {want}, got {}",
                    got[field]
                );
            }
        }
    }
}

/// Equal, where the text `any` equals everything.
fn same(want: &Value, got: &Value) -> bool {
    match (want, got) {
        (Value::String(any), _) if any == "any" => true,
        (Value::Array(want), Value::Array(got)) => {
            want.len() == got.len() && want.iter().zip(got).all(|(want, got)| same(want, got))
        }
        (Value::Object(want), got) => want.iter().all(|(key, want)| same(want, &got[key])),
        (want, got) => want == got,
    }
}

fn read(feed: &[Vec<u8>]) -> Value {
    let mut parser = SseParser::new();
    let (mut events, mut comments) = (Vec::new(), Vec::new());
    for piece in feed {
        parser.push(Bytes::copy_from_slice(piece));
        while let Some(item) = parser.next_item() {
            match item.expect("within the limits") {
                SseItem::Event(event) => events.push(json!({
                    "event": event.name_lossy(),
                    "data": event.data_lossy(),
                    "id": String::from_utf8_lossy(parser.last_event_id()),
                    "block_id": event.id().map(|id| String::from_utf8_lossy(id)),
                    "retry": event.retry().map(|time| time.as_millis() as u64),
                })),
                SseItem::Comment(text) => comments.push(json!(String::from_utf8_lossy(&text))),
                _ => unreachable!(),
            }
        }
    }
    let pending = parser.finish().map(|event| {
        json!({ "event": event.name_lossy(), "data": event.data_lossy(), "id": String::from_utf8_lossy(parser.last_event_id()),
            "block_id": event.id().map(|id| String::from_utf8_lossy(id)), "retry": event.retry().map(|time| time.as_millis() as u64) })
    });
    json!({
        "events": events,
        "comments": comments,
        "retry": parser.retry().map(|time| time.as_millis() as u64),
        "last_event_id": String::from_utf8_lossy(parser.last_event_id()),
        "pending_at_eof": pending,
    })
}

fn decode(text: &Value) -> Vec<u8> {
    STANDARD
        .decode(text.as_str().expect("base64 text"))
        .expect("base64")
}
