//! What holds for every table of endpoints and every request.

use std::collections::BTreeSet;

use openrouter_routing::endpoint::{Endpoint, Percentiles};
use openrouter_routing::plan::{Plan, Reason, plan};
use openrouter_routing::price::{Prices, UsdPerMillion};
use openrouter_routing::{Market, Request};
use openrouter_types as types;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use types::{Parameter, ProviderPreferences, Quantization};

const TAGS: [&str; 9] = [
    "a",
    "a/x",
    "a/y",
    "a/flex",
    "a/priority",
    "b",
    "b/flex",
    "c/z",
    "d",
];
const ENTRIES: [&str; 9] = [
    "a",
    "a/x",
    "a/flex",
    "a/priority",
    "b",
    "b/flex",
    "c",
    "d",
    "nobody",
];

fn parameters() -> impl Strategy<Value = Vec<Parameter>> {
    let all = vec![
        Parameter::TOOLS,
        Parameter::TEMPERATURE,
        Parameter::STRUCTURED_OUTPUTS,
        Parameter::SEED,
    ];
    subsequence(all, 0..=4)
}

fn quantization() -> impl Strategy<Value = Option<Quantization>> {
    select(vec![
        None,
        Some(Quantization::Fp4),
        Some(Quantization::Mxfp4),
        Some(Quantization::Fp8),
        Some(Quantization::Bf16),
    ])
}

prop_compose! {
    fn endpoint(tag: &'static str)(
        prices in (0u32..5, 0u32..5),
        quantization in quantization(),
        parameters in parameters(),
        context in proptest::option::of(select(vec![4_000, 32_000])),
        output in proptest::option::of(select(vec![1_000, 8_000])),
        uptime in proptest::option::of(select(vec![50.0, 85.0, 99.0])),
        rate in proptest::option::of(select(vec![10.0, 20.0, 40.0])),
        latency in proptest::option::of(select(vec![0.4, 900.0, 3000.0])),
    ) -> Endpoint {
        let mut endpoint = Endpoint::new("acme/model-1", tag);
        endpoint.prices = Prices::new(UsdPerMillion::from(prices.0), UsdPerMillion::from(prices.1));
        endpoint.quantization = quantization;
        endpoint.parameters = parameters;
        endpoint.context_length = context;
        endpoint.max_completion_tokens = output;
        endpoint.uptime_last_5m = uptime;
        endpoint.throughput = rate.map(Percentiles::all);
        endpoint.latency = latency.map(Percentiles::all);
        endpoint
    }
}

fn endpoints() -> impl Strategy<Value = Vec<Endpoint>> {
    subsequence(TAGS.to_vec(), 1..=TAGS.len())
        .prop_flat_map(|tags| tags.into_iter().map(endpoint).collect::<Vec<_>>())
}

fn entries() -> impl Strategy<Value = Option<Vec<String>>> {
    proptest::option::of(subsequence(ENTRIES.to_vec(), 0..=4).prop_shuffle())
        .prop_map(|entries| entries.map(|entries| entries.into_iter().map(str::to_owned).collect()))
}

prop_compose! {
    fn preferences()(
        order in entries(),
        only in entries(),
        ignore in entries(),
        allow_fallbacks in any::<Option<bool>>(),
        require_parameters in any::<Option<bool>>(),
        zdr in any::<Option<bool>>(),
        quantizations in proptest::option::of(subsequence(vec!["fp4", "fp8", "bf16", "unknown"], 0..=2)),
        sort in select(vec![None, None, None, Some("price"), Some("throughput"), Some("latency"), Some("exacto")]),
        across in any::<bool>(),
        cap in proptest::option::of(0u32..5),
        rate in proptest::option::of(select(vec![15.0, 30.0])),
    ) -> ProviderPreferences {
        let mut wire = ProviderPreferences::new();
        (wire.order, wire.only, wire.ignore) = (order, only, ignore);
        wire.allow_fallbacks = allow_fallbacks;
        wire.require_parameters = require_parameters;
        wire.zdr = zdr;
        wire.quantizations = quantizations.map(|texts| texts.into_iter().map(Into::into).collect());
        let mut preferences = openrouter_routing::Preferences::from(wire);
        if let Some(sort) = sort {
            preferences = if across { preferences.with_sort_across_models(sort) } else { preferences.with_sort(sort) };
        }
        if let Some(cap) = cap {
            preferences = preferences.with_max_prompt_price(cap.into());
        }
        let mut wire = ProviderPreferences::from(preferences);
        wire.preferred_min_throughput = rate.map(Into::into);
        wire
    }
}

