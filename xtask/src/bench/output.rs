//! What the benchmarks print: a line of JSON for each, as `gungraun` writes it with `--output-format=json`.

use serde_json::Value;

use crate::Result;

/// What a benchmark cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The function, and which of its inputs.
    pub name: String,
    /// Instructions of user space, preparation aside.
    pub instructions: u64,
}

/// Where a benchmark's line says what was counted.
const INSTRUCTIONS: &str = "/data/total/metrics/Ir/values/new";

/// Reads what a suite printed.
///
/// # Errors
///
/// When a line is not what `gungraun` writes, or there is none.
pub fn read(printed: &str) -> Result<Vec<Measured>> {
    let lines = printed.lines().filter(|line| !line.trim().is_empty());
    let measured: Vec<Measured> = lines.map(read_line).collect::<Result<_>>()?;
    match measured.is_empty() {
        true => Err("no benchmark said anything".into()),
        false => Ok(measured),
    }
}

fn read_line(line: &str) -> Result<Measured> {
    let summary: Value = serde_json::from_str(line)
        .map_err(|error| format!("not a summary of a benchmark: {error}: {line}"))?;
    let function = summary
        .get("function_name")
        .and_then(Value::as_str)
        .ok_or("a summary without a function")?;
    let name = match summary.get("id").and_then(Value::as_str) {
        Some(id) => format!("{function} {id}"),
        None => function.to_owned(),
    };
    let profiles = summary
        .get("profiles")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let callgrind =
        profiles.filter(|profile| profile.get("tool").is_some_and(|tool| tool == "Callgrind"));
    let mut counts = callgrind.filter_map(|profile| profile.pointer(INSTRUCTIONS)?.as_u64());
    match counts.next() {
        Some(instructions) => Ok(Measured { name, instructions }),
        None => Err(format!("{name}: no count of instructions").into()),
    }
}
