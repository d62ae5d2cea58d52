//! What a plan says when it is printed, when nothing is left, and beside what really happened.

use openrouter_routing::endpoint::Endpoint;
use openrouter_routing::plan::{Budget, Change, Difference, Plan, plan};
use openrouter_routing::price::{Prices, Usd, UsdPerMillion, Workload};
use openrouter_routing::{Account, Market};
use openrouter_types as types;
use types::Decode;

use crate::support::{acme, order, plan_json, request};

fn advice(plan: &Plan) -> Vec<String> {
    plan.advice().iter().map(ToString::to_string).collect()
}

#[test]
fn a_plan_prints_as_a_table() {
    insta::assert_snapshot!(plan_json(
        r#"{"temperature": 1, "provider": {"require_parameters": true, "preferred_min_throughput": 100}}"#
    ));
}

#[test]
fn a_plan_of_nothing_prints_what_would_help() {
    insta::assert_snapshot!(plan_json(
        r#"{"max_tokens": 16000, "provider": {"only": ["alpha", "gamma/flex"], "sort": "price", "order": ["alpha"],
            "max_price": {"completion": "0.5"}}}"#
    ));
}

#[test]
fn a_plan_serialises_with_stable_codes() {
    let plan = plan_json(
        r#"{"max_tokens": 16000, "provider": {"max_price": {"prompt": 2}, "zdr": true}}"#,
    );
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan).unwrap());
}

#[test]
fn advice_is_the_smallest_change_and_the_cheapest_first() {
    assert_eq!(
        advice(&plan_json(
            r#"{"provider": {"max_price": {"prompt": 0.5}}}"#
        )),
        ["raise `max_price.prompt` to $1/M: leaves alpha of acme/model",]
    );
    assert_eq!(
        advice(&plan_json(r#"{"provider": {"only": ["nobody"]}}"#)),
        [
            "add `alpha` to `only`: leaves alpha of acme/model",
            "add `gamma/flex` to `only`: leaves gamma/flex of acme/model",
            "add `beta` to `only`: leaves beta of acme/model",
            "add `alpha/turbo` to `only`: leaves alpha/turbo of acme/model",
            "add `gamma` to `only`: leaves gamma of acme/model",
        ]
    );
    assert_eq!(
        advice(&plan_json(
            r#"{"provider": {"only": ["alpha"], "ignore": ["alpha", "beta"]}}"#
        ))[0],
        "take `alpha` out of `ignore`: leaves alpha of acme/model"
    );
    assert!(plan_json("{}").advice().is_empty());
}

#[test]
fn advice_that_needs_the_account_comes_last_and_is_not_applied() {
    let mut account = Account::default();
    account.allowed_providers = Some(vec!["beta".into()]);
    let plan = plan(
        &request(r#"{"provider": {"only": ["alpha"]}}"#).with_account(account),
        &acme(),
    );
    let told = advice(&plan);
    assert_eq!(
        told.first().unwrap(),
        "add `beta` to `only`: leaves beta of acme/model"
    );
    let last = plan.advice().last().unwrap();
    assert_eq!(last.changes(), [Change::ChangeAccount("allowed providers")]);
    assert!(!last.is_for_request());
}

fn compared(json: &str, metadata: &str) -> Vec<String> {
    let metadata = types::OpenRouterMetadata::decode(metadata.as_bytes()).unwrap();
    plan_json(json)
        .compare(&metadata)
        .differences()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_plan_agrees_with_what_it_foresaw() {
    let metadata = r#"{"attempt": 2, "endpoints": {"total": 4, "available": [
        {"provider": "Beta", "model": "acme/model", "selected": true},
        {"provider": "Alpha", "model": "acme/model-1", "selected": false},
        {"provider": "Alpha", "model": "acme/model", "selected": false},
        {"provider": "Gamma", "model": "acme/model", "selected": false}]},
        "attempts": [{"provider": "Alpha", "model": "acme/model", "status": 500}, {"provider": "Beta", "model": "acme/model", "status": 200}]}"#;
    let metadata = types::OpenRouterMetadata::decode(metadata.as_bytes()).unwrap();
    let comparison = plan_json("{}").compare(&metadata);
    assert!(comparison.agrees(), "{:?}", comparison.differences());
    assert_eq!(comparison.served_by().unwrap().tag().as_str(), "beta");
    assert!(
        plan_json("{}")
            .compare(&types::OpenRouterMetadata::default())
            .agrees(),
        "a report of nothing differs in nothing"
    );
}

#[test]
fn what_went_otherwise_is_named() {
    let only_alpha = r#"{"provider": {"only": ["alpha"], "sort": "price"}}"#;
    assert_eq!(
        compared(
            only_alpha,
            r#"{"attempt": 1, "endpoints": {"available": [
                {"provider": "Beta", "model": "acme/model", "selected": true},
                {"provider": "Delta", "model": "acme/model"},
                {"provider": "Alpha", "model": "acme/model"}]}}"#,
        ),
        [
            "Beta (acme/model) was considered; the plan excluded it: not in `only`",
            "Delta (acme/model) was considered, and is not among the endpoints that were given",
            "alpha/turbo (acme/model) was planned and not considered",
        ]
    );
    let by_price = r#"{"provider": {"sort": "price", "ignore": ["alpha/turbo"]}}"#;
    assert_eq!(
        compared(
            by_price,
            r#"{"attempts": [{"provider": "Gamma"}, {"provider": "Alpha"}]}"#
        ),
        [
            "Gamma () was tried first; planned was alpha",
            "Alpha () was tried after an endpoint that was planned behind it",
        ]
    );
    let plan = plan_json(by_price);
    let metadata = types::OpenRouterMetadata::decode(
        br#"{"attempt": 1, "endpoints": {"available": [{"provider": "Beta", "model": "acme/model", "selected": true}]}}"#,
    )
    .unwrap();
    let comparison = plan.compare(&metadata);
    assert!(comparison.differences().iter().any(
        |difference| matches!(difference, Difference::NotFirst { planned, .. } if planned == &["alpha".to_owned()])
    ));
}

