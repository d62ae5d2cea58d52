//! Reads the schema folder: `components` and `paths` of every `*.yaml`, in the order of the file names.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_norway::{Mapping, Value};

use crate::Result;

/// The schema folder as one document.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The components, file by file, in the order in which they are written.
    pub components: Vec<Component>,
    /// The operations, in the order in which they are written.
    pub operations: Vec<Operation>,
}

/// A named schema.
#[derive(Clone, Debug)]
pub struct Component {
    /// The component's name in OpenRouter's description.
    pub name: String,
    /// The name of its file, without the ending.
    pub subject: String,
    /// What it is.
    pub schema: Schema,
}

/// A JSON Schema, as far as the generator looks at it.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// What it means, in our words.
    pub description: Option<String>,
    /// Why it is here although the published description lacks it.
    pub evidence: Vec<String>,
    /// The component that stands here.
    pub reference: Option<String>,
    /// JSON types, `null` aside.
    pub types: Vec<String>,
    /// Whether `null` is allowed.
    pub nullable: bool,
    /// The only value.
    pub constant: Option<String>,
    /// The known values.
    pub values: Vec<String>,
    /// What the known values mean.
    pub value_descriptions: BTreeMap<String, String>,
    /// Fields, in the order in which they are written.
    pub properties: Vec<(String, Schema)>,
    /// Fields that are always there.
    pub required: Vec<String>,
    /// What a list holds.
    pub items: Option<Box<Schema>>,
    /// What other fields hold.
    pub additional: Option<Box<Schema>>,
    /// Members of a union.
    pub members: Vec<Schema>,
    /// Schemas that hold all at once.
    pub all_of: Vec<Schema>,
    /// The field that tells the members apart, and which value stands for which component.
    pub discriminator: Option<Discriminator>,
    /// Vendor keys that are switched on: `bulk`, `boxed`, `decimal`, `newtype`, `raw`, `secret`, `signed`, `write-null`;
    /// `flag` for yes or no as text (in a query), `whole` for a number that counts something, `inline` for a component
    /// that has no name in OpenRouter's description.
    pub marks: Vec<String>,
}

/// How the members of a union are told apart.
#[derive(Clone, Debug)]
pub struct Discriminator {
    /// The field.
    pub property: String,
    /// Its values and the components that they stand for.
    pub mapping: Vec<(String, String)>,
}

/// An API call.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The name in Rust: `x-rust-name`, or made from the `operationId`.
    pub rust_name: String,
    /// `operationId`.
    pub id: String,
    /// What it does, in our words.
    pub description: Option<String>,
    /// `get`, `post`, …
    pub method: String,
    /// The path, with `{parameters}`.
    pub path: String,
    /// `api-key`, `management-key`, `optional` or `none`.
    pub credential: String,
    /// Whether the answer can be streamed.
    pub stream: bool,
    /// Parameters in the path, the query and the headers.
    pub parameters: Vec<Parameter>,
    /// The JSON body.
    pub body: Option<Schema>,
    /// The JSON answer.
    pub answer: Option<Schema>,
    /// The data of each streamed event.
    pub event: Option<Schema>,
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    /// Whether it must be given.
    pub required: bool,
    /// What it is.
    pub schema: Schema,
    /// What it means, in our words.
    pub description: Option<String>,
}

/// `codegen.toml`: decisions that the schema itself does not hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Published components that ours represents by another one. Used by `drift`.
    pub aliases: BTreeMap<String, Alias>,
    /// Rust names of types, where they differ from the component's.
    pub types: BTreeMap<String, String>,
    /// Rust names of union variants and enum values: component → value → name.
    pub variants: BTreeMap<String, BTreeMap<String, String>>,
    /// Lists for which absent and empty differ: component → fields.
    pub optional_lists: BTreeMap<String, Vec<String>>,
    /// Rust names of fields: component → field → name.
    pub fields: BTreeMap<String, BTreeMap<String, String>>,
}

/// A published component that ours represents by another one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Alias {
    /// Our component.
    pub is: String,
    /// Why.
    pub reason: String,
}

