//! Streams that are cut at every byte: the same events, and the same answer.

use std::fs;
use std::path::Path;

use openrouter_chat::ChatModel;

use crate::cases::serve::{CaseServer, Script};
use crate::wire::{client, delta};

/// What a stream tells, in words: texts of one kind that follow one another count as one.
async fn told(model: &ChatModel) -> String {
    let mut stream = match model.stream("Hi").await {
        Ok(stream) => stream,
        Err(error) => return error.to_string(),
    };
    let mut told = String::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => told += &format!("{event:?}\n"),
            Err(error) => told += &format!("{error} {:?}\n", error.partial()),
        }
    }
    told + &format!("{:?}", stream.into_partial())
}

async fn assert_no_split_matters(name: &str, bytes: &[u8]) {
    let server = CaseServer::start().await.unwrap();
    let model = ChatModel::new(client(&server.base_url()), "acme/model");
    let say = |pieces: &[&[u8]]| {
        server.say(Script {
            status: 200,
            headers: vec![("content-type".to_owned(), "text/event-stream".to_owned())],
            pieces: pieces.iter().map(|piece| piece.to_vec()).collect(),
        });
    };
    say(&[bytes]);
    let whole = told(&model).await;
    for at in 1..bytes.len() {
        say(&[&bytes[..at], &bytes[at..]]);
        assert_eq!(told(&model).await, whole, "{name} split at byte {at}");
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    say(&single);
    assert_eq!(told(&model).await, whole, "{name}, each byte alone");
}

#[tokio::test]
async fn a_stream_of_everything_may_be_cut_anywhere() {
    let chunks = [
        delta(
            r#"{"role":"assistant","content":"","reasoning":"Hm 😀","reasoning_details":[{"type":"reasoning.text","text":"Hm 😀","index":0}]}"#,
        ),
        delta(r#"{"content":"é\n\u00e9"}"#),
        delta(r#"{"content":"é\n\u00e8"}"#),
        delta(
            r#"{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{\"a\""}}]}"#,
        ),
        delta(r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#),
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#.to_owned(),
        r#"{"choices":[],"usage":{"prompt_tokens":3,"cost":1e-6}}"#.to_owned(),
    ];
    for line_end in ["\n", "\r\n", "\r"] {
        let mut stream = format!(": OPENROUTER PROCESSING{line_end}{line_end}");
        for chunk in chunks.iter().map(String::as_str).chain(["[DONE]"]) {
            stream += &format!("data: {chunk}{line_end}{line_end}");
        }
        assert_no_split_matters(&format!("{line_end:?}"), stream.as_bytes()).await;
    }
}

#[tokio::test]
async fn an_error_in_a_stream_may_be_cut_anywhere() {
    let error = r#"{"error":{"code":502,"message":"Cut."},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#;
    let stream = format!(
        "data: {}\n\ndata: {error}\n\n",
        delta(r#"{"content":"Hi"}"#)
    );
    assert_no_split_matters("error", stream.as_bytes()).await;
}

/// The shortest of the recordings, so many that a few thousand splits are played.
#[tokio::test]
async fn short_recordings_may_be_cut_anywhere() {
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let mut recordings: Vec<_> = fs::read_dir(Path::new(&folder).join("streams"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sse"))
        .map(|path| (fs::read(&path).unwrap(), path))
        .collect();
    recordings.sort_by_key(|(bytes, path)| (bytes.len(), path.clone()));
    let mut splits = 0;
    for (bytes, path) in recordings {
        splits += bytes.len();
        if splits > 6_000 {
            break;
        }
        assert_no_split_matters(&path.display().to_string(), &bytes).await;
    }
}
