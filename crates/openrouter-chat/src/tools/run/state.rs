//! Where a run is: everything that was said and done, to be looked at, saved and taken up again.

mod saved;

use std::time::Duration;

use super::approval::Decision;
use super::stop::StopReason;
use super::usage::RunUsage;
use crate::tools::ToolCall;
use crate::{ChatResponse, Conversation, Message};

/// Where a run of the tool loop is.
///
/// Serialises as JSON, so that a run can be saved between steps, or while it waits for an approval, and be taken up by
/// another process: see [`ChatModel::resume`](crate::ChatModel::resume). It holds what was said, and neither keys nor
/// options.
#[derive(Clone, Debug, Default)]
pub struct RunState {
    pub(super) conversation: Conversation,
    pub(super) steps: Vec<Step>,
    /// The calls of the last reply, until all of them have an output.
    pub(super) open: Vec<OpenCall>,
    /// A reply has called a tool, so that a forced choice is no longer forced.
    pub(super) has_called: bool,
    pub(super) elapsed: Duration,
    /// A condition holds, and the model is to say its last word.
    pub(super) stopping: Option<StopReason>,
    /// A request is under way; found here by whoever goes on, it was cancelled.
    pub(super) in_flight: Option<InFlight>,
}

/// A request to the model whose answer has not come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct InFlight {
    pub(super) model: String,
    pub(super) generation_id: Option<String>,
    pub(super) is_final: bool,
}

/// A call that has no output in the conversation yet.
#[derive(Clone, Debug)]
pub(super) struct OpenCall {
    pub(super) call: ToolCall,
    pub(super) decision: Option<Decision>,
    pub(super) closed: Option<(CallRecord, Message)>,
}

/// One request to the model, and the calls that its reply asked for.
#[derive(Clone, Debug)]
pub struct Step {
    pub(super) model: String,
    pub(super) response: Option<ChatResponse>,
    pub(super) failure: Option<String>,
    pub(super) generation_id: Option<String>,
    pub(super) is_final: bool,
    pub(super) calls: Vec<CallRecord>,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CallRecord {
    /// The call, as the model made it.
    pub call: ToolCall,
    /// The arguments that it ran with, where an approval changed them.
    pub changed_arguments: Option<String>,
    /// What became of it.
    pub outcome: CallOutcome,
    /// Why it failed or was not run.
    pub reason: Option<String>,
    /// How long it ran.
    pub duration: Duration,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// It ran, and gave an output.
    Done,
    /// The tool returned an error.
    Failed,
    /// The tool panicked.
    Panicked,
    /// The tool took longer than it may. What it had begun may have happened.
    TimedOut,
    /// There is no such tool, or the arguments are not JSON.
    Invalid,
    /// Whoever was asked refused it.
    Refused,
    /// It was stopped, or never begun, because the run ended.
    NotRun,
}

impl RunState {
    pub(super) fn new(conversation: Conversation) -> Self {
        Self {
            conversation,
            ..Self::default()
        }
    }

    /// Everything that was said: what went in, the replies, the outputs of tools.
    ///
    /// While a run is [paused](StopReason::Paused), its last reply's calls have no outputs yet.
    #[must_use]
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// Every request, failed and cancelled ones included.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// All calls of all steps, in order.
    pub fn calls(&self) -> impl Iterator<Item = &CallRecord> {
        self.steps.iter().flat_map(|step| &step.calls)
    }

    /// The calls that wait for an approval, or for an output from outside.
    #[must_use]
    pub fn open_calls(&self) -> Vec<&ToolCall> {
        self.open
            .iter()
            .filter(|open| open.closed.is_none())
            .map(|open| &open.call)
            .collect()
    }

    /// Tokens and money of all steps together.
    #[must_use]
    pub fn usage(&self) -> RunUsage {
        RunUsage::of(&self.steps)
    }

    /// How long the run has been at work, waiting for the model and for tools included; pauses between processes are not.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The model's last reply.
    #[must_use]
    pub fn last_response(&self) -> Option<&ChatResponse> {
        self.steps
            .iter()
            .rev()
            .filter(|step| step.failure.is_none())
            .find_map(|step| step.response.as_ref())
    }

