//! One step: a request, and the calls of its reply.

use std::collections::VecDeque;
use std::time::Duration;

use openrouter_types as types;
use tokio::time::{Instant, timeout_at};
use types::{ChatToolChoice, ChatToolChoiceMode};

use super::approval::{ApprovalRequest, Decision};
use super::execute::{self, Ran, Running};
use super::hooks::NextStep;
use super::state::{CallOutcome, InFlight, OpenCall, Step};
use super::stop::{StopReason, StopWhen};
use super::stream::Sink;
use super::{DEFAULT_MAX_STEPS, FailurePolicy, RunEvent, ToolRun};
use crate::tools::{ToolCall, ToolInvocation, Tools};
use crate::{ChatModel, ChatOptions, ChatResponse, Ending, Error, Message};

/// The time of a run: what it took before, and since it goes on.
pub(super) struct Clock {
    before: Duration,
    started: Instant,
    deadline: Option<Instant>,
}

impl Clock {
    pub(super) fn start(before: Duration, limit: Option<Duration>) -> Self {
        let started = Instant::now();
        let left = limit.map(|limit| limit.saturating_sub(before));
        Self {
            before,
            started,
            // A time too long to be counted never ends.
            deadline: left.and_then(|left| started.checked_add(left)),
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.before + self.started.elapsed()
    }

    /// The future's output, or `None` when the time is over before.
    pub(super) async fn within<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        match self.deadline {
            Some(deadline) => timeout_at(deadline, future).await.ok(),
            None => Some(future.await),
        }
    }
}

/// What came of a request that did not fail.
pub(super) enum Asked {
    Reply(ChatResponse),
    /// The time was over before the reply was whole. This had arrived of it.
    OutOfTime(Option<ChatResponse>),
}

/// One request to the model.
pub(super) struct StepRequest<'a> {
    pub(super) step: usize,
    pub(super) model: &'a ChatModel,
    pub(super) messages: &'a [Message],
    pub(super) options: &'a ChatOptions,
    pub(super) is_final: bool,
}

impl StepRequest<'_> {
    /// Makes it; streamed where anybody listens.
    pub(super) async fn make(
        self,
        in_flight: &mut Option<InFlight>,
        sink: &Sink,
        clock: &Clock,
    ) -> Result<Asked, Error> {
        let name = self.options.request.model.as_deref();
        let in_flight = in_flight.insert(InFlight {
            model: name.unwrap_or(self.model.model()).to_owned(),
            generation_id: None,
            is_final: self.is_final,
        });
        if !sink.is_open() {
            let asked = self.model.invoke_with(self.messages, self.options);
            return match clock.within(Box::pin(asked)).await {
                Some(reply) => reply.map(Asked::Reply),
                None => Ok(Asked::OutOfTime(None)),
            };
        }
        let asked = self.model.stream_with(self.messages, self.options);
        let Some(stream) = clock.within(Box::pin(asked)).await else {
            return Ok(Asked::OutOfTime(None));
        };
        let mut stream = stream?;
        in_flight.generation_id = stream.generation_id().map(str::to_owned);
        loop {
            match clock.within(stream.next()).await {
                None => {
                    return Ok(Asked::OutOfTime(Some(stream.into_partial())));
                }
                Some(None) => return stream.finish().await.map(Asked::Reply),
                Some(Some(event)) => {
                    let (step, event) = (self.step, event?);
                    sink.tell(|| RunEvent::Model { step, event }).await;
                }
            }
        }
    }
}

/// What came of the open calls.
enum Calls {
    /// All have an output.
    Closed,
    /// Some wait.
    Waiting,
    /// This one failed, and that ends the run.
    Failed(String),
    OutOfTime,
}

