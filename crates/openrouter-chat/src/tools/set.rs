//! Tools that are offered together.

use std::sync::Arc;

use openrouter_types as types;
use types::{ChatFunctionTool, ChatNamedToolChoice, ChatNamedToolChoiceFunction, ChatToolChoice};

use super::choice::ToolChoice;
use super::definition::Tool;
use crate::structured::strict::Dialect;
use crate::{ChatModel, Error, ErrorKind};

/// Tools that are offered together, in order: each with a name that every provider takes, and no two with the same.
///
/// Cheap to clone.
///
/// ```
/// use openrouter_chat::tools::{Tool, ToolChoice, Tools};
///
/// let tools = Tools::new([Tool::new("now", "Tells the time."), Tool::new("here", "Tells the place.")])?;
/// assert!(tools.get("now").is_some());
/// assert!(tools.choose(ToolChoice::Only).is_err()); // there are two
/// # Ok::<(), openrouter_chat::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tools {
    tools: Arc<Vec<Tool>>,
}

impl Tools {
    /// Puts tools together.
    ///
    /// # Errors
    ///
    /// When a function's name is not 1 to 64 letters (a–z, A–Z), digits, `_` and `-`, when two functions have the same,
    /// or when a schema is not a JSON object.
    pub fn new(tools: impl IntoIterator<Item = impl Into<Tool>>) -> Result<Self, Error> {
        let mut set = Self::default();
        for tool in tools {
            set.add(tool)?;
        }
        Ok(set)
    }

    /// Adds a tool at the end.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn add(&mut self, tool: impl Into<Tool>) -> Result<(), Error> {
        let tool = tool.into();
        if tool.is_function() {
            check_name("tool", tool.name())?;
            let name = tool.name();
            if self.get(name).is_some() {
                return refuse(format!("there are two tools with the name `{name}`"));
            }
            if let Some(schema) = tool.schema()
                && !schema.as_str().starts_with('{')
            {
                return refuse(format!(
                    "the schema of the tool `{name}` is not a JSON object"
                ));
            }
        }
        Arc::make_mut(&mut self.tools).push(tool);
        Ok(())
    }

    /// All functions [made strict](Tool::made_strict).
    ///
    /// ```
    /// # use openrouter_chat::{Tool, Tools, structured::strict::Dialect};
    /// # fn example(tools: Tools) -> Result<Tools, openrouter_chat::Error> {
    /// tools.made_strict(Dialect::for_model("openai/gpt-5"))
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the schema of one of them cannot be made strict.
    pub fn made_strict(self, dialect: Dialect) -> Result<Self, Error> {
        let tools = self.into_iter().map(|tool| {
            let name = tool.name().to_owned();
            tool.made_strict(dialect)
                .or_else(|error| refuse(format!("the tool `{name}`: {error}")))
        });
        let tools = tools.collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            tools: Arc::new(tools),
        })
    }

    /// The function with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tool> {
        self.functions().find(|tool| tool.name() == name)
    }

    /// The tools in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Tool> {
        self.tools.iter()
    }

    /// How many there are, tools of the server included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tools.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }

    /// A choice among these tools, as the wire has it.
    ///
    /// # Errors
    ///
    /// When a tool is named that is not among them, or "the only one" is meant and there are none or several.
    pub fn choose(&self, choice: impl Into<ToolChoice>) -> Result<ChatToolChoice, Error> {
        use types::ChatToolChoiceMode as Mode;
        match choice.into() {
            ToolChoice::Auto => Ok(Mode::Auto.into()),
            ToolChoice::None => Ok(Mode::None.into()),
            ToolChoice::Required => Ok(Mode::Required.into()),
            ToolChoice::Function(name) => match self.get(&name) {
                Some(_) => Ok(function_choice(name)),
                None => refuse(format!(
                    "the tool `{name}` is to be called, and is not among {}",
                    self.names()
                )),
            },
            ToolChoice::Only => {
                let mut functions = self.functions();
                match (functions.next(), functions.next()) {
                    (Some(tool), None) => Ok(function_choice(tool.name())),
                    _ => refuse(format!(
                        "the only tool is to be called, and there is not one: {}",
                        self.names()
                    )),
                }
            }
            ToolChoice::Server(kind) => Ok(types::ChatServerToolChoice::new(kind).into()),
        }
    }

    /// The names of the functions, for a person or a model to read.
    pub(crate) fn names(&self) -> String {
        let names: Vec<_> = self
            .functions()
            .map(|tool| format!("`{}`", tool.name()))
            .collect();
        if names.is_empty() {
            "no tools".to_owned()
        } else {
            names.join(", ")
        }
    }

    fn functions(&self) -> impl Iterator<Item = &Tool> {
        self.tools.iter().filter(|tool| tool.is_function())
    }
}

/// Binding tools to a handle.
impl ChatModel {
    /// Offers tools on every call of this handle. The calls come back in the answers; [`run`](Self::run) runs them.
    ///
    /// ```
    /// # fn example(model: openrouter_chat::ChatModel) -> Result<(), openrouter_chat::Error> {
    /// use openrouter_chat::tools::{Tool, Tools};
    ///
    /// let tools = Tools::new([Tool::new("now", "Tells the time.")])?;
    /// let model = model.bind_tools(&tools).with_tool_choice(tools.choose("any")?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn bind_tools(&self, tools: &Tools) -> Self {
        self.clone().with_tools(tools)
    }
}

/// Checks a name of a tool or a schema: 1 to 64 of a–z, A–Z, 0–9, `_` and `-`.
// Source: OpenRouter's published description of `ChatFunctionTool` and `ChatJsonSchemaConfig`, read 2026-08-22.
pub(crate) fn check_name(what: &str, name: &str) -> Result<(), Error> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if let Some(odd) = name.chars().find(|c| !is_allowed(*c)) {
        return refuse(format!(
            "the {what} name {name:?} has {odd:?} in it; letters a–z and A–Z, digits, `_` and `-` are allowed"
        ));
    }
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        return refuse(format!(
            "the {what} name {name:?} has {} characters; 1 to {MAX_NAME_BYTES} are allowed",
            name.len()
        ));
    }
    Ok(())
}

pub(crate) fn function_choice(name: impl Into<String>) -> ChatToolChoice {
    ChatNamedToolChoice::new(ChatNamedToolChoiceFunction::new(name)).into()
}

fn refuse<T>(message: String) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Config, message))
}

/// The longest name, in bytes, which are characters here.
const MAX_NAME_BYTES: usize = 64;

impl<'a> IntoIterator for &'a Tools {
    type Item = &'a Tool;
    type IntoIter = std::slice::Iter<'a, Tool>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Tools {
    type Item = Tool;
    type IntoIter = std::vec::IntoIter<Tool>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.tools).into_iter()
    }
}

impl From<Tools> for Vec<ChatFunctionTool> {
    fn from(tools: Tools) -> Self {
        tools.into_iter().map(Into::into).collect()
    }
}
