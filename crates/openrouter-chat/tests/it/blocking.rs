//! Calls without a runtime.

use std::sync::mpsc;
use std::time::Duration;

use openrouter_chat::{ChatModel, Client};
use openrouter_testkit::{Answer, Pace, TestServer};

/// A server in a thread of its own, until the sender is dropped.
fn server(
    builder: openrouter_testkit::TestServerBuilder,
) -> (String, mpsc::Sender<()>, mpsc::Receiver<()>) {
    let (url, told) = mpsc::channel();
    let (stop, stopped) = mpsc::channel::<()>();
    let (closed, all_closed) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let server: TestServer = runtime.block_on(builder.start()).unwrap();
        url.send(server.base_url()).unwrap();
        // Ends when the test has dropped its end.
        let _ = stopped.recv();
        let wait =
            async { tokio::time::timeout(Duration::from_secs(5), server.all_closed()).await };
        if runtime.block_on(wait).is_ok() {
            let _ = closed.send(());
        }
    });
    (told.recv().unwrap(), stop, all_closed)
}

fn model(url: &str) -> openrouter_chat::blocking::ChatModel {
    let client = Client::builder()
        .base_url(url)
        .api_key("k")
        .build()
        .unwrap();
    ChatModel::new(client, "acme/model").blocking().unwrap()
}

#[test]
fn invoke_stream_and_batch_work_without_a_runtime() {
    let builder = TestServer::builder()
        .turn(Answer::text("One two."))
        .turn(Answer::text("Three four."));
    let (url, _stop, _) = server(builder);
    let model = model(&url);
    assert_eq!(model.invoke("Count.").unwrap().text(), "One two.");
    let text: String = model
        .stream("Go on.")
        .unwrap()
        .text()
        .map(|text| text.unwrap().to_string())
        .collect();
    assert_eq!(text, "Three four.");
    assert_eq!(
        model
            .batch(["a", "b", "c"], 2)
            .into_iter()
            .filter(Result::is_ok)
            .count(),
        3
    );
    assert!(
        model
            .stream("And then?")
            .unwrap()
            .finish()
            .unwrap()
            .usage()
            .is_some()
    );
}

#[test]
fn dropping_a_stream_closes_its_request() {
    let (url, stop, all_closed) = server(TestServer::builder().pace(Pace::tokens_per_second(0.01)));
    let model = model(&url);
    let mut stream = model.stream("Count.").unwrap();
    stream.next().unwrap().unwrap();
    drop(stream);
    drop(stop);
    all_closed.recv().unwrap();
}
