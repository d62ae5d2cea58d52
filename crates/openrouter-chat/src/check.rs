//! What a model would not take, told before a token is paid for.

use std::fmt;

use openrouter_types as types;
use types::{ChatMessages, ChatRequest, InputModality, Model, Parameter};

use crate::message::{Content as _, Input, Message, parts_of};
use crate::{ChatModel, ChatOptions, Error};

/// Something in a request that a model does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The place in the request, such as `temperature` or `messages[2].content[1]`.
    pub place: String,
    /// Why it is not taken, and what would be.
    pub reason: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl ChatModel {
    /// Holds a call against a model's description, without sending it: everything that the model does not take.
    ///
    /// The description is one entry of the `/models` answer. What is unsupported is mostly dropped silently by
    /// OpenRouter, unless `provider.require_parameters` is on; images for a model without eyes are refused. The prompt's
    /// length is an estimate of four characters to a token, so only a finding, never its absence, says something.
    // Source: OpenRouter's documentation of parameters and models, read 2026-08-22.
    ///
    /// # Errors
    ///
    /// When the options of the call contradict themselves.
    pub fn check<'a>(
        &self,
        description: &Model,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<Vec<Finding>, Error> {
        let input = input.into();
        let options = self.merged(Some(options))?;
        let mut findings = Findings::default();
        parameters(&options.request, description, &mut findings);
        modalities(
            &options.request,
            input.messages(),
            description,
            &mut findings,
        );
        reasoning(&options.request, description, &mut findings);
        lengths(
            &options.request,
            input.messages(),
            description,
            &mut findings,
        );
        breakpoints(
            &options.request,
            input.messages(),
            description,
            &mut findings,
        );
        Ok(findings.0)
    }
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Finding {
            place: place.into(),
            reason: reason.into(),
        });
    }
}

fn parameters(request: &ChatRequest, model: &Model, findings: &mut Findings) {
    if model.supported_parameters.is_empty() {
        return;
    }
    let is_schema = matches!(
        request.response_format,
        Some(types::ChatRequestResponseFormat::JsonSchema(_))
    );
    for parameter in request.parameters() {
        if model.supports(&parameter) || model.supports(&twin(&parameter)) {
            continue;
        }
        if parameter == Parameter::STRUCTURED_OUTPUTS && is_schema {
            findings.add(
                "response_format",
                "the model has no structured output; a schema would be ignored or refused",
            );
        } else {
            findings.add(parameter.as_str(), "the model does not take this parameter");
        }
    }
}

/// The parameter that stands for another one: one that takes the one takes both.
fn twin(parameter: &Parameter) -> Parameter {
    if *parameter == Parameter::MAX_TOKENS {
        Parameter::MAX_COMPLETION_TOKENS
    } else if *parameter == Parameter::MAX_COMPLETION_TOKENS {
        Parameter::MAX_TOKENS
    } else if [Parameter::REASONING_EFFORT, Parameter::INCLUDE_REASONING].contains(parameter) {
        Parameter::REASONING
    } else {
        parameter.clone()
    }
}

fn modalities(request: &ChatRequest, messages: &[Message], model: &Model, findings: &mut Findings) {
    let inputs = model.input_modalities();
    if !inputs.is_empty() {
        let mut list: Vec<&str> = inputs.iter().map(InputModality::as_str).collect();
        list.sort_unstable();
        let list = list.join(", ");
        for (at, message) in messages.iter().enumerate() {
            for (part, item) in parts_of(message.as_wire()).iter().enumerate() {
                if let Some(kind) = item.needs().filter(|kind| !model.takes(kind)) {
                    let reason = format!("the model takes no {kind}; it takes {list}");
                    findings.add(format!("messages[{at}].content[{part}]"), reason);
                }
            }
        }
    }
    let outputs = model.output_modalities();
    let makes = |wanted: &str| outputs.iter().any(|made| made.as_str() == wanted);
    for wanted in request.modalities.iter().flatten() {
        if !outputs.is_empty() && !makes(wanted.as_str()) {
            findings.add("modalities", format!("the model makes no {wanted}"));
        }
    }
}

fn reasoning(request: &ChatRequest, model: &Model, findings: &mut Findings) {
    let Some(asked) = &request.reasoning else {
        return;
    };
    let Some(known) = &model.reasoning else {
        return;
    };
    let off = asked.enabled == Some(false) || asked.effort == Some(types::ReasoningEffort::None);
    if off && model.must_reason() {
        findings.add(
            "reasoning",
            "the model always reasons; it cannot be switched off",
        );
    }
    if let Some(effort) = &asked.effort
        && *effort != types::ReasoningEffort::None
        && !known.supported_efforts.is_empty()
        && !known.supported_efforts.contains(effort)
    {
        let efforts = known.supported_efforts.iter();
        let list: Vec<&str> = efforts.map(types::ReasoningEffort::as_str).collect();
        let list = list.join(", ");
        findings.add(
            "reasoning.effort",
            format!("the model knows no effort {effort}; the nearest of {list} is used"),
        );
    }
    if asked.max_tokens.is_some() && known.supports_max_tokens != Some(true) {
        findings.add(
            "reasoning.max_tokens",
            "the model takes an effort, not a budget; it will be turned into one",
        );
    }
}

fn lengths(request: &ChatRequest, messages: &[Message], model: &Model, findings: &mut Findings) {
    let asked = request.max_completion_tokens.or(request.max_tokens);
    if let (Some(asked), Some(most)) = (asked, model.max_output_tokens())
        && asked > most
    {
        findings.add(
            "max_tokens",
            format!("{asked} tokens are asked for; the model answers with at most {most}"),
        );
    }
    let characters: usize = messages.iter().map(|message| message.text().len()).sum();
    let estimate = (characters / CHARACTERS_PER_TOKEN) as u64;
    if let Some(context) = model.max_context_tokens()
        && estimate > context
    {
        findings.add(
            "messages",
            format!("about {estimate} tokens of text; the model reads at most {context}"),
        );
    }
}

/// Anthropic takes four cache breakpoints in a request, and refuses more.
// Source: OpenRouter's documentation of prompt caching, read 2026-08-22.
fn breakpoints(
    request: &ChatRequest,
    messages: &[Message],
    model: &Model,
    findings: &mut Findings,
) {
    const MOST: usize = 4;
    let is_claude = model
        .id
        .as_deref()
        .is_some_and(|id| id.trim_start_matches('~').starts_with("anthropic/"));
    let on_tools = request.tools.iter().flatten().filter(|tool| {
        matches!(tool, types::ChatFunctionTool::Function(tool) if tool.cache_control.is_some())
    });
    let in_messages: usize = messages
        .iter()
        .map(|message| match message.as_wire() {
            ChatMessages::System(message) => message.content.breakpoints(),
            ChatMessages::Developer(message) => message.content.breakpoints(),
            ChatMessages::User(message) => message.content.breakpoints(),
            ChatMessages::Assistant(message) => message
                .content
                .as_ref()
                .map(crate::message::Content::breakpoints)
                .unwrap_or_default(),
            ChatMessages::Tool(message) => message.content.breakpoints(),
            _ => 0,
        })
        .sum();
    let count = on_tools.count() + in_messages;
    if is_claude && count > MOST {
        findings.add(
            "cache_control",
            format!("{count} cache breakpoints; Anthropic takes at most {MOST}"),
        );
    }
}

const CHARACTERS_PER_TOKEN: usize = 4;
