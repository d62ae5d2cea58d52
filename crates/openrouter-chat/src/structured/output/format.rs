//! What an answer is to look like, and how the model is held to it.

use std::fmt;
use std::sync::Arc;

use openrouter_types::RawJson;
use serde::de::DeserializeOwned;

use crate::structured::schema::Schema;
use crate::structured::strict::Dialect;

/// What an answer is to look like, and how the model is held to it.
///
/// # Defaults
///
/// By function calling, without strict mode, without repair turns.
pub struct OutputFormat<T> {
    pub(super) schema: Schema,
    pub(super) method: OutputMethod,
    pub(super) strict: Option<bool>,
    pub(super) dialect: Option<Dialect>,
    pub(super) repairs: usize,
    pub(super) parse: fn(&RawJson) -> Result<T, String>,
    pub(super) check: Option<Arc<Check<T>>>,
    #[cfg(feature = "jsonschema")]
    pub(super) is_validated: bool,
}

type Check<T> = dyn Fn(&T) -> Result<(), String> + Send + Sync;

/// How a model is held to a form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputMethod {
    /// The answer is the arguments of a tool that the model has to call. Most models can.
    #[default]
    FunctionCalling,
    /// The answer is text that follows a JSON Schema (`response_format: json_schema`).
    JsonSchema,
    /// The answer is text that is some JSON object (`response_format: json_object`). The schema is not sent: tell the
    /// model what to write, for instance with [`OutputFormat::instructions`].
    JsonMode,
}

impl<T: DeserializeOwned> OutputFormat<T> {
    /// Answers that follow a schema, read into a type.
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        Self {
            schema,
            method: OutputMethod::default(),
            strict: None,
            dialect: None,
            repairs: 0,
            parse: |json| serde_json::from_str(json.as_str()).map_err(|error| error.to_string()),
            check: None,
            #[cfg(feature = "jsonschema")]
            is_validated: false,
        }
    }

    /// Answers of a type, by its own schema; its doc comments are what the model reads.
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn of_type() -> Self
    where
        T: schemars::JsonSchema,
    {
        Self::new(Schema::of::<T>())
    }

    /// Sets how the model is held to it.
    #[must_use]
    pub fn with_method(mut self, method: OutputMethod) -> Self {
        self.method = method;
        self
    }

    /// Switches strict mode on or off: on, the schema is compiled into the strict subset, and answers are mapped back;
    /// a schema that cannot be made strict is an error. When not set, the schema is sent as it is and the provider
    /// decides. JSON mode knows no strictness.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }

    /// Sets the subset that strict mode compiles to. Otherwise the model's name decides.
    #[must_use]
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// Sets how often the model is told what is wrong with its answer, and may try again. Each turn is paid for.
    #[must_use]
    pub fn with_repairs(mut self, turns: usize) -> Self {
        self.repairs = turns;
        self
    }

    /// Checks each value by more than its form. The text of a refusal is what the model is told in a repair turn.
    #[must_use]
    pub fn with_check(
        mut self,
        check: impl Fn(&T) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Arc::new(check));
        self
    }
}

impl<T> OutputFormat<T> {
    /// Checks each answer against the schema, before it is read into the type. Providers differ in how strictly they keep
    /// to a schema, and types know no bounds and patterns.
    ///
    /// ```
    /// use openrouter_chat::structured::{OutputFormat, schema::Schema};
    ///
    /// let schema = Schema::new(serde_json::json!({"type": "object", "minProperties": 1}).into());
    /// let format = OutputFormat::<serde_json::Value>::new(schema).with_validation();
    /// # let _ = format;
    /// ```
    #[cfg(feature = "jsonschema")]
    #[must_use]
    pub fn with_validation(mut self) -> Self {
        self.is_validated = true;
        self
    }

    /// The schema, as it was given.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Whether the answer is the arguments of a tool.
    pub(crate) fn is_called(&self) -> bool {
        self.method == OutputMethod::FunctionCalling
    }

    /// Whether the request says what the answer is to look like.
    pub(crate) fn is_described(&self) -> bool {
        self.method != OutputMethod::JsonMode
    }

    /// Words that tell a model what to write, for a message of yours. JSON mode needs them, or others.
    #[must_use]
    pub fn instructions(&self) -> String {
        let schema = super::plan::object_schema(self.schema.json()).0;
        format!(
            "Answer with one JSON object and nothing else. It has to fit this JSON Schema:\n{schema}"
        )
    }
}

impl<T> Clone for OutputFormat<T> {
    fn clone(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            method: self.method,
            strict: self.strict,
            dialect: self.dialect,
            repairs: self.repairs,
            parse: self.parse,
            check: self.check.clone(),
            #[cfg(feature = "jsonschema")]
            is_validated: self.is_validated,
        }
    }
}

impl<T> fmt::Debug for OutputFormat<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputFormat")
            .field("schema", &self.schema)
            .field("method", &self.method)
            .field("strict", &self.strict)
            .field("dialect", &self.dialect)
            .field("repairs", &self.repairs)
            .field("has_check", &self.check.is_some())
            .finish_non_exhaustive()
    }
}
