//! What a model would not take, told before a token is paid for.

use std::collections::BTreeSet;
use std::fmt;

use openrouter_types as types;
use types::{
    ChatContentItems, ChatMessages, ChatRequest, InputModality, Model, OutputModality, Parameter,
};

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
        breakpoints(input.messages(), description, &mut findings);
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
    let supported: BTreeSet<&str> = model
        .supported_parameters
        .iter()
        .map(Parameter::as_str)
        .collect();
    let is_schema = matches!(
        request.response_format,
        Some(types::ChatRequestResponseFormat::JsonSchema(_))
    );
    let asked = [
        ("temperature", request.temperature.is_some()),
        ("top_p", request.top_p.is_some()),
        ("top_k", request.top_k.is_some()),
        ("min_p", request.min_p.is_some()),
        ("top_a", request.top_a.is_some()),
        ("frequency_penalty", request.frequency_penalty.is_some()),
        ("presence_penalty", request.presence_penalty.is_some()),
        ("repetition_penalty", request.repetition_penalty.is_some()),
        ("max_tokens", request.max_tokens.is_some()),
        (
            "max_completion_tokens",
            request.max_completion_tokens.is_some(),
        ),
        ("logit_bias", request.logit_bias.is_some()),
        ("logprobs", request.logprobs.is_some()),
        ("top_logprobs", request.top_logprobs.is_some()),
        ("prediction", request.prediction.is_some()),
        ("seed", request.seed.is_some()),
        ("stop", request.stop.is_some()),
        (
            "tools",
            request
                .tools
                .as_ref()
                .is_some_and(|tools| !tools.is_empty()),
        ),
        ("tool_choice", request.tool_choice.is_some()),
        ("parallel_tool_calls", request.parallel_tool_calls.is_some()),
        (
            "reasoning",
            request.reasoning.is_some() || request.reasoning_effort.is_some(),
        ),
        ("verbosity", request.verbosity.is_some()),
        ("web_search_options", request.web_search_options.is_some()),
    ];
    for (name, _) in asked
        .into_iter()
        .filter(|(name, asked)| *asked && !supported.contains(name))
    {
        // The two caps stand for one another.
        let twin = match name {
            "max_tokens" => "max_completion_tokens",
            "max_completion_tokens" => "max_tokens",
            _ => name,
        };
        if !supported.contains(twin) {
            findings.add(name, "the model does not take this parameter");
        }
    }
    if is_schema && !supported.contains("structured_outputs") {
        findings.add(
            "response_format",
            "the model has no structured output; a schema would be ignored or refused",
        );
    } else if request.response_format.is_some()
        && !is_schema
        && !supported.contains("response_format")
    {
        findings.add("response_format", "the model does not take this parameter");
    }
}

fn modalities(request: &ChatRequest, messages: &[Message], model: &Model, findings: &mut Findings) {
    let Some(architecture) = &model.architecture else {
        return;
    };
    let inputs: BTreeSet<&str> = architecture
        .input_modalities
        .iter()
        .map(InputModality::as_str)
        .collect();
    if !inputs.is_empty() {
        for (at, message) in messages.iter().enumerate() {
            for (part, kind) in parts_of(message.as_wire())
                .iter()
                .enumerate()
                .filter_map(|(at, part)| Some((at, kind_of(part)?)))
            {
                if !inputs.contains(kind) {
                    let list: Vec<&str> = inputs.iter().copied().collect();
                    let reason = format!("the model takes no {kind}; it takes {}", list.join(", "));
                    findings.add(format!("messages[{at}].content[{part}]"), reason);
                }
            }
        }
    }
    let outputs: BTreeSet<&str> = architecture
        .output_modalities
        .iter()
        .map(OutputModality::as_str)
        .collect();
    for wanted in request
        .modalities
        .iter()
        .flatten()
        .filter(|wanted| !outputs.contains(wanted.as_str()))
    {
        findings.add("modalities", format!("the model makes no {wanted}"));
    }
}

/// What a part needs of a model. Files need nothing: OpenRouter reads them for models that cannot.
fn kind_of(part: &ChatContentItems) -> Option<&'static str> {
    match part {
        ChatContentItems::ImageUrl(_) => Some("image"),
        ChatContentItems::InputAudio(_) => Some("audio"),
        ChatContentItems::VideoUrl(_) | ChatContentItems::InputVideo(_) => Some("video"),
        _ => None,
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
    if off && known.mandatory == Some(true) {
        findings.add(
            "reasoning",
            "the model always reasons; it cannot be switched off",
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
    let top = model.top_provider.as_ref();
    let asked = request.max_completion_tokens.or(request.max_tokens);
    let most = top.and_then(|top| top.max_completion_tokens);
    if let (Some(asked), Some(most)) = (asked, most)
        && asked > most
    {
        findings.add(
            "max_tokens",
            format!("{asked} tokens are asked for; the model answers with at most {most}"),
        );
    }
    let context = top
        .and_then(|top| top.context_length)
        .or(model.context_length);
    let characters: usize = messages.iter().map(|message| message.text().len()).sum();
    let estimate = (characters / CHARACTERS_PER_TOKEN) as u64;
    if let Some(context) = context
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
fn breakpoints(messages: &[Message], model: &Model, findings: &mut Findings) {
    const MOST: usize = 4;
    let is_claude = model
        .id
        .as_deref()
        .is_some_and(|id| id.trim_start_matches('~').starts_with("anthropic/"));
    let count: usize = messages
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
    if is_claude && count > MOST {
        findings.add(
            "cache_control",
            format!("{count} cache breakpoints; Anthropic takes at most {MOST}"),
        );
    }
}

const CHARACTERS_PER_TOKEN: usize = 4;
