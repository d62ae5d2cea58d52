//! Decides what each component becomes in Rust.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Config, Document, Operation, Schema};
use crate::Result;

mod names;
mod reach;
mod resolve;
mod unions;

pub use names::{field_name, variant_name};
pub use reach::Direction;

/// What is to be generated.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The types, in the order of the schema.
    pub items: Vec<Item>,
    /// The API calls.
    pub operations: Vec<Call>,
}

/// A type to be generated.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name in Rust.
    pub name: String,
    /// The component's name in OpenRouter's description; `None` for what is written inline there.
    pub component: Option<String>,
    /// The file that it goes to, without the ending.
    pub subject: String,
    /// What it means.
    pub docs: Option<String>,
    /// Its form.
    pub shape: Shape,
}

/// The form of a type.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A struct.
    Object(Object),
    /// A string enum, open to values that it does not know.
    Enum(Vec<Value>),
    /// A string with constants for the known values.
    Newtype(Vec<Value>),
    /// A union told apart by a field.
    Tagged {
        /// The field.
        tag: String,
        /// The members.
        variants: Vec<Variant>,
    },
    /// A union told apart by the kind of JSON value.
    Untagged(Vec<Variant>),
    /// Another name for a type.
    Alias(Type),
}

/// A struct.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Its fields, in the order in which they are written.
    pub fields: Vec<Field>,
    /// Whether it remembers the order in which its fields came.
    pub keeps_order: bool,
    /// Whether users make values of it to send.
    pub sent: bool,
    /// Whether one value can be laid over another.
    pub overlay: bool,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in Rust.
    pub name: String,
    /// Its name on the wire.
    pub wire: String,
    /// How it is held.
    pub presence: Presence,
    /// What it holds.
    pub ty: Type,
    /// What it means.
    pub docs: String,
}

/// How a field is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always there.
    Required,
    /// May be absent.
    Optional,
    /// May be absent when read; written as `null` when it is.
    Nullable,
    /// A list, empty when absent.
    List,
    /// Not held: the type itself says it.
    Constant(String),
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its name in Rust.
    pub name: String,
    /// Its text.
    pub wire: String,
    /// What it means.
    pub docs: String,
}

/// A member of a union.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name in Rust.
    pub name: String,
    /// What it holds.
    pub ty: Type,
    /// The values of the tag that stand for it.
    pub tags: Vec<String>,
    /// The kind of JSON value that stands for it: `string`, `number`, `bool`, `array`, `object`.
    pub kind: &'static str,
    /// Fields by which an object is told from other objects.
    pub required: Vec<String>,
    /// What it means.
    pub docs: String,
}

/// A Rust type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `String`.
    String,
    /// A long text.
    Bulk,
    /// A text that `Debug` does not show.
    Secret,
    /// `bool`.
    Bool,
    /// `u64`.
    Unsigned,
    /// `i64`.
    Signed,
    /// `f64`.
    Float,
    /// A number that keeps its text.
    Number,
    /// A decimal number in a string.
    Decimal,
    /// Any JSON.
    Raw,
    /// Named fields of any JSON.
    Extra,
    /// A generated type.
    Named(String),
    /// A list.
    List(Box<Type>),
    /// A map from names.
    Map(Box<Type>),
    /// On the heap, because it is large and rare.
    Boxed(Box<Type>),
}

/// An API call to be generated.
#[derive(Clone, Debug)]
pub struct Call {
    /// What the schema says.
    pub operation: Operation,
    /// The parameters: name in Rust, type, and the parameter's place in the operation.
    pub parameters: Vec<(String, Type, usize)>,
    /// The body.
    pub body: Option<Type>,
    /// The answer.
    pub answer: Option<Type>,
    /// The data of each streamed event.
    pub event: Option<Type>,
}

/// Plans every component and operation of a document.
///
/// # Errors
///
/// When a reference leads nowhere, a union cannot be told apart, or two types would have the same name.
pub fn plan(document: &Document, config: &Config) -> Result<Plan> {
    let schemas: BTreeMap<&str, &Schema> = document
        .components
        .iter()
        .map(|component| (component.name.as_str(), &component.schema))
        .collect();
    if schemas.len() != document.components.len() {
        let mut seen = BTreeSet::new();
        let twice = document
            .components
            .iter()
            .find(|component| !seen.insert(&component.name));
        return Err(format!(
            "{} is described twice",
            twice.map_or("", |component| &component.name)
        )
        .into());
    }
    let direction = reach::directions(document, &schemas)?;
    let mut planner = resolve::Planner::new(&schemas, config, &direction);
    for component in &document.components {
        planner
            .component(component)
            .map_err(|error| format!("{}: {error}", component.name))?;
    }
    for operation in &document.operations {
        planner
            .operation(operation)
            .map_err(|error| format!("{}: {error}", operation.id))?;
    }
    planner.finish()
}
