//! What a request for a structured answer says.

use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::strict::Dialect;
use openrouter_chat::structured::{OutputFormat, OutputMethod};
use openrouter_chat::types::{ProviderPreferences, RawJson};
use openrouter_chat::{ChatModel, ChatOptions, Client, ErrorKind, Tool, Tools};
use serde_json::{Value, json};

use super::{format, schema};

fn model(name: &str) -> ChatModel {
    let client = Client::builder().api_key("k").build().unwrap();
    ChatModel::new(client, name)
}

fn sent<T>(model: &ChatModel, format: OutputFormat<T>) -> Value {
    let request = model
        .with_output_format(format)
        .encode("Pancakes?", &ChatOptions::new())
        .unwrap();
    serde_json::from_slice(request.body()).unwrap()
}

#[test]
fn each_method_asks_in_its_own_way() {
    let ask = |method, strict: Option<bool>| {
        let mut format = format().with_method(method);
        if let Some(strict) = strict {
            format = format.with_strict(strict);
        }
        let mut body = sent(&model("acme/model"), format);
        let body = body.as_object_mut().unwrap();
        assert_eq!(
            body.remove("provider"),
            Some(json!({"require_parameters": true}))
        );
        body.remove("messages");
        body.remove("model");
        Value::Object(body.clone())
    };
    let plain = schema().json().to_value();
    for strict in [None, Some(false)] {
        let mut function =
            json!({"name": "recipe", "description": "A recipe.", "parameters": plain});
        let mut config = json!({"name": "recipe", "description": "A recipe.", "schema": plain});
        if strict.is_some() {
            function["strict"] = json!(false);
            config["strict"] = json!(false);
        }
        assert_eq!(
            ask(OutputMethod::FunctionCalling, strict),
            json!({
                "tools": [{"type": "function", "function": function}],
                "tool_choice": {"type": "function", "function": {"name": "recipe"}},
            })
        );
        assert_eq!(
            ask(OutputMethod::JsonSchema, strict),
            json!({"response_format": {"type": "json_schema", "json_schema": config}})
        );
        assert_eq!(
            ask(OutputMethod::JsonMode, strict),
            json!({"response_format": {"type": "json_object"}})
        );
    }
    let strict = ask(OutputMethod::JsonSchema, Some(true));
    let config = &strict["response_format"]["json_schema"];
    assert_eq!(config["strict"], true);
    assert_eq!(config["schema"]["additionalProperties"], false);
    assert!(config["schema"]["properties"]["minutes"]["type"] == json!(["integer", "null"]));
}

#[test]
fn keys_of_the_schema_stay_in_order() {
    for method in [OutputMethod::FunctionCalling, OutputMethod::JsonSchema] {
        let text =
            r#"{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"string"}}}"#;
        let schema = Schema::new(RawJson::parse(text).unwrap());
        let request = model("acme/model")
            .with_output_format(OutputFormat::<Value>::new(schema).with_method(method))
            .encode("Hi", &ChatOptions::new())
            .unwrap();
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        assert!(body.contains(text), "{body}");
    }
}

#[test]
fn providers_that_would_ignore_the_form_are_left_out_unless_said_otherwise() {
    let on = |model: ChatModel| sent(&model, format())["provider"].clone();
    let preferences = || ProviderPreferences::new().with_order(["acme"]);
    assert_eq!(
        on(model("a/b").with_provider(preferences())),
        json!({"require_parameters": true, "order": ["acme"]})
    );
    assert_eq!(
        on(model("a/b").with_provider(ProviderPreferences::new().with_require_parameters(false))),
        json!({"require_parameters": false})
    );
}

