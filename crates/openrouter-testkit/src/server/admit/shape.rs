//! What a body must look like, written down as data, and what is wrong with one that does not.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// What a value must be.
#[derive(Debug)]
pub(super) enum Shape {
    /// Any JSON.
    Any,
    /// True or false.
    Flag,
    /// A text of so many characters, at least and at most.
    Text(usize, usize),
    /// 1 to 64 letters, digits, underscores and dashes.
    Name,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number of a range, both ends included.
    Number(f64, f64),
    /// A number without a fraction; `3.0` is one.
    Whole(f64, f64),
    /// So many values of a shape, at least and at most.
    List(&'static Shape, usize, usize),
    /// Fields, and any others.
    Object(&'static [Field]),
    /// Fields, and no others.
    Closed(&'static [Field]),
    /// Any keys of so many characters with values of a shape, and at most so many of them.
    Map(&'static Shape, usize, usize),
    /// An object whose kind is named by a field; each kind has fields of its own.
    Tagged(&'static str, &'static [(&'static str, &'static [Field])]),
    /// Any of these.
    Either(&'static [Shape]),
}

/// A field of an object.
#[derive(Debug)]
pub(super) struct Field {
    name: &'static str,
    presence: Presence,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
    // May be left out, and may be null.
    Nullable,
}

pub(super) const fn required(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        presence: Presence::Required,
        shape,
    }
}

pub(super) const fn optional(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        presence: Presence::Optional,
        shape,
    }
}

pub(super) const fn nullable(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        presence: Presence::Nullable,
        shape,
    }
}

/// As many as one likes.
pub(super) const MANY: usize = usize::MAX;
/// Any text.
pub(super) const TEXT: Shape = Shape::Text(0, MANY);
/// Any list of texts.
pub(super) const TEXTS: Shape = Shape::List(&TEXT, 0, MANY);
/// Any number.
pub(super) const NUMBER: Shape = Shape::Number(f64::NEG_INFINITY, f64::INFINITY);
/// Any whole number.
pub(super) const WHOLE: Shape = Shape::Whole(f64::NEG_INFINITY, f64::INFINITY);
/// A whole number of at least 1.
pub(super) const COUNT: Shape = Shape::Whole(1.0, f64::INFINITY);
/// Any object.
pub(super) const OBJECT: Shape = Shape::Object(&[]);

/// Everything that is wrong with a value, each with its place, such as `messages.0.role: Required`.
pub(super) fn problems(value: &Value, shape: &Shape) -> Vec<String> {
    let mut found = Vec::new();
    check(value, shape, "", &mut found);
    found
}

fn check(value: &Value, shape: &Shape, path: &str, found: &mut Vec<String>) {
    let is_fit = match (shape, value) {
        (Shape::Any, _) => true,
        (Shape::Flag, Value::Bool(_)) => true,
        (Shape::Text(least, most), Value::String(text)) => {
            (*least..=*most).contains(&text.chars().count())
        }
        (Shape::Name, Value::String(text)) => is_name(text),
        (Shape::Word(words), Value::String(text)) => words.contains(&text.as_str()),
        (Shape::Number(least, most), Value::Number(number)) => number
            .as_f64()
            .is_some_and(|number| (*least..=*most).contains(&number)),
        (Shape::Whole(least, most), Value::Number(number)) => number
            .as_f64()
            .is_some_and(|number| number.fract() == 0.0 && (*least..=*most).contains(&number)),
        (Shape::List(item, least, most), Value::Array(items)) => {
            for (at, value) in items.iter().enumerate() {
                check(value, item, &join(path, &at.to_string()), found);
            }
            (*least..=*most).contains(&items.len())
        }
        (Shape::Map(item, most_pairs, most_chars), Value::Object(pairs)) => {
            for (key, value) in pairs {
                check(value, item, &join(path, key), found);
            }
            pairs.len() <= *most_pairs && pairs.keys().all(|key| key.chars().count() <= *most_chars)
        }
        (Shape::Object(fields), Value::Object(object)) => {
            check_fields(object, fields, path, found);
            true
        }
        (Shape::Closed(fields), Value::Object(object)) => {
            check_fields(object, fields, path, found);
            let known = |key: &str| fields.iter().any(|field| field.name == key);
            for key in object.keys().filter(|key| !known(key)) {
                let names: Vec<_> = fields.iter().map(|field| field.name).collect();
                found.push(format!(
                    "{}: unknown field; there are {}",
                    join(path, key),
                    names.join(", ")
                ));
            }
            true
        }
        (Shape::Tagged(tag, kinds), Value::Object(object)) => {
            check_tagged(object, tag, kinds, path, found);
            true
        }
        (Shape::Either(shapes), value) => {
            found.extend(check_either(value, shapes, path));
            true
        }
        _ => false,
    };
    if !is_fit {
        found.push(mismatch(path, &shape.to_string(), value));
    }
}

fn check_fields(
    object: &Map<String, Value>,
    fields: &[Field],
    path: &str,
    found: &mut Vec<String>,
) {
    for field in fields {
        let path = join(path, field.name);
        match (object.get(field.name), field.presence) {
            (None, Presence::Required) => found.push(format!("{path}: Required")),
            (None, _) | (Some(Value::Null), Presence::Nullable) => {}
            (Some(value), _) => check(value, &field.shape, &path, found),
        }
    }
}

fn check_tagged(
    object: &Map<String, Value>,
    tag: &str,
    kinds: &[(&str, &[Field])],
    path: &str,
    found: &mut Vec<String>,
) {
    let tag_path = join(path, tag);
    let Some(named) = object.get(tag) else {
        found.push(format!("{tag_path}: Required"));
        return;
    };
    match kinds.iter().find(|(kind, _)| named == kind) {
        Some((_, fields)) => check_fields(object, fields, path, found),
        None => {
            let kinds: Vec<_> = kinds.iter().map(|(kind, _)| *kind).collect();
            found.push(mismatch(&tag_path, &one_of(&kinds), named));
        }
    }
}

/// What is wrong by the shape that comes closest: of those of the value's kind the one with the fewest problems.
fn check_either(value: &Value, shapes: &[Shape], path: &str) -> Vec<String> {
    let mut closest: Option<Vec<String>> = None;
    for shape in shapes {
        let mut found = Vec::new();
        check(value, shape, path, &mut found);
        if found.is_empty() {
            return found;
        }
        let is_closer = closest
            .as_ref()
            .is_none_or(|least| found.len() < least.len());
        if shape.is_of_kind(value) && is_closer {
            closest = Some(found);
        }
    }
    closest.unwrap_or_else(|| {
        let shapes: Vec<_> = shapes.iter().map(ToString::to_string).collect();
        vec![mismatch(path, &shapes.join(" or "), value)]
    })
}

impl Shape {
    /// Whether the value is of the JSON kind that this takes, whatever is in it.
    fn is_of_kind(&self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Flag => value.is_boolean(),
            Self::Text(..) | Self::Name | Self::Word(_) => value.is_string(),
            Self::Number(..) | Self::Whole(..) => value.is_number(),
            // Lists are told apart by what they begin with.
            Self::List(item, ..) => value
                .as_array()
                .is_some_and(|items| items.first().is_none_or(|first| item.is_of_kind(first))),
            Self::Object(_) | Self::Closed(_) | Self::Map(..) | Self::Tagged(..) => {
                value.is_object()
            }
            Self::Either(shapes) => shapes.iter().any(|shape| shape.is_of_kind(value)),
        }
    }
}

/// What is taken, in words.
impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("anything"),
            Self::Flag => f.write_str("true or false"),
            Self::Text(least, most) => {
                f.write_str("a text")?;
                counted(f, *least, *most, "characters")
            }
            Self::Name => f.write_str("1 to 64 letters, digits, underscores and dashes"),
            Self::Word(words) => f.write_str(&one_of(words)),
            Self::Number(least, most) => {
                f.write_str("a number")?;
                ranged(f, *least, *most)
            }
            Self::Whole(least, most) => {
                f.write_str("a whole number")?;
                ranged(f, *least, *most)
            }
            Self::List(_, least, most) => {
                f.write_str("a list")?;
                counted(f, *least, *most, "items")
            }
            Self::Map(_, most_pairs, most_chars) => {
                f.write_str("an object")?;
                counted(f, 0, *most_pairs, "fields")?;
                match *most_chars {
                    MANY => Ok(()),
                    most => write!(f, " with names of at most {most} characters"),
                }
            }
            Self::Object(_) | Self::Closed(_) | Self::Tagged(..) => f.write_str("an object"),
            Self::Either(shapes) => {
                let shapes: Vec<_> = shapes.iter().map(ToString::to_string).collect();
                f.write_str(&shapes.join(" or "))
            }
        }
    }
}

