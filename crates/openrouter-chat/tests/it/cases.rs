//! Recorded cases come out as they should. Needs `OPENROUTER_CASES` to name the folder of recordings.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

#[path = "../../examples/cases/play.rs"]
mod play;
#[path = "../../examples/cases/serve.rs"]
pub(crate) mod serve;

/// Where a result differs from the expectation on purpose: `folder/case field`, and why.
const DIFFERENCES: &str = include_str!("cases_that_differ.txt");

#[tokio::test]
async fn every_recorded_case_comes_out_as_expected() {
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let folder = Path::new(&folder);
    let mut lines = Vec::new();
    play::folder(folder, |line| lines.push(line)).await.unwrap();
    assert!(lines.len() > 500, "only {} results", lines.len());

    let mut problems = Vec::new();
    let mut by_feed: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in lines {
        let kind = match &line {
            line if line.get("comments").is_some() => "sse",
            line if line.get("done").is_some() => "streams",
            _ => "responses",
        };
        let case = line["case"].as_str().unwrap();
        let ending = if kind == "sse" { "json" } else { "expect.json" };
        let expected = fs::read(folder.join(kind).join(format!("{case}.{ending}"))).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        for field in differences(&line, &expected, kind) {
            problems.push(format!("{kind}/{case} {field} (fed {})", line["feed"]));
        }
        let mut without_feed = line.clone();
        without_feed.as_object_mut().unwrap().remove("feed");
        by_feed
            .entry(format!("{kind}/{case}"))
            .or_default()
            .push(without_feed);
    }
    for (case, results) in &by_feed {
        if results.iter().any(|result| *result != results[0]) {
            problems.push(format!("{case} depends on how it is fed"));
        }
    }
    let known: Vec<&str> = DIFFERENCES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(':').next())
        .collect();
    problems.retain(|problem| !known.iter().any(|known| problem.starts_with(known)));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The fields in which a result differs from what was expected.
fn differences(line: &Value, expected: &Value, kind: &str) -> Vec<String> {
    if kind == "sse" {
        let fields = ["events", "retry", "last_event_id", "comments"];
        return fields
            .into_iter()
            .filter(|f| !same(&line[f], &expected[f]))
            .map(str::to_owned)
            .collect();
    }
    let rules = Rules {
        accept: &expected["accept"],
        contested: &expected["contested"],
    };
    let mut fields = Vec::new();
    rules.check(
        "outcome",
        &line["outcome"],
        &expected["outcome"],
        &mut fields,
    );
    for (name, want) in expected["expect"].as_object().unwrap() {
        match (name.as_str(), want) {
            ("choices", Value::Array(choices)) => {
                let found = line["choices"]
                    .as_array()
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                if found.len() != choices.len() {
                    fields.push(format!("choices: {} of {}", found.len(), choices.len()));
                }
                for (found, want) in found.iter().zip(choices) {
                    for (name, want) in want.as_object().unwrap() {
                        rules.check(name, &found[name], want, &mut fields);
                    }
                }
            }
            ("error", Value::Object(error)) if error.contains_key("http_status") => {
                for (name, want) in error {
                    if name == "display_must_contain" {
                        let display = line["display"].as_str().unwrap_or_default();
                        let words = want
                            .as_array()
                            .into_iter()
                            .flatten()
                            .filter_map(Value::as_str);
                        fields.extend(
                            words
                                .filter(|words| !display.contains(words))
                                .map(|words| format!("says {words}")),
                        );
                    } else {
                        rules.check(name, &line["error"][name], want, &mut fields);
                    }
                }
            }
            // Not shown: not known.
            (name, _) if line.get(name).is_none() => {}
            (name, want) => rules.check(name, &line[name], want, &mut fields),
        }
    }
    fields
}

/// What is right beside the expectation.
struct Rules<'a> {
    accept: &'a Value,
    contested: &'a Value,
}

impl Rules<'_> {
    fn check(&self, name: &str, found: &Value, want: &Value, fields: &mut Vec<String>) {
        let contested = self
            .contested
            .as_array()
            .into_iter()
            .flatten()
            .any(|field| field == name);
        let accepted = self.accept[name]
            .as_array()
            .into_iter()
            .flatten()
            .any(|other| same(found, other));
        let same = if name == "tool_calls" {
            same_calls(found, want)
        } else {
            same(found, want)
        };
        if !(contested || accepted || same) {
            fields.push(format!("{name}: {found} is not {want}"));
        }
    }
}

/// Where the server gave no id, any id will do.
fn same_calls(found: &Value, want: &Value) -> bool {
    let mut want = want.clone();
    for (at, call) in want.as_array_mut().into_iter().flatten().enumerate() {
        if call["id"].is_null() && found[at]["id"].as_str().is_some_and(|id| !id.is_empty()) {
            call["id"] = found[at]["id"].clone();
        }
    }
    same(found, &want)
}

fn same(found: &Value, want: &Value) -> bool {
    match (found, want) {
        (_, Value::String(any)) if any == "any" => true,
        (Value::Number(found), Value::String(kind)) if kind == "positive" => {
            found.as_f64() > Some(0.0)
        }
        (Value::Number(found), Value::Number(want)) => found
            .as_f64()
            .zip(want.as_f64())
            .is_some_and(|(found, want)| (found - want).abs() < 1e-12),
        (Value::Array(found), Value::Array(want)) => {
            found.len() == want.len()
                && found
                    .iter()
                    .zip(want)
                    .all(|(found, want)| same(found, want))
        }
        (Value::Object(found), Value::Object(want)) => {
            found.len() == want.len()
                && want
                    .iter()
                    .all(|(name, want)| found.get(name).is_some_and(|found| same(found, want)))
        }
        (found, want) => found == want,
    }
}
