//! What the account's pages say: the key, credits, past generations.

use http::{HeaderMap, StatusCode};
use openrouter_types as types;
use serde_json::{Value, json};

use super::chat::now;
use super::lock;
use super::reply::Reply;
use super::respond::{bearer, key as inference_key, not_found};
use super::state::State;
use crate::Refusal;

/// `GET /key`.
pub(super) fn key(state: &State, headers: &HeaderMap) -> Result<Reply, Refusal> {
    let key = bearer(headers).ok_or_else(Refusal::wrong_key)?;
    let is_management = state.management_key.as_deref() == Some(key);
    if !is_management {
        inference_key(state, headers)?;
    }
    let (spent, free) = {
        let memory = lock(&state.memory);
        (memory.spent(), memory.free_requests(now() / 86_400))
    };
    let shown: String = key.chars().take(6).collect();
    let rate_limit = types::LegacyRateLimit::default()
        .with_requests(-1)
        .with_interval("10s")
        .with_note("This field is deprecated and safe to ignore.");
    let data = types::CurrentKey::default()
        .with_label(format!("{shown}..."))
        .with_include_byok_in_limit(false)
        .with_usage(spent)
        .with_usage_daily(spent)
        .with_usage_weekly(spent)
        .with_usage_monthly(spent)
        .with_byok_usage(0.0)
        .with_byok_usage_daily(0.0)
        .with_byok_usage_weekly(0.0)
        .with_byok_usage_monthly(0.0)
        .with_is_free_tier(false)
        .with_is_management_key(is_management)
        .with_is_provisioning_key(is_management)
        .with_rate_limit(rate_limit);
    let mut answer = json!({ "data": data });
    fill(&mut answer["data"], &KEY_NULLS);
    // Younger than our types; the official clients decode no key without them.
    answer["data"]["allowed_data_regions"] = json!(["global"]);
    answer["data"]["budgets"] = json!([]);
    answer["data"]["free_model_daily_requests"] = json!({
        "limit": FREE_REQUESTS_A_DAY,
        "used": free,
        "remaining": FREE_REQUESTS_A_DAY.saturating_sub(free),
    });
    Ok(Reply::json(StatusCode::OK, &answer))
}

/// For an account that has bought credits. They are told, and not enforced.
const FREE_REQUESTS_A_DAY: usize = 1000;

const KEY_NULLS: [&str; 7] = [
    "limit",
    "limit_remaining",
    "limit_reset",
    "creator_user_id",
    "effective_budget",
    "organization_id",
    "workspace_id",
];

/// `GET /credits`, for management keys only.
pub(super) fn credits(state: &State, headers: &HeaderMap) -> Result<Reply, Refusal> {
    let key = bearer(headers).ok_or_else(Refusal::wrong_key)?;
    if state
        .management_key
        .as_ref()
        .is_some_and(|expected| expected != key)
    {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "Only management keys can perform this operation",
        )
        .error_type("permission_denied"));
    }
    let data = types::Credits::default()
        .with_total_credits(100.0)
        .with_total_usage(lock(&state.memory).spent());
    Ok(Reply::json(
        StatusCode::OK,
        &types::CreditsResponse::default().with_data(data),
    ))
}

/// `GET /generation?id=…`.
pub(super) fn generation(
    state: &State,
    headers: &HeaderMap,
    query: &[(String, String)],
) -> Result<Reply, Refusal> {
    inference_key(state, headers)?;
    let id = id(query)?;
    let memory = lock(&state.memory);
    let generation = memory.find(id).ok_or_else(not_found)?;
    let mut answer = json!({ "data": generation.data });
    fill(&mut answer["data"], &GENERATION_NULLS);
    Ok(Reply::json(StatusCode::OK, &answer))
}

/// `GET /generation/content?id=…`.
pub(super) fn generation_content(
    state: &State,
    headers: &HeaderMap,
    query: &[(String, String)],
) -> Result<Reply, Refusal> {
    inference_key(state, headers)?;
    let id = id(query)?;
    let memory = lock(&state.memory);
    let generation = memory.find(id).ok_or_else(not_found)?;
    let mut answer = json!({ "data": generation.content });
    fill(&mut answer["data"], &["error"]);
    fill(&mut answer["data"]["output"], &["reasoning"]);
    Ok(Reply::json(StatusCode::OK, &answer))
}

fn id(query: &[(String, String)]) -> Result<&str, Refusal> {
    let id = query.iter().find(|(name, _)| name == "id");
    id.map(|(_, id)| id.as_str())
        .ok_or_else(|| Refusal::bad_request("id: Required"))
}

/// Says null where the API says null rather than nothing.
fn fill(object: &mut Value, names: &[&str]) {
    if let Some(object) = object.as_object_mut() {
        for name in names {
            object.entry(*name).or_insert(Value::Null);
        }
    }
}

const GENERATION_NULLS: [&str; 19] = [
    "http_referer",
    "user_agent",
    "upstream_id",
    "router",
    "provider_responses",
    "moderation_latency",
    "native_tokens_completion_images",
    "num_media_prompt",
    "num_media_completion",
    "num_input_audio_prompt",
    "num_search_results",
    "num_fetches",
    "cache_discount",
    "service_tier",
    "web_search_engine",
    "preset_id",
    "workspace_id",
    "external_user",
    "app_id",
];
