//! Recorded exchanges served again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::{Cassette, Recorded};
use crate::Received;
use crate::difference::{Compare, differences};

/// How fast recorded answers come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReplayPace(Option<f64>);

impl ReplayPace {
    /// At once.
    #[must_use]
    pub fn at_once() -> Self {
        Self(None)
    }

    /// As they came when they were recorded.
    #[must_use]
    pub fn original() -> Self {
        Self(Some(1.0))
    }

    /// So many times as fast; 0 or less is at once.
    #[must_use]
    pub fn speed(times: f64) -> Self {
        Self((times > 0.0).then_some(times))
    }

    pub(crate) fn scaled(self, time: Duration) -> Duration {
        self.0.map_or(Duration::ZERO, |times| time.div_f64(times))
    }
}

/// A cassette being played.
#[derive(Debug)]
pub(crate) struct Replay {
    exchanges: Vec<Recorded>,
    used: Mutex<Vec<bool>>,
    pub(crate) pace: ReplayPace,
}

impl Replay {
    pub(crate) fn new(cassette: Cassette, pace: ReplayPace) -> Self {
        Self {
            used: Mutex::new(vec![false; cassette.exchanges.len()]),
            exchanges: cassette.exchanges,
            pace,
        }
    }

    /// The exchange for this request: of those with its method, path and shape the one with the same body, else the first
    /// that was not yet played, else the last. The error says what differs from the closest one.
    pub(crate) fn find(&self, received: &Received) -> Result<&Recorded, String> {
        let body = received.json();
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut best: Option<(u8, usize)> = None;
        let mut closest: Option<Vec<String>> = None;
        for (at, exchange) in self.exchanges.iter().enumerate() {
            let is_here = exchange.method == received.method.as_str()
                && same_path(&exchange.path, &received.path);
            if !is_here {
                continue;
            }
            let recorded: Value =
                serde_json::from_slice(&exchange.request_body).unwrap_or_default();
            let apart = differences(&recorded, &body, Compare::Shape);
            if apart.is_empty() {
                let is_same = differences(&recorded, &body, Compare::All).is_empty();
                let rank = 2 * u8::from(is_same) + u8::from(!used[at]);
                // Of equals the first unplayed, or the last played.
                let is_better =
                    best.is_none_or(|(most, _)| rank > most || (rank == most && used[at]));
                if is_better {
                    best = Some((rank, at));
                }
            } else if closest
                .as_ref()
                .is_none_or(|least| apart.len() < least.len())
            {
                closest = Some(apart);
            }
        }
        if let Some((_, at)) = best {
            used[at] = true;
            return Ok(&self.exchanges[at]);
        }
        Err(match closest {
            Some(apart) => format!(
                "no recorded exchange has the shape of this request; the closest differs:\n{}",
                apart.join("\n")
            ),
            None => {
                let recorded: Vec<_> = self
                    .exchanges
                    .iter()
                    .map(|exchange| format!("{} {}", exchange.method, exchange.path))
                    .collect();
                format!(
                    "nothing was recorded for {} {}; there is:\n{}",
                    received.method,
                    received.path,
                    recorded.join("\n")
                )
            }
        })
    }
}

/// Base URLs differ: a recorded path may have had another start.
fn same_path(recorded: &str, path: &str) -> bool {
    fn below(path: &str) -> &str {
        path.split_once("/v1/").map_or(path, |(_, below)| below)
    }
    below(recorded) == below(path)
}
