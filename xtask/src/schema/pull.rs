//! `cargo xtask schema pull FILE`: published facts come into our schema.
//!
//! What a comparison finds missing or different is applied, one change after the other, until nothing is left: names,
//! types, values, limits. Our descriptions, vendor keys and order stay. Nothing is deleted: what is no longer published
//! is reported and kept.

use std::collections::BTreeSet;
use std::path::Path;

use serde_norway::{Mapping, Value};

use super::document::{Document, Folder, Place, component_name, component_reference};
use super::facts::stripped;
use super::format;
use crate::Result;
use crate::codegen::read;
use crate::drift::{Change, Finding, Kind, Report};

/// A new component can bring others; more rounds than this mean that two changes undo each other.
const MAX_ROUNDS: usize = 24;

/// Brings published facts into the schema of the types crate, and prints what it did.
///
/// # Errors
///
/// When a file cannot be read or written, or when the changes do not come to an end.
pub fn run(types_crate: &Path, file: &Path) -> Result<()> {
    let path = types_crate.join("schema");
    let mut folder = Folder::open(&path)?;
    let config = read::config(&path.join("codegen.toml"))?;
    let published = Document::open(file)?;
    let pulled = pull(&mut folder, &published, &config)?;
    print!("{}", pulled.text());
    for name in format::save(&folder, true)? {
        println!("rewrote {name}");
    }
    Ok(())
}

/// What a pull did.
#[derive(Clone, Debug, Default)]
pub struct Pulled {
    /// What was taken over, for a person to read.
    pub taken: Vec<String>,
    /// What ours has and the published description no longer has.
    pub kept: Vec<String>,
    /// What is published and could not be taken over.
    pub refused: Vec<String>,
}

/// Brings published facts into a folder in memory.
///
/// # Errors
///
/// When the folder is no document, or when the changes do not come to an end.
pub fn pull(folder: &mut Folder, published: &Document, config: &read::Config) -> Result<Pulled> {
    let mut pulled = Pulled::default();
    let mut refused = BTreeSet::new();
    let mut applied = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let report = Report::compare(published, &folder.document()?, config);
        let open = |finding: &&Finding| {
            matches!(finding.kind, Kind::Missing | Kind::Different)
                && finding.change.is_some()
                && !refused.contains(&finding.to_string())
        };
        let findings: Vec<Finding> = report.findings.iter().filter(open).cloned().collect();
        if findings.is_empty() {
            let unknown = report
                .findings
                .iter()
                .filter(|finding| finding.kind == Kind::Unknown);
            pulled.kept = unknown.map(Finding::to_string).collect();
            // What was put right on the way need not be looked at.
            let left: BTreeSet<String> = report.findings.iter().map(Finding::to_string).collect();
            pulled.refused = refused.intersection(&left).cloned().collect();
            return Ok(pulled);
        }
        let mut apply = Apply {
            folder,
            published,
            config,
            pulled: &mut pulled,
        };
        for finding in findings {
            let name = finding.to_string();
            // What comes back although it was changed is something that two published schemas see differently.
            if !applied.insert(name.clone()) || !apply.finding(&finding) {
                refused.insert(name);
            }
        }
    }
    Err("the changes do not come to an end; compare with `cargo xtask drift` and edit the schema by hand".into())
}

struct Apply<'a> {
    folder: &'a mut Folder,
    published: &'a Document,
    config: &'a read::Config,
    pulled: &'a mut Pulled,
}

