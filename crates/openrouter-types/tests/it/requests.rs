//! Requests are built without ceremony, and the same request is always the same bytes.

use openrouter_types::{
    ChatAssistantMessage, ChatContentItems, ChatFunctionDefinition, ChatFunctionDefinitionTool,
    ChatMessages, ChatRequest, ChatRequestReasoning, ChatRequestStop, ChatStreamOptions, Decode,
    Operation, ProviderPreferences, RawJson, ReasoningEffort, operations::ChatCompletion,
};

fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

fn request() -> ChatRequest {
    let weather = ChatFunctionDefinition::new("weather")
        .with_parameters(RawJson::parse(r#"{"type":"object","b":1.0,"a":2}"#).unwrap());
    ChatRequest::new([
        ChatMessages::system("Be brief."),
        ChatMessages::user([
            ChatContentItems::from("What is this?"),
            ChatContentItems::image("https://example.org/cat.png"),
        ]),
        ChatMessages::assistant("A cat."),
        ChatMessages::tool("call_1", "sunny"),
    ])
    .with_temperature(0.5)
    .with_model("openai/gpt-5")
    .with_stop("\n")
    .with_tools([ChatFunctionDefinitionTool::new(weather)])
    .with_reasoning(ChatRequestReasoning::new().with_effort(ReasoningEffort::Low))
    .with_provider(ProviderPreferences::new().with_order(["openai", "azure"]))
    .with_metadata([("b", "1"), ("a", "2")])
}

#[test]
fn fields_are_written_in_the_order_of_the_schema_whatever_the_order_of_the_calls() {
    insta::assert_snapshot!(written(&request()), @r#"{"model":"openai/gpt-5","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"https://example.org/cat.png"}}]},{"role":"assistant","content":"A cat."},{"role":"tool","tool_call_id":"call_1","content":"sunny"}],"temperature":0.5,"stop":"\n","tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","b":1.0,"a":2}}}],"reasoning":{"effort":"low"},"provider":{"order":["openai","azure"]},"metadata":{"b":"1","a":"2"}}"#);
    assert_eq!(written(&request()), written(&request()));
    assert_eq!(written(&request().clone()), written(&request()));
    let a = ChatRequest::new(["Hi"].map(ChatMessages::user))
        .with_seed(1)
        .with_model("m")
        .with_top_p(0.5);
    let b = ChatRequest::default()
        .with_top_p(0.5)
        .with_model("m")
        .with_messages(["Hi"].map(ChatMessages::user))
        .with_seed(1);
    assert_eq!(written(&a), written(&b));
    assert_eq!(a, b);
}

#[test]
fn fields_that_the_crate_does_not_know_come_last_in_the_order_in_which_they_were_set() {
    let mut request = ChatRequest::new(["Hi"].map(ChatMessages::user));
    request
        .extra
        .insert("zeta", RawJson::parse("1.50").unwrap());
    request.extra.insert("alpha", RawJson::null());
    request.extra.insert("zeta", RawJson::parse("[2]").unwrap());
    insta::assert_snapshot!(written(&request), @r#"{"messages":[{"role":"user","content":"Hi"}],"zeta":[2],"alpha":null}"#);
}

#[test]
fn absent_null_and_value_stay_apart() {
    let absent = ChatRequest::new(["Hi"].map(ChatMessages::user));
    assert!(!written(&absent).contains("stop"));
    let mut null = absent.clone();
    null.extra.insert("stop", RawJson::null());
    assert!(written(&null).contains(r#""stop":null"#));
    let value = absent.clone().with_stop(ChatRequestStop::Texts(Vec::new()));
    assert!(written(&value).contains(r#""stop":[]"#));

    // An assistant's turn that only calls tools came with `null`, and goes back with it.
    for json in [
        r#"{"role":"assistant","content":null}"#,
        r#"{"role":"assistant"}"#,
        r#"{"role":"assistant","content":""}"#,
    ] {
        assert_eq!(
            written(&ChatAssistantMessage::decode(json.as_bytes()).unwrap()),
            json
        );
    }
}

#[test]
fn asking_for_a_stream_changes_nothing_else() {
    use openrouter_types::StreamOperation;
    let mut call = ChatCompletion::new(request());
    let whole = written(call.body().unwrap());
    call.set_streaming(true);
    let streamed = written(call.body().unwrap());
    assert_eq!(streamed.replace(r#""stream":true,"#, ""), whole);
    call.set_streaming(false);
    assert_eq!(written(call.body().unwrap()), whole);
}

#[test]
fn a_request_reads_back_as_what_it_was() {
    let json = written(&request());
    let read = ChatRequest::decode(json.as_bytes()).unwrap();
    assert_eq!(written(&read), json);
}

#[test]
fn messages_can_be_written_in_the_place_of_the_requests_own() {
    struct Borrowed<'a>(&'a ChatRequest, &'a [&'a str]);
    impl serde::Serialize for Borrowed<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize_call(self.1, Some(true), None, serializer)
        }
    }
    let request = ChatRequest::default()
        .with_model("m")
        .with_seed(1)
        .with_stream_options(ChatStreamOptions::new().with_include_usage(true));
    let json = written(&Borrowed(&request, &["a", "b"]));
    assert_eq!(
        json,
        r#"{"model":"m","messages":["a","b"],"stream":true,"seed":1}"#
    );
}