impl ToolRun {
    pub(super) async fn advance_by(
        &mut self,
        sink: &Sink,
        clock: &Clock,
    ) -> Result<Option<StopReason>, Error> {
        if let Some(reason) = self.state.stopping.clone() {
            return self.stop(reason, sink, clock).await;
        }
        if self.state.open.is_empty() {
            // Conditions are looked at before a request too: a run that goes on may have been cancelled just there.
            if self.state.replies() > 0
                && let Some(reason) = self.condition(StopWhen::holds_after_tools)
            {
                return self.stop(reason, sink, clock).await;
            }
            if !Box::pin(self.ask(false, sink, clock)).await? {
                return Ok(Some(StopReason::Time));
            }
            if self.state.open.is_empty() {
                return Ok(Some(StopReason::Complete));
            }
        }
        if self.state.open.iter().all(OpenCall::is_untouched)
            && let Some(reason) = self.condition(StopWhen::holds_before_tools)
        {
            return self.stop(reason, sink, clock).await;
        }
        match Box::pin(self.run_calls(sink, clock)).await {
            Calls::Closed => {}
            Calls::Waiting => return Ok(Some(StopReason::Paused)),
            Calls::Failed(id) => return self.stop(StopReason::ToolFailed(id), sink, clock).await,
            Calls::OutOfTime => return self.stop(StopReason::Time, sink, clock).await,
        }
        self.finish_step(sink, clock).await;
        match self.condition(StopWhen::holds_after_tools) {
            Some(reason) => self.stop(reason, sink, clock).await,
            None => Ok(None),
        }
    }

    /// Gives open calls an output, and the model its last word.
    async fn stop(
        &mut self,
        mut reason: StopReason,
        sink: &Sink,
        clock: &Clock,
    ) -> Result<Option<StopReason>, Error> {
        if !self.state.open.is_empty() {
            self.close_open(&reason, sink).await;
            self.finish_step(sink, clock).await;
        }
        if self.has_last_word && !self.is_structured && reason.allows_answer() {
            self.state.stopping = Some(reason.clone());
            if !Box::pin(self.ask(true, sink, clock)).await? {
                reason = StopReason::Time;
            }
            // Some models call all the same.
            if !self.state.open.is_empty() {
                self.close_open(&reason, sink).await;
                self.finish_step(sink, clock).await;
            }
        }
        self.state.stopping = None;
        Ok(Some(reason))
    }

    fn condition(
        &self,
        holds: impl Fn(&StopWhen, &super::RunState) -> Option<StopReason>,
    ) -> Option<StopReason> {
        let unlimited = !self.stop.iter().any(StopWhen::sets_max_steps);
        let default = unlimited.then(|| StopWhen::max_steps(DEFAULT_MAX_STEPS));
        let mut conditions = self.stop.iter().chain(&default);
        conditions.find_map(|condition| holds(condition, &self.state))
    }

    /// Asks the model. `false` when the time was over before it had answered.
    async fn ask(&mut self, is_final: bool, sink: &Sink, clock: &Clock) -> Result<bool, Error> {
        let step = self.state.steps.len();
        sink.tell(|| RunEvent::StepStarted { step }).await;
        let (model, options) = self.next_request(step, is_final, 0);
        let request = StepRequest {
            step,
            model: &model,
            messages: self.state.conversation.messages(),
            options: &options,
            is_final,
        };
        // In a box, as all that is large here: a run may be part of other large futures.
        let asked = Box::pin(request.make(&mut self.state.in_flight, sink, clock)).await;
        self.state.elapsed = clock.elapsed();
        let Some(response) = self.unless_failed(asked)? else {
            return Ok(false);
        };
        self.take_reply(response, is_final);
        if let Some(response) = self.state.last_response() {
            sink.tell(|| RunEvent::Reply {
                step,
                response: Box::new(response.clone()),
            })
            .await;
        }
        Ok(true)
    }

    /// Notes a request that was cancelled or failed among the steps.
    pub(super) fn unless_failed(
        &mut self,
        asked: Result<Asked, Error>,
    ) -> Result<Option<ChatResponse>, Error> {
        match asked {
            Ok(Asked::Reply(reply)) => Ok(Some(reply)),
            Ok(Asked::OutOfTime(arrived)) => {
                self.state.note_cancelled(arrived);
                Ok(None)
            }
            Err(error) => {
                // Whoever has not kept the run has them still.
                let error = error.with_earlier(self.state.responses());
                let request = self.state.in_flight.take().unwrap_or_default();
                let generation_id = error.generation_id().map(str::to_owned);
                self.state.steps.push(Step {
                    model: request.model,
                    generation_id: generation_id.or(request.generation_id),
                    response: error.partial().cloned(),
                    failure: Some(error.to_string()),
                    is_final: request.is_final,
                    calls: Vec::new(),
                });
                Err(error)
            }
        }
    }

