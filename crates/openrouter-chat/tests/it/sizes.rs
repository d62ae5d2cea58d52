//! What a task that reads a stream is made of: thousands of them may be open, and each is as large as the largest
//! future that it ever awaits.

use openrouter_chat::{ChatModel, ChatOptions, ChatStream, Client};

#[test]
fn the_futures_of_a_call_hold_neither_the_request_nor_the_options() {
    let model = ChatModel::new(Client::new("sk-or-v1-test").unwrap(), "a/b");
    let options = ChatOptions::new();
    let sizes = [
        size_of_val(&model.stream("Go.")),
        size_of_val(&model.stream_with("Go.", &options)),
        size_of_val(&model.invoke("Go.")),
        size_of_val(&model.invoke_with("Go.", &options)),
    ];
    assert!(sizes.iter().all(|size| *size <= 1_024), "{sizes:?}");
}

async fn read_to_the_end(model: &ChatModel) {
    let mut stream = model.stream("Go.").await.unwrap();
    while stream.next().await.is_some() {}
    drop(stream.finish().await);
}

#[test]
fn a_task_that_reads_a_stream_is_small() {
    assert!(size_of::<ChatStream>() <= 512);
    let model = ChatModel::new(Client::new("sk-or-v1-test").unwrap(), "a/b");
    assert!(size_of_val(&read_to_the_end(&model)) <= 1_536);
}
