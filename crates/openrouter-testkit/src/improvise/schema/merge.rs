//! Two schemas that must hold together, as one.

use serde_json::Value;

/// Adds what another schema demands: the narrower of two limits holds, and what only one of them says.
pub(super) fn merge(into: &mut Value, from: &Value) {
    let (Value::Object(keys), Value::Object(more)) = (&mut *into, from) else {
        // `true` demands nothing, and `false` cannot be met.
        if !into.is_object() && from.is_object() {
            *into = from.clone();
        }
        return;
    };
    for (key, value) in more {
        match (key.as_str(), keys.get_mut(key)) {
            (_, None) => {
                keys.insert(key.clone(), value.clone());
            }
            ("properties" | "patternProperties" | "$defs" | "definitions", Some(known)) => {
                let (Some(known), Some(more)) = (known.as_object_mut(), value.as_object()) else {
                    continue;
                };
                for (name, schema) in more {
                    match known.get_mut(name) {
                        Some(known) => merge(known, schema),
                        None => drop(known.insert(name.clone(), schema.clone())),
                    }
                }
            }
            ("items" | "additionalProperties", Some(known)) if known.is_object() => match value {
                Value::Bool(false) => *known = value.clone(),
                value => merge(known, value),
            },
            ("required" | "allOf", Some(Value::Array(known))) => {
                known.extend(value.as_array().into_iter().flatten().cloned());
            }
            // Both hold: of values, those that are in both; of unions, one of each.
            ("enum" | "type", Some(known)) => narrow(known, value),
            ("anyOf" | "oneOf" | "$ref", Some(_)) => {
                let both = serde_json::json!({ (key.as_str()): value });
                let all = keys
                    .entry("allOf")
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(all) = all {
                    all.push(both);
                }
            }
            (name, Some(known)) => {
                let is_higher = value.as_f64() > known.as_f64();
                let is_kept = match name {
                    _ if name.starts_with("min") || name == "exclusiveMinimum" => !is_higher,
                    _ if name.starts_with("max") || name == "exclusiveMaximum" => is_higher,
                    // Of `multipleOf` the larger, which is often a multiple of the other.
                    "multipleOf" => !is_higher,
                    // Proposals of the schema that refers to another come first, and so do its words.
                    _ => false,
                };
                if !is_kept {
                    *known = value.clone();
                }
            }
        }
    }
}

/// Keeps what is in both lists; a single value is a list of one.
fn narrow(known: &mut Value, more: &Value) {
    let list = |value: &Value| match value {
        Value::Array(values) => values.clone(),
        value => vec![value.clone()],
    };
    let more = list(more);
    let is_in = |value: &Value| {
        // Whole numbers are numbers.
        more.contains(value) || (value == "integer" && more.iter().any(|it| it == "number"))
    };
    let both: Vec<_> = list(known).into_iter().filter(is_in).collect();
    *known = match both.is_empty() {
        true => Value::Array(more),
        false => Value::Array(both),
    };
}
