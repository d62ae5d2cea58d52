//! What a task that reads a stream is made of: thousands of them may be open, and each is as large as the largest
//! future that it ever awaits.
//!
//! The limits are what was measured with Rust 1.95 on 64 bits, and a few words more:
//! `cargo test -p openrouter-chat --test it sizes`, with `--all-features` where spans are recorded.

use openrouter_chat::{ChatModel, ChatOptions, ChatStream, Client};

/// Bytes without spans and with them.
const fn limit(without_spans: usize, with_spans: usize) -> usize {
    if cfg!(feature = "tracing") {
        with_spans
    } else {
        without_spans
    }
}

fn model() -> ChatModel {
    ChatModel::new(Client::new("sk-or-v1-test").unwrap(), "a/b")
}

#[test]
fn the_futures_of_a_call_hold_neither_the_request_nor_the_options() {
    let (model, options) = (model(), ChatOptions::new());
    let begun = [
        size_of_val(&model.stream("Go.")),
        size_of_val(&model.stream_with("Go.", &options)),
    ];
    assert!(
        begun.iter().all(|size| *size <= limit(608, 736)),
        "{begun:?}"
    );
    let asked = [
        size_of_val(&model.invoke("Go.")),
        size_of_val(&model.invoke_with("Go.", &options)),
    ];
    assert!(
        asked.iter().all(|size| *size <= limit(880, 1_008)),
        "{asked:?}"
    );
}

async fn read_to_the_end(model: &ChatModel) {
    let mut stream = model.stream("Go.").await.unwrap();
    while stream.next().await.is_some() {}
    drop(stream.finish().await);
}

#[test]
fn a_task_that_reads_a_stream_is_small() {
    let stream = size_of::<ChatStream>();
    assert!(stream <= limit(480, 528), "{stream}");
    let task = size_of_val(&read_to_the_end(&model()));
    assert!(task <= limit(1_088, 1_264), "{task}");
}
