//! Parameters, provider preferences, plugins, session and trace.

use openrouter_chat::types::{self, RawJson};
use openrouter_chat::{ChatOptions, ErrorKind, ResponseCache};
use serde_json::{Value, json};

use crate::wire::{body, body_text, offline};

type Set = fn(ChatOptions) -> ChatOptions;

fn read<T: types::Decode>(json: &str) -> T {
    T::decode(json.as_bytes()).unwrap()
}

/// Each parameter: how it is set, its name on the wire, and its value there.
const PARAMETERS: &[(Set, &str, &str)] = &[
    (
        |o| o.with_models(["a/c", "a/d"]),
        "models",
        r#"["a/c","a/d"]"#,
    ),
    (|o| o.with_route("fallback"), "route", r#""fallback""#),
    (|o| o.with_route("sort"), "route", r#""sort""#),
    (|o| o.with_max_tokens(100), "max_tokens", "100"),
    (
        |o| o.with_max_completion_tokens(50),
        "max_completion_tokens",
        "50",
    ),
    (|o| o.with_temperature(0.0), "temperature", "0.0"),
    (|o| o.with_temperature(1.5), "temperature", "1.5"),
    (|o| o.with_top_p(0.9), "top_p", "0.9"),
    (|o| o.with_top_k(0), "top_k", "0"),
    (|o| o.with_min_p(0.1), "min_p", "0.1"),
    (|o| o.with_top_a(0.2), "top_a", "0.2"),
    (
        |o| o.with_frequency_penalty(-0.5),
        "frequency_penalty",
        "-0.5",
    ),
    (|o| o.with_presence_penalty(0.5), "presence_penalty", "0.5"),
    (
        |o| o.with_repetition_penalty(1.1),
        "repetition_penalty",
        "1.1",
    ),
    (|o| o.with_seed(-42), "seed", "-42"),
    (|o| o.with_stop("END"), "stop", r#""END""#),
    (
        |o| o.with_stop(["END", "STOP"]),
        "stop",
        r#"["END","STOP"]"#,
    ),
    (|o| o.with_n(3), "n", "3"),
    (
        |o| o.with_logit_bias(read::<types::Map<f64>>(r#"{"50256":-100}"#)),
        "logit_bias",
        r#"{"50256":-100.0}"#,
    ),
    (|o| o.with_logprobs(true), "logprobs", "true"),
    (|o| o.with_top_logprobs(5), "top_logprobs", "5"),
    (|o| o.with_verbosity("xhigh"), "verbosity", r#""xhigh""#),
    (|o| o.with_service_tier("flex"), "service_tier", r#""flex""#),
    (|o| o.with_user("u-1"), "user", r#""u-1""#),
    (
        |o| o.with_metadata(read::<types::Map<String>>(r#"{"team":"a"}"#)),
        "metadata",
        r#"{"team":"a"}"#,
    ),
    (
        |o| o.with_modalities(["text", "image"]),
        "modalities",
        r#"["text","image"]"#,
    ),
    (
        |o| {
            o.with_image_config(read::<types::Map<types::ImageConfigValue>>(
                r#"{"aspect_ratio":"16:9"}"#,
            ))
        },
        "image_config",
        r#"{"aspect_ratio":"16:9"}"#,
    ),
    (
        |o| {
            o.with_audio(read::<types::ChatRequestAudio>(
                r#"{"voice":"alloy","format":"wav"}"#,
            ))
        },
        "audio",
        r#"{"voice":"alloy","format":"wav"}"#,
    ),
    (
        |o| {
            o.with_prediction(read::<types::Prediction>(
                r#"{"type":"content","content":"fn main() {}"}"#,
            ))
        },
        "prediction",
        r#"{"type":"content","content":"fn main() {}"}"#,
    ),
    (
        |o| {
            o.with_reasoning(read::<types::ChatRequestReasoning>(
                r#"{"effort":"high","summary":"auto"}"#,
            ))
        },
        "reasoning",
        r#"{"effort":"high","summary":"auto"}"#,
    ),
    (
        |o| {
            o.with_reasoning(read::<types::ChatRequestReasoning>(
                r#"{"max_tokens":2000,"exclude":true,"enabled":true}"#,
            ))
        },
        "reasoning",
        r#"{"max_tokens":2000,"exclude":true,"enabled":true}"#,
    ),
    (
        |o| o.with_reasoning_effort("minimal"),
        "reasoning",
        r#"{"effort":"minimal"}"#,
    ),
    (
        |o| o.with_provider(read::<types::ProviderPreferences>(PREFERENCES)),
        "provider",
        PREFERENCES,
    ),
    (
        |o| {
            o.with_plugins([read::<types::ChatRequestPlugin>(
                r#"{"id":"web","max_results":3}"#,
            )])
        },
        "plugins",
        r#"[{"id":"web","max_results":3}]"#,
    ),
    (
        |o| o.with_parallel_tool_calls(false),
        "parallel_tool_calls",
        "false",
    ),
    (|o| o.with_max_tool_calls(4), "max_tool_calls", "4"),
    (
        |o| {
            o.with_stop_server_tools_when([read::<types::StopServerToolsWhenCondition>(
                r#"{"type":"max_cost","max_cost_in_dollars":0.05}"#,
            )])
        },
        "stop_server_tools_when",
        r#"[{"type":"max_cost","max_cost_in_dollars":0.05}]"#,
    ),
    (
        |o| {
            o.with_response_format(read::<types::ChatRequestResponseFormat>(
                r#"{"type":"json_object"}"#,
            ))
        },
        "response_format",
        r#"{"type":"json_object"}"#,
    ),
    (
        |o| {
            o.with_cache_control(read::<types::AnthropicCacheControlDirective>(
                r#"{"type":"ephemeral","ttl":"1h"}"#,
            ))
        },
        "cache_control",
        r#"{"type":"ephemeral","ttl":"1h"}"#,
    ),
    (
        |o| o.with_prompt_cache_key("k-1"),
        "prompt_cache_key",
        r#""k-1""#,
    ),
    (|o| o.with_session_id("s-1"), "session_id", r#""s-1""#),
    (
        |o| o.with_trace(read::<types::TraceConfig>(TRACE)),
        "trace",
        TRACE,
    ),
    (
        |o| o.with_extra("safe_prompt", RawJson::from(true)),
        "safe_prompt",
        "true",
    ),
];

const PREFERENCES: &str = r#"{"order":["anthropic","openai"],"only":["anthropic"],"ignore":["azure"],"allow_fallbacks":false,"require_parameters":true,"data_collection":"deny","zdr":true,"quantizations":["fp8","int4"],"sort":"throughput","max_price":{"prompt":"1","completion":"2"}}"#;

const TRACE: &str = r#"{"trace_id":"t-1","trace_name":"job","span_name":"step","generation_name":"draft","parent_span_id":"p-1","environment":"test"}"#;

#[test]
fn each_parameter_is_sent_under_its_name_and_nothing_else_is() {
    for (set, name, value) in PARAMETERS {
        let wanted: Value = serde_json::from_str(value).unwrap();
        let expected = json!({
            "model": "acme/model",
            "messages": [{"role": "user", "content": "Hi"}],
            *name: wanted,
        });
        let options = set(ChatOptions::new());
        let by_call = body(&offline(), "Hi", &options);
        assert_eq!(by_call, expected, "{name} of the call");
        let by_handle = body(&offline().with_options(options), "Hi", &ChatOptions::new());
        assert_eq!(by_handle, expected, "{name} of the handle");
    }
}

#[test]
fn parameters_are_combined_freely() {
    let all = PARAMETERS
        .iter()
        .fold(ChatOptions::new(), |options, (set, ..)| set(options));
    let body = body(&offline(), "Hi", &all);
    for (_, name, _) in PARAMETERS {
        assert!(!body[*name].is_null(), "{name}");
    }
}

#[test]
fn what_is_unset_is_not_sent() {
    assert_eq!(
        body_text(&offline(), "Hi", &ChatOptions::new()),
        r#"{"model":"acme/model","messages":[{"role":"user","content":"Hi"}]}"#
    );
}

#[test]
fn a_temperature_of_zero_is_sent() {
    let options = ChatOptions::new().with_temperature(0.0);
    assert_eq!(body(&offline(), "Hi", &options)["temperature"], json!(0.0));
}

#[test]
fn one_choice_is_not_asked_for_and_none_is_an_error() {
    let one = ChatOptions::new().with_n(1);
    assert!(body(&offline(), "Hi", &one).get("n").is_none());
    let none = ChatOptions::new().with_n(0);
    let error = offline().encode("Hi", &none).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("`n`"), "{error}");
}

#[test]
fn a_call_asks_for_one_choice_although_the_handle_asks_for_several() {
    let several = offline().with_n(3);
    let one = ChatOptions::new().with_n(1);
    assert!(body(&several, "Hi", &one).get("n").is_none());
}

#[test]
fn a_parameter_set_twice_is_an_error() {
    let twice = ChatOptions::new()
        .with_temperature(0.5)
        .with_extra("temperature", RawJson::parse("0.7").unwrap());
    let error = offline().encode("Hi", &twice).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("`temperature`"), "{error}");
}

#[test]
fn a_known_parameter_hidden_among_the_extras_is_an_error() {
    for name in ["temperature", "model", "stream", "messages", "provider"] {
        let hidden = ChatOptions::new().with_extra(name, RawJson::null());
        for error in [
            offline().encode("Hi", &hidden).unwrap_err(),
            offline()
                .with_options(hidden)
                .encode("Hi", &ChatOptions::new())
                .unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
    }
}

#[test]
fn unknown_parameters_are_sent_as_they_are() {
    let options = ChatOptions::new().with_extra(
        "novel",
        RawJson::parse(r#"{ "b": 1.50, "a": [] }"#).unwrap(),
    );
    let text = body_text(&offline(), "Hi", &options);
    assert!(text.contains(r#""novel":{ "b": 1.50, "a": [] }"#), "{text}");
}

#[test]
fn stop_texts_of_a_call_replace_those_of_the_handle() {
    let model = offline().with_stop(["one", "two"]);
    let options = ChatOptions::new().with_stop("three");
    assert_eq!(body(&model, "Hi", &options)["stop"], json!("three"));
    assert_eq!(
        body(&model, "Hi", &ChatOptions::new())["stop"],
        json!(["one", "two"])
    );
}

#[test]
fn the_innermost_value_wins_for_each_parameter_and_does_not_stick() {
    for (set, name, value) in PARAMETERS {
        let outer = PARAMETERS.iter().fold(offline(), |model, (set, ..)| {
            model.with_options(set(ChatOptions::new()))
        });
        let before = body(&outer, "Hi", &ChatOptions::new());
        let during = body(&outer, "Hi", &set(ChatOptions::new()));
        let wanted: Value = serde_json::from_str(value).unwrap();
        assert_eq!(during[*name], wanted, "{name}");
        assert_eq!(body(&outer, "Hi", &ChatOptions::new()), before, "{name}");
    }
}

#[test]
fn a_trace_of_a_call_replaces_the_whole_trace_and_does_not_stick() {
    let trace = |json: &str| read::<types::TraceConfig>(json);
    let model = offline().with_trace(trace(r#"{"trace_id":"handle","environment":"test"}"#));
    let options = ChatOptions::new().with_trace(trace(r#"{"trace_id":"call","span_name":"sum"}"#));
    assert_eq!(
        body(&model, "Hi", &options)["trace"],
        json!({"trace_id": "call", "span_name": "sum"})
    );
    assert_eq!(
        body(&model, "Hi", &ChatOptions::new())["trace"],
        json!({"trace_id": "handle", "environment": "test"})
    );
}

#[test]
fn session_and_trace_are_independent() {
    let session = body(&offline(), "Hi", &ChatOptions::new().with_session_id("s"));
    assert_eq!(
        (&session["session_id"], session.get("trace")),
        (&json!("s"), None)
    );
    let trace = types::TraceConfig::new().with_trace_id("t");
    let trace = body(&offline(), "Hi", &ChatOptions::new().with_trace(trace));
    assert_eq!(
        (trace.get("session_id"), &trace["trace"]["trace_id"]),
        (None, &json!("t"))
    );
}

#[test]
fn a_session_id_has_at_most_256_characters_and_the_empty_one_is_none() {
    let longest = "ü".repeat(256);
    let options = ChatOptions::new().with_session_id(longest.as_str());
    assert_eq!(body(&offline(), "Hi", &options)["session_id"], longest);
    let too_long = ChatOptions::new().with_session_id("ü".repeat(257));
    let error = offline().encode("Hi", &too_long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let empty = offline().with_session_id("s");
    let body = body(&empty, "Hi", &ChatOptions::new().with_session_id(""));
    assert!(body.get("session_id").is_none(), "{body}");
}

/// Numbers that JSON does not have would be sent as `null`, which is "not set" to the server.
#[test]
fn a_number_that_json_does_not_have_is_an_error_that_names_its_field() {
    for (options, name) in [
        (ChatOptions::new().with_temperature(f64::NAN), "temperature"),
        (ChatOptions::new().with_top_p(f64::INFINITY), "top_p"),
        (
            ChatOptions::new().with_logit_bias(types::Map::from_iter([("1".to_owned(), f64::NAN)])),
            "logit_bias",
        ),
    ] {
        let error = offline().encode("Hi", &options).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn what_is_asked_in_header_fields_is_set_by_handle_or_call() {
    let model = offline()
        .with_router_metadata(true)
        .with_response_cache(ResponseCache::On);
    let headers = |options: &ChatOptions| model.encode("Hi", options).unwrap().headers().clone();
    let handle = headers(&ChatOptions::new());
    assert_eq!(handle["x-openrouter-metadata"], "enabled");
    assert_eq!(handle["x-openrouter-cache"], "true");
    let call = headers(
        &ChatOptions::new()
            .with_router_metadata(false)
            .with_response_cache(ResponseCache::Off),
    );
    assert!(call.get("x-openrouter-metadata").is_none());
    assert_eq!(call["x-openrouter-cache"], "false");
}
