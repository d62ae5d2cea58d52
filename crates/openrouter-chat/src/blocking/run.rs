//! The tool loop, without a runtime.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{ChatModel, let_go};
use crate::message::Input;
use crate::structured::OutputFormat;
use crate::structured::partial::PartialJsonError;
use crate::tools::{
    self, ApprovalRequest, Decision, FailurePolicy, NextStep, RunEvent, RunOutcome, RunState,
    StopWhen, StructuredOutcome, ToolOutput, Tools,
};
use crate::{ChatOptions, Error};

/// A conversation with a model that may call tools: as [`tools::ToolRun`], and waited for.
///
/// ```no_run
/// # fn example(model: openrouter_chat::ChatModel, tools: openrouter_chat::Tools) -> Result<(), Box<dyn std::error::Error>> {
/// let outcome = model.blocking()?.run(&tools, "Do I need an umbrella in Oslo?").finish()?;
/// println!("{}", outcome.text());
/// # Ok(())
/// # }
/// ```
///
/// Tools run while the run is waited for, on the same thread: one that blocks holds up the others. One that blocks for
/// long belongs on a thread of its own.
#[derive(Debug)]
pub struct ToolRun {
    run: tools::ToolRun,
    runtime: Arc<Runtime>,
}

/// The tool loop.
impl ChatModel {
    /// Runs the tool loop; see [`ChatModel::run`](crate::ChatModel::run).
    pub fn run<'a>(&self, tools: &Tools, input: impl Into<Input<'a>>) -> ToolRun {
        self.running(self.model.run(tools, input))
    }

    /// Takes up a run that was saved; see [`ChatModel::resume`](crate::ChatModel::resume).
    #[must_use]
    pub fn resume(&self, tools: &Tools, state: RunState) -> ToolRun {
        self.running(self.model.resume(tools, state))
    }

    fn running(&self, run: tools::ToolRun) -> ToolRun {
        ToolRun {
            run,
            runtime: Arc::clone(&self.runtime),
        }
    }
}

/// What is set as on [`tools::ToolRun`].
impl ToolRun {
    /// Sets options of every request of the run.
    #[must_use]
    pub fn with_options(mut self, options: ChatOptions) -> Self {
        self.run = self.run.with_options(options);
        self
    }

    /// Adds a condition that ends the run.
    #[must_use]
    pub fn stop_when(mut self, condition: StopWhen) -> Self {
        self.run = self.run.stop_when(condition);
        self
    }

    /// Sets how many calls of a reply run at once.
    #[must_use]
    pub fn with_concurrency(mut self, calls: usize) -> Self {
        self.run = self.run.with_concurrency(calls);
        self
    }

    /// Sets what happens when a tool returns an error or takes too long.
    #[must_use]
    pub fn on_error(mut self, policy: FailurePolicy) -> Self {
        self.run = self.run.on_error(policy);
        self
    }

    /// Sets what happens when a tool panics.
    #[must_use]
    pub fn on_panic(mut self, policy: FailurePolicy) -> Self {
        self.run = self.run.on_panic(policy);
        self
    }

    /// Lets the model answer once more when a condition ends the run.
    #[must_use]
    pub fn with_last_word(mut self) -> Self {
        self.run = self.run.with_last_word();
        self
    }

    /// Asks before each call runs, and waits for the decision.
    #[must_use]
    pub fn with_approval(
        mut self,
        ask: impl Fn(ApprovalRequest) -> Decision + Send + Sync + 'static,
    ) -> Self {
        self.run = self
            .run
            .with_approval(move |request| std::future::ready(ask(request)));
        self
    }

    /// Looks at each request before it is made.
    #[must_use]
    pub fn before_step(mut self, hook: impl FnMut(&mut NextStep<'_>) + Send + 'static) -> Self {
        self.run = self.run.before_step(hook);
        self
    }

    /// Looks at the run when all calls of a step have their outputs.
    #[must_use]
    pub fn after_step(mut self, hook: impl FnMut(&RunState) + Send + 'static) -> Self {
        self.run = self.run.after_step(hook);
        self
    }
}

impl ToolRun {
    /// Goes on until the run ends.
    ///
    /// # Errors
    ///
    /// As [`tools::ToolRun::finish`].
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn finish(&mut self) -> Result<RunOutcome, Error> {
        self.runtime.block_on(self.run.finish())
    }

    /// Goes on until the run ends, and then asks for the answer in a form of its own.
    ///
    /// # Errors
    ///
    /// As [`tools::ToolRun::finish_as`].
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn finish_as<T>(
        &mut self,
        format: &OutputFormat<T>,
    ) -> Result<StructuredOutcome<T>, Error> {
        self.runtime.block_on(self.run.finish_as(format))
    }

