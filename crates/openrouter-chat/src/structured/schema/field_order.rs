//! In which order a type's fields are declared.
//!
//! A schema from `schemars` has its properties sorted by name, unless a feature of `serde_json` is on that would change
//! maps for the whole program. A derived `Deserialize`, though, names the fields of each struct in their order when it
//! is asked to read one. So the type is made to read dummy values, again and again until nothing new shows, and the
//! lists of names are matched with the schema's properties.

mod probe;

use serde::de::DeserializeOwned;

use crate::structured::json::{Node, Object};

use probe::field_lists;

/// The schema with the properties of each object in the order of their fields.
pub(super) fn ordered<T: DeserializeOwned>(schema: Node) -> Node {
    order(schema, &field_lists::<T>())
}

fn order(schema: Node, lists: &[FieldList]) -> Node {
    let Node::Object(object) = schema else {
        return match schema {
            Node::Array(items) => {
                Node::Array(items.into_iter().map(|item| order(item, lists)).collect())
            }
            other => other,
        };
    };
    let required = object.get("required").cloned();
    let fields = object
        .into_fields()
        .into_iter()
        .map(|(key, value)| match (key.as_str(), value) {
            ("properties", Node::Object(properties)) => {
                let properties = order_properties(properties, required.as_ref(), lists);
                (key, Node::Object(properties))
            }
            // Values, in which nothing is a schema.
            ("enum" | "const" | "default" | "examples" | "required", value) => (key, value),
            (_, value) => (key, order(value, lists)),
        });
    let mut object: Object = fields.collect();
    if let (Some(Node::Array(mut names)), Some(properties)) =
        (required, object.get("properties").and_then(Node::as_object))
    {
        let place = |name: &Node| {
            properties
                .iter()
                .position(|(known, _)| Some(known) == name.as_text())
        };
        names.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
        object.set("required", Node::Array(names));
    }
    Node::Object(object)
}

fn order_properties(properties: Object, required: Option<&Node>, lists: &[FieldList]) -> Object {
    let knows_all = |list: &&FieldList| properties.iter().all(|(name, _)| list.contains(&name));
    // Lists hold aliases too; the shortest one that knows all names is the likeliest.
    let list = lists.iter().filter(knows_all).min_by_key(|list| list.len());
    let place = |name: &str| match list {
        Some(list) => list.iter().position(|known| *known == name),
        // `schemars` lists what is required in its order.
        None => required
            .and_then(Node::as_array)?
            .iter()
            .position(|known| known.as_text() == Some(name)),
    };
    let mut fields: Vec<(String, Node)> = properties
        .iter()
        .map(|(name, value)| (name.to_owned(), order(value.clone(), lists)))
        .collect();
    fields.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
    fields.into_iter().collect()
}

/// The names of a struct's fields as its `Deserialize` gives them.
type FieldList = &'static [&'static str];
