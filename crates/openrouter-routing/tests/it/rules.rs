//! The rules beyond the worked example, one by one.

use openrouter_routing::Market;
use openrouter_routing::endpoint::{Endpoint, Percentiles};
use openrouter_routing::plan::{Plan, plan};
use openrouter_routing::price::{Prices, UsdPerMillion};

use crate::support::{order, request};

mod account;
mod filters;
mod odd;
mod ranking;
mod tiers;

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

fn plan_of(json: &str, market: &Market) -> Plan {
    plan(&request(json), market)
}
