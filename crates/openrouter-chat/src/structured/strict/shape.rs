//! A schema understood: one type or alternative in each place, free of the many ways to write it.

use crate::structured::json::{Node, Object};

/// A schema after lowering.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    /// Where it stands in the original.
    pub(super) pointer: String,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    /// Whether `null` fits besides.
    pub(super) is_nullable: bool,
    pub(super) shape: Shape,
    /// Constraints that some dialects keep.
    pub(super) constraints: Vec<(String, Node)>,
    /// Keywords that only a description can hold.
    pub(super) notes: Vec<(String, Node)>,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// Anything fits.
    Any,
    /// Nothing fits.
    Never,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    /// Scalars of one type, none of them null.
    Enum(&'static str, Vec<Node>),
    Object(ObjectShape),
    Array(ArrayShape),
    AnyOf(Vec<Schema>),
    /// A definition, by index.
    Reference(usize),
    /// Kept as it is, since nothing strict says the same.
    Opaque(Object),
}

#[derive(Clone, Debug)]
pub(super) struct ObjectShape {
    pub(super) properties: Vec<Property>,
    /// What further properties hold, where there may be some that matter.
    pub(super) further: Option<Box<Schema>>,
    /// Patterns for names, and what such properties hold.
    pub(super) patterns: Vec<(String, Schema)>,
}

#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) schema: Schema,
    pub(super) is_optional: bool,
}

#[derive(Clone, Debug)]
pub(super) struct ArrayShape {
    /// The places of a tuple.
    pub(super) places: Vec<Schema>,
    /// The items after them; `None` when there are none.
    pub(super) items: Option<Box<Schema>>,
}

/// A schema that others refer to.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) schema: Schema,
}

impl Schema {
    pub(super) fn new(pointer: &str, shape: Shape) -> Self {
        Self {
            pointer: pointer.to_owned(),
            title: None,
            description: None,
            is_nullable: false,
            shape,
            constraints: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The schemas directly within.
    pub(super) fn children(&self) -> Vec<&Self> {
        match &self.shape {
            Shape::Object(object) => {
                let properties = object.properties.iter().map(|property| &property.schema);
                let patterns = object.patterns.iter().map(|(_, schema)| schema);
                properties
                    .chain(object.further.as_deref())
                    .chain(patterns)
                    .collect()
            }
            Shape::Array(array) => array.places.iter().chain(array.items.as_deref()).collect(),
            Shape::AnyOf(branches) => branches.iter().collect(),
            _ => Vec::new(),
        }
    }
}
