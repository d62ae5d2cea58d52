//! A model in strict mode: it writes whatever its schema lets it.

use serde_json::{Map, Value, json};

use super::judge::Dice;

/// A value of a strict schema, by chance; `None` where a pattern asks for more than chance.
pub(super) fn writes(schema: &Value, dice: &mut Dice) -> Option<Value> {
    value(schema, schema, dice, 0)
}

fn value(schema: &Value, root: &Value, dice: &mut Dice, depth: usize) -> Option<Value> {
    if let Some(target) = schema["$ref"].as_str() {
        let target = root.pointer(target.strip_prefix('#')?)?;
        return value(target, root, dice, depth + 1);
    }
    if let Some(branches) = schema["anyOf"].as_array() {
        // Whoever goes on for ever never writes an end.
        let ends = |branch: &&Value| branch.get("$ref").is_none() && branch["type"] != "object";
        let branch = match branches.iter().find(ends) {
            Some(end) if depth > DEEP => end,
            _ => &branches[dice.roll(branches.len())],
        };
        return value(branch, root, dice, depth + 1);
    }
    if let Some(values) = schema["enum"].as_array() {
        return Some(values[dice.roll(values.len())].clone());
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) if depth > DEEP => kinds.last()?,
        Value::Array(kinds) => &kinds[dice.roll(kinds.len())],
        kind => kind,
    };
    match kind.as_str()? {
        "object" => {
            let mut fields = Map::new();
            let required = schema["required"].as_array()?;
            for (name, property) in schema["properties"].as_object()? {
                let is_required = required.iter().any(|required| required == name);
                if !is_required && (depth > DEEP || dice.roll(2) == 0) {
                    continue;
                }
                fields.insert(name.clone(), value(property, root, dice, depth + 1)?);
            }
            Some(Value::Object(fields))
        }
        "array" => {
            let count = |key: &str| schema[key].as_u64().map(|count| count as usize);
            let least = count("minItems").unwrap_or(0);
            let most = count("maxItems").unwrap_or(least + 3);
            let length = match depth > DEEP {
                true => least,
                false => least + dice.roll(most.saturating_sub(least) + 1),
            };
            (0..length)
                .map(|_| value(&schema["items"], root, dice, depth + 1))
                .collect()
        }
        "string" => text(schema, dice),
        "integer" | "number" => Some(number(schema, kind == "integer", dice)),
        "boolean" => Some(json!(dice.roll(2) == 0)),
        "null" => Some(Value::Null),
        other => panic!("a strict schema has no type {other}"),
    }
}

fn text(schema: &Value, dice: &mut Dice) -> Option<Value> {
    const WORDS: &[&str] = &[
        "",
        "a",
        "abc",
        "x1",
        "Ünï",
        "12345",
        "23:59",
        "root",
        "a longer text with spaces",
        "😀",
        "0",
        "null",
        "ab1",
    ];
    if let Some(pattern) = schema["pattern"].as_str() {
        let judge = jsonschema::validator_for(&json!({"pattern": pattern})).unwrap();
        let fitting: Vec<&&str> = WORDS
            .iter()
            .filter(|word| judge.is_valid(&json!(word)))
            .collect();
        return fitting
            .get(dice.roll(fitting.len().max(1)))
            .map(|word| json!(word));
    }
    let formatted = match schema["format"].as_str() {
        Some("date-time") => "2026-01-31T23:59:59Z",
        Some("date") => "2026-01-31",
        Some("time") => "23:59:59Z",
        Some("duration") => "P1D",
        Some("email") => "a@example.org",
        Some("hostname") => "example.org",
        Some("ipv4") => "127.0.0.1",
        Some("ipv6") => "::1",
        Some("uri") => "https://example.org/",
        Some("uuid") => "123e4567-e89b-12d3-a456-426614174000",
        _ => WORDS[dice.roll(WORDS.len())],
    };
    Some(json!(formatted))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "limits in schemas are small"
)]
fn number(schema: &Value, is_integer: bool, dice: &mut Dice) -> Value {
    let bound = |key: &str| schema[key].as_f64();
    let step = bound("multipleOf").unwrap_or(if is_integer { 1.0 } else { 0.125 });
    let low = bound("minimum").or(bound("exclusiveMinimum").map(|low| low + step.min(0.25)));
    let high = bound("maximum").or(bound("exclusiveMaximum").map(|high| high - step.min(0.25)));
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low + 100.0),
        (None, Some(high)) => (high - 100.0, high),
        // What every type of Rust's integers holds.
        (None, None) => (0.0, 100.0),
    };
    let first = (low / step).ceil();
    let steps = ((high / step).floor() - first).clamp(0.0, 400.0) as usize;
    let number = (first + dice.roll(steps + 1) as f64) * step;
    match (is_integer, schema["minimum"].as_i64()) {
        // Beyond what floats tell apart.
        (true, Some(low)) if low > 1 << 53 => json!(low + dice.roll(9) as i64),
        (true, _) => json!(number as i64),
        (false, _) => json!(number.max(low)),
    }
}

/// Deeper than this a model comes to an end.
const DEEP: usize = 12;
