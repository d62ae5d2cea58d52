//! What a task that reads a stream is made of: thousands of them may be open, and each is as large as the largest
//! future that it ever awaits.
//!
//! The limits are what was measured with Rust 1.95 on 64 bits: `cargo test -p openrouter-chat --test it sizes`.

use openrouter_chat::{ChatModel, ChatOptions, ChatStream, Client};

fn model() -> ChatModel {
    ChatModel::new(Client::new("sk-or-v1-test").unwrap(), "a/b")
}

#[test]
fn the_futures_of_a_call_are_a_few_words() {
    let (model, options) = (model(), ChatOptions::new());
    let sizes = [
        size_of_val(&model.invoke("Go.")),
        size_of_val(&model.invoke_with("Go.", &options)),
        size_of_val(&model.stream("Go.")),
        size_of_val(&model.stream_with("Go.", &options)),
    ];
    assert!(sizes.iter().all(|size| *size <= 56), "{sizes:?}");
}

async fn read_to_the_end(model: &ChatModel) {
    let mut stream = model.stream("Go.").await.unwrap();
    while stream.next().await.is_some() {}
    drop(stream.finish().await);
}

#[test]
fn a_task_that_reads_a_stream_is_small() {
    assert_eq!(size_of::<ChatStream>(), size_of::<usize>());
    let task = size_of_val(&read_to_the_end(&model()));
    assert!(task <= 72, "{task}");
}
