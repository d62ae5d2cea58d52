//! Streams that are cut at every byte: the same events, and the same answer.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use openrouter_chat::transport::StreamEnd;
use openrouter_chat::transport::sse::SseItem;
use openrouter_chat::types::operations::ChatCompletion;
use openrouter_chat::types::{ChatRequest, ChatResult};
use openrouter_chat::{CallOptions, ChatModel, ChatResponse, Client, StreamEvent};

use crate::memory::Memory;
use crate::wire::delta;

/// What a reader of a stream gets to see, times aside.
#[derive(Debug, PartialEq)]
struct Seen {
    events: Vec<StreamEvent>,
    error: Option<String>,
    /// What the error carries.
    partial: Option<ChatResult>,
    answer: Option<ChatResponse>,
}

/// What the transport hands on, which the reader of chunks is a function of.
#[derive(Debug, PartialEq)]
struct Items {
    items: Vec<SseItem>,
    end: Option<StreamEnd>,
    error: Option<String>,
}

/// A client whose next answers are the same stream, cut in different places.
struct Player {
    stream: Bytes,
    server: Memory,
    client: Client,
    model: ChatModel,
}

impl Player {
    fn new(stream: impl Into<Bytes>) -> Self {
        let server = Memory::default();
        let client = server.client();
        Self {
            stream: stream.into(),
            server,
            model: ChatModel::new(client.clone(), "acme/large-2"),
            client,
        }
    }

    /// Has the stream come in pieces that begin at these bytes.
    fn cut_at(&self, places: impl IntoIterator<Item = usize>) {
        let mut start = 0;
        let mut pieces = Vec::new();
        for end in places.into_iter().chain([self.stream.len()]) {
            pieces.push(self.stream.slice(start..end));
            start = end;
        }
        self.server.say(pieces);
    }

    async fn items(&self) -> Items {
        let mut seen = Items {
            items: Vec::new(),
            end: None,
            error: None,
        };
        let call = ChatCompletion::new(ChatRequest::default());
        match self.client.stream_raw(call, &CallOptions::new()).await {
            Ok(mut stream) => {
                while let Some(item) = stream.next().await {
                    match item {
                        Ok(item) => seen.items.push(item),
                        Err(error) => seen.error = Some(error.to_string()),
                    }
                }
                seen.end = stream.end();
            }
            Err(error) => seen.error = Some(error.to_string()),
        }
        seen
    }

    async fn seen(&self) -> Seen {
        let mut seen = Seen {
            events: Vec::new(),
            error: None,
            partial: None,
            answer: None,
        };
        let failure = match self.model.stream("Hi").await {
            Ok(stream) => {
                let mut stream = stream.with_keep_alives();
                let mut failure = None;
                while let Some(event) = stream.next().await {
                    match event {
                        Ok(event) => seen.events.push(event),
                        Err(error) => failure = Some(error),
                    }
                }
                seen.answer = Some(stream.into_partial());
                failure
            }
            Err(error) => Some(error),
        };
        if let Some(error) = failure {
            seen.error = Some(error.to_string());
            seen.partial = error.into_partial().map(|part| part.as_wire().clone());
        }
        seen
    }

    /// Plays the stream cut at each byte, and with each byte alone. What the transport hands on is compared always; the
    /// events and the answer, which are made of that, where `is_read` says so.
    async fn assert_no_split_matters(&self, name: &str, is_read: impl Fn(usize) -> bool) {
        self.cut_at([]);
        let (items, seen) = (self.items().await, self.seen().await);
        for at in 1..self.stream.len() {
            self.cut_at([at]);
            let cut = self.items().await;
            assert!(
                cut == items,
                "{name} cut at byte {at}: {cut:?}, not {items:?}"
            );
            if is_read(at) {
                let cut = self.seen().await;
                assert!(
                    cut == seen,
                    "{name} cut at byte {at}: {cut:?}, not {seen:?}"
                );
            }
        }
        self.cut_at(1..self.stream.len());
        let cut = self.seen().await;
        assert!(
            cut == seen,
            "{name}, each byte alone: {cut:?}, not {seen:?}"
        );
    }
}

#[tokio::test]
async fn a_stream_of_everything_may_be_cut_anywhere() {
    let chunks = [
        delta(
            r#"{"role":"assistant","content":"","reasoning":"Hm 😀","reasoning_details":[{"type":"reasoning.text","text":"Hm 😀","index":0}]}"#,
        ),
        delta(r#"{"content":"é\n\u00e9"}"#),
        delta(r#"{"content":"é\n\u00e8"}"#),
        // Looks like the beginning of another event, where it is cut.
        delta(r#"{"content":"data: [DONE]"}"#),
        delta(
            r#"{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{\"a\""}}]}"#,
        ),
        delta(r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#),
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#.to_owned(),
        r#"{"choices":[],"usage":{"prompt_tokens":3,"cost":1e-6}}"#.to_owned(),
    ];
    for line_end in ["\n", "\r\n", "\r"] {
        let mut stream = format!(": OPENROUTER PROCESSING{line_end}{line_end}");
        // An event of several lines, which a line end too many would tear apart.
        stream += &format!(
            "event: chunk{line_end}data: {{\"choices\":[],{line_end}: still here{line_end}data:\"id\":\"gen-1\"}}{line_end}{line_end}"
        );
        for chunk in chunks.iter().map(String::as_str).chain(["[DONE]"]) {
            stream += &format!("data: {chunk}{line_end}{line_end}");
        }
        let player = Player::new(stream);
        player
            .assert_no_split_matters(&format!("{line_end:?}"), |_| true)
            .await;
    }
}

#[tokio::test]
async fn an_error_in_a_stream_may_be_cut_anywhere() {
    let error = r#"{"error":{"code":502,"message":"Cut."},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#;
    let stream = format!(
        "data: {}\n\ndata: {error}\n\n",
        delta(r#"{"content":"Hi"}"#)
    );
    Player::new(stream)
        .assert_no_split_matters("error", |_| true)
        .await;
}

/// Every recording is cut at every byte. The answer is read again for each of them, but in the longer recordings only near
/// the borders of lines, and every so many bytes: elsewhere it is enough that the transport hands on the same.
///
/// Needs `OPENROUTER_CASES` to name the folder of recordings.
#[tokio::test]
async fn a_recorded_stream_may_be_cut_anywhere() {
    const LONG: usize = 1_024;
    const NEAR: usize = 2;
    const STRIDE: usize = 61;

    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let mut played = 0;
    for entry in fs::read_dir(Path::new(&folder).join("streams")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "sse") {
            continue;
        }
        let player = Player::new(fs::read(&path).unwrap());
        let stream = &player.stream;
        let is_near_a_border = |at: usize| {
            let near = at.saturating_sub(NEAR)..stream.len().min(at + NEAR);
            stream[near]
                .iter()
                .any(|byte| matches!(byte, b'\n' | b'\r'))
        };
        let is_read = |at| stream.len() <= LONG || at % STRIDE == 0 || is_near_a_border(at);
        let name = path.display().to_string();
        player.assert_no_split_matters(&name, is_read).await;
        played += 1;
    }
    assert!(played > 100, "only {played} streams");
}
