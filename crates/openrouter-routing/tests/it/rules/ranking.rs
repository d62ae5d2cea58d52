//! Thresholds, sorts, lists of models, health and odds.

use openrouter_routing::endpoint::Percentiles;
use openrouter_routing::plan::{CaveatKind, Certainty, Modifier};

use super::{check, endpoint, fast, market, with};
use crate::support::excluded;

#[test]
fn thresholds_move_to_the_end_and_exclude_nothing() {
    let market = market([
        fast("slow", 1, 10.0),
        fast("quick", 5, 90.0),
        fast("exact", 5, 50.0),
        endpoint("mute", 1),
    ]);
    let plan = check(
        &market,
        r#"{"provider": {"preferred_min_throughput": 50}}"#,
        "{exact 0.5000, quick 0.5000} > {mute, slow}",
    );
    assert!(
        plan.modifiers()
            .contains(&Modifier::Thresholds { moved: 2 })
    );
    assert!(!plan.candidates()[2].meets_thresholds());
    check(
        &market,
        r#"{"provider": {"preferred_min_throughput": {"p90": 500}, "allow_fallbacks": false}}"#,
        "{mute 0.4808, slow 0.4808, exact 0.0192, quick 0.0192}",
    );
    check(
        &market,
        r#"{"provider": {"order": ["slow", "quick"], "preferred_min_throughput": 50}}"#,
        "quick > exact > slow > mute",
    );
}

#[test]
fn latencies_are_compared_in_seconds_whatever_the_unit_listed() {
    let latency = |tag: &str, number: f64| {
        with(endpoint(tag, 1), |e| {
            e.latency = Some(Percentiles::all(number));
        })
    };
    let market = market([
        latency("milliseconds", 400.0),
        latency("seconds", 0.6),
        latency("slow", 2500.0),
    ]);
    check(
        &market,
        r#"{"provider": {"sort": "latency"}}"#,
        "milliseconds > seconds > slow",
    );
    check(
        &market,
        r#"{"provider": {"sort": "latency", "preferred_max_latency": {"p50": 0.5, "p90": 0.5}}}"#,
        "milliseconds > seconds > slow",
    );
    let plan = check(
        &market,
        r#"{"provider": {"preferred_max_latency": 0.5}}"#,
        "milliseconds 1.0000 > {seconds, slow}",
    );
    assert!(plan.has_caveat(CaveatKind::LatencyUnit));
}