    /// Goes one step on.
    ///
    /// # Errors
    ///
    /// As [`tools::ToolRun::step`].
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn step(&mut self) -> Result<Option<RunOutcome>, Error> {
        self.runtime.block_on(self.run.step())
    }

    /// Goes on until the run ends, and tells what happens. The run goes on while events are taken.
    pub fn stream(&mut self) -> RunStream<'_> {
        RunStream {
            stream: Some(self.run.stream()),
            runtime: &self.runtime,
        }
    }

    /// The same, and shows the answer in a form of its own as it grows.
    pub fn stream_as<'a, T: Send + 'a>(
        &'a mut self,
        format: &OutputFormat<T>,
    ) -> StructuredRunStream<'a, T> {
        StructuredRunStream {
            stream: Some(self.run.stream_as(format)),
            runtime: &self.runtime,
        }
    }

    /// Decides about a call that waits.
    ///
    /// # Errors
    ///
    /// When no call with this id waits.
    pub fn decide(&mut self, call_id: &str, decision: Decision) -> Result<(), Error> {
        self.run.decide(call_id, decision)
    }

    /// Gives a call that waits its output.
    ///
    /// # Errors
    ///
    /// When no call with this id waits.
    pub fn answer(&mut self, call_id: &str, output: impl Into<ToolOutput>) -> Result<(), Error> {
        self.run.answer(call_id, output)
    }

    /// Ends the run; see [`tools::ToolRun::close`].
    #[must_use]
    pub fn close(self) -> RunOutcome {
        self.run.close()
    }

    /// Where the run is. Serialise it to save the run.
    #[must_use]
    pub fn state(&self) -> &RunState {
        self.run.state()
    }
}

/// A run that tells what happens: an iterator over its events. Dropping it closes the request, and ends the tools that
/// run.
pub struct RunStream<'a> {
    // Taken out when the run is finished.
    stream: Option<tools::RunStream<'a>>,
    runtime: &'a Arc<Runtime>,
}

impl RunStream<'_> {
    /// Goes on to the end, and returns the outcome.
    ///
    /// # Errors
    ///
    /// As [`tools::RunStream::finish`].
    pub fn finish(mut self) -> Result<RunOutcome, Error> {
        match self.stream.take() {
            Some(stream) => self.runtime.block_on(stream.finish()),
            // Only this method takes it, and it takes the value with it.
            None => unreachable!("a stream is finished once"),
        }
    }
}

impl Iterator for RunStream<'_> {
    type Item = Result<RunEvent, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.block_on(self.stream.as_mut()?.next())
    }
}

impl Drop for RunStream<'_> {
    fn drop(&mut self) {
        let_go(&mut self.stream, self.runtime);
    }
}

impl fmt::Debug for RunStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}

/// A run that tells what happens, and in the end shows a value as it grows: an iterator over its events. Dropping it
/// closes the request, and ends the tools that run.
pub struct StructuredRunStream<'a, T> {
    // Taken out when the run is finished.
    stream: Option<tools::StructuredRunStream<'a, T>>,
    runtime: &'a Arc<Runtime>,
}

impl<T> StructuredRunStream<'_, T> {
    /// What the answer is so far; `None` while it has not begun.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.stream.as_ref()?.value()
    }

    /// What the answer is so far, as a type in which everything that may be missing is optional.
    ///
    /// # Errors
    ///
    /// As [`tools::StructuredRunStream::get`].
    pub fn get<P: DeserializeOwned>(&mut self) -> Result<P, PartialJsonError> {
        match &mut self.stream {
            Some(stream) => stream.get(),
            None => unreachable!("a stream is finished once"),
        }
    }

    /// Goes on to the end, and returns the outcome.
    ///
    /// # Errors
    ///
    /// As [`tools::StructuredRunStream::finish`].
    pub fn finish(mut self) -> Result<StructuredOutcome<T>, Error> {
        match self.stream.take() {
            Some(stream) => self.runtime.block_on(stream.finish()),
            None => unreachable!("a stream is finished once"),
        }
    }
}

impl<T> Iterator for StructuredRunStream<'_, T> {
    type Item = Result<RunEvent, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.block_on(self.stream.as_mut()?.next())
    }
}

impl<T> Drop for StructuredRunStream<'_, T> {
    fn drop(&mut self) {
        let_go(&mut self.stream, self.runtime);
    }
}

impl<T> fmt::Debug for StructuredRunStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}