#[test]
fn tools_of_the_handle_stay_and_must_not_have_the_name_of_the_schema() {
    let tools = |name| Tools::new([Tool::new(name, "")]).unwrap();
    let body = sent(&model("a/b").bind_tools(&tools("weather")), format());
    let names: Vec<_> = body["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| &tool["function"]["name"])
        .collect();
    assert_eq!(names, ["weather", "recipe"]);
    let error = model("a/b")
        .bind_tools(&tools("recipe"))
        .with_output_format(format())
        .encode("Hi", &ChatOptions::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn a_root_that_is_no_object_is_put_into_one() {
    let tree = json!({
        "title": "trees",
        "type": "array",
        "items": {"anyOf": [{"$ref": "#/$defs/Leaf"}, {"$ref": "#"}, {"$ref": "#/items"}]},
        "$defs": {"Leaf": {"type": "string"}},
    });
    let format = OutputFormat::<Value>::new(Schema::new(tree.into()));
    assert!(format.instructions().contains("\"value\""));
    let body = sent(&model("a/b"), format);
    let parameters = &body["tools"][0]["function"]["parameters"];
    assert_eq!(
        *parameters,
        json!({
            "type": "object",
            "properties": {"value": {
                "title": "trees",
                "type": "array",
                "items": {"anyOf": [
                    {"$ref": "#/$defs/Leaf"},
                    {"$ref": "#/properties/value"},
                    {"$ref": "#/properties/value/items"},
                ]},
            }},
            "required": ["value"],
            "$defs": {"Leaf": {"type": "string"}},
        })
    );
}

#[test]
fn strict_mode_follows_the_model_or_a_dialect_and_refuses_what_cannot_be_strict() {
    let rules = |name: &str, dialect: Option<Dialect>| {
        let schema = Schema::new(
            json!({"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}).into(),
        );
        let mut format = OutputFormat::<Value>::new(schema).with_strict(true);
        if let Some(dialect) = dialect {
            format = format.with_dialect(dialect);
        }
        let body = sent(&model(name), format);
        body["tools"][0]["function"]["parameters"]["properties"]["n"]
            .get("minimum")
            .is_some()
    };
    assert!(rules("openai/gpt-5", None));
    assert!(!rules("anthropic/claude-sonnet-4.5", None));
    assert!(!rules("openai/gpt-5", Some(Dialect::Generic)));

    let open =
        Schema::new(json!({"type": "object", "additionalProperties": {"type": "string"}}).into());
    let error = model("a/b")
        .with_output_schema::<Value>(open)
        .with_strict(true)
        .encode("Hi", &ChatOptions::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn without_a_schema_nothing_is_sent() {
    for json in ["null", "[]", "\"{}\""] {
        let schema = Schema::new(RawJson::parse(json).unwrap());
        let error = model("a/b")
            .with_output_schema::<Value>(schema)
            .encode("Hi", &ChatOptions::new())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{json}");
    }
}

#[test]
fn strict_tools_of_claude_come_with_the_header_that_keeps_them_strict() {
    let header = |name: &str, strict: bool, options: &ChatOptions| {
        let request = model(name)
            .with_output_format(format().with_strict(strict))
            .encode("Hi", options)
            .unwrap();
        let value = request.headers().get("x-anthropic-beta");
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let none = ChatOptions::new();
    let other = http_option("interleaved-thinking-2025-05-14");
    let beta = "structured-outputs-2025-11-13";
    assert_eq!(
        header("anthropic/claude-sonnet-4.5", true, &none).as_deref(),
        Some(beta)
    );
    assert_eq!(header("anthropic/claude-sonnet-4.5", false, &none), None);
    assert_eq!(header("openai/gpt-5", true, &none), None);
    assert_eq!(
        header("anthropic/claude-sonnet-4.5", true, &other).unwrap(),
        format!("interleaved-thinking-2025-05-14,{beta}")
    );
}

fn http_option(value: &'static str) -> ChatOptions {
    use http::{HeaderName, HeaderValue};
    let name = HeaderName::from_static("x-anthropic-beta");
    let call =
        openrouter_chat::CallOptions::new().with_header(name, HeaderValue::from_static(value));
    ChatOptions::new().with_call(call)
}

#[cfg(feature = "schemars")]
#[test]
fn a_type_is_its_own_schema() {
    use schemars::JsonSchema;
    use serde::Deserialize;

    /// A city.
    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its form matters")]
    struct City {
        /// In English.
        name: String,
        inhabitants: Option<u64>,
    }

    let format = OutputFormat::<City>::of_type().with_strict(true);
    let function = &sent(&model("openai/gpt-5"), format)["tools"][0]["function"];
    assert_eq!(function["name"], "City");
    assert_eq!(function["description"], "A city.");
    let parameters = &function["parameters"];
    assert_eq!(
        parameters["properties"]["name"]["description"],
        "In English."
    );
    assert_eq!(parameters["required"], json!(["name", "inhabitants"]));
}
