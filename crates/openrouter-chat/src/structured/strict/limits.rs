//! Whether a strict schema is small enough for its servers.

use crate::structured::json::{Node, Object};

use super::dialect::{LONG_ENUM_VALUES, Limits};
use super::report::{ObstacleKind, Report};

pub(super) fn check(schema: &Node, limits: &Limits, report: &mut Report) {
    let mut size = Size::default();
    size.add(schema, 0);
    let counted = [
        (
            ("properties", "split the schema"),
            size.properties,
            limits.properties,
        ),
        (
            ("levels of objects", "flatten it"),
            size.levels,
            limits.levels,
        ),
        (
            (
                "values in enums",
                "name the rarer ones in a description instead",
            ),
            size.enum_values,
            limits.enum_values,
        ),
        (
            ("characters in names and enum values", "shorten them"),
            size.name_chars,
            limits.name_chars,
        ),
        (
            ("characters in one long enum", "shorten its values"),
            size.long_enum_chars,
            limits.long_enum_chars,
        ),
        (
            (
                "places with several types",
                "require more of the properties, take `null` out of their types, or split the schema",
            ),
            size.unions,
            limits.unions,
        ),
    ];
    for ((what, advice), count, limit) in counted {
        if count > limit {
            report.obstacle(
                "#",
                ObstacleKind::TooLarge,
                format!("{count} {what}, where {limit} are taken: {advice}"),
            );
        }
    }
}

/// How many places with several types are too many.
pub(super) fn excess_of_unions(schema: &Node, limits: &Limits) -> usize {
    let mut size = Size::default();
    size.add(schema, 0);
    size.unions.saturating_sub(limits.unions)
}

#[derive(Default)]
struct Size {
    properties: usize,
    levels: usize,
    enum_values: usize,
    name_chars: usize,
    long_enum_chars: usize,
    unions: usize,
}

impl Size {
    fn add(&mut self, schema: &Node, level: usize) {
        let Node::Object(schema) = schema else { return };
        let properties = schema.get("properties").and_then(Node::as_object);
        let inner = level + usize::from(properties.is_some());
        self.levels = self.levels.max(inner);

        for (name, property) in properties.into_iter().flat_map(Object::iter) {
            self.properties += 1;
            self.name_chars += name.chars().count();
            self.add(property, inner);
        }
        for (name, definition) in schema
            .get("$defs")
            .and_then(Node::as_object)
            .into_iter()
            .flat_map(Object::iter)
        {
            self.name_chars += name.chars().count();
            self.add(definition, 0);
        }
        if let Some(values) = schema.get("enum").and_then(Node::as_array) {
            let chars: usize = values
                .iter()
                .filter_map(Node::as_text)
                .map(|text| text.chars().count())
                .sum();
            self.enum_values += values.len();
            self.name_chars += chars;
            if values.len() > LONG_ENUM_VALUES {
                self.long_enum_chars = self.long_enum_chars.max(chars);
            }
        }
        let branches = schema.get("anyOf").and_then(Node::as_array);
        self.unions +=
            usize::from(branches.is_some() || matches!(schema.get("type"), Some(Node::Array(_))));
        for branch in branches.unwrap_or_default() {
            self.add(branch, inner);
        }
        if let Some(items) = schema.get("items") {
            self.add(items, inner);
        }
    }
}
