//! What the model is told about a tool, and what runs when it is called.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use openrouter_types as types;
use serde::de::DeserializeOwned;
use types::{ChatFunctionDefinition, ChatFunctionDefinitionTool, ChatFunctionTool, RawJson};

use super::ToolCall;
use super::handler::{Function, ToolHandler};
use super::output::IntoToolResult;
use crate::structured::schema::Schema;
use crate::structured::strict::{Dialect, StrictError, StrictSchema};

/// A tool: what the model is told about it, and, for tools of your own, what runs when it is called.
///
/// ```
/// use openrouter_chat::tools::Tool;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Place {
///     city: String,
/// }
///
/// let weather = Tool::function(
///     "weather",
///     "The current weather of a city.",
///     serde_json::json!({
///         "type": "object",
///         "properties": {"city": {"type": "string"}},
///         "required": ["city"],
///     }),
///     |place: Place| async move { format!("12 °C and rain in {}", place.city) },
/// );
/// assert_eq!(weather.name(), "weather");
/// ```
///
/// Names are checked where tools come together, in [`Tools`](super::Tools).
#[derive(Clone)]
pub struct Tool {
    name: Arc<str>,
    wire: ChatFunctionTool,
    handler: Option<Arc<dyn ToolHandler>>,
    timeout: Option<Duration>,
    needs_approval: bool,
    /// The way back from strict arguments to those of the schema that was given.
    strict: Option<Arc<StrictSchema>>,
}

impl Tool {
    /// A tool of yours without arguments, that nothing runs: the calls come back to you.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        let function = ChatFunctionDefinition::new(name).with_description(description);
        Self::from(ChatFunctionDefinitionTool::new(function))
    }

    /// A tool that is a function. The schema is what the model reads, the argument's type what the program does.
    ///
    /// The function may return a text, JSON, parts, a [`ToolOutput`](super::ToolOutput), or a `Result` of one of them.
    pub fn function<T, F, Running>(
        name: impl Into<String>,
        description: impl Into<String>,
        schema: impl Into<RawJson>,
        function: F,
    ) -> Self
    where
        T: DeserializeOwned + 'static,
        F: Fn(T) -> Running + Send + Sync + 'static,
        Running: Future<Output: IntoToolResult> + Send + 'static,
    {
        Self::new(name, description)
            .with_schema(schema)
            .with_handler(Function::new(function))
    }

    /// A tool that is a function; its schema is made from the type of its argument, whose doc comments are what the model
    /// reads.
    ///
    /// ```
    /// use openrouter_chat::tools::Tool;
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Place {
    ///     /// The city's name, in English.
    ///     city: String,
    /// }
    ///
    /// async fn weather(place: Place) -> String {
    ///     format!("12 °C and rain in {}", place.city)
    /// }
    ///
    /// let tool = Tool::typed("weather", "The current weather of a city.", weather);
    /// assert!(tool.schema().unwrap().as_str().contains("The city's name, in English."));
    /// ```
    #[cfg(feature = "schemars")]
    pub fn typed<T, F, Running>(
        name: impl Into<String>,
        description: impl Into<String>,
        function: F,
    ) -> Self
    where
        T: DeserializeOwned + schemars::JsonSchema + 'static,
        F: Fn(T) -> Running + Send + Sync + 'static,
        Running: Future<Output: IntoToolResult> + Send + 'static,
    {
        Self::function(name, description, Schema::of::<T>(), function)
    }

    /// A tool with the name, the description and the form of a type, that nothing runs: its calls come back to you.
    ///
    /// ```
    /// use openrouter_chat::tools::Tool;
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// /// Books a table.
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Reservation {
    ///     guests: u8,
    /// }
    ///
    /// let tool = Tool::of::<Reservation>();
    /// assert_eq!((tool.name(), tool.description()), ("Reservation", Some("Books a table.")));
    /// ```
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn of<T: DeserializeOwned + schemars::JsonSchema>() -> Self {
        Self::from(Schema::of::<T>())
    }

    /// A tool that OpenRouter runs itself, such as web search.
    ///
    /// ```
    /// use openrouter_chat::{tools::Tool, types};
    ///
    /// let search = Tool::server(types::OpenRouterWebSearchServerTool::new());
    /// assert_eq!(search.name(), "openrouter:web_search");
    /// ```
    pub fn server(tool: impl Into<ChatFunctionTool>) -> Self {
        let wire = tool.into();
        Self {
            name: name_of(&wire).into(),
            wire,
            handler: None,
            timeout: None,
            needs_approval: false,
            strict: None,
        }
    }

    /// Sets the arguments as a JSON Schema of type `object`; it is sent as it is written, its keys in their order.
    #[must_use]
    pub fn with_schema(mut self, schema: impl Into<RawJson>) -> Self {
        if let Some(function) = self.function_mut() {
            function.parameters = Some(schema.into());
        }
        self
    }

    /// Sets what runs when the tool is called.
    #[must_use]
    pub fn with_handler(mut self, handler: impl ToolHandler + 'static) -> Self {
        self.handler = Some(Arc::new(handler));
        self
    }

    /// Says whether the model is held to the schema; without it, the provider decides.
    ///
    /// The schema has to be of the strict subset, which differs between providers: see [`made_strict`](Self::made_strict).
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        if let Some(function) = self.function_mut() {
            function.strict = Some(strict);
        }
        self
    }

    /// Compiles the schema to the strict subset of a dialect, and switches strict mode on. Arguments are mapped back
    /// before the tool runs; outside of a run, [`restore`](Self::restore) does it.
    ///
    /// # Errors
    ///
    /// When the schema cannot be made strict.
    pub fn made_strict(mut self, dialect: Dialect) -> Result<Self, StrictError> {
        let Some(function) = self.function_mut() else {
            return Ok(self);
        };
        if let Some(schema) = &function.parameters {
            let strict = StrictSchema::compile(schema, dialect)?.require_strict()?;
            function.parameters = Some(strict.schema().clone());
            function.strict = Some(true);
            self.strict = Some(Arc::new(strict));
        }
        Ok(self)
    }

    /// The call with arguments of the schema that was given, where that was [made strict](Self::made_strict).
    #[must_use]
    pub fn restore(&self, call: &ToolCall) -> ToolCall {
        let strict = self.strict.as_ref();
        match strict.map(|strict| strict.restore(&call.arguments_json())) {
            Some(Ok(arguments)) => ToolCall::new(call.id(), call.name(), arguments.as_str()),
            // Arguments that are not JSON stay as they are; whoever reads them is told.
            Some(Err(_)) | None => call.clone(),
        }
    }

    /// Sets a cache breakpoint: the provider may cache the prompt up to and including this tool.
    #[must_use]
    pub fn with_cache_control(
        mut self,
        control: impl Into<types::AnthropicCacheControlDirective>,
    ) -> Self {
        if let ChatFunctionTool::Function(tool) = &mut self.wire {
            tool.cache_control = Some(control.into());
        }
        self
    }

    /// Sets how long one call may take. Without it, the time of the run counts.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Lets no call run before somebody has approved it. A run without somebody to ask pauses.
    #[must_use]
    pub fn with_approval(mut self) -> Self {
        self.needs_approval = true;
        self
    }

    /// The name by which the model calls it; for a tool of the server, its type.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the model is told that it does.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.function_ref()?.description.as_deref()
    }

    /// The arguments as a JSON Schema.
    #[must_use]
    pub fn schema(&self) -> Option<&RawJson> {
        self.function_ref()?.parameters.as_ref()
    }

    /// Whether it is a function of yours, and not a tool of the server.
    #[must_use]
    pub fn is_function(&self) -> bool {
        self.function_ref().is_some()
    }

    /// Whether something runs when it is called.
    #[must_use]
    pub fn is_runnable(&self) -> bool {
        self.handler.is_some()
    }

    /// Whether a call has to be approved before it runs.
    #[must_use]
    pub fn needs_approval(&self) -> bool {
        self.needs_approval
    }

    /// How long one call may take.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// What runs when it is called.
    #[must_use]
    pub fn handler(&self) -> Option<&Arc<dyn ToolHandler>> {
        self.handler.as_ref()
    }

    /// The tool as the wire has it.
    #[must_use]
    pub fn as_wire(&self) -> &ChatFunctionTool {
        &self.wire
    }

    fn function_ref(&self) -> Option<&ChatFunctionDefinition> {
        match &self.wire {
            ChatFunctionTool::Function(tool) => Some(&tool.function),
            _ => None,
        }
    }

    fn function_mut(&mut self) -> Option<&mut ChatFunctionDefinition> {
        match &mut self.wire {
            ChatFunctionTool::Function(tool) => Some(&mut tool.function),
            _ => None,
        }
    }
}

