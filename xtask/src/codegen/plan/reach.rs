//! Which way a component travels: to the server, from it, or both.

use std::collections::BTreeMap;

use crate::Result;
use crate::codegen::read::{Document, Schema};

/// Which way a component travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direction {
    /// In requests.
    pub sent: bool,
    /// In answers and stream chunks.
    pub received: bool,
    /// Inside of something that is marked to be written as it came.
    pub kept: bool,
}

/// Follows the references of every operation. What no operation reaches travels both ways.
///
/// What is inside of something that is written as it came is written as it came, too.
pub(super) fn directions<'a>(
    document: &'a Document,
    schemas: &BTreeMap<&'a str, &'a Schema>,
) -> Result<BTreeMap<&'a str, Direction>> {
    let mut directions: BTreeMap<&str, Direction> = BTreeMap::new();
    for operation in &document.operations {
        let sent = operation.body.iter().chain(
            operation
                .parameters
                .iter()
                .map(|parameter| &parameter.schema),
        );
        for schema in sent {
            visit(schema, schemas, &mut directions, |direction| {
                &mut direction.sent
            })?;
        }
        for schema in operation.answer.iter().chain(&operation.event) {
            visit(schema, schemas, &mut directions, |direction| {
                &mut direction.received
            })?;
        }
    }
    let mut kept = Vec::new();
    for (name, schema) in schemas {
        let unreached = !directions.contains_key(name);
        let direction = directions.entry(name).or_default();
        direction.sent |= unreached;
        direction.received |= unreached;
        if unreached || schema.marked("keep-order") {
            direction.kept = true;
            kept.push((name, schema));
        }
    }
    for (name, schema) in kept {
        visit(schema, schemas, &mut directions, |direction| {
            &mut direction.kept
        })
        .map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(directions)
}

fn visit<'a>(
    schema: &'a Schema,
    schemas: &BTreeMap<&'a str, &'a Schema>,
    directions: &mut BTreeMap<&'a str, Direction>,
    mark: fn(&mut Direction) -> &mut bool,
) -> Result<()> {
    if let Some(name) = schema.reference.as_deref() {
        let (name, target) = schemas
            .get_key_value(name)
            .ok_or_else(|| format!("`{name}` is not in the schema"))?;
        if !std::mem::replace(mark(directions.entry(name).or_default()), true) {
            visit(target, schemas, directions, mark)?;
        }
    }
    let properties = schema.properties.iter().map(|(_, property)| property);
    let inner = schema
        .items
        .iter()
        .chain(&schema.additional)
        .map(|inner| &**inner);
    for inner in properties
        .chain(inner)
        .chain(&schema.members)
        .chain(&schema.all_of)
    {
        visit(inner, schemas, directions, mark)?;
    }
    for (_, target) in schema
        .discriminator
        .iter()
        .flat_map(|discriminator| &discriminator.mapping)
    {
        let reference = Schema {
            reference: Some(target.clone()),
            ..Schema::default()
        };
        let name = reference.reference.as_deref().unwrap_or_default();
        let (name, target) = schemas
            .get_key_value(name)
            .ok_or_else(|| format!("`{name}` is not in the schema"))?;
        if !std::mem::replace(mark(directions.entry(name).or_default()), true) {
            visit(target, schemas, directions, mark)?;
        }
    }
    Ok(())
}
