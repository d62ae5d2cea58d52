//! What a request asks of a model.

use alloc::vec::Vec;

use crate::{
    ChatContentItems, ChatMessages, ChatRequest, ChatRequestResponseFormat, ChatUserMessageContent,
    InputModality, Parameter as P,
};

impl ChatRequest {
    /// The fields that are set of those that models and endpoints list as parameters, each once. Other fields, such as
    /// `stream` or `plugins`, are none that a model takes or does not take.
    ///
    /// ```
    /// use openrouter_types::{ChatRequest, Parameter};
    ///
    /// let request = ChatRequest::default().with_temperature(0.5).with_seed(7);
    /// assert_eq!(request.parameters(), [Parameter::TEMPERATURE, Parameter::SEED]);
    /// ```
    #[must_use]
    pub fn parameters(&self) -> Vec<P> {
        let has_tools = self.tools.as_ref().is_some_and(|tools| !tools.is_empty());
        let has_schema = matches!(
            self.response_format,
            Some(ChatRequestResponseFormat::JsonSchema(_))
        );
        let has_format = self.response_format.is_some() && !has_schema;
        [
            (P::TEMPERATURE, self.temperature.is_some()),
            (P::TOP_P, self.top_p.is_some()),
            (P::TOP_K, self.top_k.is_some()),
            (P::MIN_P, self.min_p.is_some()),
            (P::TOP_A, self.top_a.is_some()),
            (P::FREQUENCY_PENALTY, self.frequency_penalty.is_some()),
            (P::PRESENCE_PENALTY, self.presence_penalty.is_some()),
            (P::REPETITION_PENALTY, self.repetition_penalty.is_some()),
            (P::MAX_TOKENS, self.max_tokens.is_some()),
            (
                P::MAX_COMPLETION_TOKENS,
                self.max_completion_tokens.is_some(),
            ),
            (P::LOGIT_BIAS, self.logit_bias.is_some()),
            (P::LOGPROBS, self.logprobs.is_some()),
            (P::TOP_LOGPROBS, self.top_logprobs.is_some()),
            (P::PREDICTION, self.prediction.is_some()),
            (P::SEED, self.seed.is_some()),
            (P::STOP, self.stop.is_some()),
            (P::TOOLS, has_tools),
            (P::TOOL_CHOICE, self.tool_choice.is_some()),
            (P::PARALLEL_TOOL_CALLS, self.parallel_tool_calls.is_some()),
            (P::INCLUDE_REASONING, self.include_reasoning.is_some()),
            (P::REASONING, self.reasoning.is_some()),
            (P::REASONING_EFFORT, self.reasoning_effort.is_some()),
            (P::WEB_SEARCH_OPTIONS, self.web_search_options.is_some()),
            (P::VERBOSITY, self.verbosity.is_some()),
            (P::RESPONSE_FORMAT, has_format),
            (
                P::STRUCTURED_OUTPUTS,
                has_schema || self.structured_outputs.is_some(),
            ),
        ]
        .into_iter()
        .filter_map(|(parameter, is_set)| is_set.then_some(parameter))
        .collect()
    }
}

impl ChatMessages {
    /// The parts of what a user says, where it has parts.
    #[must_use]
    pub fn user_parts(&self) -> &[ChatContentItems] {
        match self {
            Self::User(message) => match &message.content {
                ChatUserMessageContent::Parts(parts) => parts,
                _ => &[],
            },
            _ => &[],
        }
    }
}

impl ChatContentItems {
    /// What a model has to take to be given this part. Files need nothing: OpenRouter reads them for models that cannot;
    /// nor does text.
    #[must_use]
    pub fn needs(&self) -> Option<InputModality> {
        match self {
            Self::ImageUrl(_) => Some(InputModality::Image),
            Self::InputAudio(_) => Some(InputModality::Audio),
            Self::VideoUrl(_) | Self::InputVideo(_) => Some(InputModality::Video),
            _ => None,
        }
    }
}
