//! What a model can do, as the list of models says.

use crate::{InputModality, Model, OutputModality, Parameter};

/// What the list says holds for the model as a whole: a single endpoint may take fewer parameters, or shorter texts.
impl Model {
    /// Whether at least one of the model's endpoints takes a request parameter.
    ///
    /// ```
    /// use openrouter_types::{Decode, InputModality, Model, Parameter};
    ///
    /// let model = Model::decode(
    ///     br#"{"id": "acme/model", "supported_parameters": ["tools"], "architecture": {"input_modalities": ["text"]}}"#,
    /// )?;
    /// assert!(model.supports(&Parameter::TOOLS) && model.calls_tools());
    /// assert!(!model.takes(&InputModality::Image));
    /// # Ok::<(), openrouter_types::DecodeError>(())
    /// ```
    #[must_use]
    pub fn supports(&self, parameter: &Parameter) -> bool {
        self.supported_parameters.contains(parameter)
    }

    /// The kinds of input that it takes; empty when the list does not say.
    #[must_use]
    pub fn input_modalities(&self) -> &[InputModality] {
        self.architecture
            .as_ref()
            .map_or(&[], |architecture| &architecture.input_modalities)
    }

    /// The kinds of output that it gives; empty when the list does not say.
    #[must_use]
    pub fn output_modalities(&self) -> &[OutputModality] {
        self.architecture
            .as_ref()
            .map_or(&[], |architecture| &architecture.output_modalities)
    }

    /// Whether it takes a kind of input.
    #[must_use]
    pub fn takes(&self, kind: &InputModality) -> bool {
        self.input_modalities().contains(kind)
    }

    /// Whether it gives a kind of output.
    #[must_use]
    pub fn gives(&self, kind: &OutputModality) -> bool {
        self.output_modalities().contains(kind)
    }

    /// Whether it calls functions.
    #[must_use]
    pub fn calls_tools(&self) -> bool {
        self.supports(&Parameter::TOOLS)
    }

    /// Whether its answer can be made to follow a JSON Schema.
    #[must_use]
    pub fn follows_schemas(&self) -> bool {
        self.supports(&Parameter::STRUCTURED_OUTPUTS)
    }

    /// Whether it can reason before it answers.
    #[must_use]
    pub fn reasons(&self) -> bool {
        self.reasoning.is_some() || self.supports(&Parameter::REASONING)
    }

    /// Whether reasoning cannot be switched off.
    #[must_use]
    pub fn must_reason(&self) -> bool {
        self.reasoning
            .as_ref()
            .is_some_and(|reasoning| reasoning.mandatory == Some(true))
    }

    /// Tokens that prompt and answer may have together: at the best provider, else what is listed for the model.
    #[must_use]
    pub fn max_context_tokens(&self) -> Option<u64> {
        self.top_provider
            .as_ref()
            .and_then(|provider| provider.context_length)
            .or(self.context_length)
    }

    /// Tokens that an answer may have at the best provider; `None` without a limit, or when the list does not say.
    #[must_use]
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.top_provider.as_ref()?.max_completion_tokens
    }
}