fn name_of(tool: &ChatFunctionTool) -> String {
    if let ChatFunctionTool::Function(tool) = tool {
        return tool.function.name.clone();
    }
    let fields = RawJson::from_serialize(tool).and_then(|json| json.read::<types::Extra>());
    let kind = fields.ok().and_then(|fields| fields.get("type")?.to_text());
    kind.unwrap_or_default()
}

/// A tool with the name, the description and the form of a schema, that nothing runs.
impl From<Schema> for Tool {
    fn from(schema: Schema) -> Self {
        let description = schema.description().unwrap_or_default().to_owned();
        Self::new(schema.name().to_owned(), description).with_schema(schema)
    }
}

/// A tool that nothing runs.
impl From<ChatFunctionDefinitionTool> for Tool {
    fn from(tool: ChatFunctionDefinitionTool) -> Self {
        Self::server(tool)
    }
}

/// A tool that nothing runs.
impl From<ChatFunctionTool> for Tool {
    fn from(tool: ChatFunctionTool) -> Self {
        Self::server(tool)
    }
}

impl From<Tool> for ChatFunctionTool {
    fn from(tool: Tool) -> Self {
        tool.wire
    }
}

impl From<&Tool> for ChatFunctionTool {
    fn from(tool: &Tool) -> Self {
        tool.wire.clone()
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool")
            .field("wire", &self.wire)
            .field("is_runnable", &self.is_runnable())
            .field("timeout", &self.timeout)
            .field("needs_approval", &self.needs_approval)
            .finish()
    }
}
