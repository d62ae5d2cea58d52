//! Two schemas that must both hold, as one.

use crate::structured::json::{Node, Object};

/// Joins two schemas of plain keywords. Neither has a `$ref` or an `allOf` at its top.
pub(super) fn merge(first: &Object, second: &Object) -> Object {
    let mut merged = first.clone();
    let (first_properties, second_properties) = (admitted(first, second), admitted(second, first));
    for (key, value) in second.iter() {
        let value = match merged.get(key) {
            None => value.clone(),
            Some(present) if present.is_same(value) => continue,
            // Two values that both must be the only one.
            Some(_) if key == "const" => {
                merged.set("enum", Node::Array(Vec::new()));
                continue;
            }
            Some(present) => match join(key, present, value) {
                Some(joined) => joined,
                None => {
                    keep_apart(&mut merged, key, value);
                    continue;
                }
            },
        };
        merged.set(key, value);
    }
    if let Some(properties) = joined_properties(first_properties, second_properties) {
        merged.set("properties", properties);
    }
    merged
}

/// Schemas that must all hold, to be joined when they are looked at.
pub(super) fn all_of(schemas: impl IntoIterator<Item = Node>) -> Node {
    [("allOf", Node::Array(schemas.into_iter().collect()))].into()
}

/// Constraints that could not be joined, with their keywords: they only go into the description.
pub(super) const KEPT_APART: &str = "\0kept apart";

fn keep_apart(merged: &mut Object, key: &str, value: &Node) {
    let mut kept = merged
        .get(KEPT_APART)
        .and_then(Node::as_array)
        .unwrap_or_default()
        .to_vec();
    kept.push([(key, value.clone())].into());
    merged.set(KEPT_APART, Node::Array(kept));
}

/// The properties of a schema, as far as the other one admits them.
fn admitted(schema: &Object, other: &Object) -> Option<Object> {
    let properties = schema.get("properties")?.as_object()?;
    let known = other.get("properties").and_then(Node::as_object);
    let has_patterns = other
        .get("patternProperties")
        .and_then(Node::as_object)
        .is_some_and(|all| !all.is_empty());
    let further = other.get("additionalProperties").filter(|_| !has_patterns);
    let is_required = |name: &str| {
        [schema, other]
            .iter()
            .any(|schema| required(schema).any(|known| known == name))
    };

    let admitted = properties.iter().filter_map(|(name, value)| {
        let value = match further {
            _ if known.is_some_and(|known| known.contains(name)) => value.clone(),
            // A required property that the other forbids leaves nothing that fits; whoever wrote that meant it to fit.
            Some(Node::Bool(false)) if !is_required(name) => return None,
            Some(Node::Object(further)) if !further.is_empty() => {
                all_of([value.clone(), Node::Object(further.clone())])
            }
            _ => value.clone(),
        };
        Some((name.to_owned(), value))
    });
    Some(admitted.collect())
}

fn joined_properties(first: Option<Object>, second: Option<Object>) -> Option<Node> {
    let (Some(mut joined), Some(second)) = (first.clone(), second.clone()) else {
        return first.or(second).map(Node::Object);
    };
    for (name, value) in second.into_fields() {
        let value = match joined.get(&name) {
            Some(present) if !present.is_same(&value) => all_of([present.clone(), value]),
            _ => value,
        };
        joined.set(&name, value);
    }
    Some(Node::Object(joined))
}

pub(super) fn required(schema: &Object) -> impl Iterator<Item = &str> {
    schema
        .get("required")
        .and_then(Node::as_array)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_text)
}

/// One value for a keyword of which there are two; `None` when no single value says both.
fn join(key: &str, first: &Node, second: &Node) -> Option<Node> {
    Some(match key {
        "type" => Node::Array(common_types(first, second)),
        "enum" => {
            let second = second.as_array()?;
            let common = first
                .as_array()?
                .iter()
                .filter(|value| second.iter().any(|other| value.is_same(other)));
            Node::Array(common.cloned().collect())
        }
        "required" => {
            let mut names = first.as_array()?.to_vec();
            let more: Vec<Node> = second
                .as_array()?
                .iter()
                .filter(|name| !names.contains(name))
                .cloned()
                .collect();
            names.extend(more);
            Node::Array(names)
        }
        "additionalProperties" | "unevaluatedProperties" | "items" | "additionalItems" => {
            match (first, second) {
                (Node::Array(first), Node::Array(second)) => joined_places(first, second),
                (Node::Array(_), _) | (_, Node::Array(_)) => return None,
                (Node::Bool(false), _) | (_, Node::Bool(false)) => Node::Bool(false),
                (Node::Bool(true), other) | (other, Node::Bool(true)) => other.clone(),
                (first, second) => all_of([first.clone(), second.clone()]),
            }
        }
        "prefixItems" => joined_places(first.as_array()?, second.as_array()?),
        // Joined by the caller.
        "properties" => first.clone(),
        "patternProperties" => {
            joined_properties(first.as_object().cloned(), second.as_object().cloned())?
        }
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
            extreme(first, second, f64::max)?
        }
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
            extreme(first, second, f64::min)?
        }
        "anyOf" | "oneOf" => {
            let second = Node::from([(key, second.clone())]);
            let each = first
                .as_array()?
                .iter()
                .map(|branch| all_of([branch.clone(), second.clone()]));
            Node::Array(each.collect())
        }
        "description" => {
            let (first, second) = (first.as_text()?, second.as_text()?);
            Node::text(if first.contains(second) {
                first.to_owned()
            } else {
                format!("{first}\n{second}")
            })
        }
        "nullable" => Node::Bool(first == &Node::Bool(true) && second == &Node::Bool(true)),
        "uniqueItems" => Node::Bool(true),
        "title" | "default" | "examples" | "example" | "$schema" | "$id" | "$comment" | "$defs"
        | "definitions" | "$anchor" | "deprecated" | "readOnly" | "writeOnly" | "discriminator" => {
            first.clone()
        }
        _ => return None,
    })
}

fn joined_places(first: &[Node], second: &[Node]) -> Node {
    let places = (0..first.len().max(second.len())).map(|place| {
        match (first.get(place), second.get(place)) {
            (Some(first), Some(second)) => all_of([first.clone(), second.clone()]),
            (first, second) => first.or(second).cloned().unwrap_or(Node::Bool(true)),
        }
    });
    Node::Array(places.collect())
}

fn extreme(first: &Node, second: &Node, choose: fn(f64, f64) -> f64) -> Option<Node> {
    let (a, b) = (first.as_f64()?, second.as_f64()?);
    Some(if choose(a, b) == a {
        first.clone()
    } else {
        second.clone()
    })
}

fn common_types(first: &Node, second: &Node) -> Vec<Node> {
    let (first, second) = (type_names(first), type_names(second));
    let mut common = Vec::new();
    for name in &first {
        let is_common = second.contains(name) || (*name == "integer" && second.contains(&"number"));
        let narrowed = (*name == "number" && second.contains(&"integer")).then_some("integer");
        if let Some(name) = is_common.then_some(*name).or(narrowed) {
            common.push(Node::text(name));
        }
    }
    common
}

/// The names in a `type` keyword.
pub(super) fn type_names(node: &Node) -> Vec<&str> {
    match node {
        Node::Text(name) => vec![name],
        Node::Array(names) => names.iter().filter_map(Node::as_text).collect(),
        _ => Vec::new(),
    }
}