impl Apply<'_> {
    /// Applies one change. False when the place is not there to be changed.
    fn finding(&mut self, finding: &Finding) -> bool {
        let Some(change) = &finding.change else {
            return false;
        };
        let change = self.with_our_names(change.clone());
        let Some(target) = self.folder.value_mut(&finding.place) else {
            return false;
        };
        let Some(map) = target.as_mapping_mut() else {
            return false;
        };
        if !apply(map, &change) {
            return false;
        }
        self.pulled.taken.push(finding.to_string());
        match &change {
            Change::AddProperty { schema: value, .. }
            | Change::AddMember(value)
            | Change::AddParameter(value)
            | Change::AddUnder { value, .. }
            | Change::Set {
                value: Some(value), ..
            }
            | Change::Replace(value) => self.add_components(value, &finding.place),
            Change::AddTag { component, .. } => {
                let mut schema = Mapping::new();
                schema.insert("$ref".into(), component_reference(component).into());
                self.add_components(&Value::Mapping(schema), &finding.place);
            }
            _ => {}
        }
        true
    }

    /// A change whose references name our components.
    fn with_our_names(&self, mut change: Change) -> Change {
        match &mut change {
            Change::AddProperty { schema: value, .. }
            | Change::AddMember(value)
            | Change::AddParameter(value)
            | Change::AddUnder { value, .. }
            | Change::Set {
                value: Some(value), ..
            }
            | Change::Replace(value) => self.rename(value),
            Change::AddTag { component, .. } => *component = self.our_name(component),
            _ => {}
        }
        change
    }

    fn our_name(&self, name: &str) -> String {
        self.config
            .aliases
            .get(name)
            .map_or_else(|| name.to_owned(), |alias| alias.is.clone())
    }

    fn rename(&self, value: &mut Value) {
        match value {
            Value::Mapping(map) => {
                for (_, value) in map.iter_mut() {
                    match value.as_str().and_then(component_name) {
                        Some(name) => *value = component_reference(&self.our_name(&name)).into(),
                        None => self.rename(value),
                    }
                }
            }
            Value::Sequence(list) => list.iter_mut().for_each(|value| self.rename(value)),
            _ => {}
        }
    }

    /// Adds the components that a new schema refers to and that we lack, to the file that refers to them.
    fn add_components(&mut self, value: &Value, place: &Place) {
        let mut names = Vec::new();
        referred(value, &mut names);
        for name in names {
            let target = Place::component(&name);
            if self.folder.value_mut(&target).is_some() {
                continue;
            }
            let Some(component) = self.published.component(&name) else {
                continue;
            };
            let mut schema = stripped(component.value);
            self.rename(&mut schema);
            let Some(schemas) = self.home(place) else {
                continue;
            };
            insert_sorted(schemas, &name, schema.clone());
            self.pulled.taken.push(format!("{name}: component"));
            self.add_components(&schema, &target);
        }
    }

    /// Where a new component goes: beside what refers to it; an operation's go into a file of their own subject, which
    /// is the first that has components when there is no better one.
    fn home(&mut self, place: &Place) -> Option<&mut Mapping> {
        let path = self.folder.file_mut(place)?.path.clone();
        let has_components = |root: &Value| {
            root.get("components")
                .and_then(|all| all.get("schemas"))
                .is_some()
        };
        let here = self
            .folder
            .files
            .iter()
            .position(|file| file.path == path && has_components(&file.root));
        let index = here.or_else(|| {
            self.folder
                .files
                .iter()
                .position(|file| has_components(&file.root))
        })?;
        let root = &mut self.folder.files.get_mut(index)?.root;
        root.get_mut("components")?
            .get_mut("schemas")?
            .as_mapping_mut()
    }
}

