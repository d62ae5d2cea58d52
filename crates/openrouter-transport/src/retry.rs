//! Whether to send a request again, and when: a function of its input.

use std::time::Duration;

use crate::error::Error;

/// When a request is sent again.
///
/// Only what cannot be billed twice is: a request of which nothing was sent, one that the server answered with an
/// error status that says that it may succeed later, and requests that only read. An answer that has begun is
/// never started over. Credit errors are not rate limits: waiting does not help, so they are not retried.
///
/// # Defaults
///
/// | setting | default |
/// | --- | --- |
/// | `max_retries` | 2, so at most 3 attempts |
/// | `first_wait` | 500 ms, doubled for each further attempt |
/// | `max_wait` | 30 s, for waits of our own choice |
/// | `max_server_wait` | none: what the server asks for is waited in full |
///
/// The wait before attempt *n* is taken at random between zero and `first_wait` × 2ⁿ⁻¹, so that many clients do
/// not come back at once. Where the server says how long to wait, that is what is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many times a request may be sent again; 0 means one attempt.
    pub max_retries: u32,
    /// The longest wait before the first retry.
    pub first_wait: Duration,
    /// The longest wait of our own choice.
    pub max_wait: Duration,
    /// The longest wait that the server may ask for; when it asks for more, the call fails with the error that
    /// says so.
    pub max_server_wait: Option<Duration>,
}

impl RetryPolicy {
    /// One attempt.
    #[must_use]
    pub fn none() -> Self {
        Self::default().with_max_retries(0)
    }

    /// Sets [`max_retries`](Self::max_retries).
    #[must_use]
    pub fn with_max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets [`first_wait`](Self::first_wait).
    #[must_use]
    pub fn with_first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Sets [`max_wait`](Self::max_wait).
    #[must_use]
    pub fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Sets [`max_server_wait`](Self::max_server_wait).
    #[must_use]
    pub fn with_max_server_wait(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.max_server_wait = wait.into();
        self
    }

    /// Decides after a failed attempt. A function of its input: `luck`, from 0 to 1, stands for chance.
    #[must_use]
    pub fn decide(&self, failure: &Failure, luck: f64) -> Decision {
        if failure.attempts > self.max_retries {
            return Decision::Stop(StopReason::AttemptsSpent);
        }
        if !failure.is_retryable {
            return Decision::Stop(StopReason::NotRetryable);
        }
        if failure.may_have_run && !failure.is_read_only {
            return Decision::Stop(StopReason::MayHaveRun);
        }
        let wait = match failure.retry_after {
            Some(asked) if self.max_server_wait.is_some_and(|max| asked > max) => {
                return Decision::Stop(StopReason::WaitTooLong { asked });
            }
            Some(asked) => asked,
            None => self.backoff(failure.attempts).mul_f64(luck.clamp(0.0, 1.0)),
        };
        match failure.time_left {
            Some(left) if wait >= left => Decision::Stop(StopReason::NoTimeLeft { wait }),
            _ => Decision::RetryAfter(wait),
        }
    }

    /// The longest wait after so many attempts.
    fn backoff(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.first_wait
            .saturating_mul(1 << doublings)
            .min(self.max_wait)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 2,
            first_wait: Duration::from_millis(500),
            max_wait: Duration::from_secs(30),
            max_server_wait: None,
        }
    }
}

/// What there is to know about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// How many attempts were made, this one included.
    pub attempts: u32,
    /// Whether the request only reads, so that sending it twice does no harm.
    pub is_read_only: bool,
    /// Whether it may have been processed; see [`Error::may_have_run`].
    pub may_have_run: bool,
    /// Whether it may succeed later; see [`Error::is_retryable`].
    pub is_retryable: bool,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
    /// What is left of the total limit.
    pub time_left: Option<Duration>,
}

impl Failure {
    /// A failure with this error, of a request that may change something, with no limit of time.
    #[must_use]
    pub fn new(attempts: u32, error: &Error) -> Self {
        Self {
            attempts,
            is_read_only: false,
            may_have_run: error.may_have_run(),
            is_retryable: error.is_retryable(),
            retry_after: error.retry_after(),
            time_left: None,
        }
    }

    /// Sets [`is_read_only`](Self::is_read_only).
    #[must_use]
    pub fn with_read_only(mut self, is_read_only: bool) -> Self {
        self.is_read_only = is_read_only;
        self
    }

    /// Sets [`time_left`](Self::time_left).
    #[must_use]
    pub fn with_time_left(mut self, time_left: Option<Duration>) -> Self {
        self.time_left = time_left;
        self
    }
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Send the request again after this wait.
    RetryAfter(Duration),
    /// Give up.
    Stop(StopReason),
}

/// Why a request is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// It would fail again.
    NotRetryable,
    /// It may have been processed, and would be billed twice.
    MayHaveRun,
    /// All attempts are spent.
    AttemptsSpent,
    /// The server asked for a longer wait than [`RetryPolicy::max_server_wait`].
    WaitTooLong {
        /// What it asked for.
        asked: Duration,
    },
    /// The wait would end behind the total limit.
    NoTimeLeft {
        /// The wait that would be needed.
        wait: Duration,
    },
}
