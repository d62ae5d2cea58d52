//! The default: the first endpoint is drawn, cheap ones likelier.

use super::{Billing, CaveatKind, Certainty, Group, Health, Placed, Ranking};
use crate::price::UsdPerToken;

impl Ranking<'_> {
    /// Draws the first endpoint among the stable ones with odds in proportion to 1/price²; the others follow by health
    /// and price.
    pub(super) fn drawn(&mut self, list: Vec<usize>) -> Vec<Group> {
        self.caveats.add(CaveatKind::DrawPrice);
        self.caveats.add(CaveatKind::Health);
        let health = |at: usize| self.survivors[at].endpoint.health();
        let Some(best) = list.iter().map(|at| health(*at)).min() else {
            return Vec::new();
        };
        if best != Health::Stable {
            self.caveats.add(CaveatKind::NothingStable);
        }
        let (first, rest) = list
            .into_iter()
            .partition::<Vec<_>, _>(|at| health(*at) == best);
        let prices: Vec<_> = first
            .iter()
            .map(|at| self.survivors[*at].endpoint.prices.blended())
            .collect();
        if prices.iter().any(|price| price.is_zero()) {
            self.caveats.add(CaveatKind::FreeDraw);
        }
        let place = |(survivor, odds)| Placed {
            survivor,
            certainty: Certainty::Weighted(odds),
            billing: Billing::Credits,
        };
        let mut drawn: Group = first.into_iter().zip(odds(&prices)).map(place).collect();
        // The likeliest first; equal ones stay in canonical order.
        let weight = |placed: &Placed| match placed.certainty {
            Certainty::Weighted(odds) => odds,
            _ => 0.0,
        };
        drawn.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let mut groups = vec![drawn];
        groups.extend(self.by_default(rest));
        groups
    }
}

/// Odds in proportion to 1/price². Free ones, if any, share everything.
fn odds(prices: &[UsdPerToken]) -> Vec<f64> {
    let (Some(lowest), Some(highest)) = (prices.iter().min(), prices.iter().max()) else {
        return Vec::new();
    };
    let weight =
        |price: &UsdPerToken| match (lowest.is_zero() || lowest.is_negative(), price == lowest) {
            (true, is_lowest) => f64::from(u8::from(is_lowest)),
            (false, _) => highest.0.ratio(price.0).powi(2),
        };
    let weights: Vec<_> = prices.iter().map(weight).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}
