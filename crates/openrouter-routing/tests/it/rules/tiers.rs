//! Service tiers.

use openrouter_routing::plan::CaveatKind;

use super::{check, endpoint, market, tiers};
use crate::support::excluded;

#[test]
fn the_priority_tier_comes_first_and_falls_back_to_the_others() {
    let all = "openai/priority > azure/priority > azure > openai";
    check(&tiers(), r#"{"service_tier": "priority"}"#, all);
    check(&tiers(), r#"{"service_tier": "fast"}"#, all);
    check(&tiers(), r#"{"speed": "fast"}"#, all);
    check(
        &tiers(),
        r#"{"service_tier": "priority", "provider": {"allow_fallbacks": false}}"#,
        "openai/priority!",
    );
    // The variant admits the flex tier, which is not the one that was asked for.
    check(
        &tiers(),
        r#"{"model": "acme/model:floor", "service_tier": "priority"}"#,
        "openai/priority > azure/priority > azure > openai > openai/flex",
    );
    let none = market([endpoint("a", 1), endpoint("b", 1)]);
    let plan = check(
        &none,
        r#"{"service_tier": "priority"}"#,
        "{a 0.5000, b 0.5000}",
    );
    assert!(plan.has_caveat(CaveatKind::TierFallback));
}

#[test]
fn a_tier_is_admitted_by_its_own_tag_and_by_variants() {
    check(
        &tiers(),
        r#"{"provider": {"only": ["openai/priority"]}}"#,
        "openai/priority!",
    );
    check(
        &tiers(),
        r#"{"provider": {"only": ["openai", "openai/flex"], "sort": "price"}}"#,
        "openai/flex > openai",
    );
    let plan = check(
        &tiers(),
        r#"{"provider": {"order": ["openai/flex"]}}"#,
        "openai/flex! > openai > azure",
    );
    assert!(plan.has_caveat(CaveatKind::OrderRest));
    check(
        &tiers(),
        r#"{"model": "acme/model:nitro"}"#,
        "openai/priority > azure/priority > azure > openai",
    );
    check(
        &tiers(),
        r#"{"model": "acme/model:nitro", "service_tier": "default"}"#,
        "azure > openai",
    );
    check(
        &tiers(),
        r#"{"model": "acme/model:nitro", "provider": {"order": ["azure"]}}"#,
        "azure! > openai",
    );
    check(
        &tiers(),
        r#"{"provider": {"sort": "throughput"}}"#,
        "azure > openai",
    );
}

#[test]
fn a_provider_in_only_or_ignore_leaves_its_tiers_alone() {
    check(
        &tiers(),
        r#"{"service_tier": "priority", "provider": {"ignore": ["openai", "azure"]}}"#,
        "openai/priority > azure/priority",
    );
    let plan = check(
        &tiers(),
        r#"{"service_tier": "priority", "provider": {"only": ["openai"]}}"#,
        "openai!",
    );
    assert!(plan.has_caveat(CaveatKind::TierCombination));
    assert!(excluded(&plan).contains("openai/priority: not_in_only"));
}

#[test]
fn the_flex_tier_routes_normally_where_the_filters_leave_none_of_it() {
    let json =
        r#"{"service_tier": "flex", "provider": {"ignore": ["openai/flex"], "sort": "price"}}"#;
    let plan = check(&tiers(), json, "openai > azure");
    assert!(plan.has_caveat(CaveatKind::TierFallback));
}

#[test]
fn unknown_tiers_route_normally_and_are_told() {
    let plan = check(
        &market([endpoint("a", 1)]),
        r#"{"service_tier": "scale"}"#,
        "a!",
    );
    assert!(plan.has_caveat(CaveatKind::TierUndescribed));
}
