//! What goes over the wire, and what is told before it does.

use std::time::Duration;

use openrouter_routing::preferences::{Cutoffs, WarningKind};
use openrouter_routing::price::{Usd, UsdPerMillion};
use openrouter_routing::provider::EndpointTag;
use openrouter_routing::slug::{ModelSlug, Router, Variant};
use openrouter_routing::{Preferences, Seconds, TokensPerSecond};
use openrouter_types as types;
use serde_json::{Value, json};
use types::{Decode, ProviderSort, Quantization};

fn wire(preferences: Preferences) -> Value {
    serde_json::to_value(types::ProviderPreferences::from(preferences)).unwrap()
}

/// Numbers and strings of the same decimal are the same price.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => text.parse().ok() == number.as_f64(),
        (a, b) => a == b,
    }
}

/// What OpenRouter's documentation shows, and the calls that make it.
fn documented() -> Vec<(Value, Preferences)> {
    let p = Preferences::new;
    let cents = UsdPerMillion::from_cents;
    let speed = TokensPerSecond::from;
    let seconds = Seconds::from;
    vec![
        (json!({"sort": "throughput"}), Preferences::fastest()),
        (json!({"sort": "price"}), Preferences::cheapest()),
        (json!({"sort": "latency"}), Preferences::most_responsive()),
        (json!({"sort": "exacto"}), Preferences::best_tool_calls()),
        (json!({"zdr": true}), p().with_zero_data_retention()),
        (
            json!({"data_collection": "deny"}),
            p().without_data_collection(),
        ),
        (
            json!({"data_collection": "deny", "zdr": true}),
            Preferences::private(),
        ),
        (
            json!({"sort": {"by": "throughput", "partition": "none"}}),
            Preferences::fastest_of_models(),
        ),
        (
            json!({"sort": {"by": "latency", "partition": "none"}}),
            Preferences::most_responsive_of_models(),
        ),
        (
            json!({"sort": {"by": "price", "partition": "none"}, "preferred_min_throughput": {"p90": 50}}),
            Preferences::cheapest_of_models_at(speed(50)),
        ),
        (
            json!({"sort": {"by": "price", "partition": "none"}, "preferred_max_latency": {"p90": 3}}),
            p().with_sort_across_models(ProviderSort::Price)
                .with_max_latency(Cutoffs::new().with_p90(seconds(3))),
        ),
        (
            json!({
                "preferred_max_latency": {"p50": 1, "p90": 3, "p99": 5},
                "preferred_min_throughput": {"p50": 100, "p90": 50}
            }),
            p().with_max_latency(
                Cutoffs::new()
                    .with_p50(seconds(1))
                    .with_p90(seconds(3))
                    .with_p99(seconds(5)),
            )
            .with_min_throughput(Cutoffs::new().with_p50(speed(100)).with_p90(speed(50))),
        ),
        (
            json!({"sort": {"by": "price", "partition": "none"}}),
            p().with_sort_across_models(ProviderSort::Price),
        ),
        (
            json!({"order": ["openai", "together"]}),
            p().with_order(["openai", "together"]),
        ),
        (
            json!({"order": ["openai", "together"], "allow_fallbacks": false}),
            p().with_order(["openai", "together"]).without_fallbacks(),
        ),
        (
            json!({"order": ["deepinfra/turbo"], "allow_fallbacks": false}),
            Preferences::pinned("deepinfra/turbo"),
        ),
        (json!({"require_parameters": true}), Preferences::strict()),
        (
            json!({"enforce_distillable_text": true}),
            Preferences::distillable(),
        ),
        (json!({"allow_fallbacks": false}), p().without_fallbacks()),
        (
            json!({"only": ["azure"]}),
            p().with_only([types::ProviderName::AZURE]),
        ),
        (
            json!({"ignore": ["deepinfra"]}),
            p().with_ignore(["deepinfra"]),
        ),
        (
            json!({"quantizations": ["fp8"]}),
            p().with_quantizations([Quantization::Fp8]),
        ),
        (
            json!({"max_price": {"prompt": 1, "completion": 2}}),
            p().with_max_prompt_price(1.into())
                .with_max_completion_price(2.into()),
        ),
        (
            json!({"order": ["anthropic", "amazon-bedrock", "google-vertex"], "allow_fallbacks": true}),
            p().with_order(["anthropic", "amazon-bedrock", "google-vertex"])
                .with_fallbacks(),
        ),
        (
            json!({"only": ["together", "fireworks"], "ignore": ["azure"], "quantizations": ["fp16", "bf16"]}),
            p().with_only(["together", "fireworks"])
                .with_ignore(["azure"])
                .with_quantizations([Quantization::Fp16, Quantization::Bf16]),
        ),
        (
            json!({"max_price": {"prompt": 0.5, "completion": 2}}),
            p().with_max_prompt_price(cents(50))
                .with_max_completion_price(cents(200)),
        ),
        (
            json!({"allow_fallbacks": true, "order": ["amazon-bedrock", "google-vertex", "anthropic"]}),
            p().with_fallbacks()
                .with_order(["amazon-bedrock", "google-vertex", "anthropic"]),
        ),
        (
            json!({"allow_fallbacks": true, "order": ["amazon-bedrock", "google-vertex"]}),
            p().with_fallbacks()
                .with_order(["amazon-bedrock", "google-vertex"]),
        ),
        (
            json!({"only": ["google-ai-studio"], "allow_fallbacks": false}),
            p().with_only([types::ProviderName::GOOGLE_AI_STUDIO])
                .without_fallbacks(),
        ),
        (
            json!({"order": ["anthropic"], "allow_fallbacks": true}),
            p().with_order(["anthropic"]).with_fallbacks(),
        ),
        (
            json!({"order": ["openai", "azure"], "allow_fallbacks": true, "data_collection": "deny"}),
            p().with_order(["openai", "azure"])
                .with_fallbacks()
                .without_data_collection(),
        ),
        (
            json!({"only": ["openai/priority"]}),
            p().with_only([EndpointTag::from("openai/priority")]),
        ),
    ]
}

