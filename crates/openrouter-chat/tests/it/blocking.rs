//! Calls without a runtime.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use openrouter_chat::structured::OutputFormat;
use openrouter_chat::structured::schema::Schema;
use openrouter_chat::tools::{Decision, RunEvent, StopWhen};
use openrouter_chat::{ChatModel, Client, Tool, Tools};
use openrouter_testkit::{Answer, Pace, TestServer};
use serde_json::{Value, json};

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

fn weather() -> Tools {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let look = Tool::function("weather", "", schema, |place: Value| async move {
        format!("rain in {}", place["city"])
    });
    Tools::new([look]).unwrap()
}

fn report() -> OutputFormat<Value> {
    let schema = json!({"title": "report", "type": "object", "properties": {"sky": {"type": "string"}}, "required": ["sky"]});
    OutputFormat::new(Schema::new(schema.into())).with_repairs(1)
}

#[test]
fn runs_and_structured_answers_work_without_a_runtime() {
    let asks = || Answer::new().tool_call("weather", r#"{"city": "Oslo"}"#);
    let sky = || Answer::new().tool_call("report", r#"{"sky": "grey"}"#);
    let turns = [
        // finish
        asks(),
        Answer::text("Rain."),
        // stream
        asks(),
        Answer::text("Rain."),
        // finish_as
        asks(),
        Answer::text("Rain."),
        sky(),
        // stream_as
        asks(),
        Answer::text("Rain."),
        sky(),
        // invoke and stream, the latter with a repair turn
        sky(),
        Answer::new().tool_call("report", "{"),
        sky(),
    ];
    let builder = turns
        .into_iter()
        .fold(TestServer::builder(), |server, turn| server.turn(turn));
    let (url, _stop, _) = server(builder);
    let model = model(&url);
    let tools = weather();

    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let outcome = model
        .run(&tools, "Oslo?")
        .stop_when(StopWhen::max_steps(5))
        .with_approval(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            Decision::Approve
        })
        .finish()
        .unwrap();
    assert_eq!(
        (outcome.text().as_ref(), asked.load(Ordering::SeqCst)),
        ("Rain.", 1)
    );

    let mut run = model.run(&tools, "Oslo?");
    let mut stream = run.stream();
    let finished = stream
        .by_ref()
        .filter(|event| matches!(event, Ok(RunEvent::ToolFinished { .. })));
    assert_eq!(finished.count(), 1);
    assert_eq!(stream.finish().unwrap().text(), "Rain.");

    let ended = model.run(&tools, "Oslo?").finish_as(&report()).unwrap();
    assert_eq!(ended.answer.unwrap().value.unwrap()["sky"], "grey");

    let mut run = model.run(&tools, "Oslo?");
    let mut stream = run.stream_as(&report());
    while let Some(event) = stream.next() {
        if let RunEvent::AnswerGrown { .. } = event.unwrap() {
            assert!("grey".starts_with(stream.value().unwrap()["sky"].as_str().unwrap()));
        }
    }
    let ended = stream.finish().unwrap();
    assert_eq!(ended.answer.unwrap().value.unwrap()["sky"], "grey");

    let structured = model.with_output_format(report());
    assert_eq!(structured.invoke("Oslo?").unwrap()["sky"], "grey");
    let mut stream = structured.stream("Oslo?").unwrap();
    let mut last = Value::Null;
    while let Some(value) = stream.next() {
        last = value.unwrap().clone();
    }
    assert_eq!(last["sky"], "grey");
    assert_eq!(stream.earlier().len(), 1);
    assert_eq!(stream.finish().unwrap()["sky"], "grey");
}

#[test]
fn dropping_a_run_closes_its_request() {
    let (url, stop, all_closed) = server(TestServer::builder().pace(Pace::tokens_per_second(0.01)));
    let model = model(&url);
    let tools = weather();
    let mut run = model.run(&tools, "Count.");
    let mut stream = run.stream();
    let begun = stream
        .by_ref()
        .find(|event| matches!(event, Ok(RunEvent::Model { .. })));
    begun.unwrap().unwrap();
    drop(stream);
    drop(stop);
    all_closed.recv().unwrap();
    assert_eq!(run.close().state.steps()[0].failure(), Some("cancelled"));
}

#[test]
fn two_handles_of_one_client_do_not_wait_for_each_other() {
    let (url, _stop, _) = server(TestServer::builder());
    let client = Client::builder()
        .base_url(url)
        .api_key("k")
        .build()
        .unwrap();
    let model = ChatModel::new(client, "acme/model");
    let (told, done) = mpsc::channel();
    std::thread::spawn(move || {
        let first = model.blocking().unwrap();
        let second = model.blocking().unwrap();
        for _ in 0..3 {
            first.invoke("One.").unwrap();
            second.invoke("Two.").unwrap();
        }
        told.send(()).unwrap();
    });
    done.recv_timeout(Duration::from_secs(30)).unwrap();
}
