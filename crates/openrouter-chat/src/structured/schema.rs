//! A schema with a name, from a Rust type or from JSON.

#[cfg(feature = "schemars")]
mod field_order;

use openrouter_types::RawJson;

use super::json::Node;

/// What an answer or the arguments of a tool look like.
///
/// ```
/// use openrouter_chat::structured::schema::Schema;
/// use openrouter_types::RawJson;
///
/// let schema = Schema::new(RawJson::parse(r#"{"title": "City", "type": "object", "properties": {}}"#)?);
/// assert_eq!(schema.name(), "City");
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    name: String,
    description: Option<String>,
    json: RawJson,
}

impl Schema {
    /// Takes a JSON Schema as it is. Its name is its `title`, made to fit what the API takes, else `answer`.
    #[must_use]
    pub fn new(json: RawJson) -> Self {
        let node = Node::parse(json.as_str());
        let text = |key| node.as_ref()?.as_object()?.text(key);
        let name = text("title")
            .map(fitting_name)
            .filter(|name| !name.is_empty());
        Self {
            name: name.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
            description: text("description").map(str::to_owned),
            json,
        }
    }

    /// The schema of a type; its doc comments are the descriptions.
    ///
    /// The properties stand in the order of the fields, in which a model then writes them: a field for its reasoning
    /// belongs before the one for its verdict. The order is asked of the type's `Deserialize`, which takes dummy values
    /// for that. Where it does not tell (`flatten`, internally tagged enums), required properties come first.
    ///
    /// ```
    /// use openrouter_chat::structured::schema::Schema;
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// /// Whether a claim holds.
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Verdict {
    ///     reasons: Vec<String>,
    ///     /// From 0 to 1.
    ///     confidence: f32,
    ///     holds: bool,
    /// }
    ///
    /// let schema = Schema::of::<Verdict>();
    /// assert_eq!(schema.name(), "Verdict");
    /// assert_eq!(schema.description(), Some("Whether a claim holds."));
    /// assert!(schema.json().as_str().contains(r#""required":["reasons","confidence","holds"]"#));
    /// ```
    #[cfg(feature = "schemars")]
    #[must_use]
    pub fn of<T: schemars::JsonSchema + serde::de::DeserializeOwned>() -> Self {
        let generator = schemars::generate::SchemaSettings::draft2020_12()
            .for_deserialize()
            .into_generator();
        let schema = generator.into_root_schema_for::<T>();
        let json = serde_json::to_string(&schema)
            .ok()
            .and_then(|json| Node::parse(&json));
        let json = json.map_or_else(RawJson::default, |json| {
            field_order::ordered::<T>(json).to_raw()
        });
        let schema = Self::new(json);
        match fitting_name(&T::schema_name()) {
            name if name.is_empty() => schema,
            name => schema.with_name(name),
        }
    }

    /// Sets the name: letters, digits, `_` and `-`, at most 64 of them; anything else is replaced or cut.
    #[must_use]
    pub fn with_name(mut self, name: impl AsRef<str>) -> Self {
        self.name = fitting_name(name.as_ref());
        self
    }

    /// Sets what the schema is for, as the model reads it.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the schema is for: what was set, else the description at its root.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The JSON Schema.
    #[must_use]
    pub fn json(&self) -> &RawJson {
        &self.json
    }
}

/// The JSON Schema.
impl From<Schema> for RawJson {
    fn from(schema: Schema) -> Self {
        schema.json
    }
}

/// A name that the API takes.
fn fitting_name(name: &str) -> String {
    let is_fitting = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    name.trim()
        .chars()
        .take(LONGEST_NAME)
        .map(|c| if is_fitting(c) { c } else { '_' })
        .collect()
}

/// Source: the `json_schema` response format of <https://openrouter.ai/openapi.json>: `[A-Za-z0-9_-]`, 64 characters.
const LONGEST_NAME: usize = 64;
const DEFAULT_NAME: &str = "answer";