    /// The model and options of the next request.
    pub(super) fn next_request(
        &mut self,
        step: usize,
        is_final: bool,
        attempt: usize,
    ) -> (ChatModel, ChatOptions) {
        let mut next = NextStep {
            step,
            is_final,
            attempt,
            model: self.model.clone(),
            options: self.options.clone(),
            tools: self.tools.clone(),
            state: &self.state,
        };
        if let Some(hook) = &mut self.hooks.before_step {
            hook(&mut next);
        }
        let NextStep {
            model,
            mut options,
            tools,
            ..
        } = next;
        let request = &mut options.request;
        if !tools.is_empty() {
            request.tools = Some(tools.iter().map(Into::into).collect());
            let bound = &model.options().request.tool_choice;
            let choice = request.tool_choice.as_ref().or(bound.as_ref());
            if is_final {
                request.tool_choice = Some(ChatToolChoiceMode::None.into());
            } else if self.state.has_called && choice.is_some_and(is_forced) {
                request.tool_choice = Some(ChatToolChoiceMode::Auto.into());
            }
        }
        self.step_tools = Some(tools);
        (model, options)
    }

    /// Takes a reply into the conversation, and notes its calls as open.
    fn take_reply(&mut self, response: ChatResponse, is_final: bool) {
        let request = self.state.in_flight.take().unwrap_or_default();
        let message = response.message();
        let calls = message.iter().flat_map(Message::tool_calls);
        self.state.open = calls.map(OpenCall::new).collect();
        self.state.has_called |= !self.state.open.is_empty();
        self.state.conversation.extend(message);
        self.state.steps.push(Step {
            model: request.model,
            generation_id: request.generation_id,
            failure: None,
            is_final,
            calls: Vec::new(),
            response: Some(response),
        });
    }

    /// Runs what may run of the open calls.
    async fn run_calls(&mut self, sink: &Sink, clock: &Clock) -> Calls {
        let tools = self
            .step_tools
            .clone()
            .unwrap_or_else(|| self.tools.clone());
        self.close_what_cannot_run(&tools, sink).await;
        if !self.decide_all(&tools, sink, clock).await {
            return Calls::OutOfTime;
        }
        if let Some(early) = self.run_approved(&tools, sink, clock).await {
            return early;
        }
        if self.state.open.iter().any(|open| open.closed.is_none()) {
            Calls::Waiting
        } else {
            Calls::Closed
        }
    }

    async fn close_what_cannot_run(&mut self, tools: &Tools, sink: &Sink) {
        let is_cut_off = self
            .state
            .last_response()
            .is_some_and(|response| response.ending() == Ending::Length);
        for at in self.still_open() {
            let call = &self.state.open[at].call;
            let (outcome, reason) = if is_cut_off {
                // Arguments that were cut off may be JSON all the same.
                let reason =
                    "the reply reached its limit of tokens, and the arguments may not be whole.";
                (CallOutcome::NotRun, reason.to_owned())
            } else if let Some(problem) = call.problem() {
                (CallOutcome::Invalid, problem)
            } else if tools.get(call.name()).is_none() {
                let reason = format!(
                    "there is no tool `{}`; there are {}",
                    call.name(),
                    tools.names()
                );
                (CallOutcome::Invalid, reason)
            } else {
                continue;
            };
            let ran = Ran::without_output(outcome, reason);
            self.close_call(at, ran, sink).await;
        }
    }

