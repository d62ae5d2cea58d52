//! Which tool the model has to call.

/// Which tool the model has to call, if any. [`Tools::choose`](super::Tools::choose) makes the wire's form of it.
///
/// ```
/// use openrouter_chat::tools::ToolChoice;
///
/// assert_eq!(ToolChoice::from("any"), ToolChoice::Required);
/// assert_eq!(ToolChoice::from("weather"), ToolChoice::Function("weather".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// None, though tools are offered: a history that used them stays valid, and so does a cached prompt.
    None,
    /// At least one, whichever it likes.
    Required,
    /// The function of this name.
    Function(String),
    /// The only function there is; with several it is an error.
    Only,
    /// A tool of the server, by its type, such as `openrouter:web_search`.
    Server(String),
}

/// `auto`, `none`, `required` (or `any`), the type of a server tool with its colon, or the name of a function.
impl From<&str> for ToolChoice {
    fn from(text: &str) -> Self {
        match text {
            "auto" => Self::Auto,
            "none" => Self::None,
            "required" | "any" => Self::Required,
            // No function's name has a colon.
            kind if kind.contains(':') => Self::Server(kind.to_owned()),
            name => Self::Function(name.to_owned()),
        }
    }
}

/// As from `&str`.
impl From<String> for ToolChoice {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}
