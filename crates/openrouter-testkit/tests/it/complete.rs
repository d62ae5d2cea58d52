//! Answers have every field that the published description, or an official client, cannot do without.

use openrouter_testkit::TestServer;
use openrouter_types::{self as types, Decode};
use serde_json::{Value, json};

use crate::raw_client::{Answer, ask, call, get};

const MODEL: &str = "id canonical_slug name created pricing context_length architecture top_provider per_request_limits \
                     supported_parameters default_parameters supported_voices links";

const ENDPOINT: &str = "name model_id model_name context_length pricing provider_name tag quantization max_completion_tokens \
                        max_prompt_tokens supported_parameters uptime_last_30m uptime_last_5m uptime_last_1d \
                        supports_implicit_caching latency_last_30m throughput_last_30m \
                        native_tools service_tier supports_diarization supports_tool_choice";

const KEY: &str = "label limit usage usage_daily usage_weekly usage_monthly byok_usage byok_usage_daily byok_usage_weekly \
                   byok_usage_monthly is_free_tier is_management_key is_provisioning_key limit_remaining limit_reset \
                   include_byok_in_limit creator_user_id rate_limit \
                   allowed_data_regions budgets effective_budget free_model_daily_requests organization_id workspace_id";

const GENERATION: &str = "id upstream_id total_cost cache_discount upstream_inference_cost created_at model app_id streamed \
                          cancelled provider_name latency moderation_latency generation_time finish_reason service_tier \
                          tokens_prompt tokens_completion native_tokens_prompt native_tokens_completion \
                          native_tokens_completion_images native_tokens_reasoning native_tokens_cached num_media_prompt \
                          num_input_audio_prompt num_media_completion num_search_results num_fetches web_search_engine \
                          origin usage is_byok native_finish_reason external_user api_type preset_id router \
                          provider_responses user_agent http_referer data_region workspace_id";

const RESULT: &str = "id choices created model object system_fingerprint";
const CHUNK: &str = "id choices created model object";
const CHOICE: &str = "finish_reason index message";
const CHUNK_CHOICE: &str = "finish_reason index delta";
const USAGE: &str = "completion_tokens prompt_tokens total_tokens";

