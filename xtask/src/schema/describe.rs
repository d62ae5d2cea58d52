//! What our schema does not describe yet.

use serde_norway::Value;

use super::document::{Document, Node};
use super::facts::Facts;

/// Components, fields, operations and parameters without a description of their own or of the component that they name.
#[must_use]
pub fn undescribed(ours: &Document) -> Vec<String> {
    let mut found = Vec::new();
    for name in ours.component_names() {
        if let Some(component) = ours.component(name) {
            if !is_described(ours, &component) {
                found.push(name.to_owned());
            }
            fields(ours, &component, &mut found);
        }
    }
    for (_, _, operation) in ours.operations() {
        if operation.value.get("description").is_none() {
            found.push(operation.place.to_string());
        }
        for parameter in operation
            .get("parameters")
            .map(|list| list.elements())
            .unwrap_or_default()
        {
            if parameter.value.get("description").is_none() {
                let name = parameter.text("name").unwrap_or_default();
                found.push(format!("{}: {name}", operation.place));
            }
        }
        for key in ["requestBody", "responses"] {
            if let Some(node) = operation.get(key) {
                fields(ours, &node, &mut found);
            }
        }
    }
    found
}

fn fields(ours: &Document, node: &Node<'_>, found: &mut Vec<String>) {
    for (key, child) in node.entries() {
        match key {
            "properties" => {
                for (_, field) in child.entries() {
                    if !is_described(ours, &field) {
                        found.push(field.place.to_string());
                    }
                    fields(ours, &field, found);
                }
            }
            "discriminator" | "default" | "enum" | "const" => {}
            key if key.starts_with("x-") => {}
            _ => {
                fields(ours, &child, found);
                child
                    .elements()
                    .iter()
                    .for_each(|element| fields(ours, element, found));
            }
        }
    }
}

fn is_described(ours: &Document, node: &Node<'_>) -> bool {
    let described = |value: &Value| value.get("description").is_some();
    let facts = Facts::of(node.clone());
    let target = facts
        .reference
        .as_deref()
        .and_then(|name| ours.component(name));
    // A field that has one value only says all there is to say.
    let constant = node.value.get("const").is_some()
        || facts
            .values
            .as_ref()
            .is_some_and(|values| values.len() == 1);
    described(node.value)
        || described(facts.node.value)
        || target.is_some_and(|target| described(target.value))
        || constant
}
