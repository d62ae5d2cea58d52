//! What the model is told of a tool.

use openrouter_chat::structured::strict::Dialect;
use openrouter_chat::tools::{
    IntoToolResult, Tool, ToolChoice, ToolError, ToolInvocation, ToolOutput, Tools,
};
use openrouter_chat::types::{self, RawJson};
use openrouter_chat::{ChatOptions, ErrorKind, Part, ToolCall};
use openrouter_testkit::Answer;
use serde_json::{Value, json};

use super::{body, outputs, place_schema, server, tools, weather};

#[tokio::test]
async fn a_tool_is_sent_with_its_schema_in_the_order_it_was_written_in() {
    let (server, model) = server([Answer::text("Hi.")]).await;
    let schema =
        r#"{"type":"object","properties":{"zone":{"type":"string"},"at":{"type":"string"}}}"#;
    let tool = Tool::new("clock", "Tells the time.")
        .with_schema(RawJson::parse(schema).unwrap())
        .with_strict(false)
        .with_cache_control(types::AnthropicCacheControlDirective::new());
    let search = Tool::server(types::OpenRouterWebSearchServerTool::new());
    model
        .bind_tools(&tools([tool, search]))
        .with_parallel_tool_calls(false)
        .invoke("Hi")
        .await
        .unwrap();
    let text = String::from_utf8(server.requests()[0].body.to_vec()).unwrap();
    assert!(text.contains(schema), "{text}");
    let sent = body(&server, 0);
    assert_eq!(sent["tools"][0]["function"]["strict"], false);
    assert_eq!(sent["tools"][0]["cache_control"]["type"], "ephemeral");
    assert_eq!(sent["tools"][1]["type"], "openrouter:web_search");
    assert_eq!(sent["parallel_tool_calls"], false);
}

