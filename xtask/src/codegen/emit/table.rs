//! The table by which a test goes through every type.

use std::fmt::Write;

use super::HEADER;
use crate::codegen::plan::{Item, Plan, Presence, Shape, Type};

/// Names every type with its fields, values or members, for the test that reads each of them in every odd way.
#[must_use]
pub fn table(plan: &Plan) -> String {
    let mut text = String::from(HEADER);
    text.push_str("\nuse openrouter_types::*;\n");
    if plan.items.iter().any(|item| item.subject == "operations") {
        text.push_str("use openrouter_types::operations::*;\n");
    }
    text.push_str("\nuse super::Entry;\nuse super::Kind::*;\n\n");
    text.push_str("pub(super) const TYPES: &[Entry] = &[\n");
    for item in &plan.items {
        entry(&mut text, item);
    }
    text.push_str("];\n");
    text
}

fn entry(text: &mut String, item: &Item) {
    let name = &item.name;
    let mut tag_of = String::new();
    let (shape, parts): (&str, Vec<String>) = match &item.shape {
        Shape::Alias(_) => return,
        Shape::Object(object) => {
            let order = if object.keeps_order {
                "as_it_came"
            } else {
                "by_schema"
            };
            let fields = object.fields.iter().map(|field| {
                let kind = match &field.presence {
                    Presence::Constant(value) => format!("Only({value:?})"),
                    _ => kind(&field.ty),
                };
                format!("({:?}, {kind})", field.wire)
            });
            (order, fields.collect())
        }
        Shape::Enum(values) | Shape::Newtype(values) => {
            let values = values.iter().map(|value| format!("{:?}", value.wire));
            ("word", values.collect())
        }
        Shape::Tagged { tag, variants } => {
            let members = variants.iter().flat_map(|variant| {
                let kind = kind(&variant.ty);
                variant
                    .tags
                    .iter()
                    .map(move |tag| format!("({tag:?}, {kind})"))
            });
            tag_of = format!("{tag:?}, ");
            ("tagged", members.collect())
        }
        Shape::Untagged(variants) => {
            let kinds = variants.iter().map(|variant| kind(&variant.ty));
            ("by_kind", kinds.collect())
        }
    };
    let mut line = format!("    Entry::{shape}::<{name}>({name:?}, {tag_of}&[");
    for part in parts {
        if line.len() + part.len() + 2 > WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = String::from("        ");
        }
        // Writing to a `String` cannot fail.
        let _ = write!(line, "{part}, ");
    }
    let line = line.strip_suffix(", ").unwrap_or(&line);
    text.push_str(line);
    text.push_str("]),\n");
}

/// The width of a line of the table.
const WIDTH: usize = 118;

fn kind(ty: &Type) -> String {
    match ty {
        Type::String | Type::Bulk | Type::Secret => "Text".to_owned(),
        Type::Bool => "Flag".to_owned(),
        Type::Unsigned | Type::Signed => "Whole".to_owned(),
        Type::Float => "Float".to_owned(),
        Type::Number => "Exact".to_owned(),
        Type::Decimal => "Price".to_owned(),
        Type::Raw => "Any".to_owned(),
        Type::Extra => "Fields".to_owned(),
        Type::Named(name) => format!("Of({name:?})"),
        Type::List(inner) => format!("List(&{})", kind(inner)),
        Type::Map(inner) => format!("Map(&{})", kind(inner)),
        Type::Boxed(inner) => kind(inner),
    }
}
