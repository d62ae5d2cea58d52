//! Sorting by a number.

use std::cmp::{Ordering, Reverse};

use openrouter_types as types;

use super::{Billing, CaveatKind, Certainty, Endpoint, Group, Placed, Ranking, grouped, unknown};

impl Ranking<'_> {
    /// Ascending price, descending throughput, ascending latency; those without a number last.
    pub(super) fn sorted(&mut self, sort: &types::ProviderSort, list: Vec<usize>) -> Vec<Group> {
        if list.is_empty() {
            return Vec::new();
        }
        match sort {
            types::ProviderSort::Price => {
                self.caveats.add(CaveatKind::SortByPrice);
                self.caveats.add(CaveatKind::SortIgnoresHealth);
                let price = |at: usize| self.survivors[at].endpoint.prices.blended();
                let groups = grouped(list, |a, b| price(a).cmp(&price(b)));
                self.placed(groups)
            }
            types::ProviderSort::Throughput => {
                let statistic =
                    |endpoint: &Endpoint| endpoint.throughput.and_then(|stats| stats.p50);
                self.by_statistic(list, statistic, |a, b| Reverse(a).cmp(&Reverse(b)))
            }
            types::ProviderSort::Latency => {
                self.caveats.add(CaveatKind::LatencyUnit);
                let statistic =
                    |endpoint: &Endpoint| endpoint.latency_in_seconds().and_then(|stats| stats.p50);
                self.by_statistic(list, statistic, |a, b| a.cmp(&b))
            }
            types::ProviderSort::Exacto => {
                self.caveats.add(CaveatKind::Exacto);
                vec![unknown(list)]
            }
            other => {
                self.caveats.about(CaveatKind::UnknownSort, other.as_str());
                vec![unknown(list)]
            }
        }
    }

    fn by_statistic(
        &mut self,
        list: Vec<usize>,
        statistic: impl Fn(&Endpoint) -> Option<f64>,
        compare: impl Fn(Total, Total) -> Ordering,
    ) -> Vec<Group> {
        self.caveats.add(CaveatKind::SortStatistic);
        self.caveats.add(CaveatKind::SortIgnoresHealth);
        let number = |at: usize| statistic(&self.survivors[at].endpoint).map(Total);
        let (known, unmeasured) = list
            .into_iter()
            .partition::<Vec<_>, _>(|at| number(*at).is_some());
        let groups = grouped(known, |a, b| match (number(a), number(b)) {
            (Some(a), Some(b)) => compare(a, b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        for at in &unmeasured {
            self.caveats.about(
                CaveatKind::NoStatistics,
                self.survivors[*at].endpoint.tag.as_str(),
            );
        }
        let mut groups = self.placed(groups);
        match unmeasured[..] {
            [] => {}
            [only] => {
                groups.push(vec![Placed {
                    survivor: only,
                    certainty: Certainty::Assumed,
                    billing: Billing::Credits,
                }]);
            }
            _ => groups.push(unknown(unmeasured)),
        }
        groups
    }
}

/// A float in its total order.
#[derive(Clone, Copy)]
struct Total(f64);

impl PartialEq for Total {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Total {}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