#[test]
fn names_are_checked_and_duplicates_refused() {
    let long = "x".repeat(65);
    for name in ["", "two words", "naïve", "a.b", &long] {
        let error = Tools::new([Tool::new(name, "")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{name}");
    }
    for name in ["a", "get_weather-2", &long[..64]] {
        assert!(Tools::new([Tool::new(name, "")]).is_ok(), "{name}");
    }
    let error = Tools::new([weather(), weather()]).unwrap_err();
    assert!(error.to_string().contains("two tools"), "{error}");
    let error = Tools::new([Tool::new("f", "").with_schema("{}")]).unwrap_err();
    assert!(error.to_string().contains("not a JSON object"), "{error}");
}

#[test]
fn a_choice_is_made_among_the_tools() {
    let one = tools([
        weather(),
        Tool::server(types::OpenRouterWebSearchServerTool::new()),
    ]);
    let two = tools([weather(), Tool::new("clock", "")]);
    let json = |choice: types::ChatToolChoice| serde_json::to_value(choice).unwrap();
    let forced = json!({"type": "function", "function": {"name": "weather"}});
    for (text, wire) in [
        ("auto", json!("auto")),
        ("none", json!("none")),
        ("required", json!("required")),
        ("any", json!("required")),
        ("weather", forced.clone()),
        (
            "openrouter:web_search",
            json!({"type": "openrouter:web_search"}),
        ),
    ] {
        assert_eq!(json(one.choose(text).unwrap()), wire, "{text}");
    }
    assert_eq!(json(one.choose(ToolChoice::Only).unwrap()), forced);
    assert!(two.choose(ToolChoice::Only).is_err());
    assert!(Tools::default().choose(ToolChoice::Only).is_err());
    let error = one.choose("wether").unwrap_err();
    assert!(error.to_string().contains("`weather`"), "{error}");
}

#[tokio::test]
async fn calls_that_cannot_be_run_are_apart_with_their_reason() {
    let turn = Answer::new()
        .tool_call("weather", r#"{"city": "Oslo"}"#)
        .tool_call("weather", r#"{"city": "Os"#);
    let (_server, model) = server([turn]).await;
    let answer = model
        .invoke_with("Hi", &ChatOptions::new().with_tools(tools([weather()])))
        .await
        .unwrap();
    assert_eq!(answer.tool_calls().len(), 1);
    let invalid = answer.invalid_tool_calls();
    assert_eq!(invalid[0].arguments_text(), r#"{"city": "Os"#);
    assert!(invalid[0].problem().unwrap().contains("not JSON"));
    // Both go back.
    assert_eq!(answer.message().unwrap().tool_calls().len(), 2);
}

#[tokio::test]
async fn functions_may_return_what_they_like() {
    async fn result(output: impl IntoToolResult) -> String {
        match output.into_tool_result() {
            Ok(output) => output.text(),
            Err(error) => format!("error: {error}"),
        }
    }
    assert_eq!(result("text").await, "text");
    assert_eq!(result(()).await, "");
    assert_eq!(result(json!({"a": 1})).await, r#"{"a":1}"#);
    assert_eq!(result(vec![Part::text("a"), Part::text("b")]).await, "ab");
    assert_eq!(result(ToolOutput::json(&[1]).unwrap()).await, "[1]");
    assert_eq!(result(Ok::<_, String>("fine")).await, "fine");
    assert_eq!(
        result(Err::<(), _>("no such city")).await,
        "error: no such city"
    );
    let number = "x".parse::<u8>().map(|number| number.to_string());
    assert_eq!(result(number).await, "error: invalid digit found in string");
    let boxed: Box<dyn std::error::Error + Send + Sync> = ToolError::from("own").into();
    assert_eq!(result(Err::<(), _>(boxed)).await, "error: own");
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_told_with_what_is_wrong() {
    let tool = weather();
    let handler = tool.handler().unwrap();
    for (arguments, expected) in [
        (r#"{"city": "Oslo"}"#, Ok("rain in Oslo")),
        ("", Err("the arguments do not fit: missing field `city`")),
    ] {
        let invocation = ToolInvocation::new(ToolCall::new("1", "weather", arguments));
        let result = handler.call(invocation).await;
        match expected {
            Ok(text) => assert_eq!(result.unwrap().text(), text),
            Err(start) => {
                let error = result.unwrap_err();
                assert!(error.message().starts_with(start), "{error}");
            }
        }
    }
}

#[test]
fn a_tool_can_be_made_from_the_wire() {
    let wire: types::ChatFunctionTool = serde_json::from_value(json!({
        "type": "function",
        "function": {"name": "weather", "parameters": place_schema()},
    }))
    .unwrap();
    let tool = Tool::from(wire);
    assert_eq!((tool.name(), tool.is_function()), ("weather", true));
    let schema: Value = tool.schema().unwrap().to_value();
    assert_eq!(schema, place_schema());
    let server: types::ChatFunctionTool =
        serde_json::from_value(json!({"type": "openrouter:new_thing"})).unwrap();
    assert_eq!(Tool::from(server).name(), "openrouter:new_thing");
}

#[tokio::test]
async fn arguments_of_a_strict_tool_are_mapped_back_before_it_runs() {
    #[derive(serde::Deserialize)]
    struct Search {
        #[serde(default)]
        limit: u8,
    }
    let schema = json!({"type": "object", "properties": {"limit": {"type": "integer"}}});
    let search = Tool::function("search", "", schema, |search: Search| async move {
        format!("at most {}", search.limit)
    });
    let tools = tools([search]).made_strict(Dialect::OpenAi).unwrap();
    let call = Answer::new().tool_call("search", r#"{"limit": null}"#);
    let (server, model) = server([call, Answer::text("Done.")]).await;
    model.run(&tools, "Go").finish().await.unwrap();
    let function = &body(&server, 0)["tools"][0]["function"];
    assert_eq!(function["strict"], true);
    assert_eq!(function["parameters"]["required"], json!(["limit"]));
    assert_eq!(outputs(&body(&server, 1)), ["at most 0"]);

    let open =
        Tool::new("open", "").with_schema(json!({"type": "object", "additionalProperties": true}));
    let error = Tools::new([open])
        .unwrap()
        .made_strict(Dialect::OpenAi)
        .unwrap_err();
    assert!(error.to_string().contains("`open`"), "{error}");
}

#[cfg(feature = "schemars")]
#[tokio::test]
async fn a_type_is_a_tool() {
    /// Where to look.
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Spot {
        /// In English.
        city: String,
    }

    let told = Tool::of::<Spot>();
    assert_eq!(
        (told.name(), told.description()),
        ("Spot", Some("Where to look."))
    );
    let typed = Tool::typed("look", "Looks.", |spot: Spot| async move { spot.city });
    assert_eq!(typed.schema(), told.schema());
    assert_eq!(
        typed.schema().unwrap().to_value()["properties"]["city"]["description"],
        "In English."
    );
    let call = ToolInvocation::new(ToolCall::new("1", "look", r#"{"city": "Oslo"}"#));
    assert_eq!(
        typed.handler().unwrap().call(call).await.unwrap().text(),
        "Oslo"
    );
}