    /// Asks about each call in order. `false` when the time was over.
    async fn decide_all(&mut self, tools: &Tools, sink: &Sink, clock: &Clock) -> bool {
        for at in self.still_open() {
            let open = &self.state.open[at];
            let Some(tool) = tools.get(open.call.name()) else {
                continue;
            };
            let decision = match &open.decision {
                Some(decision) if *decision != Decision::Wait => decision.clone(),
                // Its output comes from outside.
                _ if !tool.is_runnable() => Decision::Wait,
                _ => match &self.approver {
                    Some(approver) => {
                        let request = ApprovalRequest {
                            call: open.call.clone(),
                            step: self.state.steps.len().saturating_sub(1),
                            is_required: tool.needs_approval(),
                        };
                        match clock.within(approver.clone().ask(request)).await {
                            Some(decision) => decision,
                            None => return false,
                        }
                    }
                    None if tool.needs_approval() => Decision::Wait,
                    None => Decision::Approve,
                },
            };
            self.state.open[at].decision = Some(decision.clone());
            if let Decision::Refuse(reason) = decision {
                let ran = Ran::without_output(CallOutcome::Refused, reason);
                self.close_call(at, ran, sink).await;
            }
        }
        true
    }

    /// Runs the approved calls, several at once. `None` when all have run.
    async fn run_approved(&mut self, tools: &Tools, sink: &Sink, clock: &Clock) -> Option<Calls> {
        let step = self.state.steps.len().saturating_sub(1);
        let mut waiting = VecDeque::new();
        for at in self.still_open() {
            let open = &self.state.open[at];
            let Some(tool) = tools.get(open.call.name()) else {
                continue;
            };
            let call = match &open.decision {
                Some(Decision::Approve) => open.call.clone(),
                Some(Decision::ApproveWith(arguments)) => {
                    ToolCall::new(open.call.id(), open.call.name(), arguments.as_str())
                }
                _ => continue,
            };
            waiting.push_back((at, tool, tool.restore(&call)));
        }
        let mut running = Running::new();
        loop {
            while running.len() < self.concurrency
                && let Some((at, tool, call)) = waiting.pop_front()
            {
                sink.tell(|| RunEvent::ToolStarted {
                    step,
                    call: call.clone(),
                })
                .await;
                let mut invocation = ToolInvocation::new(call);
                invocation.step = step;
                running.push(at, execute::run(tool, invocation));
            }
            let Some(finished) = clock.within(running.next()).await else {
                return Some(Calls::OutOfTime);
            };
            let (at, ran) = finished?;
            let policy = match ran.outcome {
                CallOutcome::Panicked => self.on_panic,
                CallOutcome::Failed | CallOutcome::TimedOut => self.on_error,
                _ => FailurePolicy::Tell,
            };
            self.close_call(at, ran, sink).await;
            if policy == FailurePolicy::Stop {
                return Some(Calls::Failed(self.state.open[at].call.id().to_owned()));
            }
        }
    }

    async fn close_open(&mut self, reason: &StopReason, sink: &Sink) {
        for at in self.still_open() {
            let ran = Ran::without_output(CallOutcome::NotRun, reason.to_model().to_owned());
            self.close_call(at, ran, sink).await;
        }
    }

    async fn close_call(&mut self, at: usize, ran: Ran, sink: &Sink) {
        let step = self.state.steps.len().saturating_sub(1);
        let open = &mut self.state.open[at];
        open.close(ran.outcome, ran.reason.as_deref(), ran.duration, ran.output);
        if let Some((record, output)) = &open.closed {
            sink.tell(|| RunEvent::ToolFinished {
                step,
                record: Box::new(record.clone()),
                output: Box::new(output.clone()),
            })
            .await;
        }
    }

    async fn finish_step(&mut self, sink: &Sink, clock: &Clock) {
        self.state.flush();
        self.state.elapsed = clock.elapsed();
        if let Some(hook) = &mut self.hooks.after_step {
            hook(&self.state);
        }
        let step = self.state.steps.len().saturating_sub(1);
        sink.tell(|| RunEvent::StepFinished { step }).await;
    }

    /// The places of the calls that have no output yet.
    fn still_open(&self) -> Vec<usize> {
        let open = self.state.open.iter().enumerate();
        open.filter(|(_, open)| open.closed.is_none())
            .map(|(at, _)| at)
            .collect()
    }
}

/// Whether a choice leaves the model no way but to call.
fn is_forced(choice: &ChatToolChoice) -> bool {
    !matches!(
        choice,
        ChatToolChoice::ChatToolChoiceMode(ChatToolChoiceMode::Auto | ChatToolChoiceMode::None)
    )
}
