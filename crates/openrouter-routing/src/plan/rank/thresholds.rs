//! Endpoints that are fast enough.

use super::{CaveatKind, Caveats, Endpoint, Request};
use crate::endpoint::Percentiles;
use crate::preferences::{latency_cutoffs, throughput_cutoffs};

/// The preferred throughput and latency.
pub(super) struct Thresholds {
    throughput: [Option<f64>; 4],
    latency: [Option<f64>; 4],
}

impl Thresholds {
    pub(super) fn new(request: &Request, caveats: &mut Caveats) -> Self {
        let wire = &request.preferences;
        let this = Self {
            throughput: wire
                .preferred_min_throughput
                .as_ref()
                .and_then(throughput_cutoffs)
                .unwrap_or_default(),
            latency: wire
                .preferred_max_latency
                .as_ref()
                .and_then(latency_cutoffs)
                .unwrap_or_default(),
        };
        if this.are_given() {
            caveats.add(CaveatKind::Thresholds);
        }
        if this.latency != [None; 4] {
            caveats.add(CaveatKind::LatencyUnit);
        }
        this
    }

    pub(super) fn are_given(&self) -> bool {
        self.throughput != [None; 4] || self.latency != [None; 4]
    }

    /// An endpoint without the number misses the cutoff.
    pub(super) fn are_met_by(&self, endpoint: &Endpoint, caveats: &mut Caveats) -> bool {
        let mut check =
            |cutoffs: &[Option<f64>; 4], have: Option<Percentiles>, meets: fn(f64, f64) -> bool| {
                let have = have.unwrap_or_default();
                cutoffs
                    .iter()
                    .zip([have.p50, have.p75, have.p90, have.p99])
                    .all(|(want, have)| match (want, have) {
                        (None, _) => true,
                        (Some(_), None) => {
                            caveats.about(CaveatKind::NoStatistics, endpoint.tag.as_str());
                            false
                        }
                        (Some(want), Some(have)) => meets(have, *want),
                    })
            };
        let fast = check(&self.throughput, endpoint.throughput, |have, want| {
            have >= want
        });
        let soon = check(
            &self.latency,
            endpoint.latency_in_seconds(),
            |have, want| have <= want,
        );
        fast && soon
    }
}
