//! Who may answer a request, and why nobody may.

use std::borrow::Cow;

use http::StatusCode;
use openrouter_routing::plan::{Exclusion, Plan, Reason, plan};
use openrouter_routing::provider::EndpointTag;
use openrouter_routing::slug::ModelSlug;
use openrouter_routing::{Market, Request};
use openrouter_types as types;

use super::{Catalog, unlisted};
use crate::Refusal;

/// Who answers.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) model: String,
    pub(crate) provider: String,
    pub(crate) metadata: types::OpenRouterMetadata,
}

/// Finds who answers, by the rules of provider routing. Where the server is open, models that the catalog lacks are on
/// offer too.
pub(crate) fn route(
    catalog: &Catalog,
    market: &Market,
    is_open: bool,
    request: &types::ChatRequest,
    prompt_tokens: u64,
) -> Result<Route, Refusal> {
    let asked: Vec<&str> = request
        .model
        .iter()
        .chain(request.models.iter().flatten())
        .map(String::as_str)
        .collect();
    let requested = asked.first().copied().unwrap_or("openrouter/auto");
    let router = requested
        .parse::<ModelSlug>()
        .ok()
        .and_then(|slug| slug.router())
        .is_some();
    let mut planned = Request::from(request);
    planned.prompt_tokens = Some(prompt_tokens);
    let mut market = Cow::Borrowed(market);
    if router || asked.is_empty() {
        // A router picks; this one takes what is listed first.
        let Some(first) = catalog.endpoints.iter().find_map(|model| model.id.clone()) else {
            return anybody(requested, is_open);
        };
        planned.models = vec![first];
    }
    for slug in &planned.models {
        let listed = unlisted::listed(slug);
        let is_known = listed
            .as_ref()
            .is_some_and(|name| !market.endpoints(name).is_empty());
        match listed {
            _ if is_known => {}
            Some(name) if is_open => {
                let more = unlisted::offer(market.into_owned(), &name, &planned.preferences);
                market = Cow::Owned(more);
            }
            _ => return anybody(slug, is_open),
        }
    }
    let plan = plan(&planned, &market);
    let mut metadata = metadata(requested, &plan);
    let Some(chosen) = plan.candidates().first() else {
        metadata = metadata.with_attempt(0);
        let mut refusal = refusal(&plan, request);
        refusal.routing = Some(Box::new(metadata));
        return Err(refusal);
    };
    metadata.strategy = Some(match (router, asked.len()) {
        (true, _) | (_, 0) => types::RoutingStrategy::Auto,
        (_, 1) => types::RoutingStrategy::Direct,
        _ => types::RoutingStrategy::Fallback,
    });
    let provider = provider(catalog, chosen.model(), chosen.tag());
    Ok(Route {
        model: chosen.model().to_owned(),
        metadata: metadata.with_summary(format!("{provider} answered at the first attempt")),
        provider,
    })
}

/// The route of what cannot be listed, such as a preset: preferences have nothing to choose from.
fn anybody(model: &str, is_open: bool) -> Result<Route, Refusal> {
    if !is_open {
        return Err(Refusal::unknown_model(model));
    }
    let endpoint = types::EndpointInfo::default()
        .with_provider(unlisted::PROVIDER)
        .with_model(model)
        .with_selected(true);
    let endpoints = types::EndpointsMetadata::default()
        .with_total(1)
        .with_available([endpoint]);
    Ok(Route {
        model: model.to_owned(),
        provider: unlisted::PROVIDER.to_owned(),
        metadata: types::OpenRouterMetadata::default()
            .with_requested(model)
            .with_strategy(types::RoutingStrategy::Direct)
            .with_region("iad")
            .with_summary("the test server answered")
            .with_attempt(1)
            .with_is_byok(false)
            .with_endpoints(endpoints),
    })
}

fn metadata(requested: &str, plan: &Plan) -> types::OpenRouterMetadata {
    let available = plan.candidates().iter().enumerate().map(|(at, candidate)| {
        types::EndpointInfo::default()
            .with_provider(candidate.tag().as_str())
            .with_model(candidate.model())
            .with_selected(at == 0)
    });
    let out = plan.excluded().iter().map(|out| {
        types::EndpointInfo::default()
            .with_provider(out.tag().as_str())
            .with_model(out.model())
            .with_selected(false)
    });
    let available: Vec<_> = available.chain(out).collect();
    types::OpenRouterMetadata::default()
        .with_requested(requested)
        .with_strategy(types::RoutingStrategy::Direct)
        .with_region("iad")
        .with_attempt(1)
        .with_is_byok(false)
        .with_endpoints(
            types::EndpointsMetadata::default()
                .with_total(available.len() as u64)
                .with_available(available),
        )
}