#[test]
fn costs_are_expected_by_the_odds_and_worst_over_all() {
    let plan = plan_json(r#"{"provider": {"only": ["alpha"]}}"#);
    assert_eq!(order(&plan), "{alpha 0.9000, alpha/turbo 0.1000}");
    let cost = plan.cost(&Workload::new(1_000_000, 0), None);
    assert_eq!(cost.expected().unwrap().to_string(), "1.2");
    assert_eq!(
        (cost.best(), cost.worst()),
        (Some(Usd::from(1)), Some(Usd::from(3)))
    );
    assert_eq!(cost.check(Usd::from(3)), Budget::Within);
    assert_eq!(
        cost.check(Usd::from_cents(299)),
        Budget::MayExceed {
            worst: Usd::from(3)
        }
    );
    assert_eq!(
        cost.check(Usd::from_cents(99)),
        Budget::Exceeded { best: Usd::from(1) }
    );

    let tools = plan_json(r#"{"tools": [{"type": "function", "function": {"name": "f"}}]}"#);
    assert_eq!(
        tools.cost(&Workload::new(1, 1), None).expected(),
        None,
        "which is first is not known"
    );
    let none = plan_json(r#"{"provider": {"only": ["nobody"]}}"#).cost(&Workload::new(1, 1), None);
    assert_eq!(
        (none.expected(), none.worst(), none.check(Usd::ZERO)),
        (None, None, Budget::Within)
    );
}

#[test]
fn endpoints_of_equal_cost_have_an_expectation_whichever_is_first() {
    let endpoint = |tag: &str| {
        let mut endpoint = Endpoint::new("acme/model-1", tag);
        endpoint.prices = Prices::new(UsdPerMillion::from(2), UsdPerMillion::from(2));
        endpoint
    };
    let market = Market::new().with_model("acme/model", [endpoint("a"), endpoint("b")]);
    let plan = plan(&request(r#"{"provider": {"sort": "exacto"}}"#), &market);
    assert_eq!(
        plan.cost(&Workload::new(500_000, 0), None).expected(),
        Some(Usd::from(1))
    );
}
