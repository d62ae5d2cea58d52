//! What the API writes as null, or as an empty list, where our types write nothing.
//!
//! The published description requires these fields, and other clients look into them without asking first. A few are
//! younger than our types: the official clients (`openrouter` 1.3.84 in Python, `@openrouter/sdk` 1.3.19 in JavaScript)
//! decode no endpoint without them.

use openrouter_types as types;
use types::{Extra, RawJson};

pub(crate) fn chunk(chunk: &mut types::ChatStreamChunk) {
    set(&mut chunk.extra, chunk.choices.is_empty(), "choices", "[]");
    for choice in &mut chunk.choices {
        null(
            &mut choice.extra,
            choice.finish_reason.is_none(),
            "finish_reason",
        );
    }
}

pub(crate) fn result(result: &mut types::ChatResult) {
    let is_missing = result.system_fingerprint.is_none();
    null(&mut result.extra, is_missing, "system_fingerprint");
    set(
        &mut result.extra,
        result.choices.is_empty(),
        "choices",
        "[]",
    );
    for choice in &mut result.choices {
        null(
            &mut choice.extra,
            choice.finish_reason.is_none(),
            "finish_reason",
        );
        let Some(message) = &mut choice.message else {
            continue;
        };
        null(&mut message.extra, message.content.is_none(), "content");
        null(&mut message.extra, message.refusal.is_none(), "refusal");
    }
}

pub(crate) fn list(list: &mut types::ModelsListResponse) {
    list.data.iter_mut().for_each(model);
    set(&mut list.extra, list.data.is_empty(), "data", "[]");
    if let Some(links) = &mut list.links {
        null(&mut links.extra, links.next.is_none(), "next");
    }
}

pub(crate) fn model(model: &mut types::Model) {
    let extra = &mut model.extra;
    null(
        extra,
        model.default_parameters.is_none(),
        "default_parameters",
    );
    null(
        extra,
        model.per_request_limits.is_none(),
        "per_request_limits",
    );
    null(extra, model.supported_voices.is_empty(), "supported_voices");
    null(extra, model.context_length.is_none(), "context_length");
    set(
        extra,
        model.supported_parameters.is_empty(),
        "supported_parameters",
        "[]",
    );
    if let Some(top) = &mut model.top_provider {
        null(
            &mut top.extra,
            top.context_length.is_none(),
            "context_length",
        );
        let is_missing = top.max_completion_tokens.is_none();
        null(&mut top.extra, is_missing, "max_completion_tokens");
    }
    model.architecture.iter_mut().for_each(architecture);
}

pub(crate) fn endpoints(listed: &mut types::ListEndpointsResponse) {
    set(
        &mut listed.extra,
        listed.endpoints.is_empty(),
        "endpoints",
        "[]",
    );
    listed.endpoints.iter_mut().for_each(endpoint);
    listed.architecture.iter_mut().for_each(architecture);
}

pub(crate) fn endpoint(endpoint: &mut types::PublicEndpoint) {
    let extra = &mut endpoint.extra;
    null(extra, endpoint.quantization.is_none(), "quantization");
    null(
        extra,
        endpoint.max_completion_tokens.is_none(),
        "max_completion_tokens",
    );
    null(
        extra,
        endpoint.max_prompt_tokens.is_none(),
        "max_prompt_tokens",
    );
    null(extra, endpoint.uptime_last_5m.is_none(), "uptime_last_5m");
    null(extra, endpoint.uptime_last_30m.is_none(), "uptime_last_30m");
    null(extra, endpoint.uptime_last_1d.is_none(), "uptime_last_1d");
    null(
        extra,
        endpoint.latency_last_30m.is_none(),
        "latency_last_30m",
    );
    null(
        extra,
        endpoint.throughput_last_30m.is_none(),
        "throughput_last_30m",
    );
    set(
        extra,
        endpoint.supported_parameters.is_empty(),
        "supported_parameters",
        "[]",
    );
    let chooses = endpoint
        .supported_parameters
        .iter()
        .any(|parameter| parameter.as_str() == "tool_choice");
    let choices = format!(
        r#"{{"none":{chooses},"auto":{chooses},"required":{chooses},"function":{chooses}}}"#
    );
    for (name, json) in [
        ("native_tools", "{}"),
        ("service_tier", "null"),
        ("supports_diarization", "false"),
        ("supports_tool_choice", &choices),
    ] {
        let is_missing = extra.get(name).is_none();
        set(extra, is_missing, name, json);
    }
}

pub(crate) fn provider(provider: &mut types::ProviderInfo) {
    let is_missing = provider.privacy_policy_url.is_none();
    null(&mut provider.extra, is_missing, "privacy_policy_url");
}

fn architecture(architecture: &mut types::ModelArchitecture) {
    let extra = &mut architecture.extra;
    null(extra, architecture.modality.is_none(), "modality");
    null(extra, architecture.instruct_type.is_none(), "instruct_type");
}

fn null(extra: &mut Extra, is_missing: bool, name: &str) {
    if is_missing {
        extra.insert(name, RawJson::null());
    }
}

fn set(extra: &mut Extra, is_missing: bool, name: &str, json: &str) {
    if is_missing && let Ok(json) = RawJson::parse(json) {
        extra.insert(name, json);
    }
}
