//! Cutoffs over percentiles.

use openrouter_types as types;

use crate::{Measure, Seconds, TokensPerSecond};

/// A cutoff for the median, or one for each of several percentiles; an endpoint has to meet all that are given.
///
/// The 90th percentile of a throughput is the rate that nine requests in ten exceed; that of a latency is the time
/// within which nine in ten begin to answer. Higher percentiles are worse in both.
///
/// ```
/// use openrouter_routing::preferences::{Cutoffs, Preferences};
/// use openrouter_routing::TokensPerSecond;
///
/// let median = TokensPerSecond::from(100);
/// let slow_tail = Cutoffs::new().with_p50(median).with_p90(TokensPerSecond::from(50));
/// let preferences = Preferences::new().with_min_throughput(slow_tail);
/// # assert!(preferences.warnings().is_empty());
/// # let _ = Preferences::new().with_min_throughput(median);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cutoffs<M> {
    number: Option<M>,
    percentiles: [Option<M>; 4],
}

impl<M: Measure> Cutoffs<M> {
    /// No cutoff yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            number: None,
            percentiles: [None; 4],
        }
    }

    /// Sets the cutoff of the median.
    #[must_use]
    pub fn with_p50(self, cutoff: M) -> Self {
        self.with(0, cutoff)
    }

    /// Sets the cutoff that three requests in four have to meet.
    #[must_use]
    pub fn with_p75(self, cutoff: M) -> Self {
        self.with(1, cutoff)
    }

    /// Sets the cutoff that nine requests in ten have to meet.
    #[must_use]
    pub fn with_p90(self, cutoff: M) -> Self {
        self.with(2, cutoff)
    }

    /// Sets the cutoff that 99 requests in a hundred have to meet.
    #[must_use]
    pub fn with_p99(self, cutoff: M) -> Self {
        self.with(3, cutoff)
    }

    fn with(mut self, at: usize, cutoff: M) -> Self {
        // A number beside percentiles cannot be written; it means the median.
        if let Some(number) = self.number.take() {
            self.percentiles[0] = Some(number);
        }
        self.percentiles[at] = Some(cutoff);
        self
    }

    fn numbers(self) -> Result<f64, [Option<f64>; 4]> {
        match self.number {
            Some(number) => Ok(number.number()),
            None => Err(self.percentiles.map(|cutoff| cutoff.map(Measure::number))),
        }
    }
}

/// A cutoff for the median, written as a number.
impl<M: Measure> From<M> for Cutoffs<M> {
    fn from(number: M) -> Self {
        Self {
            number: Some(number),
            percentiles: [None; 4],
        }
    }
}

impl From<Cutoffs<Seconds>> for types::PreferredMaxLatency {
    fn from(cutoffs: Cutoffs<Seconds>) -> Self {
        match cutoffs.numbers() {
            Ok(number) => Self::Number(number),
            Err([p50, p75, p90, p99]) => {
                let mut wire = types::PercentileLatencyCutoffs::new();
                (wire.p50, wire.p75, wire.p90, wire.p99) = (p50, p75, p90, p99);
                Self::PercentileLatencyCutoffs(wire)
            }
        }
    }
}

impl From<Cutoffs<TokensPerSecond>> for types::PreferredMinThroughput {
    fn from(cutoffs: Cutoffs<TokensPerSecond>) -> Self {
        match cutoffs.numbers() {
            Ok(number) => Self::Number(number),
            Err([p50, p75, p90, p99]) => {
                let mut wire = types::PercentileThroughputCutoffs::new();
                (wire.p50, wire.p75, wire.p90, wire.p99) = (p50, p75, p90, p99);
                Self::PercentileThroughputCutoffs(wire)
            }
        }
    }
}
