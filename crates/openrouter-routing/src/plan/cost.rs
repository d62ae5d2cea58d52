//! What a plan would cost.

use super::{Candidate, Certainty, Plan};
use crate::price::{Estimate, Usd, UtcClock, Workload};

/// The cost of a workload at each candidate of a plan.
///
/// At candidates that use the account's own key, the estimate is what the provider charges; OpenRouter's fee for it
/// is not included.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanCost {
    estimates: Vec<Estimate>,
    expected: Option<Usd>,
}

/// Whether a plan fits a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Budget {
    /// Every candidate costs at most the limit.
    Within,
    /// Some candidates cost more: the first to be tried, or only one that others fall back to.
    MayExceed {
        /// The dearest.
        worst: Usd,
    },
    /// Every candidate costs more.
    Exceeded {
        /// The cheapest.
        best: Usd,
    },
}

impl Plan {
    /// Estimates the cost of a workload at each candidate, with a time of day for prices that depend on it.
    ///
    /// ```
    /// use openrouter_routing::endpoint::Endpoint;
    /// use openrouter_routing::plan::{Budget, plan};
    /// use openrouter_routing::price::{Prices, Usd, UsdPerMillion, Workload};
    /// use openrouter_routing::{Market, Request};
    ///
    /// let mut endpoint = Endpoint::new("acme/model-1", "alpha");
    /// endpoint.prices = Prices::new(UsdPerMillion::from(1), UsdPerMillion::from(4));
    /// let market = Market::new().with_model("acme/model", [endpoint]);
    ///
    /// let plan = plan(&Request::new(["acme/model"]), &market);
    /// let cost = plan.cost(&Workload::new(1_000_000, 250_000), None);
    /// assert_eq!(cost.worst(), Some(Usd::from(2)));
    /// assert_eq!(cost.check(Usd::from_cents(150)), Budget::Exceeded { best: Usd::from(2) });
    /// ```
    #[must_use]
    pub fn cost(&self, work: &Workload, clock: Option<UtcClock>) -> PlanCost {
        let estimates: Vec<_> = self
            .candidates
            .iter()
            .map(|candidate| candidate.endpoint.prices.estimate(work, clock))
            .collect();
        let expected = expected(&self.candidates, &estimates);
        PlanCost {
            estimates,
            expected,
        }
    }
}

/// The cost of what is tried first: by its odds where it is drawn, and only when it is known.
fn expected(candidates: &[Candidate], estimates: &[Estimate]) -> Option<Usd> {
    let first: Vec<_> = candidates
        .iter()
        .zip(estimates)
        .take_while(|(candidate, _)| candidate.rank == 0)
        .map(|(candidate, estimate)| (candidate.certainty, estimate.total()))
        .collect();
    let (_, cost) = *first.first()?;
    if first.iter().all(|(_, other)| *other == cost) {
        return Some(cost);
    }
    first
        .iter()
        .map(|(certainty, cost)| match certainty {
            Certainty::Weighted(odds) => Some(Usd(cost.0.share(*odds))),
            _ => None,
        })
        .sum()
}

impl PlanCost {
    /// The estimate for each candidate, in the plan's order.
    #[must_use]
    pub fn estimates(&self) -> &[Estimate] {
        &self.estimates
    }

    /// The cost to be expected when nothing fails over: that of the first candidate, or the mean over those among
    /// which it is drawn. `None` when there is no candidate, or when which is first cannot be known and it matters.
    #[must_use]
    pub fn expected(&self) -> Option<Usd> {
        self.expected
    }

    /// The most that it can cost, when all cheaper candidates fail. `None` when there is no candidate.
    #[must_use]
    pub fn worst(&self) -> Option<Usd> {
        self.estimates.iter().map(Estimate::total).max()
    }

    /// The least that it can cost. `None` when there is no candidate.
    #[must_use]
    pub fn best(&self) -> Option<Usd> {
        self.estimates.iter().map(Estimate::total).min()
    }

    /// Compares the plan with a limit, before it is sent. A plan without candidates costs nothing.
    #[must_use]
    pub fn check(&self, limit: Usd) -> Budget {
        match (self.best(), self.worst()) {
            (Some(best), _) if best > limit => Budget::Exceeded { best },
            (_, Some(worst)) if worst > limit => Budget::MayExceed { worst },
            _ => Budget::Within,
        }
    }
}
