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

use crate::wire::{client, streaming};

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

/// What llama.cpp's server said, for when there is none. It streams two answers so: the second begins first, each tells the usage of its own, and the roles come
/// with a `null` for a text.
#[tokio::test]
async fn two_answers_of_one_server_stay_apart_and_the_usage_told_last_counts() {
    let begun = |index: u64| {
        format!(
            r#"{{"choices":[{{"finish_reason":null,"index":{index},"delta":{{"role":"assistant","content":null}}}}],"created":1795853742,"id":"chatcmpl-ns6x","model":"tiny.gguf","system_fingerprint":"b0-unknown","object":"chat.completion.chunk"}}"#
        )
    };
    let token = |index: u64, text: &str, id: u64| {
        format!(
            r#"{{"choices":[{{"finish_reason":null,"index":{index},"delta":{{"content":"{text}"}},"logprobs":{{"content":[{{"id":{id},"token":"{text}","bytes":[102],"logprob":-0.403300017118454,"top_logprobs":[{{"id":0,"token":"","bytes":[],"logprob":-0.8458338975906372}}]}}]}}}}],"created":1795853742,"id":"chatcmpl-ns6x","model":"tiny.gguf","object":"chat.completion.chunk"}}"#
        )
    };
    let ended = |index: u64| {
        format!(
            r#"{{"choices":[{{"finish_reason":"length","index":{index},"delta":{{}}}}],"created":1795853742,"id":"chatcmpl-ns6x","object":"chat.completion.chunk"}}"#
        )
    };
    let usage = r#"{"choices":[],"created":1795853742,"id":"chatcmpl-ns6x","object":"chat.completion.chunk","usage":{"completion_tokens":2,"prompt_tokens":24,"total_tokens":26,"prompt_tokens_details":{"cached_tokens":23}},"timings":{"cache_n":23,"predicted_ms":1.476}}"#;
    let chunks = [
        begun(1),
        token(1, "f", 264),
        begun(0),
        token(0, "g", 265),
        token(1, "h", 42),
        ended(1),
        usage.to_owned(),
        ended(0),
        usage.to_owned(),
    ];
    let model = streaming(&chunks.each_ref().map(String::as_str)).await;
    let stream = model.stream("Hello").await.unwrap();
    let answer = stream.finish().await.unwrap();
    let choices = answer.choices();
    let told: Vec<_> = choices
        .iter()
        .map(|choice| {
            let tokens = choice.logprobs().unwrap().content.len();
            (choice.index(), choice.text(), tokens, choice.ending())
        })
        .collect();
    assert_eq!(
        told,
        [
            (0, "g".into(), 1, Ending::Length),
            (1, "fh".into(), 2, Ending::Length)
        ]
    );
    let usage = answer.usage().unwrap();
    assert_eq!((usage.total(), usage.cache_read_tokens()), (26, Some(23)));
}
