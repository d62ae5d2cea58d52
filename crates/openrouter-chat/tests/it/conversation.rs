//! One conversation, from bytes on a socket to the answer.

use std::time::Duration;

use openrouter_chat::types::ChatFinishReasonEnum;
use openrouter_chat::{
    CallOptions, ChatModel, ChatOptions, Client, Conversation, Ending, ErrorKind, Message,
    RetryPolicy, StreamEvent,
};
use openrouter_testkit::{Answer, Pace, Refusal, TestServer, TestServerBuilder};

async fn server(turns: impl IntoIterator<Item = Answer>) -> (TestServer, ChatModel) {
    let server = turns
        .into_iter()
        .fold(TestServer::builder(), TestServerBuilder::turn)
        .start()
        .await
        .unwrap();
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("test-key")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    (server, ChatModel::new(client, "acme/model"))
}

#[tokio::test]
async fn invoke_and_stream_end_in_the_same_answer() {
    let turn = Answer::text("It is four.")
        .reasoning("Two and two.")
        .tool_call("add", r#"{"a": 2, "b": 2}"#);
    let (_server, model) = server([turn.clone(), turn]).await;
    let whole = model.invoke("What is 2 + 2?").await.unwrap();
    let streamed = model
        .stream("What is 2 + 2?")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    for answer in [&whole, &streamed] {
        assert_eq!(answer.text(), "It is four.");
        assert_eq!(answer.reasoning().as_deref(), Some("Two and two."));
        assert_eq!(answer.tool_calls()[0].name(), "add");
        assert_eq!(
            answer.tool_calls()[0].arguments_text(),
            r#"{"a": 2, "b": 2}"#
        );
        assert_eq!(
            answer.finish_reason().map(ChatFinishReasonEnum::as_str),
            Some("tool_calls")
        );
        assert_eq!(answer.ending(), Ending::Complete);
        assert_eq!(
            (answer.model(), answer.provider()),
            (Some("acme/model"), Some("Testkit"))
        );
        assert!(answer.usage().unwrap().cost_usd().unwrap() > 0.0);
        assert!(answer.id().unwrap().starts_with("gen-"));
    }
    assert_eq!(
        whole.message().unwrap().tool_calls(),
        streamed.message().unwrap().tool_calls()
    );
}

#[tokio::test]
async fn events_come_in_the_order_of_the_answer() {
    let turn = Answer::text("Hi.").reasoning("Hm.").tool_call("f", "{}");
    let (_server, model) = server([turn]).await;
    let mut stream = model.stream("Hello").await.unwrap();
    let mut kinds = Vec::new();
    while let Some(event) = stream.next().await {
        kinds.push(match event.unwrap() {
            StreamEvent::Reasoning { .. } => "reasoning",
            StreamEvent::Text { .. } => "text",
            StreamEvent::ToolCallStarted { .. } => "started",
            StreamEvent::ToolCallArguments { .. } => "arguments",
            StreamEvent::Finish { .. } => "finish",
            StreamEvent::Usage(_) => "usage",
            StreamEvent::ToolCall { .. } => "call",
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(
        kinds,
        [
            "reasoning",
            "text",
            "started",
            "arguments",
            "finish",
            "usage",
            "call"
        ]
    );
}

#[tokio::test]
async fn a_conversation_is_sent_as_it_was_and_grows() {
    let (server, model) = server([Answer::text("Blue."), Answer::text("Because.")]).await;
    let mut talk: Conversation = [
        Message::system("Be brief."),
        Message::user("What colour is the sky?"),
    ]
    .into_iter()
    .collect();
    let answer = model.invoke(&talk).await.unwrap();
    talk.push_reply(&answer);
    talk.push("Why?");
    model.invoke(&talk).await.unwrap();
    let sent = server.requests().pop().unwrap().json();
    let roles: Vec<&str> = sent["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|m| m["role"].as_str())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(sent["messages"][2]["content"], "Blue.");
    assert_eq!(
        sent["messages"][2].get("model"),
        None,
        "what the reply remembers is not sent"
    );
}

#[tokio::test]
async fn options_of_a_call_win_over_those_of_the_handle_and_do_not_stick() {
    let (server, model) = server([]).await;
    let model = model
        .with_temperature(0.7)
        .with_seed(1)
        .with_extra("safe_prompt", openrouter_chat::types::RawJson::null());
    model
        .invoke_with("Hi", &ChatOptions::new().with_temperature(0.0))
        .await
        .unwrap();
    model.invoke("Hi").await.unwrap();
    let sent: Vec<_> = server
        .requests()
        .iter()
        .map(openrouter_testkit::Received::json)
        .collect();
    assert_eq!(
        (&sent[0]["temperature"], &sent[0]["seed"]),
        (&0.0.into(), &1.into())
    );
    assert_eq!(sent[1]["temperature"], 0.7);
    assert!(sent[0].as_object().unwrap().contains_key("safe_prompt"));
    assert!(!sent[0].as_object().unwrap().contains_key("stream"));
}

#[tokio::test]
async fn a_field_set_twice_and_a_long_session_id_are_refused_before_anything_is_sent() {
    let (server, model) = server([]).await;
    let twice = ChatOptions::new().with_seed(1).with_extra("seed", "2");
    let error = model.invoke_with("Hi", &twice).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("`seed`"), "{error}");
    let long = ChatOptions::new().with_session_id("x".repeat(257));
    assert!(
        model
            .invoke_with("Hi", &long)
            .await
            .unwrap_err()
            .to_string()
            .contains("257")
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_wrong_key_is_a_readable_error() {
    let server = TestServer::builder().key("right").start().await.unwrap();
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("wrong")
        .build()
        .unwrap();
    let error = ChatModel::new(client, "m").invoke("Hi").await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert!(
        error.to_string().contains("No auth credentials found"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("wrong"));
}

#[tokio::test]
async fn a_stream_that_breaks_off_keeps_what_came() {
    let (_server, model) = server([Answer::text("one two three").break_off_after(2)]).await;
    let error = model
        .stream("Count.")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap_err();
    assert!(error.is_truncated(), "{error}");
    assert_eq!(error.partial().unwrap().text(), "one two");
    assert_eq!(error.partial().unwrap().ending(), Ending::CutOff);
    assert!(error.may_have_run());
}

#[tokio::test]
async fn an_error_inside_a_stream_speaks_with_the_providers_words_and_keeps_what_came() {
    let turn = Answer::text("one two three")
        .error_after(2, Refusal::provider_error("Acme", "the cable is cut"));
    let (_server, model) = server([turn]).await;
    let mut stream = model.stream("Count.").await.unwrap();
    let mut text = String::new();
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(StreamEvent::Text { text: more, .. }) => text.push_str(&more),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(text, "one two");
    assert_eq!(error.partial().unwrap().text(), "one two");
    assert!(
        error.to_string().contains("the cable is cut") && error.to_string().contains("Acme"),
        "{error}"
    );
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn dropping_a_stream_closes_its_request() {
    let slow = Answer::text("one two three").pace(Pace::tokens_per_second(0.01));
    let (server, model) = server([slow]).await;
    let mut stream = model.stream("Count.").await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    tokio::time::timeout(Duration::from_secs(5), server.all_closed())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_batch_keeps_the_order_and_loses_nothing_to_a_failure() {
    let (server, model) = server([]).await;
    server.push_turn(Answer::refused(Refusal::bad_request("No.")));
    let results = model.batch(["a", "b", "c", "d"], 2).all().await;
    assert_eq!(results.len(), 4);
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);
    for (question, result) in ["a", "b", "c", "d"].into_iter().zip(&results) {
        if let Ok(answer) = result {
            assert!(
                answer
                    .text()
                    .contains(&format!("\u{201c}{question}\u{201d}"))
            );
        }
    }
}

#[tokio::test]
async fn the_request_can_be_seen_without_sending_it() {
    let (server, model) = server([]).await;
    let options = ChatOptions::new()
        .with_call(CallOptions::new())
        .with_router_metadata(true);
    let request = model.encode("Hi", &options).unwrap();
    assert_eq!(
        request.body(),
        r#"{"model":"acme/model","messages":[{"role":"user","content":"Hi"}]}"#
    );
    assert_eq!(request.headers()["x-openrouter-metadata"], "enabled");
    assert!(!format!("{request:?}").contains("test-key"));
    assert!(server.requests().is_empty());
}
