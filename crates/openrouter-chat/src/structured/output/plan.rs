//! From a format to what a request says.

use openrouter_types as types;
use types::{
    ChatFormatJsonObjectConfig, ChatFormatJsonSchemaConfig, ChatFunctionDefinition,
    ChatFunctionDefinitionTool, ChatFunctionTool, ChatJsonSchemaConfig, Extra, RawJson,
};

use super::format::{OutputFormat, OutputMethod};
use crate::structured::json::{Node, Object};
use crate::structured::strict::{Dialect, StrictSchema};
use crate::tools::{check_name, function_choice};
use crate::{ChatModel, ChatOptions, Error, ErrorKind};

/// How one request asks for a format, and how its answer is read.
pub(crate) struct Plan {
    pub(super) method: OutputMethod,
    pub(super) name: String,
    pub(super) way_back: WayBack,
    pub(super) options: ChatOptions,
    #[cfg(feature = "jsonschema")]
    validator: Option<Box<jsonschema::Validator>>,
}

/// From an answer to the schema that was asked for.
pub(super) enum WayBack {
    /// They are the same.
    Same,
    /// The answer is in a property of an object, since the root had to be one.
    Wrapped,
    Strict(Box<StrictSchema>),
}

impl Plan {
    pub(crate) fn new<T>(
        format: &OutputFormat<T>,
        model: &ChatModel,
        options: &ChatOptions,
    ) -> Result<Self, Error> {
        let name = format.schema.name().to_owned();
        check_name("schema", &name)?;
        if !format.schema.json().as_str().starts_with(['{', 't', 'f']) {
            return Err(refuse(
                "the schema is neither an object nor a boolean".to_owned(),
            ));
        }
        let mut options = options.clone();
        let bound = model.options();
        let slug = options.request.model.as_deref().unwrap_or(model.model());
        let is_strict = format.strict == Some(true) && format.method != OutputMethod::JsonMode;
        let (schema, way_back) = if is_strict {
            let dialect = format.dialect.unwrap_or_else(|| Dialect::for_model(slug));
            let strict = StrictSchema::compile(format.schema.json(), dialect)
                .and_then(StrictSchema::require_strict)
                .map_err(|error| refuse(error.to_string()))?;
            (strict.schema().clone(), WayBack::Strict(Box::new(strict)))
        } else {
            let (schema, is_wrapped) = object_schema(format.schema.json());
            let way_back = if is_wrapped {
                WayBack::Wrapped
            } else {
                WayBack::Same
            };
            (schema, way_back)
        };
        let description = format.schema.description().map(str::to_owned);
        let request = &mut options.request;
        match format.method {
            OutputMethod::FunctionCalling => {
                let mut function = ChatFunctionDefinition::new(&name);
                function.description = description;
                function.parameters = Some(schema);
                function.strict = format.strict;
                let tools = request.tools.take().or_else(|| bound.request.tools.clone());
                let mut tools = tools.unwrap_or_default();
                // A history that has used tools needs them to be there still.
                if tools.iter().any(|tool| is_named(tool, &name)) {
                    let message = format!("a tool has the name of the schema, `{name}`");
                    return Err(refuse(message));
                }
                tools.push(ChatFunctionDefinitionTool::new(function).into());
                request.tools = Some(tools);
                request.tool_choice = Some(function_choice(&name));
            }
            OutputMethod::JsonSchema => {
                let mut config = ChatJsonSchemaConfig::new(&name);
                config.description = description;
                config.schema = schema.read::<Extra>().ok();
                config.strict = format.strict;
                let format = ChatFormatJsonSchemaConfig::new(config);
                request.response_format = Some(format.into());
            }
            OutputMethod::JsonMode => {
                request.response_format = Some(ChatFormatJsonObjectConfig::new().into());
            }
        }
        // Otherwise providers without such a feature may answer, and leave it out without a word.
        let provider = request
            .provider
            .take()
            .or_else(|| bound.request.provider.clone());
        let mut provider = provider.unwrap_or_default();
        provider.require_parameters.get_or_insert(true);
        request.provider = Some(provider);
        Ok(Self {
            method: format.method,
            name,
            way_back,
            options,
            #[cfg(feature = "jsonschema")]
            validator: validator(format)?,
        })
    }

