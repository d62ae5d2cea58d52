//! From an answer to the strict schema back to one to the original.

use std::collections::HashMap;

use crate::structured::json::{Node, Object};

use super::shape::{Definition, ObjectShape, Schema, Shape};

/// Takes out the nulls that stand for absent properties.
pub(super) struct Restoring<'a> {
    pub(super) definitions: &'a [Definition],
}

impl Restoring<'_> {
    pub(super) fn restore(&self, answer: Node, schema: &Schema) -> Node {
        self.follow(answer, schema, FOLLOWED)
    }

    fn follow(&self, answer: Node, schema: &Schema, follow: usize) -> Node {
        match (&schema.shape, answer) {
            (_, answer) if follow == 0 => answer,
            (Shape::Reference(index), answer) => {
                self.follow(answer, &self.definitions[*index].schema, follow - 1)
            }
            (Shape::AnyOf(branches), answer) => match self.branch(&answer, branches) {
                Some(branch) => self.follow(answer, branch, follow - 1),
                None => answer,
            },
            (Shape::Object(shape), Node::Object(fields)) => {
                Node::Object(self.fields(fields, shape))
            }
            (Shape::Array(shape), Node::Array(items)) => {
                let item = |(place, item)| match shape.places.get(place).or(shape.items.as_deref())
                {
                    Some(schema) => self.restore(item, schema),
                    None => item,
                };
                Node::Array(items.into_iter().enumerate().map(item).collect())
            }
            (_, answer) => answer,
        }
    }

    fn fields(&self, fields: Object, shape: &ObjectShape) -> Object {
        let known: HashMap<&str, _> = shape
            .properties
            .iter()
            .map(|property| (property.name.as_str(), property))
            .collect();
        let fields = fields
            .into_fields()
            .into_iter()
            .filter_map(|(name, value)| match known.get(name.as_str()) {
                Some(property)
                    if property.is_optional
                        && value == Node::Null
                        && !self.takes_null(&property.schema) =>
                {
                    None
                }
                Some(property) => {
                    let value = self.restore(value, &property.schema);
                    Some((name, value))
                }
                None => {
                    let value = match &shape.further {
                        Some(further) => self.restore(value, further),
                        None => value,
                    };
                    Some((name, value))
                }
            });
        fields.collect()
    }

    /// The alternative that the answer is of: the only one of its type and names, else the first that it fits whole.
    fn branch<'s>(&self, answer: &Node, branches: &'s [Schema]) -> Option<&'s Schema> {
        let mut likely = branches
            .iter()
            .filter(|branch| self.fits(answer, branch, Look::Shallow, FOLLOWED));
        let (first, second) = (likely.next(), likely.next());
        if second.is_none() {
            return first;
        }
        branches
            .iter()
            .find(|branch| self.fits(answer, branch, Look::Deep, FOLLOWED))
            .or(first)
    }

    /// Whether an answer is of a schema. Properties that may be absent may be missing.
    fn fits(&self, answer: &Node, schema: &Schema, look: Look, follow: usize) -> bool {
        if schema.is_nullable && answer == &Node::Null {
            return true;
        }
        let Some(follow) = follow.checked_sub(1) else {
            return true;
        };
        let is_deep = look == Look::Deep;
        match (&schema.shape, answer) {
            (Shape::Any | Shape::Opaque(_), _) | (Shape::Null, Node::Null) => true,
            (Shape::Reference(index), answer) => {
                self.fits(answer, &self.definitions[*index].schema, look, follow)
            }
            (Shape::AnyOf(branches), answer) => branches
                .iter()
                .any(|branch| self.fits(answer, branch, look, follow)),
            (Shape::Boolean, Node::Bool(_))
            | (Shape::Number, Node::Number(_))
            | (Shape::String, Node::Text(_)) => true,
            (Shape::Integer, answer) => answer.is_integer(),
            (Shape::Enum(_, values), answer) => values.iter().any(|value| value.is_same(answer)),
            (Shape::Array(shape), Node::Array(items)) => {
                !is_deep
                    || items.iter().enumerate().all(|(place, item)| {
                        let schema = shape.places.get(place).or(shape.items.as_deref());
                        schema.is_some_and(|schema| self.fits(item, schema, look, FOLLOWED))
                    })
            }
            (Shape::Object(shape), Node::Object(fields)) => {
                let is_open = shape.further.is_some() || !shape.patterns.is_empty();
                let is_known = |name: &str| {
                    shape
                        .properties
                        .iter()
                        .any(|property| property.name == name)
                };
                (is_open || fields.iter().all(|(name, _)| is_known(name)))
                    && shape
                        .properties
                        .iter()
                        .all(|property| match fields.get(&property.name) {
                            None => property.is_optional,
                            Some(Node::Null) if property.is_optional => true,
                            // A property with few values is what tells alternatives apart.
                            Some(value) => {
                                let tells =
                                    is_deep || matches!(property.schema.shape, Shape::Enum(..));
                                !tells || self.fits(value, &property.schema, look, FOLLOWED)
                            }
                        })
            }
            _ => false,
        }
    }

    /// Whether the original takes a null here, so that one has its own meaning.
    fn takes_null(&self, schema: &Schema) -> bool {
        self.fits(&Node::Null, schema, Look::Shallow, FOLLOWED)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// The type, the names, and the values that tell alternatives apart.
    Shallow,
    Deep,
}

/// References and alternatives within each other are followed this far; some lead in circles.
const FOLLOWED: usize = 32;
