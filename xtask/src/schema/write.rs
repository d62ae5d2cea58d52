//! Writes schema files in their one canonical form.
//!
//! Block style, two spaces, keys of a schema in a fixed order, fields and components in the order in which they were
//! written, long descriptions folded. The same content always gives the same bytes, so that a change of one fact is a
//! change of one line.

use std::fmt::Write;

use serde_norway::{Mapping, Value};

use crate::Result;

/// Descriptions are folded to fit into this many columns.
const WIDTH: usize = 110;

/// What a mapping is, which decides the order of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A file.
    File,
    /// A schema.
    Schema,
    /// Named schemas: `properties`, `components.schemas`.
    Schemas,
    /// Anything else in an operation: paths, operations, parameters, answers.
    Operation,
    /// Values, written as they are.
    Data,
}

/// The text of a schema file.
///
/// # Errors
///
/// When the text would not read back as what was written, which is a bug here.
pub fn file(root: &Value) -> Result<String> {
    let mut out = String::new();
    if let Value::Mapping(map) = root {
        mapping(&mut out, map, Form::File, 0);
    }
    match serde_norway::from_str::<Value>(&out) {
        Ok(read) if read == *root => Ok(out),
        Ok(_) => Err("the writer changed the meaning of a schema file".into()),
        Err(error) => Err(format!("the writer wrote what is not YAML: {error}").into()),
    }
}

fn mapping(out: &mut String, map: &Mapping, form: Form, depth: usize) {
    let mut entries: Vec<(&str, &Value)> = map
        .iter()
        .filter_map(|(key, value)| Some((key.as_str()?, value)))
        .collect();
    entries.sort_by_key(|(key, _)| rank(form, key));
    for (index, (key, value)) in entries.into_iter().enumerate() {
        // The first key of an element stands behind its dash.
        if index > 0 || !out.ends_with("- ") {
            indent(out, depth);
        }
        let key_text = scalar_text(key);
        let _ = write!(out, "{key_text}:");
        node(
            out,
            value,
            below(form, key),
            depth,
            key_text.len() + 2 + 2 * depth,
        );
    }
}

/// Writes a value behind its key, and ends the line.
fn node(out: &mut String, value: &Value, form: Form, depth: usize, column: usize) {
    match value {
        Value::Mapping(map) if map.is_empty() => out.push_str(" {}\n"),
        Value::Sequence(list) if list.is_empty() => out.push_str(" []\n"),
        Value::Mapping(map) => {
            out.push('\n');
            mapping(out, map, form, depth + 1);
        }
        Value::Sequence(list) => {
            out.push('\n');
            for element in list {
                indent(out, depth + 1);
                out.push('-');
                match element {
                    Value::Mapping(map) if !map.is_empty() => {
                        out.push(' ');
                        mapping(out, map, form, depth + 2);
                    }
                    element => node(out, element, form, depth + 1, 2 * depth + 4),
                }
            }
        }
        Value::String(text) => {
            out.push(' ');
            string(out, text, depth + 1, column);
        }
        Value::Bool(flag) => {
            let _ = writeln!(out, " {flag}");
        }
        Value::Number(number) => {
            let _ = writeln!(out, " {number}");
        }
        Value::Null => out.push_str(" null\n"),
        // Tags were refused when the file was read.
        Value::Tagged(_) => {}
    }
}

fn string(out: &mut String, text: &str, depth: usize, column: usize) {
    let printable = text
        .chars()
        .all(|letter| letter == '\n' || !letter.is_control());
    let edges = text.starts_with([' ', '\n'])
        || text.ends_with([' ', '\n'])
        || text.lines().any(|line| line.ends_with(' '));
    if !printable || edges {
        let _ = writeln!(out, "{}", scalar_text(text));
    } else if text.contains('\n') {
        out.push_str("|-\n");
        for line in text.split('\n') {
            if !line.is_empty() {
                indent(out, depth);
            }
            let _ = writeln!(out, "{line}");
        }
    } else if column + scalar_text(text).len() > WIDTH && text.contains(' ') {
        out.push_str(">-\n");
        for line in wrap(text, WIDTH.saturating_sub(2 * depth)) {
            indent(out, depth);
            let _ = writeln!(out, "{line}");
        }
    } else {
        let _ = writeln!(out, "{}", scalar_text(text));
    }
}

