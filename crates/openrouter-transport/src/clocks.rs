//! The clocks of one call, all on one timer.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::{Error, ErrorKind, Sent};
use crate::timeouts::Timeouts;

/// Deadlines move with each byte, the timer does not: it is set again only when it rings too early.
pub(crate) struct Clocks {
    limits: Timeouts,
    started: Instant,
    phase: Phase,
    timer: Option<Pin<Box<dyn Timer>>>,
    /// Whom the timer will wake, when it has been set in this phase.
    waker: Option<Waker>,
}

/// A timer of the runtime, without the runtime in its type.
trait Timer: Future<Output = ()> + Send + Sync {
    fn deadline(&self) -> Instant;
    fn is_elapsed(&self) -> bool;
    fn reset(self: Pin<&mut Self>, at: Instant);
}

impl Timer for Sleep {
    fn deadline(&self) -> Instant {
        Self::deadline(self)
    }

    fn is_elapsed(&self) -> bool {
        Self::is_elapsed(self)
    }

    fn reset(self: Pin<&mut Self>, at: Instant) {
        Self::reset(self, at);
    }
}

enum Phase {
    /// Between attempts.
    Waiting,
    /// Until the head of the answer.
    Head {
        asked: Instant,
        sent_at: Arc<OnceLock<Instant>>,
        /// Whether the service says when it sends.
        tells: bool,
    },
    Body {
        byte: Instant,
        content: Option<Instant>,
    },
}

impl Clocks {
    pub(crate) fn start(limits: Timeouts) -> Self {
        Self {
            limits,
            started: Instant::now(),
            phase: Phase::Waiting,
            timer: None,
            waker: None,
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// What is left of the total limit.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        Some(self.limits.total?.saturating_sub(self.elapsed()))
    }

    pub(crate) fn waiting(&mut self) {
        self.waker = None;
        self.phase = Phase::Waiting;
    }

    pub(crate) fn asking(&mut self, sent_at: Arc<OnceLock<Instant>>, tells: bool) {
        self.waker = None;
        self.phase = Phase::Head {
            asked: Instant::now(),
            sent_at,
            tells,
        };
    }

    pub(crate) fn head_arrived(&mut self, is_stream: bool) {
        let now = Instant::now();
        self.waker = None;
        self.phase = Phase::Body {
            byte: now,
            content: is_stream.then_some(now),
        };
    }

    /// Notes a read of the body, and says how long after the call it came.
    ///
    /// # Errors
    ///
    /// When it came too late, which the timer does not tell while there is always more to read.
    pub(crate) fn byte_arrived(&mut self) -> Result<Duration, Error> {
        let now = Instant::now();
        let elapsed = now.duration_since(self.started);
        if self.limits.total.is_some_and(|limit| elapsed >= limit) {
            return Err(self.error(ErrorKind::TotalTimeout));
        }
        if let Phase::Body { byte, content } = &mut self.phase {
            *byte = now;
            if let (Some(content), Some(limit)) = (*content, self.limits.content)
                && now.duration_since(content) >= limit
            {
                return Err(self.error(ErrorKind::ContentTimeout));
            }
        }
        Ok(elapsed)
    }

    /// Notes that the last read held an event.
    pub(crate) fn content_arrived(&mut self) {
        if let Phase::Body {
            byte,
            content: Some(content),
        } = &mut self.phase
        {
            *content = *byte;
        }
    }

    /// Ready when a clock has run out.
    pub(crate) fn poll_expired(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        // Within a phase deadlines only move away, so a timer that has not rung need not be looked at.
        if let (Some(timer), Some(waker)) = (&self.timer, &self.waker)
            && waker.will_wake(cx.waker())
            && !timer.is_elapsed()
        {
            return Poll::Pending;
        }
        loop {
            let Some((at, kind)) = self.next_deadline() else {
                return Poll::Pending;
            };
            let first_look = self.first_look(at);
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(sleep_until(first_look)));
            if timer.deadline() > at {
                timer.as_mut().reset(at);
            }
            if timer.as_mut().poll(cx).is_pending() {
                self.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            match kind {
                Some(kind) if Instant::now() >= at => return Poll::Ready(self.error(kind)),
                _ => timer.as_mut().reset(at),
            }
        }
    }

    /// When a timer that is set for `at` rings first: no later than the clocks of the next phase may ask for, so that it
    /// need not be set again when the answer begins. To set a timer to an earlier time wakes the runtime.
    fn first_look(&self, at: Instant) -> Instant {
        let next = match &self.phase {
            Phase::Head { asked, .. } => [self.limits.idle, self.limits.content]
                .into_iter()
                .filter_map(|limit| asked.checked_add(limit?))
                .min(),
            Phase::Waiting | Phase::Body { .. } => None,
        };
        next.map_or(at, |next| next.min(at))
    }

    /// The first clock to run out, and when. Without a kind it is only a time to look again.
    fn next_deadline(&self) -> Option<(Instant, Option<ErrorKind>)> {
        let total = after(self.started, self.limits.total, ErrorKind::TotalTimeout);
        let first = |a: Option<(Instant, Option<ErrorKind>)>,
                     b: Option<(Instant, Option<ErrorKind>)>| match (a, b) {
            (Some(a), Some(b)) => Some(if b.0 < a.0 { b } else { a }),
            (a, b) => a.or(b),
        };
        match &self.phase {
            Phase::Waiting => total,
            Phase::Head {
                asked,
                sent_at,
                tells,
            } => {
                let limit = self.limits.first_byte;
                let first_byte = match sent_at.get() {
                    Some(sent) => after(*sent, limit, ErrorKind::FirstByteTimeout),
                    // However soon it is sent, it will not be late before then.
                    None if *tells => {
                        limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, None)))
                    }
                    None => after(*asked, limit, ErrorKind::FirstByteTimeout),
                };
                first(total, first_byte)
            }
            Phase::Body { byte, content } => {
                let idle = after(*byte, self.limits.idle, ErrorKind::IdleTimeout);
                let content = content.and_then(|content| {
                    after(content, self.limits.content, ErrorKind::ContentTimeout)
                });
                first(total, first(idle, content))
            }
        }
    }

    fn error(&self, kind: ErrorKind) -> Error {
        let (what, limit) = match kind {
            ErrorKind::FirstByteTimeout => ("no answer began", self.limits.first_byte),
            ErrorKind::IdleTimeout => ("the answer stopped: nothing came", self.limits.idle),
            ErrorKind::ContentTimeout => (
                "the answer stalled: nothing but keep-alives came",
                self.limits.content,
            ),
            _ => ("the call did not end", self.limits.total),
        };
        let text = match limit {
            Some(limit) => format!("{what} within {limit:?}"),
            None => what.to_owned(),
        };
        let sent = match &self.phase {
            Phase::Waiting => Sent::Nothing,
            Phase::Head {
                sent_at,
                tells: true,
                ..
            } if sent_at.get().is_none() => Sent::Nothing,
            Phase::Head { .. } | Phase::Body { .. } => Sent::Some,
        };
        Error::new(kind, text).with_sent(sent)
    }
}

/// A limit too long to be represented is none.
fn after(
    start: Instant,
    limit: Option<Duration>,
    kind: ErrorKind,
) -> Option<(Instant, Option<ErrorKind>)> {
    Some((start.checked_add(limit?)?, Some(kind)))
}