/// The display name that belongs to a tag.
fn provider(catalog: &Catalog, model: &str, tag: &EndpointTag) -> String {
    let endpoint = catalog.endpoints_of(model).and_then(|model| {
        model
            .endpoints
            .iter()
            .find(|endpoint| endpoint.tag.as_deref() == Some(tag.as_str()))
    });
    if let Some(name) = endpoint.and_then(|endpoint| endpoint.provider_name.as_ref()) {
        return name.to_string();
    }
    let of_slug =
        |provider: &&types::ProviderInfo| provider.slug.as_deref() == Some(tag.provider());
    let listed = catalog.providers.iter().find(of_slug);
    match listed.and_then(|provider| provider.name.clone()) {
        Some(name) => name,
        None if tag.as_str() == unlisted::TAG => unlisted::PROVIDER.to_owned(),
        None => tag.provider().to_owned(),
    }
}

/// What OpenRouter says when no endpoint is left.
fn refusal(plan: &Plan, request: &types::ChatRequest) -> Refusal {
    let model = plan.models().join(", ");
    let reasons: Vec<&Reason> = plan
        .excluded()
        .iter()
        .flat_map(Exclusion::reasons)
        .collect();
    let code = |code: &str| reasons.iter().any(|reason| reason.code() == code);
    let mut tags: Vec<&str> = plan
        .excluded()
        .iter()
        .map(|out| out.tag().as_str())
        .collect();
    tags.dedup();
    let only = request.provider.iter().find_map(|it| it.only.as_ref());

    let mut availability = types::ErrorAvailability::default()
        .with_retryable(false)
        .with_requested_models(plan.models().iter().cloned())
        .with_affected_providers(tags.iter().copied());
    let mut excluded_by = Vec::new();
    let mut constraint = None;
    for (name, by, field) in [
        ("not_zdr", types::ExclusionReason::DataPolicyZdr, None),
        (
            "max_price",
            types::ExclusionReason::MaxPrice,
            Some("provider.max_price"),
        ),
        (
            "quantization",
            types::ExclusionReason::Quantization,
            Some("provider.quantizations"),
        ),
        (
            "context_length",
            types::ExclusionReason::ContextLength,
            Some("messages"),
        ),
        (
            "missing_parameters",
            types::ExclusionReason::RequireParameters,
            Some("provider.require_parameters"),
        ),
        (
            "not_in_only",
            types::ExclusionReason::AllowedProviders,
            None,
        ),
    ] {
        if let Some(reason) = reasons.iter().find(|reason| reason.code() == name) {
            excluded_by.push(by);
            constraint = constraint.or_else(|| {
                let constraint = types::AvailabilityConstraint::default().with_field(field?);
                Some(constraint.with_detail(reason.to_string()))
            });
        }
    }
    let (kind, message) = if let (true, Some(only)) = (code("not_in_only"), only) {
        (
            types::AvailabilityCode::NoEndpoints,
            format!(
                "No allowed providers are available for the selected model. Providers serving {model}: {}, but your \
                 request's provider.only preference permits only: {}.",
                tags.join(", "),
                only.join(", ")
            ),
        )
    } else if code("not_zdr") {
        (
            types::AvailabilityCode::PrivacyRestricted,
            format!("No endpoints for {model} match your data policy (Zero data retention)."),
        )
    } else {
        let told: Vec<_> = plan
            .excluded()
            .iter()
            .map(|out| {
                let reasons: Vec<_> = out.reasons().iter().map(ToString::to_string).collect();
                format!("{} ({})", out.tag().as_str(), reasons.join(", "))
            })
            .collect();
        let kind = match constraint {
            Some(_) => types::AvailabilityCode::ConstraintFiltered,
            None => types::AvailabilityCode::NoEndpoints,
        };
        (
            kind,
            format!(
                "No endpoints found for {model} that can serve this request: {}.",
                told.join("; ")
            ),
        )
    };
    availability.docs_url = Some(format!(
        "https://openrouter.ai/docs/errors#{}",
        kind.as_str()
    ));
    availability.code = Some(kind);
    availability.excluded_by = excluded_by;
    availability.constraint = constraint;
    Refusal::new(StatusCode::NOT_FOUND, message)
        .error_type("not_found")
        .availability(availability)
}
