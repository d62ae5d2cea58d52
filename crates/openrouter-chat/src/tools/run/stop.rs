//! When a run ends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::state::{CallOutcome, RunState};

/// A condition that ends a run, even though the model wants to go on. Any one of several is enough.
///
/// ```
/// use openrouter_chat::tools::StopWhen;
/// use std::time::Duration;
///
/// let limits = [
///     StopWhen::max_steps(8),
///     StopWhen::max_cost_usd(0.05),
///     StopWhen::after(Duration::from_secs(120)),
///     StopWhen::same_calls(3),
/// ];
/// # let _ = limits;
/// ```
#[derive(Clone)]
pub struct StopWhen(Condition);

#[derive(Clone)]
enum Condition {
    MaxSteps(usize),
    MaxCostUsd(f64),
    MaxTokens(u64),
    After(Duration),
    ToolCalled(String),
    SameCalls(usize),
    Predicate(Arc<Predicate>),
}

type Predicate = dyn Fn(&RunState) -> bool + Send + Sync;

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The model asked for no more calls. Whether it said all it wanted to is told by the response's ending.
    Complete,
    /// As many replies as allowed.
    MaxSteps,
    /// The money was spent.
    MaxCost,
    /// The tokens were spent.
    MaxTokens,
    /// The time was over.
    Time,
    /// The named tool was called, and ran.
    ToolCalled(String),
    /// The model asked for the same calls again and again.
    SameCalls,
    /// A predicate held.
    Predicate,
    /// A tool failed, and the policy is to stop then. The id of its call.
    ToolFailed(String),
    /// Calls wait for an approval or for an output from outside: see [`RunState::open_calls`]. Nothing is lost; the run
    /// can be taken up again.
    Paused,
    /// The program ended it.
    Closed,
}

impl StopWhen {
    /// After so many replies of the model, once their tools have run. 16 unless set.
    #[must_use]
    pub fn max_steps(steps: usize) -> Self {
        Self(Condition::MaxSteps(steps))
    }

    /// Once so much was spent, in USD. Looked at after each reply, before its tools run, so the reply that passes the
    /// mark is paid for. Replies that tell no cost count as free.
    #[must_use]
    pub fn max_cost_usd(usd: f64) -> Self {
        Self(Condition::MaxCostUsd(usd))
    }

    /// Once so many tokens were used, prompts and replies of all steps together. Looked at as the cost is.
    #[must_use]
    pub fn max_tokens(tokens: u64) -> Self {
        Self(Condition::MaxTokens(tokens))
    }

    /// After so much time at work. Ends what is running: a request is cancelled, and so are tools.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Condition::After(time))
    }

    /// Once this tool was called and has run without failing.
    #[must_use]
    pub fn tool_called(name: impl Into<String>) -> Self {
        Self(Condition::ToolCalled(name.into()))
    }

    /// When so many replies in a row ask for the very same calls; the last ones are not run. At least 2.
    #[must_use]
    pub fn same_calls(times: usize) -> Self {
        Self(Condition::SameCalls(times.max(2)))
    }

    /// When this says so, after the tools of a step have run.
    #[must_use]
    pub fn when(predicate: impl Fn(&RunState) -> bool + Send + Sync + 'static) -> Self {
        Self(Condition::Predicate(Arc::new(predicate)))
    }

    pub(super) fn sets_max_steps(&self) -> bool {
        matches!(self.0, Condition::MaxSteps(_))
    }

    pub(super) fn time(&self) -> Option<Duration> {
        match self.0 {
            Condition::After(time) => Some(time),
            _ => None,
        }
    }

    /// After a reply, before its tools run: what they would do is no longer wanted.
    pub(super) fn holds_before_tools(&self, state: &RunState) -> Option<StopReason> {
        let (holds, reason) = match &self.0 {
            Condition::MaxCostUsd(usd) => {
                (state.usage().total_cost_usd() >= *usd, StopReason::MaxCost)
            }
            Condition::MaxTokens(tokens) => {
                (state.usage().total_tokens >= *tokens, StopReason::MaxTokens)
            }
            Condition::SameCalls(times) => (has_same_calls(state, *times), StopReason::SameCalls),
            _ => return None,
        };
        holds.then_some(reason)
    }

    /// After the tools of a step have run.
    pub(super) fn holds_after_tools(&self, state: &RunState) -> Option<StopReason> {
        let (holds, reason) = match &self.0 {
            Condition::MaxSteps(steps) => (state.replies() >= *steps, StopReason::MaxSteps),
            Condition::ToolCalled(name) => {
                let calls = state.steps.last().map(|step| &*step.calls);
                let ran = calls.unwrap_or_default().iter().any(|record| {
                    record.outcome == CallOutcome::Done && record.call.name() == name
                });
                (ran, StopReason::ToolCalled(name.clone()))
            }
            Condition::Predicate(predicate) => (predicate(state), StopReason::Predicate),
            _ => return None,
        };
        holds.then_some(reason)
    }
}

