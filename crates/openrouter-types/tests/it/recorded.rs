//! Every recorded chunk and answer decodes. Needs `OPENROUTER_CASES` to name the folder of recordings.

use openrouter_types::{ChatResult, ChatStreamChunk, Decode, ErrorResponse, RawJson};

#[test]
fn every_recorded_chunk_decodes_and_keeps_every_key() {
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let mut chunks = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&folder).join("streams")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "sse") {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for line in text.lines() {
            let Some(data) = line.strip_prefix("data:").map(str::trim) else {
                continue;
            };
            let Ok(raw) = RawJson::parse(data) else {
                continue;
            };
            if !data.starts_with('{') {
                continue;
            }
            let chunk = ChatStreamChunk::decode(data.as_bytes())
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let again = serde_json::to_value(&chunk).unwrap();
            assert_contains(
                &again,
                &raw.to_value(),
                &format!("{}: {data}", path.display()),
            );
            chunks += 1;
        }
    }
    assert!(chunks > 500, "only {chunks} chunks found");
}

#[test]
fn every_recorded_answer_decodes_and_keeps_every_key() {
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    for entry in std::fs::read_dir(std::path::Path::new(&folder).join("responses")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with(".expect.json") {
            continue;
        }
        let body = std::fs::read(&path).unwrap();
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(&body) else {
            continue;
        };
        let result =
            ChatResult::decode(&body).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_contains(
            &serde_json::to_value(&result).unwrap(),
            &value,
            &path.display().to_string(),
        );
        let error =
            ErrorResponse::decode(&body).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_contains(
            &serde_json::to_value(&error).unwrap(),
            &value,
            &path.display().to_string(),
        );
    }
}

/// Whether everything of `part` that is not null is also in `whole`.
fn assert_contains(whole: &serde_json::Value, part: &serde_json::Value, place: &str) {
    use serde_json::Value;
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (key, value) in part {
                match whole.get(key) {
                    Some(found) => assert_contains(found, value, place),
                    None => assert!(is_empty(value), "{key} of {place} is lost"),
                }
            }
        }
        (Value::Array(whole), Value::Array(part)) => {
            // A list of objects may have lost what is no object.
            let all = whole.len() == part.len();
            let part = part.iter().filter(|element| all || element.is_object());
            assert_eq!(whole.len(), part.clone().count(), "{place}");
            for (whole, part) in whole.iter().zip(part) {
                assert_contains(whole, part, place);
            }
        }
        (Value::Number(whole), Value::Number(part)) => {
            assert_eq!(whole.as_f64(), part.as_f64(), "{place}")
        }
        (whole, part) => assert!(
            whole == part || is_empty(part),
            "{whole} is not {part}: {place}"
        ),
    }
}

fn is_empty(value: &serde_json::Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}
