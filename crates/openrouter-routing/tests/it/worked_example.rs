//! The table of requests that was worked out by hand from the documentation.

use openrouter_routing::plan::{CaveatKind, plan};

use crate::support::{acme, excluded, order, plan_json, request};

#[track_caller]
fn check(json: &str, candidates: &str, out: &str) {
    let plan = plan_json(json);
    assert_eq!(order(&plan), candidates, "{json}\n{plan}");
    assert_eq!(excluded(&plan), out, "{json}\n{plan}");
}

#[test]
fn without_preferences_the_first_stable_endpoint_is_drawn_by_price() {
    check(
        "{}",
        "{alpha 0.8182, alpha/turbo 0.0909, gamma 0.0909} > beta",
        "gamma/flex: tier_not_requested",
    );
}

#[test]
fn a_sort_by_throughput_ignores_health_and_puts_the_unmeasured_last() {
    check(
        r#"{"provider": {"sort": "throughput"}}"#,
        "alpha/turbo > beta > alpha > gamma",
        "gamma/flex: tier_not_requested",
    );
    let plan = plan_json(r#"{"provider": {"sort": "throughput"}}"#);
    for caveat in [
        CaveatKind::SortStatistic,
        CaveatKind::SortIgnoresHealth,
        CaveatKind::NoStatistics,
    ] {
        assert!(plan.has_caveat(caveat), "{caveat:?}");
    }
}

#[test]
fn the_floor_variant_sorts_by_price_and_admits_the_flex_tier() {
    check(
        r#"{"model": "acme/model:floor"}"#,
        "alpha > gamma/flex > beta > {alpha/turbo, gamma}",
        "",
    );
}

#[test]
fn only_keeps_every_endpoint_of_a_provider() {
    check(
        r#"{"provider": {"only": ["alpha"]}}"#,
        "{alpha 0.9000, alpha/turbo 0.1000}",
        "beta: not_in_only\ngamma: not_in_only\ngamma/flex: tier_not_requested not_in_only",
    );
}

#[test]
fn order_without_fallbacks_leaves_what_it_lists() {
    check(
        r#"{"provider": {"order": ["gamma", "alpha/turbo"], "allow_fallbacks": false}}"#,
        "gamma! > alpha/turbo!",
        "alpha: unlisted\nbeta: unlisted\ngamma/flex: tier_not_requested unlisted",
    );
}

#[test]
fn a_quantization_excludes_those_of_another_and_those_that_declare_none() {
    check(
        r#"{"provider": {"quantizations": ["fp4"]}}"#,
        "alpha/turbo!",
        "alpha: quantization\nbeta: quantization\ngamma: quantization\ngamma/flex: tier_not_requested quantization",
    );
}

#[test]
fn a_price_cap_and_a_length_are_told_apart() {
    check(
        r#"{"max_tokens": 16000, "provider": {"max_price": {"prompt": 2}}}"#,
        "beta!",
        "alpha: max_output\nalpha/turbo: max_output max_price\ngamma: max_price\ngamma/flex: tier_not_requested",
    );
}

#[test]
fn required_parameters_exclude_those_that_lack_one() {
    check(
        r#"{"temperature": 0.5, "provider": {"require_parameters": true}}"#,
        "{alpha 0.9000, alpha/turbo 0.1000} > beta",
        "gamma: missing_parameters\ngamma/flex: tier_not_requested missing_parameters",
    );
}

#[test]
fn tools_drop_those_without_and_leave_the_order_unknown() {
    let json = r#"{"tools": [{"type": "function", "function": {"name": "f"}}]}"#;
    check(
        json,
        "{alpha, beta, gamma}",
        "alpha/turbo: lacks_soft\ngamma/flex: tier_not_requested",
    );
    assert!(plan_json(json).has_caveat(CaveatKind::AutoExacto));
}

#[test]
fn the_flex_tier_uses_nothing_else() {
    check(
        r#"{"service_tier": "flex"}"#,
        "gamma/flex!",
        "alpha: not_flex\nalpha/turbo: not_flex\nbeta: not_flex\ngamma: not_flex",
    );
}

#[test]
fn every_have_and_want_is_told() {
    let plan = plan_json(r#"{"max_tokens": 16000, "provider": {"max_price": {"prompt": 2}}}"#);
    let turbo = plan
        .excluded()
        .iter()
        .find(|out| out.tag().as_str() == "alpha/turbo")
        .unwrap();
    let told: Vec<_> = turbo
        .reasons()
        .iter()
        .map(|reason| (reason.have().unwrap(), reason.want().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("8192".into(), "16000".into()),
            ("$3/M".to_owned(), "$2/M".to_owned())
        ]
    );
    let told: Vec<_> = turbo.reasons().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "at most 8192 output tokens, want 16000",
            "prompt price $3/M, want at most $2/M"
        ]
    );
}

#[test]
fn the_published_example_of_the_draw_is_nine_to_one() {
    use openrouter_routing::Market;
    use openrouter_routing::endpoint::Endpoint;
    use openrouter_routing::price::{Prices, UsdPerMillion};

    let endpoint = |tag: &str, dollars: u32, uptime: f64| {
        let mut endpoint = Endpoint::new("acme/model-1", tag);
        endpoint.prices = Prices::new(UsdPerMillion::from(dollars), UsdPerMillion::from(0));
        endpoint.uptime_last_5m = Some(uptime);
        endpoint
    };
    let market = Market::new().with_model(
        "acme/model",
        [
            endpoint("a", 1, 99.0),
            endpoint("b", 2, 50.0),
            endpoint("c", 3, 100.0),
        ],
    );
    assert_eq!(
        order(&plan(&request("{}"), &market)),
        "{a 0.9000, c 0.1000} > b"
    );
    assert_eq!(acme().endpoints("acme/model").len(), 5);
}
