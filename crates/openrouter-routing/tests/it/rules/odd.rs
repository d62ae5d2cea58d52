//! Names that are none, and endpoints that lack what others have.

use openrouter_routing::plan::{CaveatKind, plan};
use openrouter_routing::price::Usd;
use openrouter_types as types;
use types::Decode;

use super::{endpoint, market, plan_of, with};
use crate::support::{order, request};

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
