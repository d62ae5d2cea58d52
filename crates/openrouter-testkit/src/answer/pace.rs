//! Pace.

use std::time::Duration;

/// How fast an answer comes.
///
/// An answer that is not streamed comes whole, header and all, when the last piece of its stream would have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// From the header of the answer to the first delta.
    pub time_to_first_token: Duration,
    /// Between deltas.
    pub between_tokens: Duration,
}

impl Pace {
    /// So many deltas each second.
    ///
    /// # Panics
    ///
    /// When `tokens` is not positive.
    #[must_use]
    pub fn tokens_per_second(tokens: f64) -> Self {
        Self {
            time_to_first_token: Duration::ZERO,
            between_tokens: Duration::from_secs_f64(1.0 / tokens),
        }
    }

    /// Sets [`time_to_first_token`](Self::time_to_first_token).
    #[must_use]
    pub fn with_time_to_first_token(mut self, time: Duration) -> Self {
        self.time_to_first_token = time;
        self
    }
}
