//! Calls for programs without a runtime.
//!
//! ```no_run
//! use openrouter_chat::{ChatModel, Client};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = ChatModel::new(Client::from_env()?, "openai/gpt-4o-mini").blocking()?;
//! println!("{}", model.invoke("Why is the sky blue?")?.text());
//! for text in model.stream("And at night?")?.text() {
//!     print!("{}", text?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Everything here does what the asynchronous call of the same name does, and waits for it. Inside a runtime it would
//! block the others: there, use [`ChatModel`](crate::ChatModel) itself.

mod run;
mod structured;

use std::fmt;
use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::message::Input;
use crate::{ChatOptions, ChatResponse, Error, StreamEvent, Text};

pub use run::{RunStream, StructuredRunStream, ToolRun};
pub use structured::{StructuredModel, StructuredStream};

/// A model to talk to, one call after the other or from several threads.
#[derive(Clone, Debug)]
pub struct ChatModel {
    model: crate::ChatModel,
    runtime: Arc<Runtime>,
}

impl crate::ChatModel {
    /// The same handle for a program without a runtime. It brings a small one of its own, with one thread.
    ///
    /// # Errors
    ///
    /// When the operating system refuses what a runtime needs.
    pub fn blocking(&self) -> io::Result<ChatModel> {
        // With a thread of its own, on which connections live on: another handle of the same client may use them while
        // nothing is asked here.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("openrouter-blocking")
            .enable_all()
            .build()?;
        Ok(ChatModel {
            model: self.clone(),
            runtime: Arc::new(runtime),
        })
    }
}

impl ChatModel {
    /// Asks, and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// As the [asynchronous call](crate::ChatModel::invoke).
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn invoke<'a>(&self, input: impl Into<Input<'a>>) -> Result<ChatResponse, Error> {
        self.runtime.block_on(self.model.invoke(input))
    }

    /// Asks with options of this call alone.
    ///
    /// # Errors
    ///
    /// As the [asynchronous call](crate::ChatModel::invoke_with).
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn invoke_with<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<ChatResponse, Error> {
        self.runtime
            .block_on(self.model.invoke_with(input, options))
    }

    /// Asks, and returns as soon as the answer begins to come.
    ///
    /// # Errors
    ///
    /// As the [asynchronous call](crate::ChatModel::stream).
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn stream<'a>(&self, input: impl Into<Input<'a>>) -> Result<ChatStream, Error> {
        self.stream_with(input, &ChatOptions::default())
    }

    /// Asks for a stream with options of this call alone.
    ///
    /// # Errors
    ///
    /// As the [asynchronous call](crate::ChatModel::stream_with).
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn stream_with<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<ChatStream, Error> {
        let stream = self
            .runtime
            .block_on(self.model.stream_with(input, options))?;
        Ok(ChatStream {
            stream: Some(stream),
            runtime: Arc::clone(&self.runtime),
        })
    }

    /// Asks many questions, at most `concurrency` of them at once, and waits for all; results in the order of the
    /// questions.
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn batch<'a, I>(
        &self,
        inputs: impl IntoIterator<Item = I>,
        concurrency: usize,
    ) -> Vec<Result<ChatResponse, Error>>
    where
        I: Into<Input<'a>>,
    {
        self.runtime
            .block_on(self.model.batch(inputs, concurrency).all())
    }
}

/// A streamed answer: an iterator over its events. Dropping it closes the request.
pub struct ChatStream {
    // Taken out when the answer is finished.
    stream: Option<crate::ChatStream>,
    runtime: Arc<Runtime>,
}

impl ChatStream {
    /// Reads to the end, and returns the answer.
    ///
    /// # Errors
    ///
    /// As [`ChatStream::finish`](crate::ChatStream::finish).
    pub fn finish(mut self) -> Result<ChatResponse, Error> {
        match self.stream.take() {
            Some(stream) => self.runtime.block_on(stream.finish()),
            // Only this method takes it, and it takes the value with it.
            None => unreachable!("a stream is finished once"),
        }
    }

    /// Only the text of the answer's first choice, piece by piece.
    pub fn text(self) -> impl Iterator<Item = Result<Text, Error>> {
        self.filter_map(|event| match event {
            Ok(StreamEvent::Text { choice: 0, text }) => Some(Ok(text)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    }
}

impl Iterator for ChatStream {
    type Item = Result<StreamEvent, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.block_on(self.stream.as_mut()?.next())
    }
}

impl Drop for ChatStream {
    fn drop(&mut self) {
        let_go(&mut self.stream, &self.runtime);
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}

/// Drops a stream, and gives the connection's driver, which lives in this runtime, the turn that it needs to see that
/// nobody reads any more.
fn let_go<S>(stream: &mut Option<S>, runtime: &Runtime) {
    let stands_alone = tokio::runtime::Handle::try_current().is_err();
    if stream.take().is_some() && stands_alone {
        runtime.block_on(tokio::task::yield_now());
    }
}
