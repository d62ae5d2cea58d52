//! What runs when a tool is called.

use std::marker::PhantomData;
use std::pin::Pin;

use serde::de::DeserializeOwned;

use super::ToolCall;
use super::output::{IntoToolResult, ToolError, ToolOutput};

/// What runs when a tool is called: a database, a browser, anything with a state of its own.
///
/// For a plain function, [`Tool::function`](super::Tool::function) is shorter.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use openrouter_chat::tools::{Tool, ToolFuture, ToolHandler, ToolInvocation};
///
/// struct Counter(AtomicU64);
///
/// impl ToolHandler for Counter {
///     fn call(&self, _invocation: ToolInvocation) -> ToolFuture<'_> {
///         Box::pin(async { Ok(self.0.fetch_add(1, Ordering::Relaxed).to_string().into()) })
///     }
/// }
///
/// let counter = Tool::new("count", "Counts up by one, and tells the number.").with_handler(Counter(AtomicU64::new(1)));
/// assert!(counter.is_runnable());
/// ```
///
/// # Cancellation
///
/// The future is dropped when the run stops or the tool's time is over. It runs on the task of the run: work that blocks
/// belongs on a thread of its own.
pub trait ToolHandler: Send + Sync {
    /// Runs the tool. What it returns goes to the model.
    fn call(&self, invocation: ToolInvocation) -> ToolFuture<'_>;
}

/// A running tool.
pub type ToolFuture<'a> = Pin<Box<dyn Future<Output = Result<ToolOutput, ToolError>> + Send + 'a>>;

/// What a tool is called with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ToolInvocation {
    /// The call. Its arguments are those to run with: the model's, unless an approval changed them.
    pub call: ToolCall,
    /// The step of the run, from 0.
    pub step: usize,
}

impl ToolInvocation {
    /// A call outside of a run, for instance to test a tool.
    #[must_use]
    pub fn new(call: ToolCall) -> Self {
        Self { call, step: 0 }
    }

    /// The arguments as a type.
    ///
    /// # Errors
    ///
    /// When they do not fit; the text tells the model what is wrong.
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T, ToolError> {
        self.call
            .parse_arguments()
            .map_err(|error| ToolError::from(format!("the arguments do not fit: {error}")))
    }
}

/// A function as a handler.
pub(super) struct Function<F, T> {
    function: F,
    arguments: PhantomData<fn() -> T>,
}

impl<F, T> Function<F, T> {
    pub(super) fn new(function: F) -> Self {
        Self {
            function,
            arguments: PhantomData,
        }
    }
}

impl<F, T, Running> ToolHandler for Function<F, T>
where
    F: Fn(T) -> Running + Send + Sync,
    T: DeserializeOwned,
    Running: Future<Output: IntoToolResult> + Send,
{
    fn call(&self, invocation: ToolInvocation) -> ToolFuture<'_> {
        Box::pin(async move {
            // Called within the future, so that a panic is the future's.
            let running = (self.function)(invocation.arguments()?);
            running.await.into_tool_result()
        })
    }
}
