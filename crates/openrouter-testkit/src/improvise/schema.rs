//! JSON that fits a JSON Schema.

mod merge;
mod pattern;
mod scalar;

use serde_json::{Map, Value, json};

use merge::merge;

/// Deeper than this only what is required is made up, so that recursive schemas end.
const DEEP: usize = 6;

/// A value that fits the schema, as far as that can be had without a search: types, enumerations, references, unions,
/// `allOf`, lengths, limits, patterns and the usual formats. `not`, `if` and conditions on other fields are not looked at.
pub(super) fn fitting(schema: &Value) -> Value {
    let start = Place {
        name: "value",
        depth: 0,
        pick: 0,
    };
    Schema { root: schema }.value(schema, start)
}

struct Schema<'a> {
    root: &'a Value,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The property's name, which makes up texts.
    name: &'a str,
    depth: usize,
    /// Which of several possible values is wanted, where they must differ.
    pick: usize,
}

impl<'a> Place<'a> {
    fn down(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    fn property(self, name: &'a str) -> Self {
        Self {
            name,
            depth: self.depth + 1,
            pick: 0,
        }
    }

    fn item(self, pick: usize) -> Self {
        Self {
            pick,
            ..self.down()
        }
    }
}

impl Schema<'_> {
    fn value(&self, schema: &Value, at: Place<'_>) -> Value {
        // No schema is meant to be as deep; this one never ends.
        if at.depth > 4 * DEEP {
            return Value::Null;
        }
        let Some(keys) = schema.as_object() else {
            return json!(at.name);
        };
        if let Some(all) = self.parts(keys) {
            return self.value(&all, at.down());
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(members) = keys.get(key).and_then(Value::as_array) {
                let rest = without(keys, key);
                return self.member(members, &rest, at);
            }
        }
        if let Some(value) = keys.get("const") {
            return value.clone();
        }
        if let Some(values) = keys.get("enum").and_then(Value::as_array)
            && let Some(value) = values.get(at.pick % values.len().max(1))
        {
            return value.clone();
        }
        let kind = kind(keys);
        if at.pick == 0
            && let Some(value) = proposed(keys, kind)
        {
            return value.clone();
        }
        match kind {
            "object" => self.object(keys, at),
            "array" => self.array(keys, at),
            "integer" => scalar::whole(keys, at.pick),
            "number" => scalar::number(keys, at.pick),
            "boolean" => json!(at.pick.is_multiple_of(2)),
            "null" => Value::Null,
            _ => scalar::text(keys, at.name, at.pick),
        }
    }

    /// What a reference or `allOf` stands for together with what stands beside it; `None` where there is neither.
    fn parts(&self, keys: &Map<String, Value>) -> Option<Value> {
        if let Some(target) = keys.get("$ref").and_then(|target| self.resolve(target)) {
            let mut whole = target.clone();
            merge(&mut whole, &without(keys, "$ref"));
            return Some(whole);
        }
        let all = keys.get("allOf")?.as_array()?;
        let mut whole = without(keys, "allOf");
        for member in all {
            match member.get("$ref").and_then(|target| self.resolve(target)) {
                Some(target) => {
                    merge(&mut whole, target);
                    merge(&mut whole, &without(member.as_object()?, "$ref"));
                }
                None => merge(&mut whole, member),
            }
        }
        Some(whole)
    }

    /// One member of a union, with what stands beside the union.
    fn member(&self, members: &[Value], rest: &Value, at: Place<'_>) -> Value {
        // Deep down, the one that ends the recursion: often null.
        let is_null = |member: &&Value| member["type"] == "null";
        let member = match at.depth < DEEP {
            true => {
                let others: Vec<_> = members.iter().filter(|member| !is_null(member)).collect();
                others.get(at.pick % others.len().max(1)).copied()
            }
            false => members.iter().find(is_null).or(members.last()),
        };
        let Some(member) = member.or(members.first()) else {
            return Value::Null;
        };
        let mut whole = self.resolved(member);
        merge(&mut whole, rest);
        self.value(&whole, at.down())
    }

    /// A schema whose own reference is followed, so that it can be merged with what stands beside it.
    fn resolved(&self, schema: &Value) -> Value {
        let parts = schema.as_object().filter(|keys| keys.contains_key("$ref"));
        parts
            .and_then(|keys| self.parts(keys))
            .unwrap_or_else(|| schema.clone())
    }

