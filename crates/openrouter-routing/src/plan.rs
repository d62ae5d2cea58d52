//! Plans: which endpoints a request would go to, in which order, and why the others are out.

use std::collections::HashMap;
use std::sync::Arc;

use openrouter_types as types;

use crate::endpoint::Endpoint;
use crate::market::Market;
use crate::preferences::Warning;
use crate::provider::Tier;
use crate::request::Request;
use crate::slug::{ModelSlug, Variant};

mod advice;
mod caveat;
mod compare;
mod cost;
mod explain;
mod filter;
mod json;
mod models;
mod rank;
mod reason;

pub use advice::{Advice, Change};
pub use caveat::{Caveat, CaveatKind};
pub use compare::{Comparison, Difference};
pub use cost::{Budget, PlanCost};
pub use reason::{CappedPrice, Reason};

use caveat::Caveats;
use filter::Filter;
use models::ModelView;

/// Plans a request: a pure function of what is known of the request and of the endpoints.
///
/// The order in which endpoints are given makes no difference. Nothing is an error: what is not known becomes a
/// [`Caveat`], and a plan without candidates carries [`Advice`].
///
/// The rules are those of OpenRouter's documentation. Where it is silent, the plan takes a reading, marks what depends
/// on it as not exact, and says so.
///
/// ```
/// use openrouter_routing::endpoint::Endpoint;
/// use openrouter_routing::plan::{Certainty, plan};
/// use openrouter_routing::preferences::Preferences;
/// use openrouter_routing::{Market, Request};
///
/// let market = Market::new().with_model(
///     "acme/model",
///     [Endpoint::new("acme/model-1", "alpha"), Endpoint::new("acme/model-1", "beta/fp8")],
/// );
/// let request = Request::new(["acme/model"]).with_preferences(Preferences::new().with_only(["beta"]));
///
/// let plan = plan(&request, &market);
/// assert_eq!(plan.candidates()[0].tag().as_str(), "beta/fp8");
/// assert_eq!(plan.candidates()[0].certainty(), Certainty::Exact);
/// assert_eq!(plan.excluded()[0].reasons()[0].code(), "not_in_only");
/// ```
#[must_use]
pub fn plan(request: &Request, market: &Market) -> Plan {
    let mut plan = draft(request, market);
    if plan.candidates.is_empty() {
        plan.advice = advice::advise(request, market, &plan);
    }
    plan
}

/// Where a request would go.
///
/// Prints as a table, and serialises as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    models: Vec<String>,
    candidates: Vec<Candidate>,
    excluded: Vec<Exclusion>,
    modifiers: Vec<Modifier>,
    caveats: Vec<Caveat>,
    warnings: Vec<Warning>,
    advice: Vec<Advice>,
}

/// An endpoint that may answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    model: String,
    endpoint: Arc<Endpoint>,
    rank: usize,
    certainty: Certainty,
    meets_thresholds: bool,
    doubts: Vec<CaveatKind>,
    billing: Billing,
}

/// How sure a candidate's place is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Certainty {
    /// Follows from documented rules.
    Exact,
    /// One of those with the same rank is drawn as the first of them; this is the probability that it is this one.
    Weighted(f64),
    /// Follows from documented rules and a reading of what they leave open; the plan's caveats name it.
    Assumed,
    /// Its place among those with the same rank cannot be known.
    Unknown,
}

/// Whose provider key pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Billing {
    /// OpenRouter's: the account's credits pay.
    Credits,
    /// The account's own key with the provider.
    OwnKey,
}

/// An endpoint that cannot answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusion {
    model: String,
    endpoint: Arc<Endpoint>,
    reasons: Vec<Reason>,
}

/// A rule that shaped the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Modifier {
    /// A variant that changes routing.
    Variant {
        /// The model with it.
        model: String,
        /// The variant.
        variant: Variant,
    },
    /// Endpoints come in the order of `order`.
    Order,
    /// Endpoints are sorted.
    Sort(types::ProviderSort),
    /// With tools and no sort, endpoints come by the quality of their tool calls.
    AutoExacto,
    /// The first endpoint is drawn by price.
    Draw,
    /// A service tier decides.
    Tier(Tier),
    /// All models are one list.
    AcrossModels,
    /// Endpoints that lack this parameter were dropped, since others have it.
    SoftFilter(types::Parameter),
    /// Endpoints that miss a preferred throughput or latency were moved to the end.
    Thresholds {
        /// How many.
        moved: usize,
    },
    /// Only the first endpoint, or those of `order`, are tried.
    NoFallbacks,
    /// The account's own provider keys are used first or last.
    OwnKeys,
}

