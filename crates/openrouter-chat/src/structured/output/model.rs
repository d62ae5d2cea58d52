//! A model handle whose answers have a form.

use std::fmt;

use serde::de::DeserializeOwned;

use super::attempts::Attempts;
use super::format::{OutputFormat, OutputMethod};
use super::plan::Plan;
use super::response::StructuredResponse;
use super::stream::StructuredStream;
use crate::message::Input;
use crate::structured::schema::Schema;
use crate::structured::strict::Dialect;
use crate::{ChatModel, ChatOptions, Error};

/// A model handle whose answers are values of a type.
///
/// Made by [`ChatModel::with_output_schema`], or from a type alone with the feature `schemars`. Only providers that can
/// do what is asked may answer: `require_parameters` is switched on unless it is set.
pub struct StructuredModel<T> {
    model: ChatModel,
    format: OutputFormat<T>,
}

/// Answers with a form.
impl ChatModel {
    /// A handle whose answers are values of a type; its schema is made from the type, its doc comments are what the
    /// model reads.
    ///
    /// ```no_run
    /// # async fn example(model: openrouter_chat::ChatModel) -> Result<(), openrouter_chat::Error> {
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// /// A person who is mentioned in a text.
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Person {
    ///     name: String,
    ///     /// In years.
    ///     age: Option<u32>,
    /// }
    ///
    /// let person: Person = model
    ///     .with_structured_output::<Person>()
    ///     .invoke("Ada Lovelace died at 36.")
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn with_structured_output<T>(&self) -> StructuredModel<T>
    where
        T: DeserializeOwned + schemars::JsonSchema,
    {
        self.with_output_format(OutputFormat::of_type())
    }

    /// A handle whose answers follow a JSON Schema, read into a type, which may be `serde_json::Value`.
    ///
    /// ```no_run
    /// # async fn example(model: openrouter_chat::ChatModel) -> Result<(), Box<dyn std::error::Error>> {
    /// use openrouter_chat::structured::schema::Schema;
    ///
    /// let schema = Schema::new(serde_json::json!({
    ///     "title": "person",
    ///     "type": "object",
    ///     "properties": {"name": {"type": "string"}},
    ///     "required": ["name"],
    /// }).into());
    /// let person: serde_json::Value = model.with_output_schema(schema).invoke("Ada Lovelace died at 36.").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_output_schema<T: DeserializeOwned>(&self, schema: Schema) -> StructuredModel<T> {
        self.with_output_format(OutputFormat::new(schema))
    }

    /// A handle whose answers have this format.
    #[must_use]
    pub fn with_output_format<T>(&self, format: OutputFormat<T>) -> StructuredModel<T> {
        StructuredModel {
            model: self.clone(),
            format,
        }
    }
}

/// Settings of the [`OutputFormat`].
impl<T: DeserializeOwned> StructuredModel<T> {
    /// Sets how the model is held to the form; function calling unless set.
    #[must_use]
    pub fn with_method(mut self, method: OutputMethod) -> Self {
        self.format = self.format.with_method(method);
        self
    }

    /// Switches strict mode on or off: see [`OutputFormat::with_strict`].
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.format = self.format.with_strict(strict);
        self
    }

    /// Sets the subset that strict mode compiles to. Otherwise the model's name decides.
    #[must_use]
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.format = self.format.with_dialect(dialect);
        self
    }

    /// Sets how often the model is told what is wrong with its answer, and may try again; 0 unless set.
    #[must_use]
    pub fn with_repairs(mut self, turns: usize) -> Self {
        self.format = self.format.with_repairs(turns);
        self
    }

    /// Checks each value by more than its form.
    #[must_use]
    pub fn with_check(
        mut self,
        check: impl Fn(&T) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.format = self.format.with_check(check);
        self
    }
}

impl<T> StructuredModel<T> {
    /// The format.
    #[must_use]
    pub fn format(&self) -> &OutputFormat<T> {
        &self.format
    }

    /// Asks, and returns the value.
    ///
    /// # Errors
    ///
    /// Those of [`ChatModel::invoke`]; when the schema cannot be made strict; and when the answer does not hold a value,
    /// with an [`output`](Error::output) that says why. The replies before, when a repair turn failed, are in
    /// [`earlier`](Error::earlier).
    ///
    /// # Cancellation
    ///
    /// As [`ChatModel::invoke`].
    pub async fn invoke<'a>(&self, input: impl Into<Input<'a>>) -> Result<T, Error> {
        self.invoke_raw(input).await?.into_value()
    }

    /// Asks, and returns the raw reply together with the value, or with what is wrong.
    ///
    /// # Errors
    ///
    /// When a call fails, with the replies before it as [`earlier`](Error::earlier); or when the schema cannot be made
    /// strict. What is wrong with an answer is in the result.
    pub async fn invoke_raw<'a>(
        &self,
        input: impl Into<Input<'a>>,
    ) -> Result<StructuredResponse<T>, Error> {
        self.invoke_with(input, &ChatOptions::default()).await
    }

    /// The same with options of this call alone.
    ///
    /// # Errors
    ///
    /// As [`invoke_raw`](Self::invoke_raw).
    pub async fn invoke_with<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<StructuredResponse<T>, Error> {
        let mut attempts = Attempts::new(&self.format, &self.model, input.into(), options)?;
        loop {
            let asked = self
                .model
                .invoke_with(attempts.messages(), attempts.options());
            let reply = asked.await.map_err(|error| attempts.with_earlier(error))?;
            if let Ok(answer) = attempts.take(reply) {
                return Ok(answer);
            }
        }
    }

    /// Asks for a stream of values that grow. In a repair turn the value begins anew.
    ///
    /// # Errors
    ///
    /// As [`ChatModel::stream`], and when the schema cannot be made strict.
    ///
    /// # Cancellation
    ///
    /// Dropping the future or the stream closes the request at once.
    pub async fn stream<'a>(
        &self,
        input: impl Into<Input<'a>>,
    ) -> Result<StructuredStream<T>, Error> {
        self.stream_with(input, &ChatOptions::default()).await
    }

    /// The same with options of this call alone.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub async fn stream_with<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<StructuredStream<T>, Error> {
        let attempts = Attempts::new(&self.format, &self.model, input.into(), options)?;
        let asked = self
            .model
            .stream_with(attempts.messages(), attempts.options());
        let stream = asked.await?;
        Ok(StructuredStream::new(self.model.clone(), attempts, stream))
    }

    /// The request that a call would send, to the byte, without sending it.
    ///
    /// # Errors
    ///
    /// When the request cannot be written, or the schema cannot be made strict.
    pub fn encode<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<http::Request<bytes::Bytes>, Error> {
        let plan = Plan::new(&self.format, &self.model, options)?;
        self.model.encode(input, &plan.options)
    }
}

impl<T> Clone for StructuredModel<T> {
    fn clone(&self) -> Self {
        Self {
            model: self.model.clone(),
            format: self.format.clone(),
        }
    }
}

impl<T> fmt::Debug for StructuredModel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructuredModel")
            .field("model", &self.model.model())
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
