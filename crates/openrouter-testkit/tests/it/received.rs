//! What was received can be asserted, and differences read.

use std::panic::AssertUnwindSafe;

use openrouter_testkit::{Answer, Ending, Fault, Match, TestServer};
use serde_json::{Value, json};

use crate::raw_client::{ask, call};

fn question(text: &str) -> Value {
    json!({"model": "a/b", "messages": [{"role": "user", "content": text}], "temperature": 1})
}

#[track_caller]
fn complaint(check: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(AssertUnwindSafe(check)).unwrap_err();
    *panic.downcast::<String>().unwrap()
}

#[tokio::test]
async fn assertions_name_each_place_that_differs() {
    let server = TestServer::start().await.unwrap();
    ask(&server, &question("Hi")).await;
    let received = server.assert_requests(1).remove(0);
    received.assert_body(&question("Hi"));
    received.assert_body_has(&json!({"messages": [{"content": "Hi"}], "temperature": 1.0}));
    received.assert_header("authorization", "Bearer k");
    let told = complaint(|| {
        received.assert_body_has(&json!({"messages": [{"content": "Ho"}], "seed": 1}));
    });
    assert!(
        told.contains(r#"messages[0].content: expected "Ho", found "Hi""#),
        "{told}"
    );
    assert!(told.contains("seed: expected 1, found nothing"), "{told}");
    let told = complaint(|| received.assert_body(&json!({"model": "a/b"})));
    assert!(
        told.contains("temperature: expected nothing, found 1"),
        "{told}"
    );
    let told = complaint(|| drop(server.assert_requests(2)));
    assert!(told.contains("expected 2 requests, received 1"), "{told}");
}

#[tokio::test]
async fn an_exchange_knows_how_it_ended() {
    let server = TestServer::builder()
        .fault_on(2, Fault::CutAtByte(5))
        .start()
        .await
        .unwrap();
    ask(&server, &question("Hi")).await;
    ask(&server, &question("Hi")).await;
    let [whole, cut] = &server.requests()[..] else {
        panic!("two requests")
    };
    assert_eq!(whole.ended().await, Ending::Complete);
    assert!(whole.bytes_sent() > 100);
    assert_eq!(cut.ended().await, Ending::BrokenByServer);
    assert_eq!(cut.bytes_sent(), 5);
    assert_eq!((whole.connection, cut.connection), (0, 1));
}

#[tokio::test]
async fn other_languages_read_what_was_received_without_its_secrets() {
    let server = TestServer::start().await.unwrap();
    let body = json!({"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]});
    ask(&server, &body).await;
    call(
        &server,
        "POST",
        "/api/v1/nowhere",
        &["x-a: 1", "x-a: 2"],
        "no JSON",
    )
    .await;
    let told = call(&server, "GET", "/requests", &[], "").await.json();
    let requests = told["data"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0]["path"], "/api/v1/chat/completions");
    assert_eq!(requests[0]["body"], body);
    assert_eq!(requests[0]["ending"], "complete");
    assert_eq!(requests[0]["headers"]["authorization"], "..");
    assert_eq!(requests[1]["headers"]["x-a"], "1, 2");
    assert_eq!(requests[1]["body"], "no JSON");
    call(&server, "DELETE", "/requests", &[], "").await;
    assert!(server.requests().is_empty());
    assert_eq!(call(&server, "PUT", "/requests", &[], "").await.status, 405);
}

#[tokio::test]
async fn only_the_last_requests_are_kept() {
    let server = TestServer::builder()
        .keep_requests(2)
        .start()
        .await
        .unwrap();
    for text in ["1", "2", "3"] {
        ask(&server, &question(text)).await;
    }
    assert_eq!(server.requests().len(), 2);
    server.last_request().unwrap().assert_body(&question("3"));
}

#[tokio::test]
async fn rules_come_before_the_script_and_the_script_before_the_handler() {
    let server = TestServer::builder()
        .when(
            Match::new().says("weather").model("a/*"),
            Answer::text("rule"),
        )
        .when(Match::new().header("x-test", "yes"), Answer::text("header"))
        .when(
            Match::new().when(|request| request.seed == Some(7)),
            Answer::text("seed"),
        )
        .turn(Answer::text("script"))
        .respond_with(|_, request| (request.seed == Some(1)).then(|| Answer::text("handler")))
        .start()
        .await
        .unwrap();
    let said = async |body: Value, fields: &[&str]| -> String {
        let mut all = vec!["authorization: Bearer k"];
        all.extend(fields);
        let path = "/api/v1/chat/completions";
        let answer = call(&server, "POST", path, &all, &body.to_string())
            .await
            .json();
        answer["choices"][0]["message"]["content"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(said(question("the weather"), &[]).await, "rule");
    assert_eq!(said(question("Hi"), &["x-test: yes"]).await, "header");
    let mut seeded = question("Hi");
    seeded["seed"] = json!(7);
    assert_eq!(said(seeded.clone(), &[]).await, "seed");
    assert_eq!(server.turns_left(), 1);
    assert_eq!(said(question("Hi"), &[]).await, "script");
    seeded["seed"] = json!(1);
    assert_eq!(said(seeded, &[]).await, "handler");
    assert!(
        said(question("Hi"), &[])
            .await
            .contains("No model has read it")
    );
}
