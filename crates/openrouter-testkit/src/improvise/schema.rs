//! JSON that fits a JSON Schema.

use serde_json::{Map, Value, json};

/// Deeper than this only what is required is made up, so that recursive schemas end.
const DEEP: usize = 6;

/// A value that fits the schema, as far as the schema uses types, enumerations, references, unions, lengths, limits and
/// the usual formats. `pattern` is not looked at, but for an `example`, `default` or `const` beside it.
pub(super) fn fitting(schema: &Value) -> Value {
    Schema { root: schema }.value(schema, "value", 0)
}

struct Schema<'a> {
    root: &'a Value,
}

impl Schema<'_> {
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        // No schema is meant to be as deep; this one never ends.
        if depth > 4 * DEEP {
            return Value::Null;
        }
        let Some(keys) = schema.as_object() else {
            return json!(name);
        };
        for key in ["const", "default", "example"] {
            if let Some(value) = keys.get(key) {
                return value.clone();
            }
        }
        for key in ["enum", "examples"] {
            if let Some(value) = keys.get(key).and_then(|values| values.get(0)) {
                return value.clone();
            }
        }
        if let Some(target) = keys.get("$ref").and_then(|target| self.resolve(target)) {
            return self.value(target, name, depth + 1);
        }
        if let Some(all) = keys.get("allOf").and_then(Value::as_array) {
            return self.value(&self.merged(schema, all), name, depth + 1);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(members) = keys.get(key).and_then(Value::as_array) {
                // Deep down, the one that ends the recursion: often null.
                let is_null = |member: &&Value| member["type"] == "null";
                let member = match depth < DEEP {
                    true => members.iter().find(|member| !is_null(member)),
                    false => members.iter().find(is_null).or(members.last()),
                };
                return member.map_or(Value::Null, |member| self.value(member, name, depth + 1));
            }
        }
        match kind(keys) {
            "object" => self.object(keys, depth),
            "array" => self.array(keys, name, depth),
            "integer" => {
                let number = number(keys).ceil();
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "limits in schemas are small"
                )]
                let number = number as i64;
                json!(number)
            }
            "number" => json!(number(keys)),
            "boolean" => json!(true),
            "null" => Value::Null,
            _ => Value::String(text(keys, name)),
        }
    }

    fn object(&self, keys: &Map<String, Value>, depth: usize) -> Value {
        let required = keys.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|it| it == name));
        let properties = keys.get("properties").and_then(Value::as_object);
        let mut object: Map<String, Value> = properties
            .into_iter()
            .flatten()
            .filter(|(name, _)| depth < DEEP || is_required(name))
            .map(|(name, schema)| (name.clone(), self.value(schema, name, depth + 1)))
            .collect();
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                let more = keys.get("additionalProperties").unwrap_or(&Value::Null);
                object.insert(name.to_owned(), self.value(more, name, depth + 1));
            }
        }
        Value::Object(object)
    }

    fn array(&self, keys: &Map<String, Value>, name: &str, depth: usize) -> Value {
        let count = |key: &str| keys.get(key).and_then(Value::as_u64);
        let first = keys.get("prefixItems").and_then(Value::as_array);
        let mut items: Vec<Value> = first
            .into_iter()
            .flatten()
            .map(|schema| self.value(schema, name, depth + 1))
            .collect();
        let wanted = match (first, depth < DEEP) {
            (None, true) => count("minItems").unwrap_or(1).max(1),
            _ => count("minItems").unwrap_or(0),
        };
        let wanted = wanted.min(count("maxItems").unwrap_or(64)).min(64);
        let schema = keys.get("items").unwrap_or(&Value::Null);
        let is_unique = keys.get("uniqueItems") == Some(&Value::Bool(true));
        while (items.len() as u64) < wanted {
            let name = match (is_unique, items.len()) {
                (false, _) | (true, 0) => name.to_owned(),
                (true, at) => format!("{name}{}", at + 1),
            };
            items.push(self.value(schema, &name, depth + 1));
        }
        Value::Array(items)
    }

    /// A reference inside the document, such as `#/$defs/Point`.
    fn resolve(&self, target: &Value) -> Option<&Value> {
        self.root.pointer(target.as_str()?.strip_prefix('#')?)
    }

    /// All members of `allOf`, and what stands beside it, as one schema.
    fn merged(&self, schema: &Value, all: &[Value]) -> Value {
        let mut merged = schema.clone();
        if let Some(keys) = merged.as_object_mut() {
            keys.remove("allOf");
        }
        for member in all {
            let member = match member.get("$ref").and_then(|target| self.resolve(target)) {
                Some(target) => target,
                None => member,
            };
            merge(&mut merged, member);
        }
        merged
    }
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(from)) => into.extend(from.iter().cloned()),
        (into, from) => *into = from.clone(),
    }
}