#[test]
fn every_documented_preference_can_be_built_and_gives_no_warning() {
    for (json, preferences) in documented() {
        assert_eq!(preferences.warnings(), [], "{json}");
        let built = wire(preferences);
        assert!(same(&built, &json), "built {built}\n want {json}");
    }
}

#[test]
fn every_example_of_a_given_collection_can_be_built() {
    // A folder of documented examples beside the repository, where there is one.
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let path = std::path::Path::new(&folder).join("routing/documented-preferences.json");
    let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let built: Vec<_> = documented()
        .into_iter()
        .map(|(_, preferences)| wire(preferences))
        .collect();
    let mut checked = 0;
    for case in cases["examples"].as_array().unwrap() {
        let value = &case["value"];
        match case["kind"].as_str() {
            Some("provider") => {
                assert!(
                    built.iter().any(|built| same(built, value)),
                    "{value} has no calls that build it"
                );
            }
            Some("model") => slug_round_trips(value.as_str().unwrap()),
            Some("models") => {
                value
                    .as_array()
                    .unwrap()
                    .iter()
                    .for_each(|slug| slug_round_trips(slug.as_str().unwrap()));
            }
            kind => panic!("unknown kind {kind:?}"),
        }
        checked += 1;
    }
    assert!(checked > 0);
}

fn slug_round_trips(text: &str) {
    let slug: ModelSlug = text.parse().unwrap();
    assert_eq!(slug.to_string(), text);
    if let Some(router) = slug.router() {
        assert_eq!(ModelSlug::from(router), slug);
    }
    assert!(
        !slug
            .variants()
            .iter()
            .any(|variant| matches!(variant, Variant::Unknown(_))),
        "{text}"
    );
    assert_eq!(
        slug.author() == "openrouter",
        slug.router().is_some(),
        "{text}: {:?}",
        Router::ALL
    );
}

#[test]
fn fields_go_in_schema_order_whatever_the_order_of_calls() {
    let preferences = Preferences::new()
        .with_max_audio_price(Usd::from_micros(5))
        .with_max_image_price(Usd::from_cents(1))
        .with_max_request_price("0.002".parse().unwrap())
        .with_ignore(["azure"])
        .with_only(["openai", "azure"])
        .with_extra("novel", types::RawJson::parse("[1.0]").unwrap())
        .with_quantizations(["fp8", "brand-new"]);
    let text = serde_json::to_string(preferences.as_wire()).unwrap();
    assert_eq!(
        text,
        r#"{"only":["openai","azure"],"ignore":["azure"],"quantizations":["fp8","brand-new"],"max_price":{"request":"0.002","image":"0.01","audio":"0.000005"},"novel":[1.0]}"#
    );
}