impl Plan {
    /// The models, in the order in which they are tried, under the names by which they are listed.
    #[must_use]
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// The endpoints that may answer, in the order in which they would be tried. Those with the same
    /// [`rank`](Candidate::rank) are not ordered among themselves, and are listed with the likeliest first.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The endpoints that cannot answer, each with every reason.
    #[must_use]
    pub fn excluded(&self) -> &[Exclusion] {
        &self.excluded
    }

    /// The rules that shaped the plan.
    #[must_use]
    pub fn modifiers(&self) -> &[Modifier] {
        &self.modifiers
    }

    /// What is not known, and what was assumed.
    #[must_use]
    pub fn caveats(&self) -> &[Caveat] {
        &self.caveats
    }

    /// What is odd about the preferences.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The smallest changes that would leave a candidate, when there is none.
    #[must_use]
    pub fn advice(&self) -> &[Advice] {
        &self.advice
    }

    /// Whether no endpoint is left. OpenRouter answers such a request with status 404.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// Whether a caveat of this kind applies.
    #[must_use]
    pub fn has_caveat(&self, kind: CaveatKind) -> bool {
        self.caveats.iter().any(|caveat| caveat.kind() == kind)
    }
}

impl Candidate {
    /// The model, under the name by which it is listed.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The endpoint's tag.
    #[must_use]
    pub fn tag(&self) -> &crate::provider::EndpointTag {
        &self.endpoint.tag
    }

    /// How many candidates come before it for certain. Candidates with the same rank are not ordered among themselves.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How sure its place is.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        self.certainty
    }

    /// The probability of being the first of its rank, where that is a matter of a draw.
    #[must_use]
    pub fn odds(&self) -> Option<f64> {
        match self.certainty {
            Certainty::Weighted(odds) => Some(odds),
            _ => None,
        }
    }

    /// Whether it meets the preferred throughput and latency; true when there are none.
    #[must_use]
    pub fn meets_thresholds(&self) -> bool {
        self.meets_thresholds
    }

    /// Filters of which it is not known whether it passes.
    #[must_use]
    pub fn doubts(&self) -> &[CaveatKind] {
        &self.doubts
    }

    /// Whose provider key pays.
    #[must_use]
    pub fn billing(&self) -> Billing {
        self.billing
    }
}

impl Exclusion {
    /// The model, under the name by which it is listed.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The endpoint's tag.
    #[must_use]
    pub fn tag(&self) -> &crate::provider::EndpointTag {
        &self.endpoint.tag
    }

    /// Every reason, each enough alone.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}

/// A plan without advice.
fn draft(request: &Request, market: &Market) -> Plan {
    let mut caveats = Caveats::default();
    let mut modifiers = Vec::new();
    general_caveats(request, &mut caveats);

    let models = models::resolve(request, market, &mut caveats, &mut modifiers);
    let filter = Filter::new(request, market, &mut caveats);
    let mut survivors = Vec::new();
    let mut excluded = Vec::new();
    for (at, model) in models.iter().enumerate() {
        filter.model(
            at,
            model,
            &mut survivors,
            &mut excluded,
            &mut caveats,
            &mut modifiers,
        );
    }
    let candidates = rank::order(
        request,
        &filter,
        &models,
        survivors,
        &mut excluded,
        &mut caveats,
        &mut modifiers,
    );

    let places: HashMap<_, _> = models
        .iter()
        .enumerate()
        .map(|(at, model)| (model.name.as_str(), at))
        .collect();
    let place = |out: &Exclusion| places.get(out.model.as_str()).copied();
    excluded.sort_by(|a, b| {
        place(a)
            .cmp(&place(b))
            .then_with(|| rank::canonical(&a.endpoint, &b.endpoint))
    });
    Plan {
        models: models.into_iter().map(|model| model.name).collect(),
        candidates,
        excluded,
        modifiers,
        caveats: caveats.finish(),
        warnings: request.warnings(),
        advice: Vec::new(),
    }
}

fn general_caveats(request: &Request, caveats: &mut Caveats) {
    caveats.add(CaveatKind::LiveState);
    if request.account.is_none() {
        caveats.add(CaveatKind::AccountUnknown);
    }
    if request.is_sticky && request.preferences.order.as_ref().is_none_or(Vec::is_empty) {
        caveats.add(CaveatKind::Sticky);
    }
}
