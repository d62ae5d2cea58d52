//! Numbers and texts within their limits.

use serde_json::{Map, Value, json};

use super::{count, pattern};

/// A whole number that fits; `pick` chooses among several.
pub(super) fn whole(keys: &Map<String, Value>, pick: usize) -> Value {
    let number = stepped(keys, whole_step(keys), pick);
    #[allow(
        clippy::cast_possible_truncation,
        reason = "limits in schemas are small"
    )]
    let number = number as i64;
    json!(number)
}

/// A number that fits; `pick` chooses among several.
pub(super) fn number(keys: &Map<String, Value>, pick: usize) -> Value {
    if let Some(step) = step(keys) {
        return json!(stepped(keys, step, pick));
    }
    let limits = Limits::of(keys);
    let number = 1.0 + as_f64(pick);
    if limits.hold(number) {
        return json!(number);
    }
    let next = |from: f64, is_open: bool, sign: f64| {
        from + sign * (as_f64(pick) + if is_open { 1.0 } else { 0.0 })
    };
    let tried = [
        limits
            .low
            .is_finite()
            .then(|| next(limits.low, limits.is_low_open, 1.0)),
        limits
            .high
            .is_finite()
            .then(|| next(limits.high, limits.is_high_open, -1.0)),
    ];
    let found = tried
        .into_iter()
        .flatten()
        .find(|number| limits.hold(*number));
    // Between bounds that leave no room for a whole step.
    json!(found.unwrap_or_else(|| limits.low + (limits.high - limits.low) / (2.0 + as_f64(pick))))
}

/// The first multiple of the step that is allowed and at least 1; or else the first that is allowed.
fn stepped(keys: &Map<String, Value>, step: f64, pick: usize) -> f64 {
    let limits = Limits::of(keys);
    let above = |least: f64| {
        let first = (least / step).ceil() * step;
        if limits.hold(first) {
            first
        } else {
            first + step
        }
    };
    let start = match limits.low {
        low if limits.hold(above(low.max(1.0))) => above(low.max(1.0)),
        low if low.is_finite() => above(low),
        _ => {
            let last = (limits.high / step).floor() * step;
            if limits.hold(last) { last } else { last - step }
        }
    };
    let wanted = start + step * as_f64(pick);
    let below = start - step * as_f64(pick);
    match limits.hold(wanted) {
        true => wanted,
        false if limits.hold(below) => below,
        false => start,
    }
}

fn step(keys: &Map<String, Value>) -> Option<f64> {
    let step = keys.get("multipleOf")?.as_f64()?;
    (step > 0.0).then_some(step)
}

/// A step that leads from one whole number to another.
fn whole_step(keys: &Map<String, Value>) -> f64 {
    let Some(step) = step(keys) else { return 1.0 };
    let multiples = (1..=1000).map(|times| step * f64::from(times));
    multiples
        .into_iter()
        .find(|it| it.fract() == 0.0)
        .unwrap_or(step)
}

/// Both ends of what is allowed.
struct Limits {
    low: f64,
    is_low_open: bool,
    high: f64,
    is_high_open: bool,
}

impl Limits {
    fn of(keys: &Map<String, Value>) -> Self {
        let limit = |key: &str| keys.get(key).and_then(Value::as_f64);
        let (low, above) = (limit("minimum"), limit("exclusiveMinimum"));
        let (high, below) = (limit("maximum"), limit("exclusiveMaximum"));
        let lowest = f64::NEG_INFINITY;
        Self {
            low: low.unwrap_or(lowest).max(above.unwrap_or(lowest)),
            is_low_open: above.is_some() && above >= low,
            high: high
                .unwrap_or(f64::INFINITY)
                .min(below.unwrap_or(f64::INFINITY)),
            is_high_open: below.is_some_and(|below| high.is_none_or(|high| below <= high)),
        }
    }

    fn hold(&self, number: f64) -> bool {
        let is_low = number < self.low || (self.is_low_open && number <= self.low);
        let is_high = number > self.high || (self.is_high_open && number >= self.high);
        !is_low && !is_high
    }
}

#[allow(clippy::cast_precision_loss, reason = "picks are few")]
fn as_f64(pick: usize) -> f64 {
    pick as f64
}

/// A text that fits: by its pattern or format, or else made of its name.
pub(super) fn text(keys: &Map<String, Value>, name: &str, pick: usize) -> Value {
    let least = count(keys, "minLength").unwrap_or(0).min(MOST_CHARS);
    let most = count(keys, "maxLength").unwrap_or(usize::MAX);
    let by_pattern = keys
        .get("pattern")
        .and_then(Value::as_str)
        .and_then(|pattern| pattern::matching(pattern, least, most, pick));
    if let Some(text) = by_pattern {
        return json!(text);
    }
    let format = keys.get("format").and_then(Value::as_str);
    if let Some(text) = formatted(format.unwrap_or_default(), pick) {
        return json!(text);
    }
    let mut text = match pick {
        0 => name.to_owned(),
        pick => format!("{name}{}", pick + 1),
    };
    if text.chars().count() > most {
        // What tells several apart stands at the end.
        let spare = text.chars().count() - most;
        text = text
            .chars()
            .skip(if pick == 0 { 0 } else { spare })
            .take(most)
            .collect();
    }
    let missing = least.saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n('x', missing));
    json!(text)
}

/// Longer texts are not made up.
const MOST_CHARS: usize = 100_000;

fn formatted(format: &str, pick: usize) -> Option<String> {
    let small = pick % 28;
    Some(match format {
        "date-time" => format!("2026-01-{:02}T12:00:00Z", small + 1),
        "date" => format!("2026-01-{:02}", small + 1),
        "time" => format!("12:{small:02}:00Z"),
        "duration" => format!("PT{}M", pick + 1),
        "email" | "idn-email" if pick == 0 => "someone@example.org".to_owned(),
        "email" | "idn-email" => format!("someone{}@example.org", pick + 1),
        "hostname" | "idn-hostname" if pick == 0 => "example.org".to_owned(),
        "hostname" | "idn-hostname" => format!("host{}.example.org", pick + 1),
        "ipv4" => format!("127.0.0.{}", pick % 254 + 1),
        "ipv6" => format!("::{:x}", pick + 1),
        "uri" | "url" | "iri" | "uri-reference" | "iri-reference" | "uri-template" if pick == 0 => {
            "https://example.org/".to_owned()
        }
        "uri" | "url" | "iri" | "uri-reference" | "iri-reference" | "uri-template" => {
            format!("https://example.org/{}", pick + 1)
        }
        "uuid" => format!("00000000-0000-4000-8000-{pick:012x}"),
        "json-pointer" => format!("/{pick}"),
        "relative-json-pointer" => pick.to_string(),
        "regex" => format!("a{{{pick}}}"),
        _ => return None,
    })
}