#[track_caller]
fn has(value: &Value, fields: &str) {
    let missing: Vec<_> = fields
        .split_whitespace()
        .filter(|field| value.get(field).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?} missing in {value:#}");
}

/// Reads an answer with the types, too.
#[track_caller]
fn read<T: Decode>(answer: &Answer) -> T {
    assert_eq!(answer.status, 200, "{answer:?}");
    T::decode(answer.body.as_bytes()).unwrap()
}

fn question(more: Value) -> Value {
    let mut body = json!({"model": "testkit/small", "messages": [{"role": "user", "content": "How warm is it in Oslo?"}]});
    let fields = body.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn lists_of_models_endpoints_and_providers_are_complete() {
    let server = TestServer::start().await.unwrap();
    for path in [
        "models?output_modalities=all",
        "models/user",
        "embeddings/models",
    ] {
        let answer = get(&server, &format!("/api/v1/{path}")).await;
        let list: types::ModelsListResponse = read(&answer);
        let json = answer.json();
        has(&json, "data total_count links");
        has(&json["links"], "next");
        assert_eq!(list.data.len() as u64, list.total_count.unwrap(), "{path}");
        for (model, json) in list.data.iter().zip(json["data"].as_array().unwrap()) {
            has(json, MODEL);
            has(
                &json["architecture"],
                "modality input_modalities output_modalities",
            );
            let slug = model.id.as_deref().unwrap();
            assert!(model.pricing.is_some(), "{slug}");

            let answer = get(&server, &format!("/api/v1/models/{slug}/endpoints")).await;
            let listed: types::ModelEndpointsResponse = read(&answer);
            let data = answer.json()["data"].clone();
            has(&data, "id name created description architecture endpoints");
            assert_eq!(listed.data.unwrap().id, model.id);
            for endpoint in data["endpoints"].as_array().unwrap() {
                has(endpoint, ENDPOINT);
            }
        }
    }
    let answer = get(&server, "/api/v1/endpoints/zdr").await;
    let zdr: types::ZdrEndpointsResponse = read(&answer);
    assert!(zdr.data.iter().all(|endpoint| endpoint.tag.is_some()));
    let json = answer.json();
    let endpoints = json["data"].as_array().unwrap();
    assert_eq!(endpoints.len(), zdr.data.len());
    endpoints
        .iter()
        .for_each(|endpoint| has(endpoint, ENDPOINT));
    assert_eq!(
        endpoints[0]["supports_tool_choice"],
        json!({"none": true, "auto": true, "required": true, "function": true})
    );

    let answer = get(&server, "/api/v1/providers").await;
    let providers: types::ProvidersResponse = read(&answer);
    assert!(
        providers
            .data
            .iter()
            .all(|provider| provider.slug.is_some())
    );
    let json = answer.json();
    for provider in json["data"].as_array().unwrap() {
        has(provider, "name slug privacy_policy_url");
    }
}

#[tokio::test]
async fn the_accounts_pages_are_complete_and_count_what_was_asked() {
    let server = TestServer::start().await.unwrap();
    let asked = ask(&server, &question(json!({"model": "testkit/small:free"}))).await;
    let id = asked.field("x-generation-id").unwrap();

    let answer = get(&server, "/api/v1/key").await;
    let key: types::CurrentKeyResponse = read(&answer);
    let spent = key.data.unwrap().usage.unwrap();
    assert!(spent > 0.0);
    let data = &answer.json()["data"];
    has(data, KEY);
    assert_eq!(
        data["free_model_daily_requests"],
        json!({"limit": 1000, "used": 1, "remaining": 999})
    );

    let answer = get(&server, "/api/v1/credits").await;
    let credits: types::CreditsResponse = read(&answer);
    assert_eq!(credits.data.unwrap().total_usage, Some(spent));
    has(&answer.json()["data"], "total_credits total_usage");

    let answer = get(&server, &format!("/api/v1/generation?id={id}")).await;
    let generation: types::GenerationResponse = read(&answer);
    assert_eq!(generation.data.unwrap().id.as_deref(), Some(id));
    has(&answer.json()["data"], GENERATION);

    let answer = get(&server, &format!("/api/v1/generation/content?id={id}")).await;
    let _: types::GenerationContentResponse = read(&answer);
    let data = &answer.json()["data"];
    has(data, "input output error");
    has(&data["output"], "completion reasoning");
}

#[tokio::test]
async fn answers_are_complete_whole_and_in_pieces() {
    let server = TestServer::start().await.unwrap();
    let tool = json!({"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}});
    for more in [
        json!({}),
        json!({"tools": [tool]}),
        json!({"reasoning": {"effort": "high"}, "n": 2}),
        json!({"logprobs": true, "service_tier": "flex"}),
        json!({"modalities": ["text", "image"]}),
        json!({"plugins": [{"id": "web"}]}),
    ] {
        let answer = ask(&server, &question(more.clone())).await;
        let result: types::ChatResult = read(&answer);
        assert!(!result.choices.is_empty());
        let json = answer.json();
        has(&json, RESULT);
        has(&json["usage"], USAGE);
        for choice in json["choices"].as_array().unwrap() {
            has(choice, CHOICE);
            has(&choice["message"], "role content refusal");
        }
        let mut streamed = question(more);
        streamed["stream"] = json!(true);
        let events = ask(&server, &streamed).await.events();
        for event in &events {
            has(event, CHUNK);
            for choice in event["choices"].as_array().unwrap() {
                has(choice, CHUNK_CHOICE);
            }
        }
        has(&events.last().unwrap()["usage"], USAGE);
    }
}

#[tokio::test]
async fn vectors_are_complete() {
    let server = TestServer::start().await.unwrap();
    for format in ["float", "base64"] {
        let body = json!({"model": "testkit/embedder", "input": ["a", "b"], "encoding_format": format, "dimensions": 3});
        let key = ["authorization: Bearer k"];
        let answer = call(
            &server,
            "POST",
            "/api/v1/embeddings",
            &key,
            &body.to_string(),
        )
        .await;
        let vectors: types::EmbeddingsResponse = read(&answer);
        assert_eq!(vectors.data.len(), 2);
        let json = answer.json();
        has(&json, "object data model");
        has(&json["usage"], "prompt_tokens total_tokens");
        for vector in json["data"].as_array().unwrap() {
            has(vector, "object embedding index");
        }
        // Three numbers of four bytes each, or as they are.
        let length = json["data"][0]["embedding"].as_str().map(str::len);
        assert_eq!(length, (format == "base64").then_some(16));
    }
}

#[tokio::test]
async fn errors_say_what_and_which() {
    let server = TestServer::start().await.unwrap();
    let routing = json!({"provider": {"only": ["nobody"]}});
    for (answer, status) in [
        (
            ask(&server, &question(json!({"temperature": 9}))).await,
            400,
        ),
        (call(&server, "GET", "/api/v1/key", &[], "").await, 401),
        (ask(&server, &question(routing)).await, 404),
        (get(&server, "/api/v1/generation?id=none").await, 404),
        (get(&server, "/api/v1/nothing").await, 404),
        (get(&server, "/api/v1/chat/completions").await, 405),
    ] {
        assert_eq!(answer.status, status);
        let error = types::ErrorResponse::decode(answer.body.as_bytes()).unwrap();
        let error = error.error;
        assert!(error.message.is_some_and(|message| !message.is_empty()));
        assert_eq!(answer.json()["error"]["code"], status);
    }
}