/// Changes one schema or operation. False when it is not what the change expects.
fn apply(map: &mut Mapping, change: &Change) -> bool {
    match change {
        Change::AddProperty {
            name,
            schema,
            required,
        } => {
            let Some(fields) = child(map, "properties") else {
                return false;
            };
            if !fields.contains_key(name.as_str()) {
                insert_before_ours(fields, name, schema.clone());
            }
            if *required {
                set_required(map, name, true)
            } else {
                true
            }
        }
        Change::AddValue(value) => {
            // A constant that gets a second value is an enum.
            if let Some(only) = map.remove("const") {
                map.insert("enum".into(), Value::Sequence(vec![only]));
            }
            let Some(values) = map.get_mut("enum").and_then(Value::as_sequence_mut) else {
                return false;
            };
            if !values.contains(value) {
                let end = if values.last().is_some_and(Value::is_null) {
                    values.len() - 1
                } else {
                    values.len()
                };
                values.insert(end, value.clone());
            }
            true
        }
        Change::AddMember(member) => match union(map) {
            Some(members) => {
                let is_null =
                    |member: &Value| member.get("type").is_some_and(|kind| kind == "null");
                let end = if members.last().is_some_and(is_null) {
                    members.len() - 1
                } else {
                    members.len()
                };
                members.insert(end, member.clone());
                true
            }
            None => false,
        },
        Change::AddTag { tag, component } => {
            let Some(discriminator) = map.get_mut("discriminator").and_then(Value::as_mapping_mut)
            else {
                return false;
            };
            let Some(tags) = child(discriminator, "mapping") else {
                return false;
            };
            tags.insert(tag.as_str().into(), component_reference(component).into());
            true
        }
        Change::AddParameter(parameter) => {
            let list = map
                .entry("parameters".into())
                .or_insert_with(|| Value::Sequence(Vec::new()));
            list.as_sequence_mut().is_some_and(|list| {
                list.push(parameter.clone());
                true
            })
        }
        Change::AddUnder { keys, value } => {
            let Some((last, path)) = keys.split_last() else {
                return false;
            };
            let mut at = map;
            for key in path {
                match child(at, key) {
                    Some(next) => at = next,
                    None => return false,
                }
            }
            at.insert(last.as_str().into(), value.clone());
            true
        }
        Change::SetRequired { name, required } => set_required(map, name, *required),
        Change::SetNullable(nullable) => set_nullable(map, *nullable),
        Change::SetTypes(types) => {
            let null = map
                .get("type")
                .and_then(Value::as_sequence)
                .is_some_and(|all| all.iter().any(|one| one == "null"));
            let mut types: Vec<Value> = types.iter().map(|kind| kind.as_str().into()).collect();
            types.extend(null.then(|| "null".into()));
            match types.len() {
                0 => map.remove("type"),
                1 => map.insert("type".into(), types.remove(0)),
                _ => map.insert("type".into(), Value::Sequence(types)),
            };
            true
        }
        Change::Set { key, value } => {
            match value {
                Some(value) if key == "enum" => {
                    let null = map
                        .get("type")
                        .and_then(Value::as_sequence)
                        .is_some_and(|all| all.iter().any(|one| one == "null"));
                    let mut values = value.as_sequence().cloned().unwrap_or_default();
                    values.extend(null.then_some(Value::Null));
                    map.insert("enum".into(), Value::Sequence(values))
                }
                Some(value) => map.insert(key.as_str().into(), value.clone()),
                None if key == "enum" => map.remove("const").or(map.remove("enum")),
                None => map.remove(key.as_str()),
            };
            true
        }
        Change::Replace(schema) => {
            let Some(schema) = schema.as_mapping() else {
                return false;
            };
            map.retain(|key, _| super::facts::is_annotation(key.as_str().unwrap_or_default()));
            map.extend(
                schema
                    .iter()
                    .map(|(key, value)| (key.clone(), value.clone())),
            );
            true
        }
    }
}

fn set_required(map: &mut Mapping, name: &str, required: bool) -> bool {
    let list = map
        .entry("required".into())
        .or_insert_with(|| Value::Sequence(Vec::new()));
    let Some(names) = list.as_sequence_mut() else {
        return false;
    };
    names.retain(|known| known != name);
    if required {
        names.push(name.into());
    } else if names.is_empty() {
        map.remove("required");
    }
    true
}

