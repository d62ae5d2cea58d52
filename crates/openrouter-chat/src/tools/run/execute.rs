//! Calls run: several at once, none too long, and no panic gets out.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::state::CallOutcome;
use crate::tools::{Tool, ToolError, ToolHandler, ToolInvocation, ToolOutput};
use crate::trace::ToolSpan;

/// What came of a call that ran.
pub(super) struct Ran {
    pub(super) outcome: CallOutcome,
    pub(super) reason: Option<String>,
    pub(super) output: Option<ToolOutput>,
    pub(super) duration: Duration,
}

impl Ran {
    /// A call that did not run.
    pub(super) fn without_output(outcome: CallOutcome, reason: String) -> Self {
        Self {
            outcome,
            reason: Some(reason),
            output: None,
            duration: Duration::ZERO,
        }
    }
}

/// Runs a tool, for as long as it may take.
pub(super) fn run(
    tool: &Tool,
    invocation: ToolInvocation,
) -> impl Future<Output = Ran> + Send + 'static {
    let span = ToolSpan::new(invocation.call.name(), invocation.call.id());
    let running = run_within(tool.handler().cloned(), tool.timeout(), invocation);
    async move {
        let ran = span.run(running).await;
        if ran.outcome != CallOutcome::Done {
            span.error(ran.outcome.as_str());
        }
        ran
    }
}

async fn run_within(
    handler: Option<Arc<dyn ToolHandler>>,
    timeout: Option<Duration>,
    invocation: ToolInvocation,
) -> Ran {
    let started = Instant::now();
    let failed = |outcome, reason| (outcome, Some(reason), None);
    let (outcome, reason, output) = match handler {
        None => failed(CallOutcome::Invalid, "nothing runs this tool".to_owned()),
        Some(handler) => {
            let running = guarded(handler, invocation);
            let result = match timeout {
                Some(limit) => tokio::time::timeout(limit, running)
                    .await
                    .map_err(|_| limit),
                None => Ok(running.await),
            };
            match result {
                Ok(Ok(Ok(output))) => (CallOutcome::Done, None, Some(output)),
                Ok(Ok(Err(error))) => failed(CallOutcome::Failed, error.to_string()),
                Ok(Err(panic)) => failed(CallOutcome::Panicked, panic),
                Err(limit) => failed(
                    CallOutcome::TimedOut,
                    format!("the tool took longer than {limit:?}"),
                ),
            }
        }
    };
    Ran {
        outcome,
        reason,
        output,
        duration: started.elapsed(),
    }
}

/// Runs a handler; a panic becomes a text.
async fn guarded(
    handler: Arc<dyn ToolHandler>,
    invocation: ToolInvocation,
) -> Result<Result<ToolOutput, ToolError>, String> {
    let mut running = std::pin::pin!(async move { handler.call(invocation).await });
    // A future that panicked is not polled again, so nothing sees what the panic left half done but what the tool
    // itself shares.
    poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
            Err(panic) => Poll::Ready(Err(format!("the tool panicked: {}", panic_text(&*panic)))),
        },
    )
    .await
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

/// Futures that run together, each with a number. Dropping it drops what runs.
pub(super) struct Running<T> {
    futures: Vec<(usize, Boxed<T>)>,
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T> Running<T> {
    pub(super) fn new() -> Self {
        Self {
            futures: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.futures.len()
    }

    pub(super) fn push(&mut self, number: usize, future: impl Future<Output = T> + Send + 'static) {
        self.futures.push((number, Box::pin(future)));
    }

    /// The next one that finishes; `None` when none runs.
    pub(super) async fn next(&mut self) -> Option<(usize, T)> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        if self.futures.is_empty() {
            return Poll::Ready(None);
        }
        for at in 0..self.futures.len() {
            if let Poll::Ready(result) = self.futures[at].1.as_mut().poll(cx) {
                let (number, _) = self.futures.remove(at);
                return Poll::Ready(Some((number, result)));
            }
        }
        Poll::Pending
    }
}