#[test]
fn models_come_one_after_the_other_or_as_one_list() {
    let market = market([fast("a", 3, 10.0), fast("b", 1, 30.0)])
        .with_model("acme/other", [fast("c", 2, 20.0), fast("d", 9, 40.0)]);
    let models = r#""model": "acme/model", "models": ["acme/other"]"#;
    check(
        &market,
        &format!(r#"{{{models}, "provider": {{"sort": "price"}}}}"#),
        "b > a > c > d",
    );
    let across =
        format!(r#"{{{models}, "provider": {{"sort": {{"by": "price", "partition": "none"}}}}}}"#);
    let plan = check(&market, &across, "b > c > a > d");
    assert!(plan.modifiers().contains(&Modifier::AcrossModels));
    check(
        &market,
        &format!(r#"{{{models}, "route": "sort", "provider": {{"sort": "throughput"}}}}"#),
        "d > b > c > a",
    );
    check(
        &market,
        &format!(r#"{{{models}, "route": "fallback", "provider": {{"sort": "price"}}}}"#),
        "b > a > c > d",
    );
    check(
        &market,
        &format!(
            r#"{{{models}, "provider": {{"sort": "price", "preferred_min_throughput": 30}}}}"#
        ),
        "b > d > a > c",
    );
    check(
        &market,
        &format!(r#"{{{models}, "provider": {{"sort": "price", "allow_fallbacks": false}}}}"#),
        "b > c",
    );
    check(
        &market,
        &format!("{{{models}}}"),
        "{b 0.9000, a 0.1000} > {c 0.9529, d 0.0471}",
    );
    check(
        &market,
        r#"{"models": ["acme/other:nitro", "acme/model:floor"]}"#,
        "d > c > b > a",
    );
    let plan = check(
        &market,
        r#"{"models": ["acme/other:nitro", "acme/model:floor"], "route": "sort"}"#,
        "d > c > b > a",
    );
    assert!(plan.has_caveat(CaveatKind::PartitionWithVariants));
}

#[test]
fn the_first_mention_of_a_model_counts_with_its_variants() {
    let market = market([fast("a", 3, 30.0), fast("b", 1, 10.0)]);
    let plan = check(
        &market,
        r#"{"models": ["acme/model:nitro", "acme/model", "acme/model-1"]}"#,
        "a > b",
    );
    assert_eq!(plan.models(), ["acme/model"]);
    assert!(plan.has_caveat(CaveatKind::RepeatedModel));
}

#[test]
fn an_explicit_sort_wins_over_variants_and_tools() {
    let market = market([fast("a", 3, 30.0), fast("b", 1, 10.0)]);
    let plan = check(
        &market,
        r#"{"model": "acme/model:nitro", "provider": {"sort": "price"}}"#,
        "b > a",
    );
    assert!(plan.has_caveat(CaveatKind::VariantAgainstSort));
    let tools = r#""tools": [{"type": "function", "function": {"name": "f"}}]"#;
    check(
        &market,
        &format!(r#"{{{tools}, "provider": {{"sort": "price"}}}}"#),
        "b > a",
    );
    check(
        &market,
        &format!(r#"{{{tools}, "model": "acme/model:floor"}}"#),
        "b > a",
    );
    check(&market, &format!("{{{tools}}}"), "{a, b}");
    check(&market, r#"{"tools": []}"#, "{b 0.9000, a 0.1000}");
    check(&market, r#"{"model": "acme/model:exacto"}"#, "{a, b}");
    check(
        &market,
        r#"{"model": "acme/model:exacto", "provider": {"sort": "price"}}"#,
        "b > a",
    );
}

#[test]
fn sorts_that_are_not_known_leave_the_order_unknown() {
    let market = market([endpoint("a", 3), endpoint("b", 1)]);
    let plan = check(&market, r#"{"provider": {"sort": "vibes"}}"#, "{a, b}");
    assert!(plan.has_caveat(CaveatKind::UnknownSort));
    let plan = check(
        &market,
        r#"{"provider": {"sort": {"partition": "model"}}}"#,
        "{b 0.9000, a 0.1000}",
    );
    assert!(plan.has_caveat(CaveatKind::SortWithoutBy));
}

#[test]
fn health_orders_the_fallbacks_and_the_draw_takes_the_best_class_there_is() {
    let up = |tag: &str, dollars, uptime| {
        with(endpoint(tag, dollars), |e| e.uptime_last_5m = Some(uptime))
    };
    let sick = [
        up("worst", 1, 79.9),
        up("better", 5, 80.0),
        up("well", 9, 95.0),
    ];
    check(&market(sick.clone()), "{}", "well 1.0000 > better > worst");
    let plan = check(&market(sick[..2].to_vec()), "{}", "better 1.0000 > worst");
    assert!(plan.has_caveat(CaveatKind::NothingStable));
    check(
        &market(sick),
        r#"{"provider": {"sort": "price"}}"#,
        "worst > better > well",
    );
}

#[test]
fn free_endpoints_share_the_odds() {
    let plan = check(
        &market([
            endpoint("free", 0),
            endpoint("gratis", 0),
            endpoint("paid", 1),
        ]),
        "{}",
        "{free 0.5000, gratis 0.5000, paid 0.0000}",
    );
    assert!(plan.has_caveat(CaveatKind::FreeDraw));
}

#[test]
fn without_fallbacks_each_that_may_be_drawn_stays() {
    let up = |tag: &str, uptime| with(endpoint(tag, 1), |e| e.uptime_last_5m = Some(uptime));
    let plan = check(
        &market([up("a", 99.0), up("b", 99.0), up("c", 10.0)]),
        r#"{"provider": {"allow_fallbacks": false}}"#,
        "{a 0.5000, b 0.5000}",
    );
    assert_eq!(excluded(&plan), "c: no_fallbacks");
    assert!(plan.has_caveat(CaveatKind::NoFallbackDraw));
}

#[test]
fn an_entry_of_order_takes_its_endpoints_by_health_and_price() {
    let market = market([
        endpoint("a/x", 3),
        endpoint("a/y", 1),
        endpoint("b", 1),
        endpoint("a", 2),
    ]);
    let plan = check(
        &market,
        r#"{"provider": {"order": ["b", "a/x", "a"]}}"#,
        "b! > a/x! > a/y > a",
    );
    assert_eq!(plan.candidates()[2].certainty(), Certainty::Assumed);
}