fn set_nullable(map: &mut Mapping, nullable: bool) -> bool {
    let null = || Value::from("null");
    if let Some(members) = union(map) {
        members.retain(|member| member.get("type").is_none_or(|kind| kind != "null"));
        if nullable {
            members.push(Value::Mapping(
                [(Value::from("type"), null())].into_iter().collect(),
            ));
        } else if members.len() == 1 && !map.contains_key("discriminator") {
            return take_off_wrapper(map);
        }
        return true;
    }
    if nullable && (map.contains_key("$ref") || map.contains_key("allOf")) {
        let is_fact = |key: &Value| matches!(key.as_str(), Some("$ref" | "allOf"));
        let facts: Mapping = map
            .iter()
            .filter(|(key, _)| is_fact(key))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        map.retain(|key, _| !is_fact(key));
        let null: Mapping = [(Value::from("type"), null())].into_iter().collect();
        map.insert(
            "anyOf".into(),
            Value::Sequence(vec![Value::Mapping(facts), Value::Mapping(null)]),
        );
        return true;
    }
    if let Some(values) = map.get_mut("enum").and_then(Value::as_sequence_mut) {
        values.retain(|value| !value.is_null());
        values.extend(nullable.then_some(Value::Null));
    }
    let Some(kind) = map.get_mut("type") else {
        return false;
    };
    let mut types: Vec<Value> = match &*kind {
        Value::Sequence(types) => types
            .iter()
            .filter(|one| **one != "null")
            .cloned()
            .collect(),
        one => vec![one.clone()],
    };
    types.extend(nullable.then(null));
    *kind = if types.len() == 1 {
        types.remove(0)
    } else {
        Value::Sequence(types)
    };
    true
}

/// `anyOf: [x]` becomes x, beside the descriptions and vendor keys that are there.
fn take_off_wrapper(map: &mut Mapping) -> bool {
    let Some(Value::Sequence(mut members)) = map.remove("anyOf").or_else(|| map.remove("oneOf"))
    else {
        return false;
    };
    let Some(Value::Mapping(only)) = members.pop() else {
        return false;
    };
    for (key, value) in only {
        map.entry(key).or_insert(value);
    }
    true
}

fn union(map: &mut Mapping) -> Option<&mut Vec<Value>> {
    let key = if map.contains_key("anyOf") {
        "anyOf"
    } else {
        "oneOf"
    };
    map.get_mut(key)?.as_sequence_mut()
}

fn child<'m>(map: &'m mut Mapping, key: &str) -> Option<&'m mut Mapping> {
    map.entry(key.into())
        .or_insert_with(|| Value::Mapping(Mapping::new()))
        .as_mapping_mut()
}

/// New fields come last, but before the fields at the end that are ours alone.
fn insert_before_ours(fields: &mut Mapping, name: &str, schema: Value) {
    let ours = |value: &Value| value.get("x-evidence").is_some();
    let end = fields
        .values()
        .enumerate()
        .filter(|(_, field)| !ours(field))
        .last()
        .map_or(0, |(index, _)| index + 1);
    insert_at(fields, end, name, schema);
}

/// New components come where the alphabet puts them; components that are not in its order stay where they are.
fn insert_sorted(schemas: &mut Mapping, name: &str, schema: Value) {
    let after = |key: &Value| key.as_str().is_some_and(|key| key > name);
    let end = schemas.keys().position(after).unwrap_or(schemas.len());
    insert_at(schemas, end, name, schema);
}

fn insert_at(map: &mut Mapping, index: usize, name: &str, value: Value) {
    let mut entries: Vec<(Value, Value)> = std::mem::take(map).into_iter().collect();
    entries.insert(index, (name.into(), value));
    map.extend(entries);
}

fn referred(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Mapping(map) => {
            for value in map.values() {
                match value.as_str().and_then(component_name) {
                    Some(name) => names.push(name),
                    None => referred(value, names),
                }
            }
        }
        Value::Sequence(list) => list.iter().for_each(|value| referred(value, names)),
        _ => {}
    }
}

impl Pulled {
    /// What was done, for a person to read.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let lists = [
            ("taken over", &self.taken),
            ("not published, kept", &self.kept),
            ("could not be taken over; edit by hand", &self.refused),
        ];
        for (title, lines) in lists {
            if !lines.is_empty() {
                out.push_str(&format!("{title}:\n"));
                lines
                    .iter()
                    .for_each(|line| out.push_str(&format!("  {line}\n")));
            }
        }
        out
    }
}
