//! An answer to whatever is asked, when there is no script.

mod schema;

use openrouter_types as types;
use serde_json::{Value, json};
use types::{
    ChatFunctionTool, ChatMessages, ChatRequest, ChatRequestModality, ChatRequestPlugin,
    ChatRequestResponseFormat, ChatToolChoice, ChatToolChoiceMode, ReasoningEffort,
};

use crate::Answer;
use crate::answer::words;
use crate::received::{last_user_text, tool_results, tool_text};

/// Makes up an answer that honours the request: it calls tools, fits the schema, thinks, draws and speaks when asked to.
/// In its words it says what it is, so that nobody takes it for a model's.
pub(crate) fn improvise(request: &ChatRequest) -> Answer {
    let question = last_user_text(request).unwrap_or_default();
    let mut answer = Answer::new();
    if thinks(request) {
        answer =
            answer.reasoning("There is nothing to think about; a test server only pretends to.");
    }
    let calls = calls(request, &question);
    if !calls.is_empty() {
        for (name, arguments) in calls {
            answer = answer.tool_call(name, arguments);
        }
        return answer;
    }
    answer.text = match &request.response_format {
        Some(ChatRequestResponseFormat::JsonSchema(format)) => {
            let schema = format.json_schema.schema.as_ref();
            schema
                .and_then(|schema| serde_json::to_value(schema).ok())
                .map_or_else(|| json!({}), |schema| schema::fitting(&schema))
                .to_string()
        }
        Some(ChatRequestResponseFormat::JsonObject(_)) => json!({"you_said": question}).to_string(),
        _ => prose(request, &question),
    };
    if searches(request) {
        answer = answer.citation(
            "https://example.org/testkit",
            "A page that was not searched for",
        );
    }
    if wants(request, &ChatRequestModality::Image) {
        answer = answer.image(PIXEL);
    }
    if wants(request, &ChatRequestModality::Audio) {
        let transcript = std::mem::take(&mut answer.text);
        answer = answer.audio(SILENCE, transcript);
    }
    limited(answer, request)
}

/// Whether reasoning was asked for, and not switched off.
fn thinks(request: &ChatRequest) -> bool {
    let is_on = |effort: &ReasoningEffort| *effort != ReasoningEffort::None;
    if let Some(effort) = &request.reasoning_effort {
        return is_on(effort);
    }
    match &request.reasoning {
        Some(reasoning) if reasoning.enabled == Some(false) => false,
        Some(reasoning) => reasoning.effort.as_ref().is_none_or(is_on),
        None => request.include_reasoning == Some(true),
    }
}

/// Whether the request wants reasoning kept to the server.
pub(crate) fn hides_reasoning(request: &ChatRequest) -> bool {
    request
        .reasoning
        .as_ref()
        .is_some_and(|reasoning| reasoning.exclude == Some(true))
        || request.include_reasoning == Some(false)
}

/// The calls to make: what was forced; or, on a question and not on a result, the tools that it names, else the first.
fn calls(request: &ChatRequest, question: &str) -> Vec<(String, String)> {
    let functions: Vec<_> = request
        .tools
        .iter()
        .flatten()
        .filter_map(|tool| match tool {
            ChatFunctionTool::Function(tool) => Some(&tool.function),
            _ => None,
        })
        .collect();
    let call = |function: &types::ChatFunctionDefinition| {
        let schema = function
            .parameters
            .as_ref()
            .map_or(Value::Null, types::RawJson::to_value);
        let arguments = match schema {
            Value::Null => json!({}),
            schema => schema::fitting(&schema),
        };
        (function.name.clone(), arguments.to_string())
    };
    let is_forced = match &request.tool_choice {
        Some(ChatToolChoice::ChatToolChoiceMode(ChatToolChoiceMode::None)) => return Vec::new(),
        Some(ChatToolChoice::ChatToolChoiceMode(ChatToolChoiceMode::Required)) => true,
        Some(ChatToolChoice::ChatNamedToolChoice(choice)) => {
            return functions
                .iter()
                .filter(|function| function.name == choice.function.name)
                .take(1)
                .map(|function| call(function))
                .collect();
        }
        _ => false,
    };
    if !is_forced && !matches!(request.messages.last(), Some(ChatMessages::User(_))) {
        return Vec::new();
    }
    let mut chosen: Vec<_> = functions
        .iter()
        .filter(|function| question.contains(&function.name))
        .collect();
    if chosen.is_empty() {
        chosen.extend(functions.first());
    }
    if request.parallel_tool_calls == Some(false) {
        chosen.truncate(1);
    }
    chosen.into_iter().map(|function| call(function)).collect()
}

fn prose(request: &ChatRequest, question: &str) -> String {
    let results = tool_results(request);
    if !results.is_empty() {
        let results: Vec<_> = results
            .into_iter()
            .map(|result| format!("\u{201c}{}\u{201d}", tool_text(result)))
            .collect();
        return format!(
            "The tool says {}. No model has read it: this is the test server of the OpenRouter crates.",
            results.join(" and ")
        );
    }
    let question = question.trim();
    let said = if question.is_empty() {
        "nothing".to_owned()
    } else {
        format!("\u{201c}{question}\u{201d}")
    };
    let turns = request
        .messages
        .iter()
        .filter(|message| matches!(message, ChatMessages::User(_)))
        .count();
    format!(
        "You said {said}. No model has read it: this is the test server of the OpenRouter crates, which runs on your own \
         machine and answers everybody with these words. The request is turn {turns} of its conversation, and it \
         came through the same client, over the same kind of connection, as it would on its way to a model. Set \
         OPENROUTER_API_KEY to hear from one."
    )
}

fn searches(request: &ChatRequest) -> bool {
    let has_tool = request.tools.iter().flatten().any(|tool| {
        matches!(
            tool,
            ChatFunctionTool::WebSearch(_) | ChatFunctionTool::WebSearchShorthand(_)
        )
    });
    let has_plugin = request.plugins.iter().flatten().any(
        |plugin| matches!(plugin, ChatRequestPlugin::Web(plugin) if plugin.enabled != Some(false)),
    );
    let is_online = request
        .model
        .as_deref()
        .is_some_and(|model| model.ends_with(":online"));
    has_tool || has_plugin || is_online || request.web_search_options.is_some()
}

fn wants(request: &ChatRequest, modality: &ChatRequestModality) -> bool {
    request
        .modalities
        .iter()
        .flatten()
        .any(|wanted| wanted == modality)
}

/// Cut at a stop text, and at the limit of tokens, where a word counts as one.
fn limited(mut answer: Answer, request: &ChatRequest) -> Answer {
    let stops: Vec<&str> = match &request.stop {
        Some(types::ChatRequestStop::Text(stop)) => vec![stop.as_str()],
        Some(types::ChatRequestStop::Texts(stops)) => stops.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let cut = stops
        .iter()
        .filter(|stop| !stop.is_empty())
        .filter_map(|stop| answer.text.find(stop))
        .min();
    if let Some(cut) = cut {
        answer.text.truncate(cut);
    }
    let limit = request.max_completion_tokens.or(request.max_tokens);
    if let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) {
        let words = words(&answer.text);
        if words.len() > limit {
            answer.text = words[..limit].concat();
            answer.finish_reason = Some("length".to_owned());
        }
    }
    answer
}

/// A PNG of one white pixel.
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

/// 16-bit PCM: twelve samples of nothing.
const SILENCE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
