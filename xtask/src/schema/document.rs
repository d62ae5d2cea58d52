//! Documents as they are written, and places in them.
//!
//! Our schema folder and a published description are both a [`Document`]: one tree of YAML with `components` and
//! `paths`. A [`Place`] names a value in such a tree, so that what was found in a comparison can be changed later.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use serde_norway::{Mapping, Value};

use crate::Result;

/// An OpenAPI document: a tree with text keys.
#[derive(Clone, Debug, Default)]
pub struct Document {
    root: Value,
}

/// Our schema folder: each file a document of its own, together one.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// The files, in the order of their names.
    pub files: Vec<SchemaFile>,
}

/// One file of the schema folder.
#[derive(Clone, Debug)]
pub struct SchemaFile {
    /// Where it is.
    pub path: PathBuf,
    /// The text that it had when it was read.
    pub text: String,
    /// What it holds.
    pub root: Value,
}

/// The way from a document's root to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub Vec<Step>);

/// One step of a [`Place`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a sequence.
    Index(usize),
}

/// A value together with its place.
#[derive(Clone, Debug)]
pub struct Node<'d> {
    /// The value.
    pub value: &'d Value,
    /// Where it is.
    pub place: Place,
}

impl Document {
    /// Reads YAML or JSON.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is neither YAML nor JSON, or its root is not a mapping.
    pub fn open(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("read {}: {error}", path.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Reads YAML or JSON from text.
    ///
    /// # Errors
    ///
    /// When the text is neither YAML nor JSON, or its root is not a mapping.
    pub fn parse(text: &str) -> Result<Self> {
        // JSON is YAML, but its own parser is many times faster.
        let root = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(text)?,
            false => serde_norway::from_str(text)?,
        };
        let root = with_text_keys(root)?;
        if !root.is_mapping() {
            return Err("not an OpenAPI document: the root is not a mapping".into());
        }
        Ok(Self { root })
    }

    /// The value at the root.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node {
            value: &self.root,
            place: Place::default(),
        }
    }

    /// A component.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<Node<'_>> {
        self.root().at(&["components", "schemas", name])
    }

    /// The components' names, in the order in which they are written.
    pub fn component_names(&self) -> impl Iterator<Item = &str> {
        let schemas = self
            .root
            .get("components")
            .and_then(|components| components.get("schemas"));
        entries(schemas).map(|(name, _)| name)
    }

    /// The operations as path, method and node, in the order in which they are written.
    #[must_use]
    pub fn operations(&self) -> Vec<(String, String, Node<'_>)> {
        const METHODS: [&str; 8] = [
            "get", "post", "put", "patch", "delete", "head", "options", "trace",
        ];
        let mut operations = Vec::new();
        let Some(paths) = self.root().get("paths") else {
            return operations;
        };
        for (path, item) in paths.entries() {
            for (method, operation) in item.entries() {
                if METHODS.contains(&method) {
                    operations.push((path.to_owned(), method.to_owned(), operation));
                }
            }
        }
        operations
    }

    /// Follows a `$ref` such as `#/components/parameters/Limit`; a node without one is returned as it is.
    #[must_use]
    pub fn resolve<'d>(&'d self, node: Node<'d>) -> Node<'d> {
        let mut node = node;
        // A chain of references is short; a loop of them is malformed and ends here.
        for _ in 0..16 {
            let Some(target) = node.value.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let keys: Vec<String> = pointer(target);
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let Some(next) = self.root().at(&keys) else {
                break;
            };
            node = next;
        }
        node
    }

    /// The components that a value refers to, directly or through others.
    #[must_use]
    pub fn reach(&self, from: &[&Value]) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut queue: Vec<String> = Vec::new();
        for value in from {
            self.references(value, &mut queue);
        }
        while let Some(name) = queue.pop() {
            if let Some(component) = self.component(&name)
                && seen.insert(name)
            {
                self.references(component.value, &mut queue);
            }
        }
        seen
    }

    fn references(&self, value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Mapping(map) => {
                for (key, value) in map {
                    match (key.as_str(), value.as_str()) {
                        (Some("$ref"), Some(target)) => match component_name(target) {
                            Some(name) => into.push(name),
                            // A shared parameter or response may refer to components in turn.
                            None => {
                                let keys = pointer(target);
                                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                                if let Some(node) = self.root().at(&keys) {
                                    self.references(node.value, into);
                                }
                            }
                        },
                        (Some("example" | "examples"), _) => {}
                        _ => self.references(value, into),
                    }
                }
            }
            Value::Sequence(list) => list.iter().for_each(|value| self.references(value, into)),
            _ => {}
        }
    }
}

