//! Tools and structured output. More about either is tested in `tools` and `structured_output`.

use openrouter_chat::ChatOptions;
use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::{OutputFormat, OutputMethod};
use openrouter_chat::tools::{Tool, ToolChoice, Tools};
use openrouter_chat::types::{AnthropicCacheControlDirective, RawJson};
use serde_json::{Value, json};

use crate::wire::{body, offline, reply_of, replying};

const WEATHER: &str =
    r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#;

fn weather() -> Tool {
    Tool::new("weather", "Tells the weather.").with_schema(RawJson::parse(WEATHER).unwrap())
}

fn tools(tools: impl IntoIterator<Item = Tool>) -> Tools {
    Tools::new(tools).unwrap()
}

fn choice(tools: &Tools, choice: impl Into<ToolChoice>) -> Value {
    serde_json::to_value(tools.choose(choice).unwrap()).unwrap()
}

#[test]
fn a_tool_is_sent_with_name_description_and_schema() {
    let body = body(
        &offline().bind_tools(&tools([weather()])),
        "Hi",
        &ChatOptions::new(),
    );
    assert_eq!(
        body["tools"],
        json!([{"type": "function", "function": {"name": "weather", "description": "Tells the weather.", "parameters": serde_json::from_str::<Value>(WEATHER).unwrap()}}])
    );
    assert!(body.get("tool_choice").is_none() && body.get("parallel_tool_calls").is_none());
}

#[test]
fn any_is_required_and_another_text_is_that_tool() {
    let both = tools([weather(), Tool::new("clock", "")]);
    for (text, wire) in [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ("any", "required"),
    ] {
        assert_eq!(choice(&both, text), wire);
    }
    assert_eq!(
        choice(&both, "clock"),
        json!({"type": "function", "function": {"name": "clock"}})
    );
}

#[test]
fn the_only_tool_can_be_forced_and_one_of_several_cannot() {
    let one = tools([weather()]);
    assert_eq!(
        choice(&one, ToolChoice::Only),
        json!({"type": "function", "function": {"name": "weather"}})
    );
    let several = tools([weather(), Tool::new("clock", "")]);
    assert!(several.choose(ToolChoice::Only).is_err());
}

#[test]
fn strict_and_parallel_calls_are_sent_only_when_they_are_set_and_false_is_sent() {
    for strict in [true, false] {
        let tool = weather().with_strict(strict);
        let body = body(
            &offline()
                .bind_tools(&tools([tool]))
                .with_parallel_tool_calls(strict),
            "Hi",
            &ChatOptions::new(),
        );
        assert_eq!(
            (
                &body["tools"][0]["function"]["strict"],
                &body["parallel_tool_calls"]
            ),
            (&json!(strict), &json!(strict))
        );
    }
}

#[test]
fn cache_control_of_a_tool_is_sent() {
    let tool = weather().with_cache_control(AnthropicCacheControlDirective::new());
    let body = body(
        &offline().bind_tools(&tools([tool])),
        "Hi",
        &ChatOptions::new(),
    );
    assert_eq!(
        body["tools"][0]["cache_control"],
        json!({"type": "ephemeral"})
    );
}

fn format(method: OutputMethod) -> OutputFormat<Value> {
    OutputFormat::new(Schema::new(RawJson::parse(WEATHER).unwrap()).with_name("place"))
        .with_method(method)
}

fn structured(method: OutputMethod, strict: Option<bool>) -> Value {
    let format = match strict {
        Some(strict) => format(method).with_strict(strict),
        None => format(method),
    };
    let request = offline()
        .with_output_format(format)
        .encode("Hi", &ChatOptions::new())
        .unwrap();
    serde_json::from_slice(request.body()).unwrap()
}

#[test]
fn function_calling_forces_a_tool_named_after_the_schema() {
    let body = structured(OutputMethod::FunctionCalling, None);
    assert_eq!(body["tools"][0]["function"]["name"], "place");
    assert_eq!(
        body["tool_choice"],
        json!({"type": "function", "function": {"name": "place"}})
    );
    assert!(body.get("response_format").is_none());
    assert_eq!(
        structured(OutputMethod::FunctionCalling, Some(false))["tools"][0]["function"]["strict"],
        false
    );
}

#[test]
fn a_json_schema_has_a_name_and_strict_when_it_is_set() {
    let plain = structured(OutputMethod::JsonSchema, None)["response_format"].clone();
    assert_eq!(
        (&plain["type"], &plain["json_schema"]["name"]),
        (&json!("json_schema"), &json!("place"))
    );
    assert!(plain["json_schema"].get("strict").is_none(), "{plain}");
    let strict = structured(OutputMethod::JsonSchema, Some(true))["response_format"].clone();
    assert_eq!(strict["json_schema"]["strict"], true);
}

/// They warn and send a schema instead; ours asks for JSON, as its name says.
#[test]
fn json_mode_asks_for_json() {
    assert_eq!(
        structured(OutputMethod::JsonMode, None)["response_format"],
        json!({"type": "json_object"})
    );
}

#[tokio::test]
async fn the_raw_reply_comes_along_and_stays_on_failure() {
    for (text, is_good) in [(r#"{\"city\":\"Oslo\"}"#, true), ("no JSON", false)] {
        let reply = reply_of(&format!(r#"{{"role":"assistant","content":"{text}"}}"#));
        let model = replying(reply)
            .await
            .with_output_format(format(OutputMethod::JsonSchema));
        let raw = model.invoke_raw("Hi").await.unwrap();
        assert_eq!(raw.value.is_ok(), is_good);
        assert_eq!(raw.response.text(), text.replace('\\', ""));
        if let Err(error) = raw.value {
            assert_eq!(error.text(), "no JSON");
        }
    }
}