prop_compose! {
    fn requests()(
        models in select(vec![vec!["acme/model"], vec!["acme/model:floor"], vec!["acme/model", "acme/other:nitro"]]),
        preferences in preferences(),
        parameters in parameters(),
        max_tokens in proptest::option::of(select(vec![500, 2_000, 20_000])),
        prompt_tokens in proptest::option::of(select(vec![1_000, 10_000, 100_000])),
        tier in select(vec![None, None, None, Some("flex"), Some("priority"), Some("default")]),
    ) -> Request {
        let mut request = Request::new(models).with_preferences(preferences).with_parameters(parameters);
        request.max_tokens = max_tokens;
        request.prompt_tokens = prompt_tokens;
        request.service_tier = tier.map(Into::into);
        request
    }
}

fn market(model: Vec<Endpoint>, other: Vec<Endpoint>) -> Market {
    let other = other.into_iter().map(|mut endpoint| {
        endpoint.model = "acme/other-1".to_owned();
        endpoint
    });
    Market::new()
        .with_model("acme/model", model)
        .with_model("acme/other", other)
        .with_zdr([
            ("acme/model-1", "a"),
            ("acme/model-1", "b/flex"),
            ("acme/model-1", "d"),
            ("acme/other-1", "a/x"),
        ])
}

fn candidates(plan: &Plan) -> BTreeSet<(String, String)> {
    plan.candidates()
        .iter()
        .map(|candidate| (candidate.model().to_owned(), candidate.tag().to_string()))
        .collect()
}

fn reasons<'a>(plan: &'a Plan, model: &str, tag: &str) -> &'a [Reason] {
    let out = plan
        .excluded()
        .iter()
        .find(|out| out.model() == model && out.tag().as_str() == tag);
    out.map_or(&[], |out| out.reasons())
}

/// The request with only the preference behind a reason, or nothing for reasons that depend on other endpoints.
fn alone(request: &Request, reason: &Reason) -> Option<Request> {
    let all = &request.preferences;
    let mut alone = Request::new(request.models.clone());
    match reason {
        // Naming a tier's endpoint elsewhere would admit it, so all names stay.
        Reason::TierNotRequested(_) => {
            alone.service_tier = request.service_tier.clone();
            alone.preferences.order = all.order.clone();
            alone.preferences.only = all.only.clone();
        }
        Reason::NotInOnly => alone.preferences.only = all.only.clone(),
        Reason::IgnoredBy(_) => alone.preferences.ignore = all.ignore.clone(),
        Reason::NotZdr => alone.preferences.zdr = all.zdr,
        Reason::Quantization { .. } => alone.preferences.quantizations = all.quantizations.clone(),
        Reason::MaxPrice { .. } => alone.preferences.max_price = all.max_price.clone(),
        Reason::MaxOutput { .. } => alone.max_tokens = request.max_tokens,
        Reason::ContextLength { .. } => {
            alone.max_tokens = request.max_tokens;
            alone.prompt_tokens = request.prompt_tokens;
        }
        Reason::MissingParameters(_) => {
            alone.preferences.require_parameters = all.require_parameters;
            alone.parameters = request.parameters.clone();
            alone.max_tokens = request.max_tokens;
        }
        Reason::Unlisted => {
            alone.preferences.order = all.order.clone();
            alone.preferences.allow_fallbacks = all.allow_fallbacks;
        }
        _ => return None,
    }
    Some(alone)
}