    /// Says what does not fit the schema that was asked for, where that is checked.
    pub(super) fn validate(&self, json: &RawJson) -> Result<(), String> {
        #[cfg(feature = "jsonschema")]
        if let Some(validator) = &self.validator {
            let value = json.to_value();
            let errors = validator.iter_errors(&value).take(SHOWN_ERRORS);
            let errors: Vec<_> = errors
                .map(|error| match error.instance_path().as_str() {
                    "" => error.to_string(),
                    path => format!("{path}: {error}"),
                })
                .collect();
            if !errors.is_empty() {
                return Err(errors.join("; "));
            }
        }
        let _ = json;
        Ok(())
    }

    /// Whether the value is in a property of an object.
    pub(super) fn is_wrapped(&self) -> bool {
        match &self.way_back {
            WayBack::Same => false,
            WayBack::Wrapped => true,
            WayBack::Strict(strict) => strict.is_wrapped(),
        }
    }

    /// From the JSON of an answer to JSON that the schema describes.
    pub(super) fn restore(&self, json: &str) -> Result<RawJson, String> {
        match &self.way_back {
            WayBack::Strict(strict) => strict.restore(json).map_err(|error| error.to_string()),
            WayBack::Same => RawJson::parse(json).map_err(|error| error.to_string()),
            WayBack::Wrapped => {
                let fields: Result<Extra, _> = serde_json::from_str(json);
                match fields {
                    Ok(mut fields) if fields.len() == 1 && fields.get(WRAPPER).is_some() => {
                        Ok(fields.remove(WRAPPER).unwrap_or_default())
                    }
                    // A model may have left the wrapper out.
                    _ => RawJson::parse(json).map_err(|error| error.to_string()),
                }
            }
        }
    }
}

#[cfg(feature = "jsonschema")]
fn validator<T>(format: &OutputFormat<T>) -> Result<Option<Box<jsonschema::Validator>>, Error> {
    if !format.is_validated {
        return Ok(None);
    }
    let schema = format.schema.json().to_value();
    jsonschema::validator_for(&schema)
        .map(|validator| Some(Box::new(validator)))
        .map_err(|error| refuse(format!("the schema is not valid: {error}")))
}

/// So many mistakes of an answer are told.
#[cfg(feature = "jsonschema")]
const SHOWN_ERRORS: usize = 5;

fn is_named(tool: &ChatFunctionTool, name: &str) -> bool {
    matches!(tool, ChatFunctionTool::Function(tool) if tool.function.name == name)
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}

/// The schema with an object at its root, and whether it had to be wrapped for that: arguments of tools are objects, and
/// so is what JSON modes give.
pub(super) fn object_schema(schema: &RawJson) -> (RawJson, bool) {
    let Some(Node::Object(root)) = Node::parse(schema.as_str()) else {
        // `true` takes anything.
        return (wrapped(Object::default()), true);
    };
    let is_object = match root.get("type") {
        Some(kind) => kind.as_text() == Some("object"),
        None => root.contains("properties"),
    };
    if is_object {
        (schema.clone(), false)
    } else {
        (wrapped(root), true)
    }
}

fn wrapped(root: Object) -> RawJson {
    let mut outer = Object::default();
    outer.push("type", Node::text("object"));
    let mut inner = Object::default();
    let mut shared = Vec::new();
    for (key, value) in root.into_fields() {
        match key.as_str() {
            // References to them count from the root.
            "$defs" | "definitions" => shared.push((key, referring(value))),
            "$schema" | "$id" => {}
            _ => inner.push(key, referring(value)),
        }
    }
    outer.push("properties", Node::from([(WRAPPER, Node::Object(inner))]));
    outer.push("required", Node::Array(vec![Node::text(WRAPPER)]));
    for (key, value) in shared {
        outer.push(key, value);
    }
    Node::Object(outer).to_raw()
}

/// A part of a schema whose references to the root lead to where the root is now.
fn referring(node: Node) -> Node {
    match node {
        Node::Array(items) => Node::Array(items.into_iter().map(referring).collect()),
        Node::Object(fields) => Node::Object(
            fields
                .into_fields()
                .into_iter()
                .map(|(key, value)| match (key.as_str(), value) {
                    ("$ref", Node::Text(target)) => (key, Node::Text(moved(target))),
                    (_, value) => (key, referring(value)),
                })
                .collect(),
        ),
        other => other,
    }
}

fn moved(target: String) -> String {
    match target.strip_prefix('#') {
        Some(rest) if rest.starts_with("/$defs/") || rest.starts_with("/definitions/") => target,
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            format!("#/properties/{WRAPPER}{rest}")
        }
        _ => target,
    }
}

/// The property that holds an answer which is not an object.
pub(super) const WRAPPER: &str = "value";
