//! What goes over the wire: the request that a call would send, and answers given as bytes.

use bytes::Bytes;
use openrouter_chat::types::{ChatMessages, Decode as _};
use openrouter_chat::{ChatModel, ChatOptions, Client, Input, Message, RetryPolicy};
use serde_json::Value;

use super::cases::serve::{CaseServer, Script};

pub(crate) fn client(base_url: &str) -> Client {
    Client::builder()
        .base_url(base_url)
        .api_key("test-key")
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

/// A handle without a server: its requests can be seen, not sent.
pub(crate) fn offline() -> ChatModel {
    ChatModel::new(client("http://127.0.0.1:9/api/v1"), "acme/model")
}

/// The body that a call would send, as text.
pub(crate) fn body_text<'a>(
    model: &ChatModel,
    input: impl Into<Input<'a>>,
    options: &ChatOptions,
) -> String {
    let request = model.encode(input, options).unwrap();
    String::from_utf8(request.body().to_vec()).unwrap()
}

/// The body that a call would send.
pub(crate) fn body<'a>(
    model: &ChatModel,
    input: impl Into<Input<'a>>,
    options: &ChatOptions,
) -> Value {
    serde_json::from_str(&body_text(model, input, options)).unwrap()
}

/// The messages that would be sent to a model of this name.
pub(crate) fn sent_to<'a>(model: &str, input: impl Into<Input<'a>>) -> Vec<Value> {
    let options = ChatOptions::new().with_model(model);
    let body = body(&offline(), input, &options);
    body["messages"].as_array().unwrap().clone()
}

/// The message that would be sent.
pub(crate) fn sent(message: Message) -> Value {
    sent_to("acme/model", message).remove(0)
}

/// A message as a conversation that was saved has it.
pub(crate) fn saved(json: &str) -> Message {
    Message::from(ChatMessages::decode(json.as_bytes()).unwrap())
}

/// A handle whose every call gets these bytes, in these pieces.
pub(crate) async fn answered_with(
    status: u16,
    content_type: &str,
    pieces: impl IntoIterator<Item = impl Into<Vec<u8>>>,
) -> ChatModel {
    let server = CaseServer::start().await.unwrap();
    server.say(Script {
        status,
        headers: vec![("content-type".to_owned(), content_type.to_owned())],
        pieces: pieces.into_iter().map(Into::into).collect(),
    });
    ChatModel::new(client(&server.base_url()), "acme/model")
}

/// A handle whose every call gets this JSON with status 200.
pub(crate) async fn replying(json: impl Into<Vec<u8>>) -> ChatModel {
    answered_with(200, "application/json", [json]).await
}

/// A handle whose every call gets a stream of these chunks, and the end mark.
pub(crate) async fn streaming(chunks: &[&str]) -> ChatModel {
    let mut chunks: Vec<_> = chunks
        .iter()
        .map(|chunk| format!("data: {chunk}\n\n"))
        .collect();
    chunks.push("data: [DONE]\n\n".to_owned());
    answered_with(200, "text/event-stream", chunks).await
}

/// A handle whose every call gets exactly this stream.
pub(crate) async fn streaming_bytes(bytes: impl Into<Vec<u8>>) -> ChatModel {
    answered_with(200, "text/event-stream", [bytes]).await
}

/// A reply of one choice with this message, as JSON.
pub(crate) fn reply_of(message: &str) -> String {
    format!(
        r#"{{"id":"gen-1","model":"acme/model","choices":[{{"index":0,"finish_reason":"stop","message":{message}}}]}}"#
    )
}

/// A chunk of one choice with this delta, as JSON.
pub(crate) fn delta(delta: &str) -> String {
    format!(r#"{{"id":"gen-1","model":"acme/model","choices":[{{"index":0,"delta":{delta}}}]}}"#)
}

/// Bytes of which nothing shows a type.
pub(crate) fn plain_bytes() -> Bytes {
    Bytes::from_static(&[0x80, 0x81, 0x82])
}
