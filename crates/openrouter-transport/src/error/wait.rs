//! How long a server asks to wait, in whatever form it says so.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

/// How long the header fields ask to wait: `retry-after-ms`, else `Retry-After` in seconds or as a date, else the time
/// at which a rate limit ends.
pub(super) fn in_headers(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let in_ms = || seconds(text("retry-after-ms")?.parse::<f64>().ok()? / 1_000.0);
    let after = || {
        let text = text("retry-after")?;
        text_of_time(text).or_else(|| until(httpdate::parse_http_date(text).ok()?, now))
    };
    // Limits are told of requests that pass too; only where nothing is left does the end of the limit matter.
    let nothing_left = || {
        let left = text("x-ratelimit-remaining").and_then(|left| left.parse::<f64>().ok());
        left.is_none_or(|left| left < 1.0)
    };
    let reset = || reset(text("x-ratelimit-reset").filter(|_| nothing_left())?, now);
    in_ms().or_else(after).or_else(reset)
}

/// The same of an error that OpenRouter passed on: the header fields that it kept of it, and Google's `retryDelay`.
pub(super) fn in_metadata(metadata: &Map<String, Value>, now: SystemTime) -> Option<Duration> {
    let kept = metadata.get("headers").and_then(Value::as_object);
    let kept = kept.into_iter().flatten().take(MAX_HEADERS);
    let headers = kept.filter_map(|(name, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let name = HeaderName::try_from(name.as_str()).ok()?;
        Some((name, HeaderValue::try_from(value).ok()?))
    });
    in_headers(&headers.collect(), now)
        .or_else(|| find("retryDelay", metadata.get("raw")?, MAX_DEPTH))
}

/// A number of seconds, or text of a time.
pub(super) fn of_value(value: &Value) -> Option<Duration> {
    match value {
        Value::Number(number) => seconds(number.as_f64()?),
        Value::String(text) => text_of_time(text.trim()),
        _ => None,
    }
}

/// The first time under a key, however deep, and also in JSON that is in a string.
fn find(key: &str, value: &Value, depth: u8) -> Option<Duration> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Object(object) => {
            let here = object.get(key).and_then(of_value);
            here.or_else(|| object.values().find_map(|value| find(key, value, depth)))
        }
        Value::Array(list) => list.iter().find_map(|value| find(key, value, depth)),
        Value::String(text) if text.contains(key) => {
            find(key, &serde_json::from_str(text).ok()?, depth)
        }
        _ => None,
    }
}

/// Seconds as a number, or with units as in `1m30.5s`, `250ms`, `2h`.
fn text_of_time(text: &str) -> Option<Duration> {
    if let Ok(number) = text.parse() {
        return seconds(number);
    }
    let (mut rest, mut total) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        total += number
            * match &rest[..unit] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    (!text.is_empty()).then_some(total).and_then(seconds)
}

/// When a rate limit ends: a time since 1970 in seconds or milliseconds, by its size; else a time from now. The unit is
/// documented nowhere.
fn reset(text: &str, now: SystemTime) -> Option<Duration> {
    match text.parse::<f64>() {
        Ok(number) if number >= 1e11 => until(at(number / 1_000.0)?, now),
        Ok(number) if number >= 1e9 => until(at(number)?, now),
        _ => text_of_time(text),
    }
}

fn at(seconds_since_1970: f64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(seconds(seconds_since_1970)?)
}

/// A time that has passed asks for no wait.
fn until(time: SystemTime, now: SystemTime) -> Option<Duration> {
    Some(time.duration_since(now).unwrap_or_default())
}

/// What is negative, infinite or no number is no time.
fn seconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number).ok()
}

/// Most header fields that are looked at in a body.
const MAX_HEADERS: usize = 64;
/// How deep a provider's error is searched.
const MAX_DEPTH: u8 = 8;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Wed, 21 Oct 2015 07:28:00 GMT.
    const NOW: u64 = 1_445_412_480;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn asked(fields: &[(&'static str, &str)]) -> Option<u128> {
        let fields = fields.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                value.parse::<HeaderValue>().unwrap(),
            )
        });
        in_headers(&fields.collect(), now()).map(|wait| wait.as_millis())
    }

    #[test]
    fn every_form_of_retry_after_is_read() {
        for (value, want) in [
            ("3", Some(3_000)),
            (" 1.5 ", Some(1_500)),
            ("0", Some(0)),
            ("30s", Some(30_000)),
            ("1m30s", Some(90_000)),
            ("Wed, 21 Oct 2015 07:28:30 GMT", Some(30_000)),
            ("Wednesday, 21-Oct-15 07:28:30 GMT", Some(30_000)),
            ("Wed Oct 21 07:28:30 2015", Some(30_000)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
            ("soon", None),
            ("", None),
            ("-1", None),
            ("inf", None),
            ("NaN", None),
        ] {
            assert_eq!(asked(&[("retry-after", value)]), want, "{value:?}");
        }
        assert_eq!(asked(&[("retry-after-ms", "250")]), Some(250));
        assert_eq!(asked(&[("retry-after-ms", "x")]), None);
    }

    #[test]
    fn the_end_of_a_rate_limit_is_read_in_every_unit_where_nothing_is_left() {
        let (seconds, milliseconds) = ((NOW + 20).to_string(), ((NOW + 20) * 1_000).to_string());
        for (value, want) in [
            (&*seconds, Some(20_000)),
            (&*milliseconds, Some(20_000)),
            ("1445412400", Some(0)),
            ("20", Some(20_000)),
            ("6m0s", Some(360_000)),
            ("20ms", Some(20)),
            ("1.5h", Some(5_400_000)),
            ("later", None),
            ("5 s", None),
        ] {
            assert_eq!(asked(&[("x-ratelimit-reset", value)]), want, "{value:?}");
        }
        let with_left =
            |left| asked(&[("x-ratelimit-reset", "20"), ("x-ratelimit-remaining", left)]);
        assert_eq!((with_left("0"), with_left("7")), (Some(20_000), None));
    }

    #[test]
    fn the_finer_and_the_more_certain_wins() {
        let all = [
            ("retry-after-ms", "20"),
            ("retry-after", "9"),
            ("x-ratelimit-reset", "5"),
        ];
        assert_eq!(asked(&all), Some(20));
        assert_eq!(asked(&all[1..]), Some(9_000));
        assert_eq!(asked(&[("retry-after-ms", "x"), all[1]]), Some(9_000));
        assert_eq!(asked(&all[2..]), Some(5_000));
    }

    #[test]
    fn an_error_that_was_passed_on_may_say_how_long() {
        let google = json!({ "error": { "code": 429, "details": [
            { "@type": "type.googleapis.com/google.rpc.QuotaFailure" },
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s" },
        ] } });
        for (metadata, want) in [
            (json!({ "raw": google }), Some(34_500)),
            (json!({ "raw": google.to_string() }), Some(34_500)),
            (json!({ "raw": [google.to_string()] }), Some(34_500)),
            (
                json!({ "headers": { "Retry-After": "7" }, "raw": google }),
                Some(7_000),
            ),
            (
                json!({ "headers": { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": (NOW + 60) * 1_000 } }),
                Some(60_000),
            ),
            (
                json!({ "headers": { "no header": "7" }, "raw": "retryDelay" }),
                None,
            ),
            (json!({}), None),
        ] {
            let got = in_metadata(metadata.as_object().unwrap(), now());
            assert_eq!(got.map(|wait| wait.as_millis()), want, "{metadata}");
        }
    }
}
