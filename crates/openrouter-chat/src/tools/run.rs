//! The tool loop: ask, run what is called, ask again.

mod approval;
mod event;
mod execute;
mod hooks;
mod outcome;
mod state;
mod step;
mod stop;
mod stream;
mod structured;
mod usage;

use std::fmt;
use std::time::Duration;

use crate::message::Input;
use crate::tools::{ToolOutput, Tools};
use crate::{ChatModel, ChatOptions, Error, ErrorKind};

pub use approval::{ApprovalRequest, Decision};
pub use event::RunEvent;
pub use hooks::NextStep;
pub use outcome::RunOutcome;
pub use state::{CallOutcome, CallRecord, RunState, Step};
pub use stop::{StopReason, StopWhen};
pub use stream::{RunStream, StructuredRunStream};
pub use structured::StructuredOutcome;
pub use usage::RunUsage;

use approval::Approver;
use hooks::Hooks;
use step::Clock;
use stream::Sink;

/// A conversation with a model that may call tools, until it has its answer.
///
/// ```no_run
/// # async fn example(model: openrouter_chat::ChatModel, tools: openrouter_chat::Tools) -> Result<(), openrouter_chat::Error> {
/// use openrouter_chat::tools::StopWhen;
///
/// let outcome = model
///     .run(&tools, "Do I need an umbrella in Oslo?")
///     .stop_when(StopWhen::max_cost_usd(0.05))
///     .finish()
///     .await?;
/// println!("{} ({} steps)", outcome.text(), outcome.state.steps().len());
/// # Ok(())
/// # }
/// ```
///
/// Each step asks the model, runs the calls of its reply, several at once, and puts their outputs into the conversation
/// in the order of the calls. What goes wrong with a call is told to the model, which may try again.
///
/// A tool choice that forces a call is relaxed to `auto` once a reply has called a tool; otherwise the model could never
/// answer.
///
/// # Defaults
///
/// At most 16 replies; 8 calls at once; errors and panics of tools are told to the model; no approval but where a tool
/// wants it; no last word after a stop.
///
/// # Cancellation
///
/// Dropping the future of [`finish`](Self::finish) or the [stream](Self::stream) cancels the request and the tools that
/// run, and loses nothing that was done: the run can go on, be [closed](Self::close), or its [state](Self::state) saved.
/// Calls whose output was not there yet run again when it goes on.
pub struct ToolRun {
    model: ChatModel,
    tools: Tools,
    options: ChatOptions,
    state: RunState,
    stop: Vec<StopWhen>,
    concurrency: usize,
    on_error: FailurePolicy,
    on_panic: FailurePolicy,
    has_last_word: bool,
    /// The last word is a structured answer.
    is_structured: bool,
    approver: Option<Approver>,
    hooks: Hooks,
    /// The tools of the step whose calls are open, where a hook has changed them.
    step_tools: Option<Tools>,
    is_over: bool,
}

/// What happens when a tool fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailurePolicy {
    /// The model is told, and may try again.
    #[default]
    Tell,
    /// The run stops. Other calls that run are cancelled.
    Stop,
}

/// The tool loop.
impl ChatModel {
    /// Runs the tool loop: asks, runs the calls, and asks again, until the model has its answer.
    ///
    /// Nothing happens until the run is awaited; see [`ToolRun`].
    pub fn run<'a>(&self, tools: &Tools, input: impl Into<Input<'a>>) -> ToolRun {
        let conversation = input.into().into_conversation();
        ToolRun::new(self.clone(), tools.clone(), RunState::new(conversation))
    }

    /// Takes up a run that was saved, in this process or another.
    ///
    /// ```no_run
    /// # async fn example(model: openrouter_chat::ChatModel, tools: openrouter_chat::Tools, saved: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// use openrouter_chat::tools::Decision;
    ///
    /// let mut run = model.resume(&tools, serde_json::from_str(saved)?);
    /// let waiting: Vec<String> = run.state().open_calls().iter().map(|call| call.id().to_owned()).collect();
    /// for id in waiting {
    ///     run.decide(&id, Decision::Approve)?;
    /// }
    /// let outcome = run.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn resume(&self, tools: &Tools, state: RunState) -> ToolRun {
        ToolRun::new(self.clone(), tools.clone(), state)
    }
}

impl ToolRun {
    fn new(model: ChatModel, tools: Tools, state: RunState) -> Self {
        Self {
            model,
            tools,
            options: ChatOptions::new(),
            state,
            stop: Vec::new(),
            concurrency: DEFAULT_CONCURRENCY,
            on_error: FailurePolicy::Tell,
            on_panic: FailurePolicy::Tell,
            has_last_word: false,
            is_structured: false,
            approver: None,
            hooks: Hooks::default(),
            step_tools: None,
            is_over: false,
        }
    }

    /// Sets options of every request of the run; what they set wins over the handle's.
    #[must_use]
    pub fn with_options(mut self, options: ChatOptions) -> Self {
        self.options = options;
        self
    }

    /// Adds a condition that ends the run. Any one of them is enough.
    #[must_use]
    pub fn stop_when(mut self, condition: StopWhen) -> Self {
        self.stop.push(condition);
        self
    }

    /// Sets how many calls of a reply run at once; 0 counts as 1.
    #[must_use]
    pub fn with_concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// Sets what happens when a tool returns an error or takes too long.
    #[must_use]
    pub fn on_error(mut self, policy: FailurePolicy) -> Self {
        self.on_error = policy;
        self
    }

    /// Sets what happens when a tool panics. A program built to abort on panics aborts.
    #[must_use]
    pub fn on_panic(mut self, policy: FailurePolicy) -> Self {
        self.on_panic = policy;
        self
    }

