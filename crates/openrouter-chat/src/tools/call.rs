//! Tool calls as the model made them.

use std::borrow::Cow;
use std::fmt;

use openrouter_types::{ChatToolCall, Extra, RawJson};
use serde::de::DeserializeOwned;

/// A call of a tool that the model asks for.
///
/// The arguments are the model's own text, byte for byte: they go back that way, since a re-written text breaks prompt
/// caches, but for an empty one, which is sent as `{}`. Whether the text is JSON is told by [`arguments`](Self::arguments); a call whose arguments are not is
/// [invalid](Self::is_valid), and stays in the answer with its text.
#[derive(Clone, PartialEq)]
pub struct ToolCall {
    wire: ChatToolCall,
}

impl ToolCall {
    /// A call, for instance to build a history by hand.
    ///
    /// `arguments` is JSON text; the empty text stands for no arguments.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        let function = openrouter_types::ChatToolCallFunction::new(name, arguments);
        Self {
            wire: ChatToolCall::new(id, function),
        }
    }

    pub(crate) fn from_wire(wire: ChatToolCall) -> Self {
        Self { wire }
    }

    /// The id by which a tool's result names the call. Never empty in an answer, and never that of another of its calls:
    /// what the server gave stays, and what is missing or repeated is made up.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.wire.id
    }

    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.wire.function.name
    }

    /// The arguments as the model wrote them; may be empty, and need not be JSON.
    #[must_use]
    pub fn arguments_text(&self) -> &str {
        &self.wire.function.arguments
    }

    /// The arguments as JSON. An empty text and `null` are an empty object, as tools without arguments are called; and
    /// an object that was written as JSON twice, as some models do, is that object.
    ///
    /// # Errors
    ///
    /// When the text is not one JSON value, for instance because the answer was cut off.
    pub fn arguments(&self) -> Result<serde_json::Value, serde_json::Error> {
        self.parse_arguments()
    }

    /// The arguments as a value of your own.
    ///
    /// # Errors
    ///
    /// When the text is not JSON, or does not fit the type.
    pub fn parse_arguments<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.arguments_json())
    }

    /// The arguments as JSON text, as far as they are.
    pub(crate) fn arguments_json(&self) -> Cow<'_, str> {
        let text = self.arguments_text().trim();
        if text.is_empty() || text == "null" {
            return Cow::Borrowed("{}");
        }
        let inner = text
            .starts_with('"')
            .then(|| serde_json::from_str::<String>(text));
        match inner {
            Some(Ok(inner)) if is_object(&inner) => Cow::Owned(inner),
            _ => Cow::Borrowed(text),
        }
    }

    /// Whether the call has a name and its arguments are JSON.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.problem().is_none()
    }

    /// Why the call cannot be run; `None` when it can.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        problem_of(&self.wire)
    }

    /// Fields of the call that this crate does not know.
    #[must_use]
    pub fn extra(&self) -> &Extra {
        &self.wire.extra
    }

    /// The call as the wire has it.
    #[must_use]
    pub fn as_wire(&self) -> &ChatToolCall {
        &self.wire
    }
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Why a call cannot be run.
pub(crate) fn problem_of(call: &ChatToolCall) -> Option<String> {
    if call.function.name.is_empty() {
        return Some("the call names no tool".to_owned());
    }
    let text = call.function.arguments.trim();
    if text.is_empty() {
        return None;
    }
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    Some(format!("the arguments are not JSON: {error}"))
}

impl From<ToolCall> for ChatToolCall {
    fn from(call: ToolCall) -> Self {
        call.wire
    }
}

impl From<ChatToolCall> for ToolCall {
    fn from(wire: ChatToolCall) -> Self {
        Self::from_wire(wire)
    }
}

impl fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall")
            .field("id", &self.id())
            .field("name", &self.name())
            .field(
                "arguments",
                &RawJson::parse(self.arguments_text()).map_err(|_| self.arguments_text()),
            )
            .finish_non_exhaustive()
    }
}
