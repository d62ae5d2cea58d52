//! The rules beyond the worked example, one by one.

use openrouter_routing::endpoint::{Endpoint, Percentiles};
use openrouter_routing::plan::{Billing, CaveatKind, Certainty, Modifier, Plan, plan};
use openrouter_routing::price::{PriceKey, Prices, Usd, UsdPerMillion};
use openrouter_routing::request::OwnKey;
use openrouter_routing::{Account, Market, Request};
use openrouter_types as types;
use types::{Decode, Parameter};

use crate::support::{excluded, order, request};

/// An endpoint with that price for input, in dollars per million tokens, and nothing for output.
fn endpoint(tag: &str, dollars: u32) -> Endpoint {
    let mut endpoint = Endpoint::new("acme/model-1", tag);
    endpoint.prices = Prices::new(UsdPerMillion::from(dollars), UsdPerMillion::from(0));
    endpoint
}

fn fast(tag: &str, dollars: u32, rate: f64) -> Endpoint {
    let mut endpoint = endpoint(tag, dollars);
    endpoint.throughput = Some(Percentiles::all(rate));
    endpoint
}

fn with(mut endpoint: Endpoint, change: impl FnOnce(&mut Endpoint)) -> Endpoint {
    change(&mut endpoint);
    endpoint
}

fn market(endpoints: impl IntoIterator<Item = Endpoint>) -> Market {
    Market::new().with_model("acme/model", endpoints)
}

/// Default, priority and flex endpoints of one provider, and another provider.
fn tiers() -> Market {
    market([
        fast("openai", 4, 50.0),
        fast("openai/priority", 8, 90.0),
        fast("openai/flex", 2, 10.0),
        fast("azure", 5, 70.0),
        fast("azure/priority", 9, 80.0),
    ])
}