    /// Lets the model answer once more when a condition ends the run, with the tools still in the request, so that the
    /// cached prompt stays valid, and their use forbidden.
    ///
    /// Not when the time is over or a tool failed.
    #[must_use]
    pub fn with_last_word(mut self) -> Self {
        self.has_last_word = true;
        self
    }

    /// Asks before each call runs, one after the other in the order of the calls.
    ///
    /// ```no_run
    /// # fn example(run: openrouter_chat::tools::ToolRun) -> openrouter_chat::tools::ToolRun {
    /// use openrouter_chat::tools::Decision;
    ///
    /// run.with_approval(|request| async move {
    ///     match request.call.name() {
    ///         "delete_file" => Decision::Refuse("nothing may be deleted".to_owned()),
    ///         _ => Decision::Approve,
    ///     }
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn with_approval<F, Asked>(mut self, ask: F) -> Self
    where
        F: Fn(ApprovalRequest) -> Asked + Send + Sync + 'static,
        Asked: Future<Output = Decision> + Send + 'static,
    {
        self.approver = Some(Approver::new(ask));
        self
    }

    /// Looks at each request before it is made, and may change its model, options and tools, for this step alone: those of
    /// the loop, the last word, and each attempt at a final structured answer.
    #[must_use]
    pub fn before_step(mut self, hook: impl FnMut(&mut NextStep<'_>) + Send + 'static) -> Self {
        self.hooks.before_step = Some(Box::new(hook));
        self
    }

    /// Looks at the run when all calls of a step have their outputs, for instance to save it.
    #[must_use]
    pub fn after_step(mut self, hook: impl FnMut(&RunState) + Send + 'static) -> Self {
        self.hooks.after_step = Some(Box::new(hook));
        self
    }

    /// Decides about a call that waits.
    ///
    /// # Errors
    ///
    /// When no call with this id waits.
    pub fn decide(&mut self, call_id: &str, decision: Decision) -> Result<(), Error> {
        self.waiting(call_id)?.decision = Some(decision);
        Ok(())
    }

    /// Gives a call that waits its output, for instance of a tool that runs elsewhere.
    ///
    /// # Errors
    ///
    /// When no call with this id waits.
    pub fn answer(&mut self, call_id: &str, output: impl Into<ToolOutput>) -> Result<(), Error> {
        let output = Some(output.into());
        self.waiting(call_id)?
            .close(CallOutcome::Done, None, Duration::ZERO, output);
        Ok(())
    }

    /// Goes on until the run ends.
    ///
    /// # Errors
    ///
    /// When a request fails. The run keeps what was done; awaiting it again makes the request again. The replies before are
    /// in the error's [`earlier`](Error::earlier) too.
    ///
    /// # Cancellation
    ///
    /// See [`ToolRun`].
    pub async fn finish(&mut self) -> Result<RunOutcome, Error> {
        self.drive(&Sink::default()).await
    }

    /// Goes one step on: one request, and the calls of its reply. `None` when the run wants to go on.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish).
    pub async fn step(&mut self) -> Result<Option<RunOutcome>, Error> {
        let reason = self.advance(&Sink::default()).await?;
        Ok(reason.map(|reason| self.end(reason)))
    }

    /// Goes on until the run ends, and tells what happens; replies are streamed.
    pub fn stream(&mut self) -> RunStream<'_> {
        RunStream::new(self)
    }

    /// Ends the run, after a cancellation or a failure. Calls that are open get an output, so that the conversation can
    /// be continued.
    #[must_use]
    pub fn close(mut self) -> RunOutcome {
        self.state.note_cancelled(None);
        self.state.close_all(StopReason::Closed.to_model());
        self.end(StopReason::Closed)
    }

    /// Where the run is. Serialise it to save the run.
    #[must_use]
    pub fn state(&self) -> &RunState {
        &self.state
    }

    async fn drive(&mut self, sink: &Sink) -> Result<RunOutcome, Error> {
        let reason = self.drive_to_stop(sink).await?;
        Ok(self.end(reason))
    }

    async fn drive_to_stop(&mut self, sink: &Sink) -> Result<StopReason, Error> {
        loop {
            if let Some(reason) = self.advance(sink).await? {
                return Ok(reason);
            }
        }
    }

    async fn advance(&mut self, sink: &Sink) -> Result<Option<StopReason>, Error> {
        if self.is_over {
            let message = "the run is over: its state is in the outcome that it returned";
            return Err(Error::new(ErrorKind::Config, message));
        }
        self.state.note_cancelled(None);
        let clock = self.clock();
        let reason = Box::pin(self.advance_by(sink, &clock)).await;
        self.state.elapsed = clock.elapsed();
        reason
    }

    fn clock(&self) -> Clock {
        let limit = self.stop.iter().filter_map(StopWhen::time).min();
        Clock::start(self.state.elapsed, limit)
    }

    fn end(&mut self, reason: StopReason) -> RunOutcome {
        self.is_over = true;
        RunOutcome::new(reason, std::mem::take(&mut self.state))
    }

    fn waiting(&mut self, call_id: &str) -> Result<&mut state::OpenCall, Error> {
        let mut open = self.state.open.iter_mut();
        open.find(|open| open.closed.is_none() && open.call.id() == call_id)
            .ok_or_else(|| {
                let message = format!("no call with the id {call_id:?} waits");
                Error::new(ErrorKind::Config, message)
            })
    }
}

impl fmt::Debug for ToolRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolRun")
            .field("model", &self.model.model())
            .field("tools", &self.tools.names())
            .field("stop", &self.stop)
            .field("steps", &self.state.steps.len())
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}

/// How many calls of a reply run at once.
const DEFAULT_CONCURRENCY: usize = 8;

/// How many replies a run takes at most, where nothing else is said.
const DEFAULT_MAX_STEPS: usize = 16;
