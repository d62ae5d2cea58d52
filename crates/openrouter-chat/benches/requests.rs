//! Instructions from a call to the bytes of its request: a question, long conversations with one more turn, media.
//!
//! `cargo xtask bench requests` says what it costs for each request, message or byte.

#![allow(
    missing_docs,
    unused_qualifications,
    reason = "the benchmark macros write such code"
)]

use std::hint::black_box;
use std::path::PathBuf;

use bytes::Bytes;
use gungraun::{library_benchmark, library_benchmark_group, main};
use http::Request;
use openrouter_chat::media::Image;
use openrouter_chat::{ChatModel, ChatOptions, Client, Conversation, Message, Part, ToolCall};

/// Requests of the benchmark of short ones.
const REQUESTS: usize = 100;
const MEDIA_BYTES: usize = 20_000_000;

/// A model that has encoded before, so that what happens once in a program's life is not counted.
fn model() -> ChatModel {
    let client = Client::builder()
        .api_key("bench")
        .build()
        .expect("a client");
    let model = ChatModel::new(client, "acme/large-2").with_temperature(0.2);
    model
        .encode("Hello", &ChatOptions::new())
        .expect("a request");
    model
}

#[library_benchmark(setup = model)]
fn question(model: ChatModel) -> ChatModel {
    let options = ChatOptions::new().with_max_tokens(500);
    for _ in 0..REQUESTS {
        black_box(
            model
                .encode(black_box("Why is the sky blue?"), &options)
                .expect("a request"),
        );
    }
    model
}

/// Turns of four messages: a question, a call of a tool, its result, an answer.
fn conversation(messages: usize) -> (ChatModel, Conversation) {
    let talk = (0..messages).map(|at| match at % 4 {
        0 => Message::user(format!(
            "Question {at}: what is the weather in the city that you named last?"
        )),
        1 => Message::assistant_tool_calls([ToolCall::new(
            format!("call_{at}"),
            "weather",
            format!("{{\"city\":\"Paris\",\"day\":{at}}}"),
        )]),
        2 => Message::tool(
            format!("call_{}", at - 1),
            "{\"sky\":\"clear\",\"celsius\":21.5,\"wind\":\"weak\"}",
        ),
        _ => Message::assistant(format!(
            "On day {at} the sky is clear, with 21.5 \u{b0}C and next to no wind."
        )),
    });
    (model(), talk.collect())
}

#[library_benchmark(setup = conversation)]
#[bench::messages_500(500)]
#[bench::messages_1000(1_000)]
#[bench::messages_2000(2_000)]
fn one_more_turn(
    (model, mut talk): (ChatModel, Conversation),
) -> (ChatModel, Conversation, Request<Bytes>) {
    talk.push("And tomorrow?");
    let request = model.encode(&talk, &ChatOptions::new()).expect("a request");
    // Handed back, so that dropping it is not counted.
    (model, talk, request)
}

/// A file that is removed in the end.
struct Picture {
    bytes: Bytes,
    path: Option<PathBuf>,
}

impl Drop for Picture {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Nothing can be done about what is left in the folder for such files.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Something that begins as a PNG and holds every byte.
fn picture(in_file: bool) -> (ChatModel, Picture) {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut state = 1_u32;
    bytes.resize_with(MEDIA_BYTES, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_le_bytes()[3]
    });
    let path = in_file.then(|| {
        let path =
            std::env::temp_dir().join(format!("openrouter-bench-{}.png", std::process::id()));
        std::fs::write(&path, &bytes).expect("a file");
        path
    });
    let bytes = bytes.into();
    (model(), Picture { bytes, path })
}

#[library_benchmark(setup = picture)]
#[bench::bytes(false)]
#[bench::file(true)]
fn picture_of_20_mb(
    (model, picture): (ChatModel, Picture),
) -> (ChatModel, Picture, Request<Bytes>) {
    let image = match &picture.path {
        Some(path) => Image::from_path(path),
        None => Image::from_bytes(picture.bytes.clone()),
    };
    let parts = [
        Part::text("What is this?"),
        Part::image(&image).expect("a picture"),
    ];
    let request = model
        .encode(Message::user_parts(parts), &ChatOptions::new())
        .expect("a request");
    (model, picture, request)
}

library_benchmark_group!(
    name = requests,
    benchmarks = [question, one_more_turn, picture_of_20_mb]
);
main!(library_benchmark_groups = requests);