#[track_caller]
fn check(market: &Market, json: &str, candidates: &str) -> Plan {
    let plan = plan(&request(json), market);
    assert_eq!(order(&plan), candidates, "{json}\n{plan}");
    plan
}

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
fn soft_filters_look_at_what_the_hard_ones_left() {
    let able = |tag: &str, parameters: &[Parameter]| {
        with(endpoint(tag, 1), |e| e.parameters = parameters.to_vec())
    };
    let market = market([
        able("both", &[Parameter::TOOLS, Parameter::STRUCTURED_OUTPUTS]),
        able("choice", &[Parameter::TOOL_CHOICE]),
        able("json", &[Parameter::STRUCTURED_OUTPUTS]),
        able("none", &[]),
    ]);
    let tools = r#""tools": [{"type": "function", "function": {"name": "f"}}]"#;
    let schema =
        r#""response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {}}}"#;
    check(&market, &format!("{{{tools}}}"), "{both, choice}");
    let plan = check(&market, &format!("{{{tools}, {schema}}}"), "both!");
    assert_eq!(
        excluded(&plan),
        "choice: lacks_soft\njson: lacks_soft\nnone: lacks_soft"
    );
    check(
        &market,
        &format!(r#"{{{tools}, "provider": {{"only": ["none", "json"]}}}}"#),
        "{json, none}",
    );
    check(
        &market,
        &format!(r#"{{{schema}, "provider": {{"ignore": ["both"]}}}}"#),
        "json!",
    );
    check(
        &market,
        r#"{"verbosity": "low", "provider": {"sort": "price"}}"#,
        "{both, choice, json, none}",
    );
    let plan = check(
        &market,
        r#"{"response_format": {"type": "json_object"}, "provider": {"require_parameters": true}}"#,
        "",
    );
    assert!(excluded(&plan).starts_with("both: missing_parameters"));
}

#[test]
fn a_closed_order_can_be_emptied_by_a_soft_filter() {
    let able = |tag: &str| with(endpoint(tag, 1), |e| e.parameters = vec![Parameter::TOOLS]);
    let market = market([able("able"), endpoint("listed", 1)]);
    let json = r#"{"tools": [{"type": "function", "function": {"name": "f"}}],
        "provider": {"order": ["listed"], "allow_fallbacks": false}}"#;
    let plan = check(&market, json, "");
    assert_eq!(excluded(&plan), "able: unlisted\nlisted: lacks_soft");
    let advice: Vec<_> = plan.advice().iter().map(ToString::to_string).collect();
    assert_eq!(
        advice,
        [
            "allow fallbacks: leaves able of acme/model",
            "leave out `tools`: leaves listed of acme/model"
        ]
    );
}

#[test]
fn quantizations_cover_their_kinds() {
    use types::Quantization as Q;

    let of = |tag: &str, quantization| with(endpoint(tag, 1), |e| e.quantization = quantization);
    let market = market([
        of("fp4", Some(Q::Fp4)),
        of("mxfp4", Some(Q::Mxfp4)),
        of("nvfp4", Some(Q::Nvfp4)),
        of("fp8", Some(Q::Fp8)),
        of("mxfp8", Some(Q::Mxfp8)),
        of("nothing", None),
        of("unknown", Some(Q::from("unknown"))),
    ]);
    let left = |wanted: &str| {
        let plan = plan(
            &request(&format!(r#"{{"provider": {{"quantizations": {wanted}}}}}"#)),
            &market,
        );
        let mut tags: Vec<_> = plan
            .candidates()
            .iter()
            .map(|candidate| candidate.tag().to_string())
            .collect();
        tags.sort_unstable();
        tags.join(" ")
    };
    assert_eq!(left(r#"["fp4"]"#), "fp4 mxfp4 nvfp4");
    assert_eq!(left(r#"["mxfp4"]"#), "mxfp4");
    assert_eq!(left(r#"["fp8"]"#), "fp8 mxfp8");
    assert_eq!(left(r#"["unknown"]"#), "nothing unknown");
    assert_eq!(left(r#"["bf16"]"#), "");
    assert_eq!(left("[]").split(' ').count(), 7);
}

#[test]
fn price_caps_compare_each_key_in_its_unit() {
    let priced = |tag: &str, key: PriceKey, price: &str| {
        with(endpoint(tag, 1), |e| {
            e.prices = e.prices.clone().with(key, price.parse().unwrap());
        })
    };
    let market = market([
        priced("request", PriceKey::Request, "0.02"),
        priced("image", PriceKey::Image, "0.005"),
        priced("audio", PriceKey::Audio, "0.00002"),
        endpoint("plain", 1),
    ]);
    let plan = plan(
        &request(
            r#"{"provider": {"max_price": {"request": "0.01", "image": "0.004", "audio": "0.00001", "prompt": 1}}}"#,
        ),
        &market,
    );
    assert_eq!(order(&plan), "plain!");
    assert_eq!(
        excluded(&plan),
        "audio: max_price\nimage: max_price\nrequest: max_price"
    );
    assert_eq!(
        plan.excluded()[1].reasons()[0].to_string(),
        "image price $0.005, want at most $0.004"
    );
    assert!(plan.has_caveat(CaveatKind::MissingPrice) && plan.has_caveat(CaveatKind::AudioUnit));
    let equal = plan_of(r#"{"provider": {"max_price": {"image": 0.005}}}"#, &market);
    assert_eq!(
        equal.candidates().len(),
        4,
        "a price equal to the cap passes"
    );
}

fn plan_of(json: &str, market: &Market) -> Plan {
    plan(&request(json), market)
}

#[test]
fn context_and_output_limits_need_the_room() {
    let room = |tag: &str, context, output| {
        with(endpoint(tag, 1), |e| {
            e.context_length = context;
            e.max_completion_tokens = output;
        })
    };
    let market = market([
        room("small", Some(8_000), None),
        room("medium", Some(16_000), Some(4_000)),
        room("large", Some(64_000), Some(1_000)),
        room("silent", None, None),
    ]);
    let mut request = Request::new(["acme/model"]);
    request.prompt_tokens = Some(14_000);
    request.max_completion_tokens = Some(2_000);
    let tight = plan(&request, &market);
    assert_eq!(order(&tight), "{medium 0.5000, silent 0.5000}");
    assert_eq!(excluded(&tight), "large: max_output\nsmall: context_length");
    assert_eq!(tight.candidates()[1].doubts(), [CaveatKind::ContextUnknown]);

    request.max_tokens = Some(2_001);
    assert_eq!(
        order(&plan(&request, &market)),
        "silent 1.0000",
        "one with a doubt is not exact"
    );

    request.max_tokens = None;
    request.max_completion_tokens = None;
    request.prompt_tokens = Some(100_000);
    request.compresses_context = true;
    let compressed = plan(&request, &market);
    assert_eq!(order(&compressed), "{large 0.5000, silent 0.5000}");
    assert_eq!(
        excluded(&compressed),
        "medium: small_context\nsmall: small_context"
    );
    request.prompt_tokens = Some(30_000);
    assert_eq!(excluded(&plan(&request, &market)), "small: small_context");
}

#[test]
fn privacy_needs_the_list_and_says_what_it_does_not_know() {
    let market = market([endpoint("a", 1), endpoint("b", 2)]);
    let zdr = r#"{"provider": {"zdr": true}}"#;
    let blind = plan_of(zdr, &market);
    assert_eq!(blind.candidates()[0].doubts(), [CaveatKind::ZdrUnknown]);

    let market = market.with_zdr([("acme/model-1", "b")]);
    let seeing = plan_of(zdr, &market);
    assert_eq!(
        (order(&seeing), excluded(&seeing)),
        ("b!".into(), "a: not_zdr".into())
    );

    let deny = plan_of(
        r#"{"provider": {"data_collection": "deny", "sort": "price"}}"#,
        &market,
    );
    assert_eq!(order(&deny), "a > b");
    assert_eq!(
        deny.candidates()[0].doubts(),
        [CaveatKind::DataPolicyUnknown]
    );
    assert!(deny.candidates()[1].doubts().is_empty());

    let distill = r#"{"provider": {"enforce_distillable_text": true}}"#;
    assert_eq!(
        plan_of(distill, &market).candidates()[0].doubts(),
        [CaveatKind::DistillableUnknown]
    );
    assert!(plan_of(distill, &market.clone().with_distillable(["acme/other"])).is_empty());
    assert_eq!(
        plan_of(distill, &market.with_distillable(["acme/model"]))
            .candidates()
            .len(),
        2
    );
}

#[test]
fn kinds_of_input_are_matters_of_the_model() {
    let answer = crate::support::acme_answer();
    let market = Market::new().with_answer(&answer);
    let json = r#"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}]}"#;
    let plan = plan_of(json, &market);
    assert!(plan.is_empty());
    assert_eq!(
        plan.excluded()[0].reasons()[0].to_string(),
        "model does not take image"
    );
    assert!(
        plan.advice().is_empty(),
        "no change of preferences gives a model eyes"
    );
    let model = openrouter_types::Model::default();
    assert!(plan_of(json, &market.with_catalog([&model])).is_empty());
}

#[test]
fn pro_reasoning_is_served_by_two_providers() {
    let market = market([
        endpoint("openai", 1),
        endpoint("azure/eu", 1),
        endpoint("groq", 1),
    ]);
    let plan = plan_of(
        r#"{"reasoning": {"mode": "pro"}, "provider": {"sort": "price"}}"#,
        &market,
    );
    assert_eq!(order(&plan), "{azure/eu, openai}");
    assert_eq!(excluded(&plan), "groq: reasoning_mode");
}

#[test]
fn account_and_request_combine_by_intersection_and_union() {
    let market = market([
        endpoint("a", 1),
        endpoint("b", 1),
        endpoint("c", 1),
        endpoint("d", 1),
    ]);
    let mut account = Account::default();
    account.allowed_providers = Some(vec!["a".into(), "b".into(), "c".into()]);
    account.ignored_providers = vec!["c".into()];
    let request =
        request(r#"{"provider": {"only": ["b", "c", "d"], "ignore": ["d"], "sort": "price"}}"#)
            .with_account(account);
    let plan = plan(&request, &market);
    assert_eq!(order(&plan), "b!");
    assert_eq!(
        excluded(&plan),
        "a: not_in_only\nc: ignored_by_account\nd: ignored_by not_allowed_by_account"
    );
    assert!(!plan.has_caveat(CaveatKind::AccountUnknown));
}

#[test]
fn own_keys_come_before_order_or_after_everything() {
    let market = market([endpoint("a", 1), endpoint("b", 2), endpoint("c", 3)]);
    let with_keys = |keys: Vec<OwnKey>, json: &str| {
        let mut account = Account::default();
        account.own_keys = keys;
        let plan = plan(&request(json).with_account(account), &market);
        let text: Vec<_> = plan
            .candidates()
            .iter()
            .map(|candidate| match candidate.billing() {
                Billing::OwnKey => format!("({})", candidate.tag()),
                _ => candidate.tag().to_string(),
            })
            .collect();
        (text.join(" "), excluded(&plan))
    };
    let order = r#"{"provider": {"order": ["a", "b"]}}"#;
    let none = String::new();
    assert_eq!(
        with_keys(vec![OwnKey::prioritized("c")], order),
        ("(c) a b c".into(), none.clone())
    );
    assert_eq!(
        with_keys(vec![OwnKey::fallback("a")], order),
        ("a b c (a)".into(), none.clone())
    );
    assert_eq!(
        with_keys(vec![OwnKey::prioritized("c").always()], order),
        ("(c) a b".into(), none)
    );
    assert_eq!(
        with_keys(
            vec![OwnKey::prioritized("c")],
            r#"{"provider": {"sort": "price", "allow_fallbacks": false}}"#
        ),
        ("(c)".into(), "a: no_fallbacks\nb: no_fallbacks".into())
    );
}

#[test]
fn an_account_sort_applies_where_the_request_has_none() {
    let market = market([fast("a", 3, 30.0), fast("b", 1, 10.0)]);
    let mut account = Account::default();
    account.default_sort = Some(types::ProviderSort::Throughput);
    assert_eq!(
        order(&plan(&request("{}").with_account(account.clone()), &market)),
        "a > b"
    );
    let own = request(r#"{"provider": {"sort": "price"}}"#).with_account(account);
    assert_eq!(order(&plan(&own, &market)), "b > a");
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

#[test]
fn what_is_not_a_model_is_told() {
    for (json, kind) in [
        (r#"{"model": "acme/absent"}"#, CaveatKind::NoEndpoints),
        (r#"{"model": "not-a-slug"}"#, CaveatKind::SlugUnreadable),
        (r#"{"model": "openrouter/auto"}"#, CaveatKind::RouterPicks),
        (
            r#"{"model": "~acme/model-latest"}"#,
            CaveatKind::AliasUnresolved,
        ),
        (r#"{"model": "@preset/mine"}"#, CaveatKind::PresetUnknown),
        (r#"{"model": "acme/model:free"}"#, CaveatKind::FreePolicy),
    ] {
        let plan = plan_of(json, &market([endpoint("a", 1)]));
        assert!(plan.is_empty() && plan.has_caveat(kind), "{json}");
    }
}

#[test]
fn an_alias_resolves_to_the_endpoints_of_its_model() {
    let alias = types::Model::decode(
        br#"{"id": "~acme/model-latest", "alias_target": {"slug": "acme/model-1"}}"#,
    )
    .unwrap();
    let market = market([endpoint("a", 1)]).with_catalog([&alias]);
    let json = r#"{"model": "~acme/model-latest"}"#;
    assert_eq!(order(&plan_of(json, &market)), "a!");
    assert_eq!(plan_of(json, &market).models(), ["acme/model"]);
}

#[test]
fn odd_endpoints_stay_and_are_told() {
    let market = market([with(endpoint("a", 1), |e| {
        e.status = Some(-2);
        e.max_prompt_tokens = Some(100);
        e.context_length = Some(8192);
    })]);
    let mut request = request(r#"{"session_id": "s", "provider": {"only": ["a", "OpenAI"]}}"#);
    request.prompt_tokens = Some(101);
    let plan = plan(&request, &market);
    for kind in [
        CaveatKind::StatusCode,
        CaveatKind::PromptLimit,
        CaveatKind::SmallContext,
        CaveatKind::Sticky,
        CaveatKind::DisplayName,
    ] {
        assert!(plan.has_caveat(kind), "{kind:?}");
    }
    assert_eq!(plan.candidates().len(), 1);
    assert_eq!(Usd::default(), Usd::ZERO);
}
