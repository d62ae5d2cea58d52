//! What a tool gives back.

use std::error::Error as StdError;
use std::fmt;

use openrouter_types::RawJson;
use serde::Serialize;

use crate::{Message, Part};

/// What a tool gives back, for the model to read: text, often JSON, or several parts.
///
/// Made from what tools usually return:
///
/// ```
/// use openrouter_chat::tools::ToolOutput;
///
/// assert_eq!(ToolOutput::from("12 °C").text(), "12 °C");
/// assert_eq!(ToolOutput::json(&[1, 2])?.text(), "[1,2]");
/// # Ok::<(), openrouter_chat::tools::ToolError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ToolOutput(Content);

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text(String),
    /// The message that holds them, without the id of its call.
    Parts(Box<Message>),
}

impl ToolOutput {
    /// The JSON text of a value.
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, ToolError> {
        let text = serde_json::to_string(value).map_err(ToolError::new)?;
        Ok(Self::from(text))
    }

    /// Several parts, such as a text and an image.
    pub fn parts(parts: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        let message = Message::tool_parts(String::new(), parts);
        Self(Content::Parts(Box::new(message)))
    }

    /// The text, or all text parts one after another.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.0 {
            Content::Text(text) => text.clone(),
            Content::Parts(message) => message.text(),
        }
    }

    /// The message that brings this to the model.
    #[must_use]
    pub fn into_message(self, call_id: &str) -> Message {
        match self.0 {
            Content::Text(text) => Message::tool(call_id, text),
            Content::Parts(mut message) => {
                if let openrouter_types::ChatMessages::Tool(tool) = message.as_wire_mut() {
                    call_id.clone_into(&mut tool.tool_call_id);
                }
                *message
            }
        }
    }
}

impl From<String> for ToolOutput {
    fn from(text: String) -> Self {
        Self(Content::Text(text))
    }
}

impl From<&str> for ToolOutput {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// The JSON text.
impl From<RawJson> for ToolOutput {
    fn from(json: RawJson) -> Self {
        Self::from(json.as_str())
    }
}

/// The JSON text.
impl From<serde_json::Value> for ToolOutput {
    fn from(value: serde_json::Value) -> Self {
        Self::from(value.to_string())
    }
}

impl From<Vec<Part>> for ToolOutput {
    fn from(parts: Vec<Part>) -> Self {
        Self::parts(parts)
    }
}

/// An empty text: done, nothing to tell.
impl From<()> for ToolOutput {
    fn from((): ()) -> Self {
        Self::from(String::new())
    }
}

/// Why a tool could not do what it was asked to.
///
/// Its text goes to the model, unless the run stops instead: write what the model can do about it, and no secrets.
pub struct ToolError(Box<Inner>);

struct Inner {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl ToolError {
    /// An error from any other error, or from a text.
    pub fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let error = error.into();
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self(Box::new(Inner {
                message: error.to_string(),
                source: Some(error),
            })),
        }
    }

    /// The text, as the model reads it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl From<&str> for ToolError {
    fn from(message: &str) -> Self {
        Self::from(message.to_owned())
    }
}

impl From<String> for ToolError {
    fn from(message: String) -> Self {
        Self(Box::new(Inner {
            message,
            source: None,
        }))
    }
}

impl From<serde_json::Error> for ToolError {
    fn from(error: serde_json::Error) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ToolError").field(&self.0.message).finish()
    }
}

impl StdError for ToolError {
    /// What the error that this was made from gives as its cause: the texts of both are the same.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().and_then(|error| error.source())
    }
}

/// What a function may return to be a tool: anything that makes a [`ToolOutput`], or a `Result` of it with any error.
pub trait IntoToolResult {
    /// The result as tools have it.
    ///
    /// # Errors
    ///
    /// Those of the function.
    fn into_tool_result(self) -> Result<ToolOutput, ToolError>;
}

impl<T, E> IntoToolResult for Result<T, E>
where
    T: Into<ToolOutput>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    fn into_tool_result(self) -> Result<ToolOutput, ToolError> {
        self.map(Into::into).map_err(ToolError::new)
    }
}

macro_rules! never_fails {
    ($($type:ty),*) => {
        $(impl IntoToolResult for $type {
            fn into_tool_result(self) -> Result<ToolOutput, ToolError> {
                Ok(self.into())
            }
        })*
    };
}

never_fails!(
    ToolOutput,
    String,
    &str,
    RawJson,
    serde_json::Value,
    Vec<Part>,
    ()
);
