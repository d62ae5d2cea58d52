//! Requests that OpenRouter refuses are refused, with the place and what belongs there; all others are answered.

use openrouter_testkit::{Scenario, TestServer};
use serde_json::{Value, json};

use crate::raw_client::{Answer, ask, call};

/// A question with other fields; a field that becomes null on the way is left out.
fn question(fields: &Value) -> Value {
    let mut body = json!({"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]});
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn message(message: Value) -> Value {
    json!({ "messages": [message] })
}

fn part(part: Value) -> Value {
    message(json!({"role": "user", "content": [part]}))
}

fn tool(function: Value) -> Value {
    json!({"tools": [{"type": "function", "function": function}]})
}

fn format(schema: Value) -> Value {
    json!({"response_format": {"type": "json_schema", "json_schema": schema}})
}

#[tokio::test]
async fn what_openrouter_refuses_is_refused_with_the_place_and_what_belongs_there() {
    let server = TestServer::start().await.unwrap();
    for (fields, words) in [
        (json!({"messages": null}), "Input required"),
        (json!({"messages": []}), "Input required"),
        (
            json!({"messages": "Hi"}),
            "messages: expected a list, not empty, received \"Hi\"",
        ),
        (
            json!({"messages": ["Hi"]}),
            "messages.0: expected an object, received \"Hi\"",
        ),
        (
            message(json!({"content": "Hi"})),
            "messages.0.role: Required",
        ),
        (
            message(json!({"role": "critic", "content": "Hi"})),
            r#"messages.0.role: expected one of "system", "developer", "user", "assistant", "tool", received "critic""#,
        ),
        (
            message(json!({"role": "user"})),
            "messages.0.content: Required",
        ),
        (
            message(json!({"role": "user", "content": null})),
            "messages.0.content: expected a text or a list, received null",
        ),
        (
            message(json!({"role": "tool", "content": "4"})),
            "messages.0.tool_call_id: Required",
        ),
        (
            message(
                json!({"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": {}}}]}),
            ),
            "messages.0.tool_calls.0.function.arguments: expected a text, received an object",
        ),
        (
            message(
                json!({"role": "system", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}),
            ),
            r#"messages.0.content.0.type: expected "text", received "image_url""#,
        ),
        (
            part(json!({"type": "text"})),
            "messages.0.content.0.text: Required",
        ),
        (
            part(json!({"text": "Hi"})),
            "messages.0.content.0.type: Required",
        ),
        (
            part(json!({"type": "picture"})),
            "messages.0.content.0.type: expected one of",
        ),
        (
            part(json!({"type": "image_url", "image_url": "https://example.org/"})),
            "messages.0.content.0.image_url: expected an object",
        ),
        (
            part(json!({"type": "input_audio", "input_audio": {"data": "AAAA"}})),
            "messages.0.content.0.input_audio.format: Required",
        ),
        (
            part(
                json!({"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral", "ttl": "2h"}}),
            ),
            r#"messages.0.content.0.cache_control.ttl: expected one of "5m", "1h", received "2h""#,
        ),
        (
            json!({"temperature": "warm"}),
            r#"temperature: expected a number of 0 to 2, received "warm""#,
        ),
        (
            json!({"temperature": 3}),
            "temperature: expected a number of 0 to 2, received 3",
        ),
        (json!({"top_p": -0.1}), "top_p: expected a number of 0 to 1"),
        (
            json!({"top_k": 1.5}),
            "top_k: expected a whole number of at least 0",
        ),
        (json!({"min_p": 2}), "min_p: expected a number of 0 to 1"),
        (json!({"top_a": 2}), "top_a: expected a number of 0 to 1"),
        (
            json!({"frequency_penalty": -2.5}),
            "frequency_penalty: expected a number of -2 to 2",
        ),
        (
            json!({"presence_penalty": 2.5}),
            "presence_penalty: expected a number of -2 to 2",
        ),
        (
            json!({"repetition_penalty": 3}),
            "repetition_penalty: expected a number of 0 to 2",
        ),
        (
            json!({"max_tokens": 0}),
            "max_tokens: expected a whole number of at least 1, received 0",
        ),
        (
            json!({"max_completion_tokens": "10"}),
            "max_completion_tokens: expected a whole number",
        ),
        (json!({"seed": 0.5}), "seed: expected a whole number"),
        (json!({"n": 0}), "n: expected a whole number of 1 to 128"),
        (
            json!({"stop": ["a", "b", "c", "d", "e"]}),
            "stop: expected a list of at most 4 items, received a list of 5",
        ),
        (
            json!({"stop": [1]}),
            "stop: expected a text or a list of at most 4 items",
        ),
        (
            json!({"logit_bias": {"50256": -101}}),
            "logit_bias.50256: expected a number of -100 to 100",
        ),
        (
            json!({"logit_bias": []}),
            "logit_bias: expected an object, received a list of 0",
        ),
        (
            json!({"logprobs": "yes"}),
            "logprobs: expected true or false",
        ),
        (
            json!({"logprobs": true, "top_logprobs": 21}),
            "top_logprobs: expected a whole number of 0 to 20",
        ),
        (json!({"top_logprobs": 2}), "top_logprobs: needs logprobs"),
        (json!({"stream": "true"}), "stream: expected true or false"),
        (json!({"model": 4}), "model: expected a text, received 4"),
        (json!({"models": "a/b"}), "models: expected a list"),
        (
            json!({"modalities": ["smell"]}),
            "modalities.0: expected one of",
        ),
        (
            json!({"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}),
            "stream: audio output requires stream",
        ),
        (
            json!({"audio": {"voice": "alloy"}}),
            "audio.format: Required",
        ),
        (
            json!({"service_tier": "gold"}),
            "service_tier: expected one of",
        ),
        (json!({"verbosity": "none"}), "verbosity: expected one of"),
        (
            json!({"reasoning_effort": "huge"}),
            "reasoning_effort: expected one of",
        ),
        (
            json!({"reasoning": "high"}),
            "reasoning: expected an object",
        ),
        (
            json!({"reasoning": {"effort": "huge"}}),
            "reasoning.effort: expected one of",
        ),
        (
            json!({"reasoning": {"effort": "high"}, "reasoning_effort": "low"}),
            "reasoning_effort: differs",
        ),
        (
            json!({"reasoning": {"effort": "high", "max_tokens": 9}}),
            "only one of reasoning.effort and",
        ),
        (
            json!({"session_id": "x".repeat(257)}),
            "session_id: expected a text of at most 256 characters",
        ),
        (
            json!({"metadata": {"a": 1}}),
            "metadata.a: expected a text of at most 512 characters",
        ),
        (
            json!({"metadata": {"k".repeat(65): "v"}}),
            "names of at most 64 characters",
        ),
        (
            json!({"user": null}),
            "user: expected a text, received null",
        ),
        (
            json!({"provider": {"sort": "cheapest"}}),
            r#"provider.sort: expected one of "price""#,
        ),
        (
            json!({"provider": {"sort": {"by": "cheapest"}}}),
            "provider.sort.by: expected one of",
        ),
        (
            json!({"provider": {"sorts": "price"}}),
            "provider.sorts: unknown field; there are order, only",
        ),
        (
            json!({"provider": {"order": "openai"}}),
            "provider.order: expected a list",
        ),
        (
            json!({"provider": {"data_collection": "maybe"}}),
            "provider.data_collection: expected one of",
        ),
        (
            json!({"provider": {"quantizations": ["int3"]}}),
            "provider.quantizations.0: expected one of",
        ),
        (
            json!({"provider": {"max_price": {"prompt": true}}}),
            "provider.max_price.prompt: expected a text or a number",
        ),
        (json!({"provider": []}), "provider: expected an object"),
        (
            json!({"response_format": "json"}),
            "response_format: expected an object",
        ),
        (
            json!({"response_format": {"type": "xml"}}),
            "response_format.type: expected one of",
        ),
        (
            json!({"response_format": {"type": "json_schema"}}),
            "response_format.json_schema: Required",
        ),
        (
            json!({"response_format": {"type": "grammar"}}),
            "response_format.grammar: Required",
        ),
        (
            format(json!({"schema": {}})),
            "response_format.json_schema.name: Required",
        ),
        (
            format(json!({"name": "a"})),
            "response_format.json_schema.schema: Required",
        ),
        (
            format(json!({"name": "a b", "schema": {}})),
            "response_format.json_schema.name: expected 1 to 64 letters",
        ),
        (
            json!({"tools": [{"function": {"name": "a"}}]}),
            "tools.0.type: Required",
        ),
        (
            json!({"tools": [{"type": "funktion"}]}),
            "tools.0.type: expected one of",
        ),
        (
            tool(json!({"description": "?"})),
            "tools.0.function.name: Required",
        ),
        (
            tool(json!({"name": "a".repeat(65)})),
            "tools.0.function.name: expected 1 to 64 letters",
        ),
        (
            tool(json!({"name": "a", "parameters": "none"})),
            "tools.0.function.parameters: expected an object",
        ),
        (
            json!({"tool_choice": "maybe"}),
            "tool_choice: expected one of",
        ),
        (
            json!({"tools": [{"type": "function", "function": {"name": "a"}}], "tool_choice": {"type": "function", "function": {"name": "b"}}}),
            r#"tool_choice.function.name: expected the name of one of the tools (there are a), received "b""#,
        ),
        (
            json!({"tool_choice": {"type": "openrouter:web_search"}}),
            "tool_choice.type: expected the type of one of the tools",
        ),
        (
            json!({"plugins": [{"enabled": true}]}),
            "plugins.0.id: Required",
        ),
        (
            json!({"plugins": [{"id": "web", "max_results": 0}]}),
            "plugins.0.max_results: expected a whole number of at least 1",
        ),
        (
            json!({"stop_server_tools_when": []}),
            "stop_server_tools_when: expected a list, not empty",
        ),
        (
            json!({"prediction": {"type": "content"}}),
            "prediction.content: Required",
        ),
        (
            json!({"image_config": {"size": {}}}),
            "image_config.size: expected a text or a number or a list",
        ),
    ] {
        let answer = ask(&server, &question(&fields)).await;
        assert_eq!(answer.status, 400, "{fields}");
        let body = answer.json();
        let error = &body["error"];
        let told = error["message"].as_str().unwrap();
        assert!(told.contains(words), "{fields}\n{told}\n{words}");
        assert_eq!(error["code"], 400);
        assert_eq!(error["metadata"]["error_type"], "invalid_request");
    }
}

#[tokio::test]
async fn what_openrouter_takes_is_taken() {
    let server = TestServer::start().await.unwrap();
    for fields in [
        // Fields that nobody has documented go through to providers.
        json!({"safe_prompt": true, "novel": {"deep": [1]}}),
        message(json!({"role": "user", "content": "Hi", "novel": 1})),
        part(json!({"type": "text", "text": "Hi", "novel": 1})),
        // Null where the description allows it, and ends of ranges.
        json!({
            "temperature": null, "max_tokens": null, "stop": null, "seed": null, "provider": null, "logit_bias": null,
            "service_tier": null, "reasoning_effort": null, "prediction": null, "stream_options": null
        }),
        json!({
            "temperature": 2, "top_p": 1.0, "top_k": 0, "frequency_penalty": -2, "repetition_penalty": 0.1, "max_tokens": 1.0,
            "n": 2, "logprobs": true, "top_logprobs": 20, "logit_bias": {"1": 100}, "session_id": "é".repeat(256),
            "seed": -5, "stop": ["a", "b", "c", "d"]
        }),
        // A conversation with everything in it.
        json!({"messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": [{"type": "text", "text": "SI units.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
            {"role": "user", "name": "ana", "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "original"}},
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                {"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}},
                {"type": "input_video", "video_url": {"url": "https://example.org/a.mp4"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "https://example.org/a.pdf"}}
            ]},
            {"role": "assistant", "content": null, "refusal": null, "audio": null, "reasoning": null,
                "tool_calls": [{"id": "c1", "index": 0, "type": "function", "function": {"name": "weather", "arguments": "{}"}}],
                "reasoning_details": [{"type": "reasoning.novel", "data": "x"}],
                "annotations": [{"type": "file", "file": {"hash": "h"}}]},
            {"role": "tool", "tool_call_id": "c1", "name": "weather", "content": "4"},
            {"role": "assistant"}
        ]}),
        json!({"provider": {
            "order": ["deepinfra/turbo", "together"], "allow_fallbacks": false, "quantizations": ["fp8"],
            "max_price": {"prompt": "1", "completion": 2.5}, "sort": {"by": "throughput", "partition": "none"},
            "preferred_max_latency": {"p90": 3}, "preferred_min_throughput": 20, "ignore": null
        }, "model": "testkit/novel"}),
        json!({"provider": {"sort": "exacto"}}),
        json!({"tools": [
            {"type": "function", "function": {"name": "a-b_C9", "parameters": {"type": "object"}, "strict": null}, "cache_control": {"type": "ephemeral"}},
            {"type": "openrouter:web_search", "parameters": {"max_results": 3}},
            {"type": "web_search_preview", "max_results": 3}
        ], "tool_choice": {"type": "openrouter:web_search"}, "parallel_tool_calls": null}),
        json!({"response_format": {"type": "grammar", "grammar": "root ::= \"yes\""}}),
        format(json!({"name": "a", "schema": {}, "strict": null})),
        json!({"reasoning": {"effort": null, "max_tokens": 9, "exclude": true}}),
        json!({"reasoning": {"effort": "high"}, "reasoning_effort": "high"}),
        json!({"plugins": [
            {"id": "web", "max_results": 2, "engine": "exa"}, {"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}},
            {"id": "context-compression", "enabled": false}, {"id": "moderation"}, {"id": "fusion", "preset": "general-fast"},
            {"id": "auto-router", "allowed_models": ["anthropic/*"], "cost_tier": "low"}, {"id": "pareto-router", "min_coding_score": 0.5}
        ]}),
        json!({
            "stop_server_tools_when": [{"type": "max_cost", "max_cost_in_dollars": 0.05}], "image_config": {"aspect_ratio": "16:9"},
            "prediction": {"type": "content", "content": [{"type": "text", "text": "fn main() {}"}]}, "trace": {"trace_id": "t", "env": 1},
            "metadata": {"team": "a"}, "prompt_cache_options": {"mode": "explicit", "ttl": null}, "cache_control": {"type": "ephemeral"}
        }),
    ] {
        let answer = ask(&server, &question(&fields)).await;
        assert_eq!(answer.status, 200, "{fields}\n{}", answer.body);
    }
}

#[tokio::test]
async fn every_problem_is_told_up_to_a_handful() {
    let server = TestServer::start().await.unwrap();
    let two = question(&json!({"temperature": 3, "top_p": "x"}));
    let told = ask(&server, &two).await.json()["error"]["message"].clone();
    assert_eq!(
        told,
        "temperature: expected a number of 0 to 2, received 3; top_p: expected a number of 0 to 1, received \"x\""
    );
    let parts = vec![json!({}); 9];
    let many = question(&message(json!({"role": "user", "content": parts})));
    let told = ask(&server, &many).await.json()["error"]["message"].clone();
    assert!(told.as_str().unwrap().ends_with("; and 4 more"), "{told}");
}

#[tokio::test]
async fn a_long_value_is_not_repeated() {
    let server = TestServer::start().await.unwrap();
    let long = question(&json!({"temperature": "secret ".repeat(1000)}));
    let told = ask(&server, &long).await.body;
    assert!(
        told.len() < 300 && told.contains("(7000 characters)"),
        "{told}"
    );
}

#[tokio::test]
async fn a_lenient_server_answers_all_that_it_can_read() {
    let scenario = Scenario::from_json(r#"{"lenient": true}"#).unwrap();
    for builder in [
        TestServer::builder().lenient(),
        TestServer::builder().scenario(scenario),
    ] {
        let server = builder.start().await.unwrap();
        let odd = json!({"temperature": "warm", "top_p": 7, "provider": {"sorts": 1}, "stop": [1, 2, 3, 4, 5]});
        assert_eq!(ask(&server, &question(&odd)).await.status, 200);
        let empty = question(&json!({"messages": []}));
        assert_eq!(ask(&server, &empty).await.status, 400);
        let no_object = ask(&server, &json!("{")).await;
        assert_eq!(no_object.status, 400);
    }
}

#[tokio::test]
async fn requests_for_embeddings_are_held_to_their_fields() {
    let server = TestServer::start().await.unwrap();
    let ask = async |body: Value| {
        let key = ["authorization: Bearer k"];
        call(
            &server,
            "POST",
            "/api/v1/embeddings",
            &key,
            &body.to_string(),
        )
        .await
    };
    let told = |answer: &Answer| {
        answer.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (body, words) in [
        (json!({"input": "a"}), "model: Required"),
        (json!({"model": "a/b"}), "input: Required"),
        (
            json!({"model": "a/b", "input": ""}),
            "input: expected a text, not empty",
        ),
        (
            json!({"model": "a/b", "input": ["a", ""]}),
            "input.1: expected a text, not empty",
        ),
        (
            json!({"model": "a/b", "input": [1, "a"]}),
            "input.1: expected a number",
        ),
        (
            json!({"model": "a/b", "input": {}}),
            "input: expected a text, not empty or a list",
        ),
        (
            json!({"model": "a/b", "input": [{"content": []}]}),
            "input.0.content: expected a list, not empty",
        ),
        (
            json!({"model": "a/b", "input": "a", "dimensions": 0}),
            "dimensions: expected a whole number of at least 1",
        ),
        (
            json!({"model": "a/b", "input": "a", "encoding_format": "hex"}),
            "encoding_format: expected one of",
        ),
    ] {
        let answer = ask(body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(told(&answer).contains(words), "{body}: {}", told(&answer));
    }
    for input in [
        json!("a"),
        json!(["a", "b"]),
        json!([1, 2]),
        json!([[1, 2], [3]]),
        json!([{"content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "x"}}]}]),
    ] {
        let answer = ask(json!({"model": "a/b", "input": input})).await;
        assert_eq!(answer.status, 200, "{input}: {}", answer.body);
    }
}
