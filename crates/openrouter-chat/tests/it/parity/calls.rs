//! Invoke, stream and batch, with a runtime and without.

use openrouter_chat::{ChatModel, ChatOptions, Conversation, Message};
use openrouter_testkit::{Answer, TestServer};

use crate::wire::client;

async fn server() -> (TestServer, ChatModel) {
    let server = TestServer::builder()
        .when(
            openrouter_testkit::Match::new(),
            Answer::text("one two three"),
        )
        .start()
        .await
        .unwrap();
    let model = ChatModel::new(client(&server.base_url()), "acme/model");
    (server, model)
}

#[tokio::test]
async fn invoke_waits_for_the_whole_answer() {
    let (_server, model) = server().await;
    assert_eq!(
        model.invoke("Count.").await.unwrap().text(),
        "one two three"
    );
}

#[tokio::test]
async fn a_stream_comes_token_by_token() {
    let (_server, model) = server().await;
    let mut stream = model.stream("Count.").await.unwrap().text();
    let mut pieces = Vec::new();
    while let Some(piece) = stream.next().await {
        pieces.push(piece.unwrap().to_string());
    }
    assert!(pieces.len() > 1, "{pieces:?}");
    assert_eq!(pieces.concat(), "one two three");
    assert_eq!(stream.finish().await.unwrap().text(), "one two three");
}

#[tokio::test]
async fn a_batch_answers_each_question_in_order() {
    let (server, model) = server().await;
    let answers = model.batch(["a", "b", "c"], 2).all().await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().unwrap().text() == "one two three")
    );
    assert_eq!((answers.len(), server.requests().len()), (3, 3));
}

#[tokio::test]
async fn a_call_takes_text_a_message_several_or_a_conversation() {
    let (server, model) = server().await;
    let message = Message::user("Hi");
    let talk: Conversation = ["Hi"].into_iter().collect();
    model.invoke("Hi").await.unwrap();
    model.invoke("Hi".to_owned()).await.unwrap();
    model.invoke(&message).await.unwrap();
    model.invoke(message.clone()).await.unwrap();
    model.invoke([message.clone()]).await.unwrap();
    model.invoke(std::slice::from_ref(&message)).await.unwrap();
    model.invoke(vec![message]).await.unwrap();
    model.invoke(&talk).await.unwrap();
    let sent = server.requests();
    assert_eq!(sent.len(), 8);
    assert!(sent.iter().all(|request| request.body == sent[0].body));
}

#[cfg(feature = "blocking")]
#[test]
fn all_three_are_there_without_a_runtime() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (_server, model) = runtime.block_on(server());
    let model = model.blocking().unwrap();
    assert_eq!(model.invoke("Count.").unwrap().text(), "one two three");
    let pieces: Vec<_> = model
        .stream("Count.")
        .unwrap()
        .text()
        .map(Result::unwrap)
        .collect();
    assert!(pieces.len() > 1);
    assert_eq!(model.batch(["a", "b"], 2).len(), 2);
}

/// Theirs is a budget of time, and 0 is an hour; ours counts attempts, and 0 is none.
#[tokio::test]
async fn retries_are_counted_and_none_is_none() {
    use openrouter_chat::{CallOptions, RetryPolicy};
    use openrouter_testkit::Refusal;

    for (retries, requests) in [(0, 1), (1, 2)] {
        let server = TestServer::builder()
            .when(
                openrouter_testkit::Match::new(),
                Answer::refused(Refusal::overloaded(0)),
            )
            .start()
            .await
            .unwrap();
        let policy = RetryPolicy::default().with_max_retries(retries);
        let options = ChatOptions::new().with_call(CallOptions::new().with_retry(policy));
        let model = ChatModel::new(client(&server.base_url()), "acme/model");
        model.invoke_with("Hi", &options).await.unwrap_err();
        assert_eq!(server.requests().len(), requests);
    }
}