/// Breaks a line at single blanks, which folding puts back.
fn wrap(text: &str, width: usize) -> Vec<&str> {
    let bytes = text.as_bytes();
    let blank = |at: usize| bytes.get(at) == Some(&b' ');
    let mut lines = Vec::new();
    let (mut start, mut last) = (0, None);
    let mut columns = 0;
    for (at, _) in text.char_indices() {
        if blank(at) && !blank(at + 1) && at > start && !blank(at - 1) {
            if columns > width
                && let Some(cut) = last
            {
                lines.push(&text[start..cut]);
                start = cut + 1;
                columns = text[start..at].chars().count();
            }
            last = Some(at);
        }
        columns += 1;
    }
    if columns > width
        && let Some(cut) = last.filter(|cut| *cut > start)
    {
        lines.push(&text[start..cut]);
        start = cut + 1;
    }
    lines.push(&text[start..]);
    lines
}

/// A text on one line: bare where it reads back as text, else in quotes.
fn scalar_text(text: &str) -> String {
    if text.chars().any(char::is_control) {
        // A JSON string is a YAML string in double quotes.
        return Value::String(text.to_owned())
            .as_str()
            .map(|text| serde_json::json!(text).to_string())
            .unwrap_or_default();
    }
    if is_bare(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn is_bare(text: &str) -> bool {
    const WORDS: [&str; 9] = ["", "null", "true", "false", "yes", "no", "on", "off", "~"];
    let Some(first) = text.chars().next() else {
        return false;
    };
    let number_like = first.is_ascii_digit() || matches!(first, '+' | '.');
    !(WORDS.contains(&text.to_ascii_lowercase().as_str())
        || text.starts_with(' ')
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
        || first.is_ascii_punctuation() && !matches!(first, '(' | '/' | '$' | '_' | '^' | ';')
        || number_like
            && text
                .chars()
                .all(|letter| letter.is_ascii_hexdigit() || "+-._:xoTZ".contains(letter)))
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// What stands under a key.
fn below(form: Form, key: &str) -> Form {
    match (form, key) {
        (Form::File, "components") | (Form::Operation | Form::File, "paths") => Form::Operation,
        (Form::Operation, "schemas") | (Form::Schema, "properties" | "patternProperties") => {
            Form::Schemas
        }
        (Form::Schemas, _) | (Form::Operation, "schema") => Form::Schema,
        (Form::Schema, "items" | "additionalProperties" | "anyOf" | "oneOf" | "allOf" | "not") => {
            Form::Schema
        }
        (Form::Operation, key) if !key.starts_with("x-") => Form::Operation,
        _ => Form::Data,
    }
}

/// Where a key stands among its neighbours. Keys of equal rank keep their order.
fn rank(form: Form, key: &str) -> usize {
    const SCHEMA: [&str; 35] = [
        "description",
        "x-evidence",
        "x-comment",
        "x-*",
        "$ref",
        "type",
        "nullable",
        "format",
        "const",
        "enum",
        "x-enum-descriptions",
        "default",
        "minimum",
        "exclusiveMinimum",
        "maximum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "required",
        "properties",
        "items",
        "additionalProperties",
        "anyOf",
        "oneOf",
        "allOf",
        "discriminator",
        "*",
        "deprecated",
    ];
    const OPERATION: [&str; 17] = [
        "operationId",
        "x-rust-name",
        "description",
        "x-evidence",
        "x-comment",
        "x-*",
        "name",
        "in",
        "required",
        "deprecated",
        "security",
        "parameters",
        "requestBody",
        "responses",
        "schema",
        "content",
        "*",
    ];
    const FILE: [&str; 5] = ["x-comment", "x-*", "components", "paths", "*"];
    let order: &[&str] = match form {
        Form::File => &FILE,
        Form::Schema => &SCHEMA,
        Form::Operation => &OPERATION,
        Form::Schemas | Form::Data => return 0,
    };
    let find = |key: &str| order.iter().position(|known| *known == key);
    let class = if key.starts_with("x-") { "x-*" } else { "*" };
    find(key).or_else(|| find(class)).unwrap_or_default()
}