    fn object(&self, keys: &Map<String, Value>, at: Place<'_>) -> Value {
        let required = keys.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|it| it == name));
        let properties = keys.get("properties").and_then(Value::as_object);
        let mut object: Map<String, Value> = properties
            .into_iter()
            .flatten()
            // What may be nothing is left out.
            .filter(|(name, schema)| is_required(name) || (at.depth < DEEP && **schema != false))
            .map(|(name, schema)| (name.clone(), self.value(schema, at.property(name))))
            .collect();
        let more = keys.get("additionalProperties").unwrap_or(&Value::Null);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                object.insert(name.to_owned(), self.value(more, at.property(name)));
            }
        }
        let by_pattern = keys.get("patternProperties").and_then(Value::as_object);
        let by_pattern = by_pattern.and_then(|patterns| patterns.iter().next());
        let least = count(keys, "minProperties").unwrap_or(0).min(MOST_MADE_UP);
        for number in 1..=least {
            if object.len() >= least {
                break;
            }
            let (name, schema) = match by_pattern {
                Some((pattern, schema)) => (pattern::matching(pattern, 0, 64, number - 1), schema),
                None => (None, more),
            };
            let name = name.unwrap_or_else(|| format!("key{number}"));
            let value = self.value(schema, at.property(&name));
            object.insert(name, value);
        }
        if let Some(most) = count(keys, "maxProperties") {
            let names: Vec<_> = object.keys().cloned().collect();
            let spare = names.iter().rev().filter(|name| !is_required(name));
            let too_many = object.len().saturating_sub(most);
            for name in spare.take(too_many) {
                object.remove(name);
            }
        }
        Value::Object(object)
    }

    fn array(&self, keys: &Map<String, Value>, at: Place<'_>) -> Value {
        // A list of schemas in `items` is how older drafts write `prefixItems`.
        let listed = |key| keys.get(key).and_then(Value::as_array);
        let first = listed("prefixItems").or(listed("items"));
        let mut items: Vec<Value> = first
            .into_iter()
            .flatten()
            .map(|schema| self.value(schema, at.down()))
            .collect();
        let least = count(keys, "minItems").unwrap_or(0);
        if let Some(schema) = keys.get("contains") {
            let wanted = count(keys, "minContains").unwrap_or(1).min(MOST_MADE_UP);
            items.extend((0..wanted).map(|pick| self.value(schema, at.item(pick))));
        }
        let wanted = match (items.is_empty(), at.depth < DEEP) {
            (true, true) => least.max(1),
            _ => least,
        };
        let most = count(keys, "maxItems").unwrap_or(MOST_MADE_UP);
        let wanted = wanted.min(most).min(MOST_MADE_UP);
        let schema = match keys.get("items") {
            Some(schema) if !schema.is_array() => schema,
            _ => keys.get("additionalItems").unwrap_or(&Value::Null),
        };
        let is_unique = keys.get("uniqueItems") == Some(&Value::Bool(true));
        while items.len() < wanted && *schema != false {
            let pick = if is_unique { items.len() } else { 0 };
            items.push(self.value(schema, at.item(pick)));
        }
        items.truncate(most);
        Value::Array(items)
    }

    /// A reference inside the document: `#`, `#/$defs/Point`, or `#point` for an anchor.
    fn resolve(&self, target: &Value) -> Option<&Value> {
        let target = target.as_str()?.strip_prefix('#')?;
        if target.is_empty() || target.starts_with('/') {
            return self.root.pointer(target);
        }
        let definitions = ["$defs", "definitions"].into_iter();
        definitions
            .filter_map(|key| self.root.get(key)?.as_object())
            .flat_map(Map::values)
            .find(|schema| schema["$anchor"] == target)
    }
}

/// More items or fields are not made up.
const MOST_MADE_UP: usize = 64;

fn count(keys: &Map<String, Value>, key: &str) -> Option<usize> {
    usize::try_from(keys.get(key)?.as_u64()?).ok()
}

fn without(keys: &Map<String, Value>, key: &str) -> Value {
    let mut rest = keys.clone();
    rest.remove(key);
    Value::Object(rest)
}

/// The value that the schema itself proposes, when it is of the right kind.
fn proposed<'a>(keys: &'a Map<String, Value>, kind: &str) -> Option<&'a Value> {
    let listed = keys.get("examples").and_then(|values| values.get(0));
    let named = ["default", "example"].into_iter().map(|key| keys.get(key));
    named.chain([listed]).flatten().find(|value| match kind {
        // What is in them is not checked here, and an empty default would say little.
        "object" | "array" => false,
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => value.is_string(),
    })
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
        let has = |names: &[&str]| names.iter().any(|name| keys.contains_key(*name));
        if has(&[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
        ]) || has(&["minProperties", "maxProperties"])
        {
            "object"
        } else if has(&["items", "prefixItems", "contains", "minItems", "maxItems"]) {
            "array"
        } else if has(&[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ]) {
            "number"
        } else {
            "string"
        }
    })
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