/// Reads every `*.yaml` of a folder.
///
/// # Errors
///
/// When a file cannot be read, is not YAML, or holds something that the generator does not understand.
pub fn folder(folder: &Path) -> Result<Document> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| format!("read {}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    files.sort();
    let mut document = Document::default();
    for file in files {
        let subject = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("read {}: {error}", file.display()))?;
        add(&mut document, &subject, &text)
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(document)
}

/// Reads one schema file into a document.
///
/// # Errors
///
/// When the text is not YAML, or holds something that the generator does not understand.
pub fn add(document: &mut Document, subject: &str, text: &str) -> Result<()> {
    let root: Mapping = serde_norway::from_str(text)?;
    if let Some(schemas) =
        get(&root, "components").and_then(|components| get(components.as_mapping()?, "schemas"))
    {
        for (name, value) in mapping(schemas, "components.schemas")? {
            let name = string(name)?;
            let schema = schema(value).map_err(|error| format!("{name}: {error}"))?;
            document.components.push(Component {
                name,
                subject: subject.to_owned(),
                schema,
            });
        }
    }
    if let Some(paths) = get(&root, "paths") {
        for (path, item) in mapping(paths, "paths")? {
            let path = string(path)?;
            for (method, call) in mapping(item, &path)? {
                let method = string(method)?;
                let call = mapping(call, &path)?;
                document.operations.push(
                    operation(&path, &method, call).map_err(|error| format!("{path}: {error}"))?,
                );
            }
        }
    }
    Ok(())
}

/// Reads `codegen.toml`; an absent file is an empty one.
///
/// # Errors
///
/// When the file is not what [`Config`] describes.
pub fn config(file: &Path) -> Result<Config> {
    match std::fs::read_to_string(file) {
        Ok(text) => {
            toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()).into())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
        Err(error) => Err(format!("read {}: {error}", file.display()).into()),
    }
}

fn operation(path: &str, method: &str, call: &Mapping) -> Result<Operation> {
    let id = text(call, "operationId").ok_or("no operationId")?;
    let json = |value: Option<&Value>, kind: &str| -> Result<Option<Schema>> {
        let content = value.and_then(|value| get(value.as_mapping()?, "content"));
        let media = content.and_then(|content| get(content.as_mapping()?, kind));
        media
            .and_then(|media| get(media.as_mapping()?, "schema"))
            .map(schema)
            .transpose()
    };
    let success = get(call, "responses")
        .and_then(Value::as_mapping)
        .and_then(|responses| {
            let ok = |key: &Value| string(key).is_ok_and(|status| status.starts_with('2'));
            responses
                .iter()
                .find(|(status, _)| ok(status))
                .map(|(_, response)| response)
        });
    let mut parameters = Vec::new();
    for parameter in get(call, "parameters")
        .and_then(Value::as_sequence)
        .into_iter()
        .flatten()
    {
        let parameter = mapping(parameter, "parameter")?;
        let name = text(parameter, "name").ok_or("a parameter without a name")?;
        let place = text(parameter, "in").ok_or("a parameter without a place")?;
        parameters.push(Parameter {
            required: flag(parameter, "required"),
            schema: get(parameter, "schema")
                .map(schema)
                .transpose()?
                .unwrap_or_default(),
            description: text(parameter, "description"),
            name,
            place,
        });
    }
    Ok(Operation {
        rust_name: text(call, "x-rust-name").unwrap_or_else(|| super::plan::variant_name(&id)),
        description: text(call, "description"),
        method: method.to_owned(),
        path: path.to_owned(),
        credential: text(call, "x-credential").unwrap_or_else(|| "api-key".to_owned()),
        stream: flag(call, "x-stream"),
        parameters,
        body: json(get(call, "requestBody"), "application/json")?,
        answer: json(success, "application/json")?,
        event: json(success, "text/event-stream")?,
        id,
    })
}