fn counted(
    f: &mut std::fmt::Formatter<'_>,
    least: usize,
    most: usize,
    what: &str,
) -> std::fmt::Result {
    match (least, most) {
        (0, MANY) => Ok(()),
        (1, MANY) => f.write_str(", not empty"),
        (0, most) => write!(f, " of at most {most} {what}"),
        (least, MANY) => write!(f, " of at least {least} {what}"),
        (least, most) => write!(f, " of {least} to {most} {what}"),
    }
}

fn ranged(f: &mut std::fmt::Formatter<'_>, least: f64, most: f64) -> std::fmt::Result {
    match (least.is_finite(), most.is_finite()) {
        (true, true) => write!(f, " of {least} to {most}"),
        (true, false) => write!(f, " of at least {least}"),
        (false, true) => write!(f, " of at most {most}"),
        (false, false) => Ok(()),
    }
}

fn one_of(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match words.as_slice() {
        [word] => word.clone(),
        words => format!("one of {}", words.join(", ")),
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn mismatch(path: &str, expected: &str, value: &Value) -> String {
    let path = if path.is_empty() { "body" } else { path };
    format!("{path}: expected {expected}, received {}", received(value))
}

/// A value in few words: long ones are a part of the conversation, and of no help.
fn received(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let length = text.chars().count();
            if length <= 40 {
                return format!("{text:?}");
            }
            let mut shown: String = text.chars().take(20).collect();
            let _ = write!(shown, "… ({length} characters)");
            format!("{shown:?}")
        }
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
        value => value.to_string(),
    }
}

fn join(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}
