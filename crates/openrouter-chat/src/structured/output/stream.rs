//! Values that grow.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::format::{OutputFormat, OutputMethod};
use super::plan::{Plan, WRAPPER};
use super::response::StructuredResponse;
use crate::structured::partial::{PartialJson, PartialJsonError};
use crate::{ChatStream, Error, StreamEvent};

/// A value that grows while its answer is streamed.
///
/// ```no_run
/// # async fn example<T: serde::de::DeserializeOwned>(model: openrouter_chat::structured::StructuredModel<T>) -> Result<T, openrouter_chat::Error> {
/// let mut stream = model.stream("Three facts about the moon.").await?;
/// while let Some(value) = stream.next().await {
///     println!("{}", value?["facts"]);
/// }
/// let facts: T = stream.finish().await?;
/// # Ok(facts)
/// # }
/// ```
///
/// The work grows with the length of the text. In strict mode, `null` may stand for what is absent until the end.
///
/// # Cancellation
///
/// Dropping the stream closes the request at once.
pub struct StructuredStream<T> {
    stream: ChatStream,
    plan: Plan,
    format: OutputFormat<T>,
    partial: PartialJson,
    /// Which of the calls is the answer, once it has begun.
    call: Option<usize>,
    state: Reading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// No JSON has begun; there may be words before it.
    Before,
    Within,
    /// It is whole, or cannot be read while it grows. The whole answer may hold a value all the same.
    Over,
}

impl<T> StructuredStream<T> {
    pub(super) fn new(stream: ChatStream, plan: Plan, format: OutputFormat<T>) -> Self {
        Self {
            stream,
            plan,
            format,
            partial: PartialJson::new(),
            call: None,
            state: Reading::Before,
        }
    }

    /// The value, each time it has grown; `None` at the end of the answer.
    ///
    /// # Errors
    ///
    /// What made the stream fail, with what had arrived; nothing follows.
    pub async fn next(&mut self) -> Option<Result<&Value, Error>> {
        loop {
            match self.stream.next().await? {
                Err(error) => return Some(Err(error)),
                Ok(event) => {
                    if self.take(&event) && self.value().is_some() {
                        break;
                    }
                }
            }
        }
        self.value().map(Ok)
    }

    /// What the value is so far; `None` while it has not begun.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.plan.unwrap_partial(self.partial.value()?)
    }

    /// What the value is so far, as a type in which everything that may be missing is optional.
    ///
    /// Each call costs as much as the value is large.
    ///
    /// # Errors
    ///
    /// When it does not fit the type, or has not begun.
    pub fn get<P: DeserializeOwned>(&mut self) -> Result<P, PartialJsonError> {
        if !self.plan.is_wrapped() {
            return self.partial.get();
        }
        let mut wrapper: BTreeMap<String, P> = self.partial.get()?;
        match wrapper.remove(WRAPPER) {
            Some(value) => Ok(value),
            // As from a text in which nothing has begun.
            None => PartialJson::new().get(),
        }
    }

    /// Reads to the end, and returns the value: the same that `invoke` would have returned.
    ///
    /// # Errors
    ///
    /// As [`StructuredModel::invoke`](super::StructuredModel::invoke) and [`ChatStream::finish`].
    pub async fn finish(self) -> Result<T, Error> {
        self.finish_raw().await?.into_value()
    }

    /// Reads to the end, and returns the raw reply together with the value, or with what is wrong.
    ///
    /// # Errors
    ///
    /// As [`ChatStream::finish`].
    pub async fn finish_raw(self) -> Result<StructuredResponse<T>, Error> {
        let response = self.stream.finish().await?;
        Ok(self.plan.read(&self.format, response))
    }

    /// Takes in an event; says whether the value has grown.
    fn take(&mut self, event: &StreamEvent) -> bool {
        let is_called = self.plan.method == OutputMethod::FunctionCalling;
        let text = match event {
            StreamEvent::ToolCallStarted {
                choice: 0,
                call,
                name,
                ..
            } => {
                if is_called && *name == self.plan.name && self.call.is_none() {
                    self.call = Some(*call);
                }
                return false;
            }
            StreamEvent::ToolCallArguments {
                choice: 0,
                call,
                text,
            } if self.call == Some(*call) => text.as_str(),
            StreamEvent::Text { choice: 0, text } if !is_called => text.as_str(),
            _ => return false,
        };
        let text = match self.state {
            Reading::Before => match text.find(['{', '[']) {
                Some(start) => {
                    self.state = Reading::Within;
                    &text[start..]
                }
                None => return false,
            },
            Reading::Within => text,
            Reading::Over => return false,
        };
        let has_grown = !text.is_empty();
        if self.partial.push(text).is_err() || self.partial.is_complete() {
            self.state = Reading::Over;
        }
        has_grown
    }
}

impl<T> fmt::Debug for StructuredStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructuredStream")
            .field("stream", &self.stream)
            .field("format", &self.format)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
