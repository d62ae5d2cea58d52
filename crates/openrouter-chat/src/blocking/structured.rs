//! Answers that fit a type, without a runtime.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{ChatModel, let_go};
use crate::message::Input;
use crate::structured::partial::PartialJsonError;
use crate::structured::schema::Schema;
use crate::structured::{self, OutputFormat, StructuredEvent, StructuredResponse};
use crate::{ChatOptions, ChatResponse, Error};

/// A model handle whose answers are values of a type: as [`structured::StructuredModel`], and waited for.
///
/// ```no_run
/// # fn example(model: openrouter_chat::ChatModel, schema: openrouter_chat::structured::schema::Schema) -> Result<(), Box<dyn std::error::Error>> {
/// use openrouter_chat::structured::OutputFormat;
///
/// let format = OutputFormat::<serde_json::Value>::new(schema).with_repairs(1);
/// let person = model.blocking()?.with_output_format(format).invoke("Ada Lovelace died at 36.")?;
/// println!("{}", person["name"]);
/// # Ok(())
/// # }
/// ```
pub struct StructuredModel<T> {
    model: structured::StructuredModel<T>,
    runtime: Arc<Runtime>,
}

/// Answers with a form. What else there is to set is set on the [`OutputFormat`].
impl ChatModel {
    /// A handle whose answers are values of a type, by its own schema.
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn with_structured_output<T>(&self) -> StructuredModel<T>
    where
        T: DeserializeOwned + schemars::JsonSchema,
    {
        self.with_output_format(OutputFormat::of_type())
    }

    /// A handle whose answers follow a JSON Schema, read into a type.
    #[must_use]
    pub fn with_output_schema<T: DeserializeOwned>(&self, schema: Schema) -> StructuredModel<T> {
        self.with_output_format(OutputFormat::new(schema))
    }

    /// A handle whose answers have this format.
    #[must_use]
    pub fn with_output_format<T>(&self, format: OutputFormat<T>) -> StructuredModel<T> {
        StructuredModel {
            model: self.model.with_output_format(format),
            runtime: Arc::clone(&self.runtime),
        }
    }
}

impl<T> StructuredModel<T> {
    /// Asks, and returns the value.
    ///
    /// # Errors
    ///
    /// As [`structured::StructuredModel::invoke`].
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn invoke<'a>(&self, input: impl Into<Input<'a>>) -> Result<T, Error> {
        self.runtime.block_on(self.model.invoke(input))
    }

    /// Asks, and returns the raw reply together with the value, or with what is wrong.
    ///
    /// # Errors
    ///
    /// As [`structured::StructuredModel::invoke_raw`].
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn invoke_raw<'a>(
        &self,
        input: impl Into<Input<'a>>,
    ) -> Result<StructuredResponse<T>, Error> {
        self.invoke_with(input, &ChatOptions::default())
    }

    /// The same with options of this call alone.
    ///
    /// # Errors
    ///
    /// As [`structured::StructuredModel::invoke_with`].
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn invoke_with<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<StructuredResponse<T>, Error> {
        self.runtime
            .block_on(self.model.invoke_with(input, options))
    }

    /// Asks for a stream of values that grow.
    ///
    /// # Errors
    ///
    /// As [`structured::StructuredModel::stream`].
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn stream<'a>(&self, input: impl Into<Input<'a>>) -> Result<StructuredStream<T>, Error> {
        self.stream_with(input, &ChatOptions::default())
    }

    /// The same with options of this call alone.
    ///
    /// # Errors
    ///
    /// As [`structured::StructuredModel::stream_with`].
    ///
    /// # Panics
    ///
    /// Inside an asynchronous runtime, which it would block.
    pub fn stream_with<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<StructuredStream<T>, Error> {
        let stream = self
            .runtime
            .block_on(self.model.stream_with(input, options))?;
        Ok(StructuredStream {
            stream: Some(stream),
            runtime: Arc::clone(&self.runtime),
        })
    }
}

impl<T> Clone for StructuredModel<T> {
    fn clone(&self) -> Self {
        Self {
            model: self.model.clone(),
            runtime: Arc::clone(&self.runtime),
        }
    }
}

impl<T> fmt::Debug for StructuredModel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.model.fmt(f)
    }
}

/// A value that grows while its answer is streamed: as [`structured::StructuredStream`]. Dropping it closes the request.
///
/// No iterator, since what [`next`](Self::next) returns is a look into the stream.
pub struct StructuredStream<T> {
    // Taken out when the answer is finished.
    stream: Option<structured::StructuredStream<T>>,
    runtime: Arc<Runtime>,
}

impl<T> StructuredStream<T> {
    /// The value, each time there is more in it to see; `None` at the end of the answer.
    ///
    /// # Errors
    ///
    /// What made the stream fail, with what had arrived; nothing follows.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator's items cannot be borrowed from it"
    )]
    pub fn next(&mut self) -> Option<Result<&Value, Error>> {
        self.runtime.block_on(self.stream.as_mut()?.next())
    }

    /// Everything that happens, repair turns included; `None` at the end of the answer.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub fn next_event(&mut self) -> Option<Result<StructuredEvent, Error>> {
        self.runtime.block_on(self.stream.as_mut()?.next_event())
    }

    /// What the value is so far; `None` while it has not begun.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.stream.as_ref()?.value()
    }

    /// What the value is so far, as a type in which everything that may be missing is optional.
    ///
    /// # Errors
    ///
    /// As [`structured::StructuredStream::get`].
    pub fn get<P: DeserializeOwned>(&mut self) -> Result<P, PartialJsonError> {
        match &mut self.stream {
            Some(stream) => stream.get(),
            // Only `finish` and `finish_raw` take it, and they take the value with it.
            None => unreachable!("a stream is finished once"),
        }
    }

    /// The replies that did not do. They were paid for.
    #[must_use]
    pub fn earlier(&self) -> &[ChatResponse] {
        self.stream
            .as_ref()
            .map_or(&[], structured::StructuredStream::earlier)
    }

    /// Reads to the end, and returns the value.
    ///
    /// # Errors
    ///
    /// As [`structured::StructuredStream::finish`].
    pub fn finish(self) -> Result<T, Error> {
        self.finish_raw()?.into_value()
    }

    /// Reads to the end, and returns the raw reply together with the value, or with what is wrong.
    ///
    /// # Errors
    ///
    /// As [`structured::StructuredStream::finish_raw`].
    pub fn finish_raw(mut self) -> Result<StructuredResponse<T>, Error> {
        match self.stream.take() {
            Some(stream) => self.runtime.block_on(stream.finish_raw()),
            None => unreachable!("a stream is finished once"),
        }
    }
}

impl<T> Drop for StructuredStream<T> {
    fn drop(&mut self) {
        let_go(&mut self.stream, &self.runtime);
    }
}

impl<T> fmt::Debug for StructuredStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}
