//! The shapes in which servers stream calls, and what they mean.

use serde_json::{Value, json};

use super::{Case, NONE, OSLO, ROME, case, fragments};

pub(super) fn cases() -> Vec<Case> {
    let call = |index: Value, id: Value, name: Value, arguments: Value| json!({"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
    let null = || Value::Null;
    vec![
        case(
            "openai: the name first, the arguments in pieces",
            fragments(json!([
                call(json!(0), json!("call_a"), json!("weather"), json!("")),
                {"index": 0, "function": {"arguments": "{\"city\""}},
                {"index": 0, "function": {"arguments": ": \"Oslo\"}"}},
            ])),
            &[(Some("call_a"), "weather", OSLO)],
        ),
        case(
            "openai: parallel calls, interleaved",
            fragments(json!([
                call(json!(0), json!("call_a"), json!("weather"), json!("{\"city\"")),
                call(json!(1), json!("call_b"), json!("weather"), json!("{\"ci")),
                {"index": 0, "function": {"arguments": ": \"Oslo\"}"}},
                {"index": 1, "function": {"arguments": "ty\": \"Rome\"}"}},
            ])),
            &[
                (Some("call_a"), "weather", OSLO),
                (Some("call_b"), "weather", ROME),
            ],
        ),
        case(
            "langchain: two calls in one delta, continued in another",
            json!([
                {"tool_calls": [call(json!(0), json!("a"), json!("weather"), json!("{\"city\"")), call(json!(1), json!("b"), json!("time"), json!("{"))]},
                {"tool_calls": [{"index": 0, "function": {"arguments": ": \"Oslo\"}"}}, {"index": 1, "function": {"arguments": "}"}}]},
            ]),
            &[(Some("a"), "weather", OSLO), (Some("b"), "time", "{}")],
        ),
        case(
            "mistral: whole calls in one delta, without index",
            json!([{"tool_calls": [
                {"id": "D681PevKs", "function": {"name": "weather", "arguments": OSLO}},
                {"id": "xY81PevKt", "function": {"name": "weather", "arguments": ROME}},
            ]}]),
            &[
                (Some("D681PevKs"), "weather", OSLO),
                (Some("xY81PevKt"), "weather", ROME),
            ],
        ),
        case(
            "mistral: the id is \"null\" as a word, and stays",
            fragments(json!([call(
                json!(0),
                json!("null"),
                json!("weather"),
                json!(OSLO)
            )])),
            &[(Some("null"), "weather", OSLO)],
        ),
        case(
            "ollama: whole calls, one chunk each, without index and id",
            fragments(json!([
                {"function": {"name": "weather", "arguments": OSLO}},
                {"function": {"name": "weather", "arguments": ROME}},
                {"function": {"name": "weather", "arguments": OSLO}},
            ])),
            &[
                (NONE, "weather", OSLO),
                (NONE, "weather", ROME),
                (NONE, "weather", OSLO),
            ],
        ),
        case(
            "ollama: arguments are an object",
            fragments(json!([{"function": {"name": "weather", "arguments": {"city": "Oslo"}}}])),
            &[(NONE, "weather", r#"{"city":"Oslo"}"#)],
        ),
        case(
            "gemini: every whole call has the index 0 and no id",
            fragments(json!([
                call(json!(0), json!(""), json!("weather"), json!(OSLO)),
                call(json!(0), json!(""), json!("weather"), json!(ROME)),
                call(json!(0), json!(""), json!("time"), json!("{}")),
            ])),
            &[
                (NONE, "weather", OSLO),
                (NONE, "weather", ROME),
                (NONE, "time", "{}"),
            ],
        ),
        case(
            "gemini: every whole call has the index 0 and an id of its own",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!(OSLO)),
                call(json!(0), json!("b"), json!("weather"), json!(OSLO)),
            ])),
            &[(Some("a"), "weather", OSLO), (Some("b"), "weather", OSLO)],
        ),
        case(
            "vllm: id and name are repeated with every fragment",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!("{\"city\"")),
                call(json!(0), json!("a"), json!("weather"), json!(": \"Os")),
                call(json!(0), json!("a"), json!("weather"), json!("lo\"}")),
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "vllm: every fragment has an id of its own, and no name",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!("")),
                call(json!(0), json!("b"), null(), json!("{\"city\": ")),
                call(json!(0), json!("c"), null(), json!("\"Oslo\"}")),
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "sglang: the name is repeated, and there are no ids",
            fragments(json!([
                call(json!(0), null(), json!("weather"), json!("{\"city\"")),
                call(json!(0), null(), json!("weather"), json!(": \"Oslo\"}")),
            ])),
            &[(NONE, "weather", OSLO)],
        ),
        case(
            "litellm: the whole call is said once more at the end",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!("{\"city\": ")),
                {"index": 0, "function": {"arguments": "\"Oslo\"}"}},
                call(json!(0), json!("a"), json!("weather"), json!(OSLO)),
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "litellm: the whole call is said once more, as JSON within JSON",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!("{\"city\": ")),
                {"index": 0, "id": "a", "function": {"arguments": "\"Oslo\"}"}},
                call(
                    json!(0),
                    json!("a"),
                    json!("weather"),
                    json!(json!(OSLO).to_string())
                ),
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "deepseek: a call begins under the index of the one before, and goes on under its own",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!(OSLO)),
                call(json!(0), json!("b"), json!("weather"), json!("{\"city\"")),
                {"index": 1, "function": {"arguments": ": \"Ro"}},
                {"index": 1, "function": {"arguments": "me\"}"}},
                {"index": 2, "function": {"arguments": ""}},
            ])),
            &[(Some("a"), "weather", OSLO), (Some("b"), "weather", ROME)],
        ),
        case(
            "nebius: every fragment has an index of its own",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!("")),
                {"index": 1, "function": {"arguments": "{\"city\""}},
                {"index": 2, "function": {"arguments": ": \"Oslo\"}"}},
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "litellm: index counts from 1",
            fragments(json!([
                call(json!(1), json!("a"), json!("weather"), json!(OSLO)),
                call(json!(2), json!("b"), json!("weather"), json!(ROME)),
            ])),
            &[(Some("a"), "weather", OSLO), (Some("b"), "weather", ROME)],
        ),
        case(
            "bedrock: indexes with gaps, in the wrong order",
            fragments(json!([
                call(json!(7), json!("b"), json!("weather"), json!("{\"city\"")),
                call(json!(2), json!("a"), json!("time"), json!("{}")),
                {"index": 7, "function": {"arguments": ": \"Rome\"}"}},
            ])),
            &[(Some("b"), "weather", ROME), (Some("a"), "time", "{}")],
        ),
        case(
            "azure: an index that is a huge number",
            fragments(json!([call(
                json!(4_294_967_295_u64),
                json!("a"),
                json!("weather"),
                json!(OSLO)
            )])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "groq: the id comes late",
            fragments(json!([
                call(json!(0), null(), json!("weather"), json!("{\"city\"")),
                call(json!(0), json!("late"), null(), json!(": \"Oslo\"}")),
            ])),
            &[(Some("late"), "weather", OSLO)],
        ),
        case(
            "llama.cpp: the name comes after the first arguments",
            fragments(json!([
                {"index": 0, "id": "a", "function": {"arguments": "{\"city\""}},
                {"index": 0, "function": {"name": "weather", "arguments": ": \"Oslo\"}"}},
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "an id, then a name, then arguments, without any index",
            fragments(json!([
                {"id": "a"},
                {"function": {"name": "weather"}},
                {"function": {"arguments": OSLO}},
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "the name in pieces",
            fragments(json!([
                call(json!(0), json!("a"), json!("get_"), null()),
                call(json!(0), null(), json!("weather"), null()),
                call(json!(0), null(), null(), json!(OSLO)),
            ])),
            &[(Some("a"), "get_weather", OSLO)],
        ),
        case(
            "the name from its beginning again each time",
            fragments(json!([
                call(json!(0), json!("a"), json!("get_"), null()),
                call(json!(0), json!("a"), json!("get_weather"), null()),
                call(json!(0), json!("a"), json!("get_weather"), json!(OSLO)),
            ])),
            &[(Some("a"), "get_weather", OSLO)],
        ),
        case(
            "an empty name in every later fragment",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!("")),
                call(json!(0), json!(""), json!(""), json!(OSLO)),
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "function is null, type is missing",
            fragments(json!([
                {"index": 0, "id": "a", "function": {"name": "weather", "arguments": OSLO}},
                {"index": 0, "function": null},
                {"index": 0},
            ])),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "no arguments: empty, null, missing",
            fragments(json!([
                call(json!(0), json!("a"), json!("now"), json!("")),
                call(json!(1), json!("b"), json!("now"), null()),
                {"index": 2, "id": "c", "function": {"name": "now"}},
            ])),
            &[
                (Some("a"), "now", ""),
                (Some("b"), "now", ""),
                (Some("c"), "now", ""),
            ],
        ),
        case(
            "deepseek: white space after the arguments",
            fragments(json!([
                call(json!(0), json!("a"), json!("weather"), json!(OSLO)),
                {"index": 0, "function": {"arguments": " \n"}},
                {"index": 0, "function": {"arguments": "  "}},
            ])),
            &[(Some("a"), "weather", "{\"city\": \"Oslo\"} \n  ")],
        ),
        case(
            "arguments that are JSON within JSON",
            fragments(json!([call(
                json!(0),
                json!("a"),
                json!("weather"),
                json!(json!(OSLO).to_string())
            )])),
            &[(Some("a"), "weather", r#""{\"city\": \"Oslo\"}""#)],
        ),
        case(
            "no ids at all",
            fragments(json!([
                call(json!(0), null(), json!("weather"), json!(OSLO)),
                call(json!(1), null(), json!("weather"), json!(OSLO)),
                call(json!(2), json!("kept"), json!("weather"), json!(OSLO)),
            ])),
            &[
                (NONE, "weather", OSLO),
                (NONE, "weather", OSLO),
                (Some("kept"), "weather", OSLO),
            ],
        ),
        case(
            "vercel: a call after thinking and text, and more text after it",
            json!([
                {"reasoning": "Let me see."},
                {"content": "I look."},
                {"tool_calls": [call(json!(0), json!("a"), json!("weather"), json!("{\"city\""))]},
                {"content": " Wait."},
                {"tool_calls": [{"index": 0, "function": {"arguments": ": \"Oslo\"}"}}]},
                {"content": ""},
            ]),
            &[(Some("a"), "weather", OSLO)],
        ),
        case(
            "the one call of older models",
            json!([
                {"function_call": {"name": "weather", "arguments": ""}},
                {"function_call": {"arguments": "{\"city\": "}},
                {"function_call": {"arguments": "\"Oslo\"}"}},
            ]),
            &[(NONE, "weather", OSLO)],
        ),
        case(
            "calls that are null",
            json!([{"content": "Hi.", "tool_calls": null}]),
            &[],
        ),
    ]
}
