//! Replies that were not streamed.

use openrouter_chat::{ChatResponse, Ending, ErrorKind};
use serde_json::{Value, json};

use crate::wire::{reply_of, replying, sent, sent_to};

async fn answer(json: &Value) -> ChatResponse {
    replying(json.to_string()).await.invoke("Hi").await.unwrap()
}

fn reply() -> Value {
    json!({
        "id": "gen-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "anthropic/claude-x-20260101",
        "provider": "Anthropic",
        "system_fingerprint": "fp_1",
        "service_tier": "default",
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "native_finish_reason": "end_turn",
            "logprobs": {"content": [{"token": "Hi", "logprob": -0.25, "bytes": [72, 105], "top_logprobs": []}], "refusal": null},
            "message": {"role": "assistant", "content": "Hi", "refusal": null, "reasoning": null},
        }],
        "usage": {
            "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
            "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 30, "audio_tokens": 1, "video_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 10, "audio_tokens": 3, "image_tokens": 4},
            "cost": 7.5e-05, "is_byok": true,
            "cost_details": {"upstream_inference_cost": 7.745e-05, "upstream_inference_prompt_cost": 8.95e-06, "upstream_inference_completions_cost": 6.85e-05},
        },
    })
}

#[tokio::test]
async fn metadata_of_a_reply_is_all_there() {
    let answer = answer(&reply()).await;
    assert_eq!(answer.text(), "Hi");
    assert_eq!(answer.id(), Some("gen-1"));
    assert_eq!(
        serde_json::to_value(answer.as_wire()).unwrap()["object"],
        "chat.completion"
    );
    assert_eq!(answer.created(), Some(1_700_000_000));
    assert_eq!(answer.model(), Some("anthropic/claude-x-20260101"));
    assert_eq!(answer.provider(), Some("Anthropic"));
    assert_eq!(answer.system_fingerprint(), Some("fp_1"));
    assert_eq!(answer.service_tier(), Some("default"));
    assert_eq!(answer.finish_reason().unwrap().as_str(), "stop");
    assert_eq!(answer.native_finish_reason(), Some("end_turn"));
    assert_eq!(answer.ending(), Ending::Complete);
    let logprobs = answer.choices()[0].logprobs().unwrap();
    assert_eq!(
        (
            logprobs.content[0].token.as_deref(),
            logprobs.content[0].logprob
        ),
        (Some("Hi"), Some(-0.25))
    );
    assert!(answer.metadata().is_some() && answer.total_time().is_some());
}

#[tokio::test]
async fn usage_has_every_count_and_every_price() {
    let answer = answer(&reply()).await;
    let usage = answer.usage().unwrap();
    assert_eq!(
        (usage.input_tokens(), usage.output_tokens(), usage.total()),
        (100, 50, 150)
    );
    assert_eq!(usage.cache_read_tokens(), Some(20));
    assert_eq!(usage.cache_write_tokens(), Some(30));
    assert_eq!(usage.reasoning_tokens(), Some(10));
    let input = usage.prompt_tokens_details.as_ref().unwrap();
    assert_eq!((input.audio_tokens, input.video_tokens), (Some(1), Some(2)));
    let output = usage.completion_tokens_details.as_ref().unwrap();
    assert_eq!(
        (output.audio_tokens, output.image_tokens),
        (Some(3), Some(4))
    );
    assert_eq!(
        (usage.cost_usd(), usage.upstream_cost_usd()),
        (Some(7.5e-05), Some(7.745e-05))
    );
    assert_eq!(usage.is_byok, Some(true));
    let details = usage.cost_details.as_ref().unwrap();
    assert_eq!(details.upstream_inference_prompt_cost, Some(8.95e-06));
    assert_eq!(details.upstream_inference_completions_cost, Some(6.85e-05));
}