/// Whether a filter decides about each endpoint without looking at the others.
fn is_plain(request: &Request) -> bool {
    !request.parameters.contains(&Parameter::TOOLS)
        && !request.parameters.contains(&Parameter::STRUCTURED_OUTPUTS)
        && request.service_tier.is_none()
        && request.preferences.allow_fallbacks != Some(false)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_endpoint_is_a_candidate_or_excluded_with_reasons(
        model in endpoints(), other in endpoints(), request in requests(),
    ) {
        let market = market(model.clone(), other.clone());
        let plan = plan(&request, &market);
        let offered: usize = plan.models().iter().map(|model| market.endpoints(model).len()).sum();
        prop_assert_eq!(plan.candidates().len() + plan.excluded().len(), offered);
        prop_assert!(plan.excluded().iter().all(|out| !out.reasons().is_empty()));
        let ranks: Vec<_> = plan.candidates().iter().map(openrouter_routing::plan::Candidate::rank).collect();
        for (at, rank) in ranks.iter().enumerate() {
            let first = ranks.iter().position(|other| other == rank).unwrap();
            prop_assert_eq!(*rank, first, "a rank counts those before it; at {}", at);
        }
    }

    #[test]
    fn odds_of_a_rank_add_up_to_one(model in endpoints(), other in endpoints(), request in requests()) {
        let plan = plan(&request, &market(model, other));
        for group in plan.candidates().chunk_by(|a, b| a.rank() == b.rank()) {
            let odds: Vec<_> = group.iter().filter_map(openrouter_routing::plan::Candidate::odds).collect();
            if !odds.is_empty() {
                prop_assert_eq!(odds.len(), group.len(), "all of a rank are drawn, or none");
                prop_assert!((odds.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{:?}", odds);
                prop_assert!(odds.iter().all(|odds| (0.0..=1.0).contains(odds)));
            }
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(
        model in endpoints(), other in endpoints(), request in requests(), rotation in any::<Index>(), reverse in any::<bool>(),
    ) {
        let once = plan(&request, &market(model.clone(), other.clone()));
        let mut moved = model;
        let middle = rotation.index(moved.len());
        moved.rotate_left(middle);
        if reverse {
            moved.reverse();
        }
        let again = plan(&request, &market(moved, other.into_iter().rev().collect()));
        prop_assert_eq!(&once, &again);
        prop_assert_eq!(once.to_string(), again.to_string());
    }

    #[test]
    fn an_added_filter_never_adds_a_candidate(
        model in endpoints(), other in endpoints(), request in requests(), added in requests(),
    ) {
        let market = market(model, other);
        let (mut request, added) = (request, added);
        request.parameters.retain(|parameter| *parameter != Parameter::TOOLS && *parameter != Parameter::STRUCTURED_OUTPUTS);
        request.service_tier = None;
        request.preferences.allow_fallbacks = None;
        prop_assert!(is_plain(&request));
        let before = candidates(&plan(&request, &market));

        let mut filtered: Vec<Request> = Vec::new();
        let mut with = |change: &dyn Fn(&mut Request)| {
            let mut changed = request.clone();
            change(&mut changed);
            filtered.push(changed);
        };
        with(&|request| request.preferences.ignore.get_or_insert_default().extend(added.preferences.ignore.clone().unwrap_or_default()));
        with(&|request| request.preferences.zdr = Some(true));
        with(&|request| request.preferences.require_parameters = Some(true));
        if request.preferences.quantizations.as_ref().is_none_or(Vec::is_empty) {
            with(&|request| request.preferences.quantizations = added.preferences.quantizations.clone());
        }
        if request.preferences.max_price.is_none() {
            with(&|request| request.preferences.max_price = added.preferences.max_price.clone());
        }
        if request.preferences.only.as_ref().is_none_or(Vec::is_empty) {
            // Naming a tier's endpoint admits it, which is more than a filter.
            let only = added.preferences.only.clone().map(|only| {
                only.into_iter().filter(|entry| !entry.ends_with("flex") && !entry.ends_with("priority")).collect()
            });
            with(&|request| request.preferences.only = only.clone());
        }
        with(&|request| request.max_tokens = request.max_tokens.max(added.max_tokens));
        with(&|request| request.prompt_tokens = request.prompt_tokens.max(added.prompt_tokens));
        for changed in filtered {
            let after = candidates(&plan(&changed, &market));
            prop_assert!(after.is_subset(&before), "{:?} was added by {:?}", after.difference(&before), changed);
        }
    }

    #[test]
    fn every_reason_is_enough_alone(model in endpoints(), other in endpoints(), request in requests()) {
        let market = market(model, other);
        let whole = plan(&request, &market);
        for out in whole.excluded() {
            for reason in out.reasons() {
                let Some(alone) = alone(&request, reason) else { continue };
                let left = plan(&alone, &market);
                let found = reasons(&left, out.model(), out.tag().as_str());
                prop_assert!(found.contains(reason), "{}: {} is not among {:?}", out.tag(), reason, found);
            }
        }
    }

    #[test]
    fn every_advice_leaves_a_candidate(model in endpoints(), other in endpoints(), request in requests()) {
        let market = market(model, other);
        let empty = plan(&request, &market);
        prop_assert!(empty.is_empty() || empty.advice().is_empty());
        if empty.is_empty() && !empty.excluded().is_empty() {
            prop_assert!(!empty.advice().is_empty(), "something always helps here:\n{}", empty);
        }
        for advice in empty.advice() {
            let mut changed = request.clone();
            advice.apply(&mut changed);
            let helped = plan(&changed, &market);
            prop_assert!(!helped.is_empty(), "{} did not help:\n{}", advice, helped);
        }
    }
}
