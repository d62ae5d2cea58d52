//! Refuses what OpenRouter refuses, before anybody looks for a model.
//!
//! The wire types read nearly everything, so that no answer is lost. A request is the other way round: a test server
//! that takes what the real one refuses lets mistakes through. So the JSON itself is held against tables of fields,
//! which say where they have it from.

mod chat;
mod embeddings;
mod messages;
mod provider;
mod shape;
mod tools;

use openrouter_types as types;
use serde_json::Value;
use types::{ChatRequest, Decode as _, EmbeddingsRequest};

use crate::Refusal;

/// How much is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Admission {
    /// All that OpenRouter refuses.
    #[default]
    Strict,
    /// Only what cannot be answered.
    Lenient,
}

/// A chat request, when it is one.
pub(super) fn chat(body: &[u8], admission: Admission) -> Result<ChatRequest, Refusal> {
    let value = json(body)?;
    let has_messages = value["messages"]
        .as_array()
        .is_some_and(|messages| !messages.is_empty());
    if !has_messages && (value["messages"].is_null() || value["messages"].is_array()) {
        return Err(Refusal::bad_request(
            "Input required: specify \"messages\", a list of at least one message",
        ));
    }
    if admission == Admission::Strict {
        let mut found = shape::problems(&value, &chat::CHAT);
        found.extend(contradictions(&value));
        refuse(&found)?;
    }
    ChatRequest::decode(body).map_err(|error| Refusal::bad_request(error.to_string()))
}

/// A request for embeddings, when it is one.
pub(super) fn embeddings(body: &[u8], admission: Admission) -> Result<EmbeddingsRequest, Refusal> {
    let value = json(body)?;
    if admission == Admission::Strict {
        refuse(&shape::problems(&value, &embeddings::EMBEDDINGS))?;
    }
    EmbeddingsRequest::decode(body).map_err(|error| Refusal::bad_request(error.to_string()))
}

fn json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("Invalid JSON in request body: {error}")))
}

/// A reader needs the first problems; the others are often their consequences.
const MOST_PROBLEMS: usize = 5;

fn refuse(found: &[String]) -> Result<(), Refusal> {
    if found.is_empty() {
        return Ok(());
    }
    let mut message = found[..found.len().min(MOST_PROBLEMS)].join("; ");
    if found.len() > MOST_PROBLEMS {
        message.push_str(&format!("; and {} more", found.len() - MOST_PROBLEMS));
    }
    Err(Refusal::bad_request(message))
}

/// Fields that are right alone and wrong together.
fn contradictions(request: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |is_wrong: bool, problem: &str| {
        if is_wrong {
            found.push(problem.to_owned());
        }
    };
    say(
        !request["top_logprobs"].is_null() && request["logprobs"] != true,
        "top_logprobs: needs logprobs to be true",
    );
    let wants_audio = request["modalities"]
        .as_array()
        .is_some_and(|modalities| modalities.iter().any(|it| it == "audio"));
    say(
        wants_audio && request["stream"] != true,
        "stream: audio output requires stream to be true",
    );
    let (effort, short) = (
        &request["reasoning"]["effort"],
        &request["reasoning_effort"],
    );
    say(
        !effort.is_null() && !short.is_null() && effort != short,
        "reasoning_effort: differs from reasoning.effort; give one of them",
    );
    say(
        !effort.is_null() && !request["reasoning"]["max_tokens"].is_null(),
        "reasoning: only one of reasoning.effort and reasoning.max_tokens can be given",
    );
    found.extend(unknown_choice(request));
    found
}

/// A tool that is to be called must be there.
fn unknown_choice(request: &Value) -> Option<String> {
    let choice = &request["tool_choice"];
    let kind = choice["type"].as_str()?;
    let tools = request["tools"].as_array().map_or(&[][..], Vec::as_slice);
    if kind != "function" {
        // The short names of the web search all stand for one tool.
        let is_search = |kind: &str| {
            kind.trim_start_matches("openrouter:")
                .starts_with("web_search")
        };
        let is_there = tools
            .iter()
            .filter_map(|tool| tool["type"].as_str())
            .any(|it| it == kind || (is_search(it) && is_search(kind)));
        return (!is_there).then(|| {
            format!("tool_choice.type: expected the type of one of the tools, received {kind:?}")
        });
    }
    let Some(name) = choice["function"]["name"].as_str() else {
        return choice
            .get("function")
            .is_none()
            .then(|| "tool_choice.function: Required".to_owned());
    };
    let names: Vec<_> = tools
        .iter()
        .filter_map(|tool| tool["function"]["name"].as_str())
        .collect();
    (!names.contains(&name)).then(|| {
        let known = match names.as_slice() {
            [] => "there are none".to_owned(),
            names => format!("there are {}", names.join(", ")),
        };
        format!("tool_choice.function.name: expected the name of one of the tools ({known}), received {name:?}")
    })
}
