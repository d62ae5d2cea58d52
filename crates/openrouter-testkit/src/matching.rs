//! Which requests a turn is for.

use std::fmt;
use std::sync::Arc;

use openrouter_types::{ChatMessages, ChatRequest};

use crate::Received;
use crate::received::{last_user_text, tool_results, tool_text};

/// Which requests a turn is for. All conditions must hold; without any, it is for all.
///
/// ```
/// use openrouter_testkit::Match;
///
/// let about_weather = Match::new().model("openai/gpt-4o-mini").says("weather");
/// # let _ = about_weather;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Match(Vec<Condition>);

#[derive(Clone)]
enum Condition {
    Model(String),
    Says(String),
    ToolResult(String),
    AnyToolResult,
    Offers(String),
    Header(String, String),
    Streamed(bool),
    When(Arc<dyn Fn(&ChatRequest) -> bool + Send + Sync>),
}

impl Match {
    /// Every request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Those that ask this model; `*` at the end stands for any rest.
    #[must_use]
    pub fn model(self, slug: impl Into<String>) -> Self {
        self.and(Condition::Model(slug.into()))
    }

    /// Those whose last message of the user contains this text.
    #[must_use]
    pub fn says(self, text: impl Into<String>) -> Self {
        self.and(Condition::Says(text.into()))
    }

    /// Those that end with a result of a tool which contains this text.
    #[must_use]
    pub fn tool_result(self, text: impl Into<String>) -> Self {
        self.and(Condition::ToolResult(text.into()))
    }

    /// Those that end with a result of a tool.
    #[must_use]
    pub fn after_tools(self) -> Self {
        self.and(Condition::AnyToolResult)
    }

    /// Those that offer a tool of this name.
    #[must_use]
    pub fn offers_tool(self, name: impl Into<String>) -> Self {
        self.and(Condition::Offers(name.into()))
    }

    /// Those with a header field of this value.
    #[must_use]
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.and(Condition::Header(name.into(), value.into()))
    }

    /// Those that want a stream, or those that do not.
    #[must_use]
    pub fn streamed(self, streamed: bool) -> Self {
        self.and(Condition::Streamed(streamed))
    }

    /// Those of which this holds.
    #[must_use]
    pub fn when(self, holds: impl Fn(&ChatRequest) -> bool + Send + Sync + 'static) -> Self {
        self.and(Condition::When(Arc::new(holds)))
    }

    fn and(mut self, condition: Condition) -> Self {
        self.0.push(condition);
        self
    }

    pub(crate) fn matches(&self, received: &Received, request: &ChatRequest) -> bool {
        self.0
            .iter()
            .all(|condition| condition.holds(received, request))
    }
}

impl Condition {
    fn holds(&self, received: &Received, request: &ChatRequest) -> bool {
        match self {
            Self::Model(slug) => {
                let model = request.model.as_deref().unwrap_or_default();
                match slug.strip_suffix('*') {
                    Some(start) => model.starts_with(start),
                    None => model == slug,
                }
            }
            Self::Says(text) => {
                matches!(request.messages.last(), Some(ChatMessages::User(_)))
                    && last_user_text(request).is_some_and(|said| said.contains(text))
            }
            Self::ToolResult(text) => tool_results(request)
                .into_iter()
                .any(|result| tool_text(result).contains(text)),
            Self::AnyToolResult => !tool_results(request).is_empty(),
            Self::Offers(name) => request.tools.iter().flatten().any(|tool| {
                matches!(tool, openrouter_types::ChatFunctionTool::Function(tool) if tool.function.name == *name)
            }),
            Self::Header(name, value) => received.header(name) == Some(value),
            Self::Streamed(streamed) => (request.stream == Some(true)) == *streamed,
            Self::When(holds) => holds(request),
        }
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model(slug) => write!(f, "model {slug}"),
            Self::Says(text) => write!(f, "says {text:?}"),
            Self::ToolResult(text) => write!(f, "tool result {text:?}"),
            Self::AnyToolResult => f.write_str("after tools"),
            Self::Offers(name) => write!(f, "offers tool {name}"),
            Self::Header(name, _) => write!(f, "header {name}"),
            Self::Streamed(streamed) => write!(f, "streamed {streamed}"),
            Self::When(_) => f.write_str("a condition"),
        }
    }
}
