//! What the tests share.

use std::path::Path;

use openrouter_routing::plan::{Certainty, Plan, plan};
use openrouter_routing::{Market, Request};
use openrouter_types as types;
use types::Decode;
use types::ModelEndpointsResponse;

pub(crate) fn data(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn acme_answer() -> ModelEndpointsResponse {
    ModelEndpointsResponse::decode(&data("worked_example.json")).unwrap()
}

/// The five endpoints of the worked example, under `acme/model`.
pub(crate) fn acme() -> Market {
    Market::new().with_answer(&acme_answer())
}

/// A request body, as a caller would send it; `model` is added when it is missing.
pub(crate) fn request(json: &str) -> Request {
    let mut wire = types::ChatRequest::decode(json.as_bytes()).unwrap();
    if wire.model.is_none() && wire.models.is_none() {
        wire.model = Some("acme/model".to_owned());
    }
    Request::from(&wire)
}

pub(crate) fn plan_json(json: &str) -> Plan {
    plan(&request(json), &acme())
}

/// The candidates on one line: in order, those of one rank in braces, with their odds.
pub(crate) fn order(plan: &Plan) -> String {
    plan.candidates()
        .chunk_by(|a, b| a.rank() == b.rank())
        .map(|group| {
            let members: Vec<_> = group
                .iter()
                .map(|candidate| match candidate.certainty() {
                    Certainty::Weighted(odds) => format!("{} {:.4}", candidate.tag(), odds),
                    Certainty::Exact => format!("{}!", candidate.tag()),
                    _ => candidate.tag().to_string(),
                })
                .collect();
            if group.len() > 1 {
                format!("{{{}}}", members.join(", "))
            } else {
                members.join(", ")
            }
        })
        .collect::<Vec<_>>()
        .join(" > ")
}

/// The exclusions on one line each.
pub(crate) fn excluded(plan: &Plan) -> String {
    plan.excluded()
        .iter()
        .map(|out| {
            let codes: Vec<_> = out
                .reasons()
                .iter()
                .map(openrouter_routing::plan::Reason::code)
                .collect();
            format!("{}: {}", out.tag(), codes.join(" "))
        })
        .collect::<Vec<_>>()
        .join("\n")
}