fn schema(value: &Value) -> Result<Schema> {
    let map = match value {
        Value::Bool(true) => return Ok(Schema::default()),
        value => mapping(value, "schema")?,
    };
    let mut schema = Schema {
        description: text(map, "description"),
        reference: text(map, "$ref")
            .map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()),
        constant: get(map, "const").map(string).transpose()?,
        ..Schema::default()
    };
    match get(map, "type") {
        Some(Value::Sequence(types)) => {
            schema.types = types.iter().map(string).collect::<Result<_>>()?;
        }
        Some(one) => schema.types = vec![string(one)?],
        None => {}
    }
    for value in get(map, "enum")
        .and_then(Value::as_sequence)
        .into_iter()
        .flatten()
    {
        match value {
            Value::Null => schema.nullable = true,
            value => schema.values.push(string(value)?),
        }
    }
    for (value, meaning) in get(map, "x-enum-descriptions")
        .and_then(Value::as_mapping)
        .into_iter()
        .flatten()
    {
        schema
            .value_descriptions
            .insert(string(value)?, string(meaning)?);
    }
    for (name, property) in get(map, "properties")
        .and_then(Value::as_mapping)
        .into_iter()
        .flatten()
    {
        let name = string(name)?;
        let property = self::schema(property).map_err(|error| format!("{name}: {error}"))?;
        schema.properties.push((name, property));
    }
    for name in get(map, "required")
        .and_then(Value::as_sequence)
        .into_iter()
        .flatten()
    {
        schema.required.push(string(name)?);
    }
    schema.items = get(map, "items")
        .map(self::schema)
        .transpose()?
        .map(Box::new);
    schema.additional = match get(map, "additionalProperties") {
        None | Some(Value::Bool(false)) => None,
        Some(value) => Some(Box::new(self::schema(value)?)),
    };
    for key in ["anyOf", "oneOf"] {
        for member in get(map, key)
            .and_then(Value::as_sequence)
            .into_iter()
            .flatten()
        {
            schema.members.push(self::schema(member)?);
        }
    }
    for part in get(map, "allOf")
        .and_then(Value::as_sequence)
        .into_iter()
        .flatten()
    {
        schema.all_of.push(self::schema(part)?);
    }
    if let Some(discriminator) = get(map, "discriminator").and_then(Value::as_mapping) {
        let mut pairs = Vec::new();
        for (tag, target) in get(discriminator, "mapping")
            .and_then(Value::as_mapping)
            .into_iter()
            .flatten()
        {
            pairs.push((
                string(tag)?,
                string(target)?
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            ));
        }
        let property =
            text(discriminator, "propertyName").ok_or("a discriminator without a propertyName")?;
        schema.discriminator = Some(Discriminator {
            property,
            mapping: pairs,
        });
    }
    match get(map, "x-evidence") {
        Some(Value::Sequence(list)) => {
            schema.evidence = list.iter().map(string).collect::<Result<_>>()?;
        }
        Some(one) => schema.evidence = vec![string(one)?],
        None => {}
    }
    for (key, value) in map {
        if let (Some(mark), Some(true)) = (
            key.as_str().and_then(|key| key.strip_prefix("x-")),
            value.as_bool(),
        ) {
            schema.marks.push(mark.to_owned());
        }
    }
    normalise(&mut schema);
    Ok(schema)
}

/// Takes `null` out of types and unions, and turns a one-value enum of a string into a constant.
fn normalise(schema: &mut Schema) {
    schema.nullable |= schema.types.iter().any(|kind| kind == "null");
    schema.types.retain(|kind| kind != "null");
    let is_null = |member: &Schema| {
        member.nullable
            && member.types.is_empty()
            && member.reference.is_none()
            && member.values.is_empty()
    };
    schema.nullable |= schema.members.iter().any(is_null);
    schema.members.retain(|member| !is_null(member));
    if schema.constant.is_none() && schema.values.len() == 1 && !schema.nullable {
        schema.constant = schema.values.pop();
    }
}

impl Schema {
    /// Whether a vendor key is switched on.
    #[must_use]
    pub fn marked(&self, mark: &str) -> bool {
        self.marks.iter().any(|known| known == mark)
    }
}

fn get<'a>(map: &'a Mapping, key: &str) -> Option<&'a Value> {
    map.get(key)
}

fn text(map: &Mapping, key: &str) -> Option<String> {
    get(map, key).and_then(Value::as_str).map(str::to_owned)
}

fn flag(map: &Mapping, key: &str) -> bool {
    get(map, key).and_then(Value::as_bool).unwrap_or_default()
}

fn mapping<'a>(value: &'a Value, what: &str) -> Result<&'a Mapping> {
    value
        .as_mapping()
        .ok_or_else(|| format!("{what} is not a mapping").into())
}

fn string(value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other => Err(format!("expected text, found {other:?}").into()),
    }
}