fn kind(keys: &Map<String, Value>) -> &str {
    let named = match keys.get("type") {
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .or(Some("null")),
        Some(kind) => kind.as_str(),
        None => None,
    };
    named.unwrap_or_else(|| {
        let has = |key| keys.contains_key(key);
        if has("properties") || has("required") {
            "object"
        } else if has("items") || has("prefixItems") {
            "array"
        } else if has("minimum") || has("maximum") {
            "number"
        } else {
            "string"
        }
    })
}

/// The least number that is allowed, or 1 where that is; a multiple where one is asked for.
fn number(keys: &Map<String, Value>) -> f64 {
    let limit = |key: &str| keys.get(key).and_then(Value::as_f64);
    let above = limit("exclusiveMinimum").map(|least| least + 1.0);
    let least = limit("minimum").or(above);
    let below = limit("exclusiveMaximum").map(|most| most - 1.0);
    let most = limit("maximum").or(below);
    let mut number: f64 = least.map_or(1.0, |least| least.max(1.0));
    if let Some(most) = most
        && number > most
    {
        number = least.unwrap_or(most);
    }
    // Between bounds that leave no room for a whole step.
    if let (Some(low), Some(high)) = (
        limit("exclusiveMinimum"),
        most.or(limit("exclusiveMaximum")),
    ) && number >= high
    {
        number = f64::midpoint(low, limit("exclusiveMaximum").unwrap_or(high));
    }
    match limit("multipleOf") {
        Some(step) if step > 0.0 => (number / step).ceil() * step,
        _ => number,
    }
}

fn text(keys: &Map<String, Value>, name: &str) -> String {
    let format = keys.get("format").and_then(Value::as_str);
    let mut text = match format.unwrap_or_default() {
        "date-time" => "2026-01-01T12:00:00Z".to_owned(),
        "date" => "2026-01-01".to_owned(),
        "time" => "12:00:00Z".to_owned(),
        "duration" => "PT1M".to_owned(),
        "email" => "someone@example.org".to_owned(),
        "hostname" => "example.org".to_owned(),
        "ipv4" => "127.0.0.1".to_owned(),
        "ipv6" => "::1".to_owned(),
        "uri" | "url" => "https://example.org/".to_owned(),
        "uuid" => "00000000-0000-4000-8000-000000000000".to_owned(),
        _ => name.to_owned(),
    };
    let length = |key: &str| {
        let length = keys.get(key).and_then(Value::as_u64)?;
        usize::try_from(length).ok()
    };
    let least = length("minLength").unwrap_or(0).min(100_000);
    let missing = least.saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n('x', missing));
    match length("maxLength") {
        Some(most) => text.chars().take(most).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: Value, fits: Value) {
        assert_eq!(fitting(&schema), fits, "{schema}");
    }

    #[test]
    fn objects_have_all_their_properties() {
        check(
            json!({"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 3}}, "required": ["city", "unit"]}),
            json!({"city": "city", "days": 3, "unit": "unit"}),
        );
    }

    #[test]
    fn limits_of_numbers_texts_and_lists_are_kept() {
        check(json!({"type": "integer", "maximum": -5}), json!(-5));
        check(
            json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
            json!(0.5),
        );
        check(
            json!({"type": "integer", "minimum": 10, "multipleOf": 4}),
            json!(12),
        );
        check(json!({"type": "string", "minLength": 7}), json!("valuexx"));
        check(json!({"type": "string", "maxLength": 2}), json!("va"));
        check(
            json!({"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": true}),
            json!(["value", "value2"]),
        );
        check(
            json!({"type": "array", "items": {"type": "string"}, "maxItems": 0}),
            json!([]),
        );
    }

    #[test]
    fn references_unions_and_enumerations_are_followed() {
        check(
            json!({"$ref": "#/$defs/Color", "$defs": {"Color": {"enum": ["red", "blue"]}}}),
            json!("red"),
        );
        check(json!({"type": ["null", "boolean"]}), json!(true));
        check(
            json!({"anyOf": [{"type": "null"}, {"type": "boolean"}]}),
            json!(true),
        );
        check(
            json!({"allOf": [
                {"properties": {"a": {"type": "boolean"}}, "required": ["a"]},
                {"properties": {"b": {"const": 2}}, "required": ["b"]}
            ]}),
            json!({"a": true, "b": 2}),
        );
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let tree = json!({"type": "object", "required": ["value"], "properties": {
            "value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}
        }});
        let value = fitting(&tree);
        assert_eq!(value["next"]["value"], 1);
        let endless = json!({"$ref": "#"});
        assert_eq!(fitting(&endless), Value::Null);
    }
}
