//! From a reply to the value in it.

use super::error::{OutputError, OutputErrorKind as Kind};
use super::format::{OutputFormat, OutputMethod};
use super::plan::Plan;
use super::response::{Place, StructuredResponse};
use crate::structured::extract::{Extracted, Found, extract};
use crate::{ChatResponse, Ending, ToolCall};

impl Plan {
    /// Reads a reply. The last step of unary and streamed calls alike.
    pub(super) fn read<T>(
        &self,
        format: &OutputFormat<T>,
        response: ChatResponse,
    ) -> StructuredResponse<T> {
        let call = self.call(&response);
        let text = match &call {
            Some(call) => call.arguments_text().to_owned(),
            None => response.text().into_owned(),
        };
        let (value, place) = match outcome_without_value(&response, &text) {
            Some(error) => (Err(error), None),
            None => {
                // A call without arguments has empty ones, and some models write JSON within JSON.
                let json = call.as_ref().map(ToolCall::arguments_json);
                self.read_text(format, &text, json.as_deref())
            }
        };
        StructuredResponse {
            value,
            response,
            place,
            earlier: Vec::new(),
        }
    }

    /// The call whose arguments are the answer.
    fn call(&self, response: &ChatResponse) -> Option<ToolCall> {
        if self.method != OutputMethod::FunctionCalling {
            return None;
        }
        let calls = response.message().map(|message| message.tool_calls())?;
        let mut named = calls.into_iter().filter(|call| call.name() == self.name);
        let first = named.next()?;
        // Of several, one that can be read.
        if first.is_valid() {
            return Some(first);
        }
        Some(named.find(ToolCall::is_valid).unwrap_or(first))
    }

    fn read_text<T>(
        &self,
        format: &OutputFormat<T>,
        said: &str,
        arguments: Option<&str>,
    ) -> (Result<T, OutputError>, Option<Place>) {
        let fail = |kind, message: String| Err(OutputError::new(kind, message, said));
        let (text, is_call) = (arguments.unwrap_or(said), arguments.is_some());
        let (json, place) =
            if let Some(extracted) = extract(text).filter(|extracted| is_whole(text, extracted)) {
                let place = if is_call {
                    Place::Arguments
                } else {
                    Place::Text(extracted.found)
                };
                (extracted.json, place)
            } else {
                let message = match serde_json::from_str::<serde::de::IgnoredAny>(text) {
                    Err(error) if is_call || text.trim_start().starts_with(['{', '[']) => {
                        format!("the answer is not JSON: {error}")
                    }
                    _ => "there is no JSON in the answer".to_owned(),
                };
                return (fail(Kind::NotJson, message), None);
            };
        let restored = match self.restore(json) {
            Ok(restored) => restored,
            Err(message) => return (fail(Kind::NotJson, message), Some(place)),
        };
        let parsed = self
            .validate(&restored)
            .and_then(|()| (format.parse)(&restored));
        let value = match parsed {
            Ok(value) => value,
            Err(message) => {
                let message = format!("the answer does not fit: {message}");
                return (fail(Kind::Mismatch, message), Some(place));
            }
        };
        if let Some(check) = &format.check
            && let Err(message) = check(&value)
        {
            return (fail(Kind::Rejected, message), Some(place));
        }
        (Ok(value), Some(place))
    }
}

/// The outcomes in which there is no use in looking for a value.
fn outcome_without_value(response: &ChatResponse, text: &str) -> Option<OutputError> {
    let error = |kind, message: &str| Some(OutputError::new(kind, message, text));
    match response.ending() {
        Ending::Refused => {
            let said = response.refusal().unwrap_or(text);
            let message = "the model refused to answer";
            Some(OutputError::new(Kind::Refused, message, said))
        }
        Ending::Filtered => error(Kind::Filtered, "a content filter stopped the answer"),
        Ending::Length => error(
            Kind::Truncated,
            "the limit of tokens was reached before the answer was whole",
        ),
        _ if text.is_empty()
            && response
                .message()
                .is_none_or(|reply| reply.tool_calls().is_empty()) =>
        {
            error(Kind::Empty, "the answer is empty")
        }
        _ => None,
    }
}

/// Whether what was found is not a part of something larger that is broken.
fn is_whole(text: &str, extracted: &Extracted<'_>) -> bool {
    let text = text.trim_start();
    extracted.found != Found::Prose
        || !text.starts_with(['{', '['])
        || text.starts_with(extracted.json)
}
