//! Cut or not, the same value.

use openrouter_types::{ChatResult, ChatStreamChunk, Decode};

use super::{Cut, MIN_PAYLOAD_BYTES, decode};

fn long(byte: &str) -> String {
    byte.repeat(MIN_PAYLOAD_BYTES / byte.len() + 1)
}

fn answer(before: &str, images: &[String]) -> String {
    let images: Vec<_> = images
        .iter()
        .map(|url| format!(r#"{{"type":"image_url","image_url":{{"url":"{url}"}}}}"#))
        .collect();
    format!(
        r#"{{"id":"gen-1",{before}"choices":[{{"index":0,"message":{{"role":"assistant","content":"","images":[{}]}}}}]}}"#,
        images.join(",")
    )
}

/// Reads both ways; tells whether something was cut.
fn same(json: &str) -> bool {
    let plainly = ChatResult::decode(json.as_bytes()).unwrap();
    let read: ChatResult = decode(json.as_bytes()).unwrap();
    assert_eq!(read, plainly);
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        serde_json::to_string(&plainly).unwrap()
    );
    Cut::new(json.as_bytes()).is_some_and(|cut| {
        let mut value = ChatResult::decode(&cut.rest).unwrap();
        cut.put_back(&mut value)
    })
}

#[test]
fn payloads_are_cut_and_put_back() {
    let one = format!("data:image/png;base64,{}", long("QUJD"));
    let two = format!("data:image/webp;base64,{}", long("eHl6"));
    assert!(same(&answer("", std::slice::from_ref(&one))));
    assert!(same(&answer("", &[one.clone(), two.clone()])));
    // Between them one that is short, and one that is an address.
    let short = "data:image/png;base64,QUJD".to_owned();
    let address = "https://example.org/a.png".to_owned();
    assert!(same(&answer("", &[one, short, address, two])));
}

#[test]
fn chunks_are_cut_too() {
    let json = format!(
        r#"{{"choices":[{{"index":0,"delta":{{"images":[{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{}"}}}}]}}}}]}}"#,
        long("QUJD")
    );
    let cut = Cut::new(json.as_bytes()).unwrap();
    assert!(cut.put_back(&mut ChatStreamChunk::decode(&cut.rest).unwrap()));
    let read: ChatStreamChunk = decode(json.as_bytes()).unwrap();
    assert_eq!(read, ChatStreamChunk::decode(json.as_bytes()).unwrap());
}

#[test]
fn what_is_no_plain_payload_is_left_to_the_parser() {
    let head = "data:image/png;base64,";
    for inside in [
        long(r"QUI\/"),
        format!("{}{}", long("QUJD"), r"\u0041"),
        String::new(),
        "QUJD".to_owned(),
    ] {
        assert!(!same(&answer("", &[format!("{head}{inside}")])));
    }
}

#[test]
fn what_has_no_place_in_base64_is_read_as_itself() {
    let head = "data:image/png;base64,";
    for inside in ["é", "\t", "\u{0}", "\u{7f}", " "] {
        assert!(same(&answer(
            "",
            &[format!("{head}{}{inside}", long("QUJD"))]
        )));
    }
    let mut json = answer("", &[format!("{head}{}?", long("QUJD"))]).into_bytes();
    let at = json.iter().position(|byte| *byte == b'?').unwrap();
    json[at] = 0xff;
    let read: ChatResult = decode(&json).unwrap();
    assert_eq!(read, ChatResult::decode(&json).unwrap());
}

#[test]
fn payloads_elsewhere_are_kept_where_they_are() {
    let payload = format!("data:image/png;base64,{}", long("QUJD"));
    // In a field that nobody knows, and in the text of the answer.
    assert!(!same(&answer(&format!(r#""novel":"{payload}","#), &[])));
    let text = format!(r#"{{"choices":[{{"message":{{"content":"see {payload}"}}}}]}}"#);
    assert!(!same(&text));
    // One that is known and one that is not, in both orders.
    assert!(!same(&answer(
        &format!(r#""novel":"{payload}","#),
        std::slice::from_ref(&payload)
    )));
    let after = answer("", std::slice::from_ref(&payload));
    let after = after.replacen("\"images\"", &format!(r#""audio":"{payload}","images""#), 1);
    assert!(!same(&after));
}

#[test]
fn of_keys_that_come_twice_the_last_holds() {
    let one = format!("data:image/png;base64,{}", long("QUJD"));
    let two = format!("data:image/png;base64,{}", long("eHl6"));
    let twice = answer("", &[one]).replacen("\"url\":", &format!(r#""url":"{two}","url":"#), 1);
    assert!(!same(&twice));
}

#[test]
fn what_is_cut_off_fails_as_it_would_have() {
    let whole = answer("", &[format!("data:image/png;base64,{}", long("QUJD"))]);
    for cut in [whole.len() - 1, whole.len() - 20, 200] {
        let cut = &whole.as_bytes()[..cut];
        let plainly = ChatResult::decode(cut).unwrap_err();
        let read = decode::<ChatResult>(cut).unwrap_err();
        assert_eq!(read.to_string(), plainly.to_string());
    }
}