impl Folder {
    /// Reads every `*.yaml` of a folder, in the order of their names.
    ///
    /// # Errors
    ///
    /// When the folder or a file cannot be read, or is not YAML.
    pub fn open(folder: &Path) -> Result<Self> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
            .map_err(|error| format!("read {}: {error}", folder.display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
            .collect();
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("read {}: {error}", path.display()))?;
            files.push(SchemaFile::parse(path, text)?);
        }
        Ok(Self { files })
    }

    /// All files as one document.
    ///
    /// # Errors
    ///
    /// When two files hold the same component or path.
    pub fn document(&self) -> Result<Document> {
        let mut schemas = Mapping::new();
        let mut paths = Mapping::new();
        for file in &self.files {
            let components = file
                .root
                .get("components")
                .and_then(|components| components.get("schemas"));
            for (from, into) in [
                (components, &mut schemas),
                (file.root.get("paths"), &mut paths),
            ] {
                for (name, value) in from.and_then(Value::as_mapping).into_iter().flatten() {
                    if into.insert(name.clone(), value.clone()).is_some() {
                        let name = name.as_str().unwrap_or_default();
                        return Err(format!(
                            "{}: {name} is in another file too",
                            file.path.display()
                        )
                        .into());
                    }
                }
            }
        }
        let mut components = Mapping::new();
        components.insert("schemas".into(), Value::Mapping(schemas));
        let mut root = Mapping::new();
        root.insert("components".into(), Value::Mapping(components));
        root.insert("paths".into(), Value::Mapping(paths));
        Ok(Document {
            root: Value::Mapping(root),
        })
    }

    /// The file that holds a place.
    pub fn file_mut(&mut self, place: &Place) -> Option<&mut SchemaFile> {
        let head: Vec<Step> = match place.0.first() {
            Some(Step::Key(key)) if key == "components" => {
                place.0.iter().take(3).cloned().collect()
            }
            _ => place.0.iter().take(2).cloned().collect(),
        };
        let head = Place(head);
        self.files
            .iter_mut()
            .find_map(|file| find_mut(&mut file.root, &head).is_some().then_some(file))
    }

    /// The value at a place, to be changed.
    pub fn value_mut(&mut self, place: &Place) -> Option<&mut Value> {
        find_mut(&mut self.file_mut(place)?.root, place)
    }
}

impl SchemaFile {
    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// When it is not YAML.
    pub fn parse(path: PathBuf, text: String) -> Result<Self> {
        let root = serde_norway::from_str(&text)
            .map_err(Into::into)
            .and_then(with_text_keys)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path, text, root })
    }
}

impl<'d> Node<'d> {
    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Self> {
        Some(Node {
            value: self.value.get(key)?,
            place: self.place.key(key),
        })
    }

    /// The value under several keys.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<Self> {
        keys.iter()
            .try_fold(self.clone(), |node, key| node.get(key))
    }

    /// The entries, if this is a mapping.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'d str, Self)> {
        let child = |(key, value)| {
            (
                key,
                Node {
                    value,
                    place: self.place.key(key),
                },
            )
        };
        entries(Some(self.value)).map(child).collect()
    }

    /// The elements, if this is a sequence.
    #[must_use]
    pub fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_sequence().into_iter().flatten().enumerate();
        elements
            .map(|(index, value)| Node {
                value,
                place: self.place.index(index),
            })
            .collect()
    }

    /// The text under a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }

    /// Whether the flag under a key is set.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.value
            .get(key)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    }
}