    /// The replies of all steps, and what had arrived of those that failed.
    pub(super) fn responses(&self) -> Vec<ChatResponse> {
        let steps = self.steps.iter();
        steps.filter_map(|step| step.response.clone()).collect()
    }

    /// How many replies the model gave in the loop; the last word after a stop is not counted.
    pub(super) fn replies(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| step.failure.is_none() && !step.is_final)
            .count()
    }

    /// Notes that a request was cancelled, if one was, and what had arrived by then.
    pub(super) fn note_cancelled(&mut self, arrived: Option<ChatResponse>) {
        if let Some(request) = self.in_flight.take() {
            self.steps.push(Step {
                model: request.model,
                response: arrived,
                failure: Some("cancelled".to_owned()),
                generation_id: request.generation_id,
                is_final: request.is_final,
                calls: Vec::new(),
            });
        }
    }

    /// Gives an output to every call that has none.
    pub(super) fn close_all(&mut self, reason: &str) {
        for open in self.open.iter_mut().filter(|open| open.closed.is_none()) {
            open.close(CallOutcome::NotRun, Some(reason), Duration::ZERO, None);
        }
        self.flush();
    }

    /// Moves the outputs into the conversation, in the order of the calls, once all are there.
    pub(super) fn flush(&mut self) {
        // With nothing open, the records of the last step are where they belong.
        if self.open.is_empty() || self.open.iter().any(|open| open.closed.is_none()) {
            return;
        }
        let closed = self.open.drain(..).filter_map(|open| open.closed);
        let (records, messages): (Vec<_>, Vec<_>) = closed.unzip();
        self.conversation.extend(messages);
        if let Some(step) = self.steps.last_mut() {
            step.calls = records;
        }
    }
}

impl OpenCall {
    pub(super) fn new(call: ToolCall) -> Self {
        Self {
            call,
            decision: None,
            closed: None,
        }
    }

    /// Whether nothing was decided or done about it.
    pub(super) fn is_untouched(&self) -> bool {
        self.decision.is_none() && self.closed.is_none()
    }

    /// Gives the call its output: what the tool returned, or else a text that says why there is nothing.
    pub(super) fn close(
        &mut self,
        outcome: CallOutcome,
        reason: Option<&str>,
        duration: Duration,
        output: Option<crate::tools::ToolOutput>,
    ) {
        let output = output.unwrap_or_else(|| {
            let reason = reason.unwrap_or_default();
            crate::tools::ToolOutput::from(match outcome {
                CallOutcome::Done => String::new(),
                CallOutcome::Failed
                | CallOutcome::Panicked
                | CallOutcome::TimedOut
                | CallOutcome::Invalid => format!("Error: {reason}"),
                CallOutcome::Refused => format!("The call was refused: {reason}"),
                CallOutcome::NotRun => format!("The call was not run: {reason}"),
            })
        });
        let changed_arguments = match &self.decision {
            Some(Decision::ApproveWith(arguments)) => Some(arguments.as_str().to_owned()),
            _ => None,
        };
        let record = CallRecord {
            call: self.call.clone(),
            changed_arguments,
            outcome,
            reason: reason.map(str::to_owned),
            duration,
        };
        let message = output.into_message(self.call.id());
        self.closed = Some((record, message));
    }
}

impl Step {
    /// The model that was asked.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The reply; of a failed step, what had arrived of it.
    #[must_use]
    pub fn response(&self) -> Option<&ChatResponse> {
        self.response.as_ref()
    }

    /// Why there is no whole reply: an error's text, or `cancelled`. What it cost may be unknown.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// The generation's id, by which the cost of a failed or cancelled step can be looked up.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.generation_id
            .as_deref()
            .or_else(|| self.response.as_ref()?.id())
    }

    /// What became of the calls of the reply, in their order; empty until all have an output.
    #[must_use]
    pub fn calls(&self) -> &[CallRecord] {
        &self.calls
    }

    /// Whether the model was asked for its last word, without calls, or for the final structured answer.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.is_final
    }
}

impl CallOutcome {
    /// Its name, as it is saved.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed_out",
            Self::Invalid => "invalid",
            Self::Refused => "refused",
            Self::NotRun => "not_run",
        }
    }

    const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Panicked,
        Self::TimedOut,
        Self::Invalid,
        Self::Refused,
        Self::NotRun,
    ];
}
