//! What an endpoint has to have, to be asked at all.

use openrouter_routing::plan::{CaveatKind, plan};
use openrouter_routing::price::PriceKey;
use openrouter_routing::{Market, Request};
use openrouter_types as types;
use openrouter_types::Parameter;

use super::{check, endpoint, market, plan_of, with};
use crate::support::{excluded, order, request};

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