/// The counts of a usage object with these fields: input, output, total.
async fn counts(usage: Value) -> (u64, u64, u64) {
    let mut reply = reply();
    reply["usage"] = usage;
    let answer = answer(&reply).await;
    let usage = answer.usage().unwrap();
    (usage.input_tokens(), usage.output_tokens(), usage.total())
}

#[tokio::test]
async fn counts_may_be_floats_or_texts() {
    assert_eq!(
        counts(json!({"prompt_tokens": 10.0, "completion_tokens": 5.0, "total_tokens": 15.0}))
            .await,
        (10, 5, 15)
    );
    assert_eq!(
        counts(json!({"prompt_tokens": "10", "completion_tokens": "5", "total_tokens": "15"}))
            .await,
        (10, 5, 15)
    );
    assert_eq!(
        counts(json!({"prompt_tokens": 1e1, "completion_tokens": null})).await,
        (10, 0, 10)
    );
}

#[tokio::test]
async fn counts_that_are_missing_are_zero_and_a_missing_total_is_computed() {
    assert_eq!(counts(json!({})).await, (0, 0, 0));
    assert_eq!(
        counts(json!({"prompt_tokens": 10, "completion_tokens": 5})).await,
        (10, 5, 15)
    );
}

#[tokio::test]
async fn counts_of_zero_are_kept() {
    assert_eq!(
        counts(json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 0})).await,
        (10, 5, 0)
    );
    let mut reply = reply();
    reply["usage"] = json!({"prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0}, "cost": 0});
    let answer = answer(&reply).await;
    let usage = answer.usage().unwrap();
    assert_eq!(
        (
            usage.cache_read_tokens(),
            usage.cache_write_tokens(),
            usage.reasoning_tokens()
        ),
        (Some(0), Some(0), Some(0))
    );
    assert_eq!(usage.cost_usd(), Some(0.0));
}

#[tokio::test]
async fn counts_may_have_their_newer_names() {
    assert_eq!(
        counts(json!({"input_tokens": 10, "output_tokens": 5.0, "total_tokens": 15})).await,
        (10, 5, 15)
    );
    assert_eq!(
        counts(json!({"input_tokens": 10, "output_tokens": "5"})).await,
        (10, 5, 15)
    );
    assert_eq!(
        counts(json!({"prompt_tokens": 0, "input_tokens": 10})).await,
        (0, 0, 0)
    );
}

#[tokio::test]
async fn what_a_reply_does_not_say_is_not_made_up() {
    let answer = answer(&json!({"choices": [{"message": {"content": "Hi"}}]})).await;
    assert_eq!(
        (
            answer.id(),
            answer.model(),
            answer.provider(),
            answer.created()
        ),
        (None, None, None, None)
    );
    assert!(answer.system_fingerprint().is_none() && answer.service_tier().is_none());
    assert!(answer.usage().is_none() && answer.native_finish_reason().is_none());
    assert!(
        answer.reasoning().is_none()
            && answer.refusal().is_none()
            && answer.router_metadata().is_none()
    );
}

#[tokio::test]
async fn an_error_in_a_success_is_an_error_with_message_and_code() {
    let model =
        replying(r#"{"error":{"code":429,"message":"Slow down, please."},"user_id":"u"}"#).await;
    let error = model.invoke("Hi").await.unwrap_err();
    assert!(error.to_string().contains("Slow down, please."), "{error}");
    assert_eq!(error.status().unwrap().as_u16(), 429);
    assert!(error.is_rate_limited());
    let model = replying(r#"{"error":{"code":"oops"}}"#).await;
    let error = model.invoke("Hi").await.unwrap_err();
    assert!(error.to_string().contains("oops"), "{error}");
    let model = replying(r#"{"error":"It broke."}"#).await;
    assert!(
        model
            .invoke("Hi")
            .await
            .unwrap_err()
            .to_string()
            .contains("It broke.")
    );
}

#[tokio::test]
async fn a_reply_without_choices_is_an_error_that_says_so() {
    for reply in [
        r#"{"id":"gen-1","choices":[]}"#,
        r#"{"id":"gen-1"}"#,
        r#"{"id":"gen-1","choices":null}"#,
    ] {
        let error = replying(reply).await.invoke("Hi").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoChoices, "{error}");
        assert!(error.to_string().contains("no choices"), "{error}");
        assert_eq!(error.generation_id(), Some("gen-1"));
    }
}

#[tokio::test]
async fn all_choices_are_there_in_order() {
    let mut reply = reply();
    reply["choices"] = json!([
        {"index": 0, "message": {"role": "assistant", "content": "one"}},
        {"index": 1, "message": {"role": "assistant", "content": "two"}, "finish_reason": "length"},
    ]);
    let answer = answer(&reply).await;
    let choices = answer.choices();
    let texts: Vec<_> = choices
        .iter()
        .map(|choice| (choice.index(), choice.text().into_owned()))
        .collect();
    assert_eq!(texts, [(0, "one".to_owned()), (1, "two".to_owned())]);
    assert_eq!(choices[1].ending(), Ending::Length);
}

/// To them, a missing role is an error.
#[tokio::test]
async fn a_missing_role_is_the_assistants() {
    let answer = replying(reply_of(r#"{"content":"Hi"}"#))
        .await
        .invoke("Hi")
        .await
        .unwrap();
    assert_eq!(answer.text(), "Hi");
    assert_eq!(
        sent(answer.message().unwrap()),
        json!({"role": "assistant", "content": "Hi"})
    );
}

#[tokio::test]
async fn arguments_that_are_no_json_make_an_invalid_call_with_name_id_and_text() {
    let mut reply = reply();
    reply["choices"][0]["message"] = json!({"role": "assistant", "content": "", "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Oslo\"}"}},
        {"id": "c2", "type": "function", "function": {"name": "weather", "arguments": "not-json{{{"}},
    ]});
    let answer = answer(&reply).await;
    let (valid, invalid) = (answer.tool_calls(), answer.invalid_tool_calls());
    assert_eq!((valid.len(), invalid.len()), (1, 1));
    assert_eq!(
        (
            valid[0].name(),
            valid[0].id(),
            valid[0].arguments().unwrap()
        ),
        ("weather", "c1", json!({"city": "Oslo"}))
    );
    assert_eq!(
        (
            invalid[0].name(),
            invalid[0].id(),
            invalid[0].arguments_text()
        ),
        ("weather", "c2", "not-json{{{")
    );
    assert!(invalid[0].problem().unwrap().contains("not JSON"));
}

#[tokio::test]
async fn reasoning_is_there_as_text_and_as_blocks() {
    let mut reply = reply();
    reply["choices"][0]["message"] = json!({"role": "assistant", "content": "Hi", "reasoning": "Hm.", "reasoning_details": [
        {"type": "reasoning.text", "text": "Hm.", "signature": "c2ln", "format": "anthropic-claude-v1", "index": 0}]});
    let answer = answer(&reply).await;
    assert_eq!(
        answer.reasoning().as_deref(),
        Some("Hm."),
        "once, though it is there twice"
    );
    assert_eq!(answer.reasoning_details().len(), 1);
    assert_eq!(
        sent_to("anthropic/claude-y", answer.message().unwrap())[0],
        reply["choices"][0]["message"]
    );
}

#[tokio::test]
async fn reasoning_is_read_out_of_its_blocks_where_there_is_no_text() {
    let mut reply = reply();
    reply["choices"][0]["message"] = json!({"role": "assistant", "content": "Hi", "reasoning_details": [
        {"type": "reasoning.summary", "summary": "One. "}, {"type": "reasoning.encrypted", "data": "x"}, {"type": "reasoning.text", "text": "Two."}]});
    assert_eq!(
        answer(&reply).await.reasoning().as_deref(),
        Some("One. Two.")
    );
}