impl Place {
    /// The place of a component.
    #[must_use]
    pub fn component(name: &str) -> Self {
        Self::default().key("components").key("schemas").key(name)
    }

    /// The place under a key of this one.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Self(steps)
    }

    /// The place of an element of this one.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }

    /// What a report groups this place under: a component's name, or a path and method.
    #[must_use]
    pub fn owner(&self) -> String {
        let keys: Vec<&str> = self.0.iter().filter_map(Step::as_key).collect();
        match keys[..] {
            ["components", _, name, ..] => name.to_owned(),
            ["paths", path, method, ..] => format!("{} {path}", method.to_uppercase()),
            _ => String::new(),
        }
    }

    /// The way from the owner to this place, for a person to read: `messages[].content`.
    #[must_use]
    pub fn inside(&self) -> String {
        let mut text = String::new();
        let mut steps = self.0.iter().skip(3).peekable();
        while let Some(step) = steps.next() {
            match step {
                Step::Key(key) if key == "properties" => {
                    if let Some(Step::Key(name)) = steps.next() {
                        if !text.is_empty() {
                            text.push('.');
                        }
                        text.push_str(name);
                    }
                }
                Step::Key(key) if key == "items" => text.push_str("[]"),
                Step::Key(key) if key == "additionalProperties" => text.push_str("{}"),
                Step::Key(key) if matches!(key.as_str(), "anyOf" | "oneOf" | "allOf") => {
                    if let Some(Step::Index(index)) = steps.next() {
                        text.push_str(&format!("|{index}"));
                    }
                }
                Step::Key(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }
}

impl Step {
    fn as_key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::Index(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = self.inside();
        out.write_str(&self.owner())?;
        if inside.is_empty() {
            Ok(())
        } else {
            write!(out, ": {inside}")
        }
    }
}

/// The component that a `$ref` names.
#[must_use]
pub fn component_name(target: &str) -> Option<String> {
    target.strip_prefix("#/components/schemas/").map(unescape)
}

/// The `$ref` of a component.
#[must_use]
pub fn component_reference(name: &str) -> String {
    format!(
        "#/components/schemas/{}",
        name.replace('~', "~0").replace('/', "~1")
    )
}

/// The entries of a mapping whose keys are text.
pub fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let entries = value.and_then(Value::as_mapping).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.as_str()?, value)))
}

/// The value at a place, to be changed.
pub fn find_mut<'v>(root: &'v mut Value, place: &Place) -> Option<&'v mut Value> {
    place.0.iter().try_fold(root, |value, step| match step {
        Step::Key(key) => value.get_mut(key.as_str()),
        Step::Index(index) => value.get_mut(*index),
    })
}

/// Response statuses may be written as numbers; here every key is text.
fn with_text_keys(value: Value) -> Result<Value> {
    Ok(match value {
        Value::Mapping(map) => {
            let mut out = Mapping::with_capacity(map.len());
            for (key, value) in map {
                let key = match key {
                    Value::String(_) => key,
                    Value::Number(number) => Value::String(number.to_string()),
                    Value::Bool(flag) => Value::String(flag.to_string()),
                    Value::Null => Value::String("null".to_owned()),
                    other => return Err(format!("a key that is not text: {other:?}").into()),
                };
                out.insert(key, with_text_keys(value)?);
            }
            Value::Mapping(out)
        }
        Value::Sequence(list) => Value::Sequence(
            list.into_iter()
                .map(with_text_keys)
                .collect::<Result<_>>()?,
        ),
        Value::Tagged(tagged) => return Err(format!("a YAML tag: {}", tagged.tag).into()),
        other => other,
    })
}

fn pointer(target: &str) -> Vec<String> {
    target
        .trim_start_matches("#/")
        .split('/')
        .map(unescape)
        .collect()
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}
