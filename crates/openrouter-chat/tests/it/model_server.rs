//! A real model behind a server that speaks the same language, such as llama.cpp's: whatever it says, it is read.
//!
//! Needs `CHAT_TEST_SERVER` to name its base URL, such as `http://127.0.0.1:8080/v1`, and passes without. What a model says
//! is its own affair, also that of one with random weights; so the tests look at the form of answers alone.

use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::{OutputFormat, OutputMethod};
use openrouter_chat::types::{ChatFormatJsonObjectConfig, RawJson};
use openrouter_chat::{
    ChatModel, ChatOptions, ChatResponse, Conversation, Ending, Message, Tool, ToolCall, Tools,
};
use serde_json::{Value, json};

use crate::wire::client;

/// The model, where there is one. Each test has its own: runtimes are not shared.
fn model() -> Option<ChatModel> {
    let base_url = std::env::var("CHAT_TEST_SERVER").ok()?;
    let model = ChatModel::new(client(&base_url), "default");
    Some(model.with_temperature(0.0).with_seed(7).with_max_tokens(24))
}

/// The same answer, asked for as a whole and as a stream.
async fn both(model: &ChatModel, options: &ChatOptions) -> [ChatResponse; 2] {
    let whole = model.invoke_with("Hello", options).await.unwrap();
    let stream = model.stream_with("Hello", options).await.unwrap();
    [whole, stream.finish().await.unwrap()]
}

#[tokio::test]
async fn whole_and_streamed_answers_have_the_same_parts() {
    let Some(model) = model() else { return };
    let plain = ChatOptions::new();
    for options in [
        plain.clone(),
        plain.clone().with_n(2),
        plain.clone().with_logprobs(true).with_top_logprobs(2),
        plain.clone().with_stop(["e".to_owned(), "a".to_owned()]),
        plain.clone().with_max_tokens(1),
    ] {
        let [whole, streamed] = both(&model, &options).await;
        let parts = |answer: &ChatResponse| -> Vec<_> {
            let choices = answer.choices();
            let parts = choices.iter().map(|choice| {
                let tokens = choice.logprobs().map(|logprobs| logprobs.content.len());
                (choice.index(), choice.finish_reason().cloned(), tokens)
            });
            parts.collect()
        };
        assert_eq!(parts(&streamed), parts(&whole), "{options:?}");
        assert_eq!(whole.choices().len() as u64, options.request.n.unwrap_or(1));
        for answer in [&whole, &streamed] {
            assert!(matches!(answer.ending(), Ending::Complete | Ending::Length));
            assert!(answer.has_end_mark() && answer.model().is_some());
            assert!(answer.usage().unwrap().output_tokens() > 0);
        }
    }
}

#[tokio::test]
async fn answers_follow_the_form_that_was_asked_for() {
    let Some(model) = model() else { return };
    let options = ChatOptions::new()
        .with_response_format(ChatFormatJsonObjectConfig::new())
        .with_max_tokens(400);
    for answer in both(&model, &options).await {
        let parsed = serde_json::from_str::<Value>(&answer.text());
        assert!(
            parsed.is_ok() || answer.ending() == Ending::Length,
            "{answer:?}"
        );
    }
    let schema = json!({"title": "flag", "type": "object", "properties": {"on": {"type": "boolean"}}, "required": ["on"]});
    let format = OutputFormat::<Value>::new(Schema::new(schema.into()));
    let flag = model
        .clone()
        .with_max_tokens(400)
        .with_output_format(format.with_method(OutputMethod::JsonSchema))
        .invoke("Hello")
        .await
        .unwrap();
    assert!(flag["on"].is_boolean(), "{flag}");
}

#[tokio::test]
async fn calls_of_tools_and_their_results_are_taken_back() {
    let Some(model) = model() else { return };
    let schema = r#"{"type":"object","properties":{"on":{"type":"boolean"}},"required":["on"]}"#;
    let flip = Tool::new("flip", "Flips it.").with_schema(RawJson::parse(schema).unwrap());
    let tools = Tools::new([flip, Tool::new("now", "Tells the time.")]).unwrap();
    let calling = model.clone().bind_tools(&tools).with_max_tokens(200);
    for answer in both(&calling, &ChatOptions::new()).await {
        let mut talk = Conversation::new();
        talk.push("Hello");
        talk.push_reply(&answer);
        for call in answer
            .tool_calls()
            .iter()
            .chain(&answer.invalid_tool_calls())
        {
            assert!(!call.id().is_empty(), "{call:?}");
            talk.push(Message::tool(call.id(), "done"));
        }
        talk.push("Go on.");
        calling.invoke(&talk).await.unwrap();
    }
    // Its arguments are an empty text, which such a server does not take.
    let call = Message::assistant_tool_calls([ToolCall::new("c1", "now", "")]);
    let talk = [Message::user("Hello"), call, Message::tool("c1", "noon")];
    calling.invoke(&talk).await.unwrap();
}

#[tokio::test]
async fn what_the_server_refuses_is_told_in_its_words() {
    let Some(model) = model() else { return };
    let options = ChatOptions::new().with_extra("response_format", RawJson::from(1));
    let ours = model.invoke_with("Hello", &options).await.unwrap_err();
    assert!(ours.status().is_none(), "{ours}");
    let long = "x ".repeat(200_000);
    for error in [
        model.invoke(long.as_str()).await.unwrap_err(),
        model.stream(long.as_str()).await.unwrap_err(),
    ] {
        assert_eq!(error.status().unwrap().as_u16(), 400, "{error}");
        assert!(error.to_string().len() > 30, "{error}");
    }
}