/// Whether the last replies, so many of them, ask for the same.
fn has_same_calls(state: &RunState, times: usize) -> bool {
    let mut replies = state
        .steps
        .iter()
        .rev()
        .filter(|step| step.failure.is_none() && !step.is_final)
        .map(|step| {
            let message = step
                .response
                .as_ref()
                .and_then(|response| response.as_wire().choices.first())
                .and_then(|choice| choice.message.as_ref());
            let calls = message.and_then(|message| message.tool_calls.as_deref());
            calls
                .unwrap_or_default()
                .iter()
                .map(|call| (&call.function.name, &call.function.arguments))
                .collect::<Vec<_>>()
        });
    let Some(last) = replies.next() else {
        return false;
    };
    !last.is_empty()
        && replies
            .take(times - 1)
            .filter(|calls| *calls == last)
            .count()
            == times - 1
}

impl fmt::Debug for StopWhen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Condition::MaxSteps(steps) => write!(f, "MaxSteps({steps})"),
            Condition::MaxCostUsd(usd) => write!(f, "MaxCostUsd({usd})"),
            Condition::MaxTokens(tokens) => write!(f, "MaxTokens({tokens})"),
            Condition::After(time) => write!(f, "After({time:?})"),
            Condition::ToolCalled(name) => write!(f, "ToolCalled({name:?})"),
            Condition::SameCalls(times) => write!(f, "SameCalls({times})"),
            Condition::Predicate(_) => f.write_str("Predicate(..)"),
        }
    }
}

impl StopReason {
    /// Whether the model ended the run by itself.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        *self == Self::Complete
    }

    /// Whether the model may say a last word after it.
    pub(super) fn allows_answer(&self) -> bool {
        use StopReason::{Closed, Complete, Paused, Time, ToolFailed};
        !matches!(self, Complete | Paused | Time | ToolFailed(_) | Closed)
    }

    /// What the model is told of a call that is not run any more.
    pub(super) fn to_model(&self) -> &'static str {
        match self {
            Self::Complete | Self::Paused | Self::Closed => "the run was ended.",
            Self::MaxSteps => "the run has taken as many steps as it may.",
            Self::MaxCost => "the run has spent what it may.",
            Self::MaxTokens => "the run has used as many tokens as it may.",
            Self::Time => "the time of the run is over.",
            Self::ToolCalled(_) | Self::Predicate => "the run has reached its end.",
            Self::SameCalls => "the same calls were made before, and their results are known.",
            Self::ToolFailed(_) => "another tool failed, which ended the run.",
        }
    }

    pub(super) fn to_parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Complete => ("complete", None),
            Self::MaxSteps => ("max_steps", None),
            Self::MaxCost => ("max_cost", None),
            Self::MaxTokens => ("max_tokens", None),
            Self::Time => ("time", None),
            Self::ToolCalled(name) => ("tool_called", Some(name)),
            Self::SameCalls => ("same_calls", None),
            Self::Predicate => ("predicate", None),
            Self::ToolFailed(id) => ("tool_failed", Some(id)),
            Self::Paused => ("paused", None),
            Self::Closed => ("closed", None),
        }
    }

    pub(super) fn from_parts(name: &str, detail: String) -> Option<Self> {
        Some(match name {
            "complete" => Self::Complete,
            "max_steps" => Self::MaxSteps,
            "max_cost" => Self::MaxCost,
            "max_tokens" => Self::MaxTokens,
            "time" => Self::Time,
            "tool_called" => Self::ToolCalled(detail),
            "same_calls" => Self::SameCalls,
            "predicate" => Self::Predicate,
            "tool_failed" => Self::ToolFailed(detail),
            "paused" => Self::Paused,
            "closed" => Self::Closed,
            _ => return None,
        })
    }
}
