//! Instructions that planning costs, for a market of 400 models with 3,000 endpoints.
//!
//! `cargo bench -p openrouter-routing --bench planning` needs valgrind, and `gungraun-runner` of the same version as
//! the library. The request names all models, so that every endpoint is looked at.

#![allow(
    missing_docs,
    unused_qualifications,
    reason = "the benchmark macros write such code"
)]

use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use openrouter_routing::endpoint::{Endpoint, Percentiles};
use openrouter_routing::plan::{Plan, plan};
use openrouter_routing::price::{Prices, UsdPerMillion};
use openrouter_routing::{Market, Preferences, Request};
use openrouter_types::{Parameter, Quantization};

const MODELS: usize = 400;
const ENDPOINTS: usize = 3_000;

fn market() -> Market {
    let mut market = Market::new();
    for model in 0..MODELS {
        let of_model = (model..ENDPOINTS)
            .step_by(MODELS)
            .map(|at| endpoint(model, at));
        market = market.with_model(format!("acme/model-{model}"), of_model);
    }
    market
}

fn endpoint(model: usize, at: usize) -> Endpoint {
    let mut endpoint = Endpoint::new(
        format!("acme/model-{model}-2026"),
        format!("provider-{}/fp8", at % 67),
    );
    let dollars = u32::try_from(at % 23 + 1).unwrap_or_default();
    endpoint.prices = Prices::new(
        UsdPerMillion::from(dollars),
        UsdPerMillion::from(dollars * 4),
    );
    endpoint.quantization = Some(Quantization::Fp8);
    endpoint.parameters = vec![
        Parameter::TEMPERATURE,
        Parameter::TOOLS,
        Parameter::MAX_TOKENS,
        Parameter::SEED,
    ];
    endpoint.context_length = Some(131_072);
    endpoint.max_completion_tokens = Some(16_384);
    endpoint.uptime_last_5m = Some(if at.is_multiple_of(7) { 90.0 } else { 99.9 });
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let rate = (at % 97) as f64;
    endpoint.throughput = Some(Percentiles::all(rate));
    endpoint
}

fn case(name: &str) -> (Request, Market) {
    let mut request = Request::new((0..MODELS).map(|model| format!("acme/model-{model}")));
    request.max_tokens = Some(4_096);
    request.prompt_tokens = Some(10_000);
    let preferences = match name {
        "sorted" => {
            Preferences::fastest_of_models().with_max_completion_price(UsdPerMillion::from(60))
        }
        "nothing_left" => Preferences::new().with_only(["nobody"]),
        _ => Preferences::new(),
    };
    (request.with_preferences(preferences), market())
}

#[library_benchmark(setup = case)]
#[bench::drawn("drawn")]
#[bench::sorted("sorted")]
#[bench::nothing_left("nothing_left")]
fn plan_all((request, market): (Request, Market)) -> (Plan, Request, Market) {
    let plan = plan(black_box(&request), black_box(&market));
    // Handed back, so that dropping them is not counted.
    (plan, request, market)
}

library_benchmark_group!(name = planning, benchmarks = plan_all);
main!(library_benchmark_groups = planning);