#[test]
fn a_single_cutoff_is_a_number_and_becomes_the_median_beside_others() {
    let half_a_second = Seconds::from(Duration::from_millis(500));
    assert_eq!(
        wire(Preferences::new().with_max_latency(half_a_second)),
        json!({"preferred_max_latency": 0.5})
    );
    assert_eq!(
        wire(
            Preferences::new()
                .with_max_latency(Cutoffs::from(half_a_second).with_p75(Seconds::from(2)))
        ),
        json!({"preferred_max_latency": {"p50": 0.5, "p75": 2.0}})
    );
}

#[track_caller]
fn warns(json: &str, kinds: &[WarningKind]) {
    let preferences =
        Preferences::from(types::ProviderPreferences::decode(json.as_bytes()).unwrap());
    let warnings = preferences.warnings();
    let found: Vec<_> = warnings
        .iter()
        .map(openrouter_routing::preferences::Warning::kind)
        .collect();
    assert_eq!(found, kinds, "{json}: {warnings:?}");
    assert!(
        warnings
            .iter()
            .all(|warning| !warning.to_string().is_empty())
    );
}

#[test]
fn contradictions_are_told() {
    use WarningKind as W;

    warns(
        r#"{"only": ["openai", "azure"], "ignore": ["azure"]}"#,
        &[W::OnlyAndIgnored],
    );
    warns(
        r#"{"only": ["openai/turbo"], "ignore": ["openai"]}"#,
        &[W::OnlyAndIgnored, W::NothingLeft],
    );
    warns(
        r#"{"only": ["openai/priority"], "ignore": ["openai"]}"#,
        &[],
    );
    warns(
        r#"{"order": ["groq"], "ignore": ["groq"]}"#,
        &[W::OrderedButExcluded],
    );
    warns(
        r#"{"order": ["groq"], "only": ["openai"]}"#,
        &[W::OrderedButExcluded],
    );
    warns(r#"{"order": ["openai/turbo"], "only": ["openai"]}"#, &[]);
    warns(
        r#"{"order": ["groq"], "sort": "price"}"#,
        &[W::SortBesideOrder],
    );
}

#[test]
fn what_does_nothing_is_told() {
    use WarningKind as W;

    warns(
        r#"{"order": [], "only": [], "ignore": [], "quantizations": [], "max_price": {}}"#,
        &[W::Empty; 5],
    );
    warns(
        r#"{"order": ["deepinfra", "deepinfra/turbo"]}"#,
        &[W::Repeated],
    );
    warns(r#"{"order": ["deepinfra/turbo", "deepinfra"]}"#, &[]);
    warns(r#"{"order": ["openai", "openai/flex"]}"#, &[]);
    warns(r#"{"only": ["openai", "openai"]}"#, &[W::Repeated]);
    warns(
        r#"{"zdr": false, "enforce_distillable_text": false}"#,
        &[W::NoEffect, W::NoEffect],
    );
    warns(
        r#"{"preferred_min_throughput": {"p50": 40, "p90": 50}}"#,
        &[W::CutoffsOutOfOrder],
    );
    warns(
        r#"{"preferred_max_latency": {"p50": 4, "p90": 3}}"#,
        &[W::CutoffsOutOfOrder],
    );
    warns(r#"{"preferred_max_latency": {}}"#, &[W::Empty]);
}

#[test]
fn slips_of_unit_and_spelling_are_told() {
    use WarningKind as W;

    warns(
        r#"{"only": ["OpenAI"], "ignore": ["Amazon Bedrock"]}"#,
        &[W::DisplayName, W::DisplayName],
    );
    warns(
        r#"{"max_price": {"prompt": "0.000001"}}"#,
        &[W::PricePerToken],
    );
    warns(
        r#"{"max_price": {"prompt": "0", "request": "0.000001"}}"#,
        &[],
    );
    warns(r#"{"max_price": {"prompt": "-1"}}"#, &[W::BadPrice]);
    warns(
        r#"{"preferred_max_latency": 500}"#,
        &[W::LatencyInMilliseconds],
    );
    warns(r#"{"preferred_max_latency": -1}"#, &[W::BadCutoff]);
    warns(r#"{"data_collection": "disallow"}"#, &[W::UnknownValue]);
    warns(r#"{"sort": "speed"}"#, &[W::UnknownValue]);
    warns(r#"{"sort": {"by": "speed"}}"#, &[W::UnknownValue]);
    warns(r#"{"sort": {"partition": "none"}}"#, &[W::SortWithoutBy]);
    warns(r#"{"quantizations": ["q4"]}"#, &[W::UnknownValue]);
    warns(r#"{"quantizations": ["unknown"]}"#, &[]);
    warns(r#"{"allow": ["openai"]}"#, &[W::UnknownField]);
}
