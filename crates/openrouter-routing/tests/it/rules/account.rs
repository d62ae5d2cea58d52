//! What an account adds to a request.

use openrouter_routing::Account;
use openrouter_routing::plan::{Billing, CaveatKind, plan};
use openrouter_routing::request::OwnKey;
use openrouter_types as types;

use super::{endpoint, fast, market};
use crate::support::{excluded, order, request};

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
