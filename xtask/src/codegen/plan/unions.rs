//! Unions: told apart by a tag, by the kind of value, or by nothing at all.

use super::names::variant_name;
use super::resolve::{Place, Planner, first_sentence, sentence};
use super::{Shape, Type, Variant};
use crate::Result;
use crate::codegen::read::Schema;

impl Planner<'_> {
    pub(super) fn union(&mut self, schema: &Schema, place: Place<'_>) -> Result<Shape> {
        if let Some(shape) = self.tagged(schema, place)? {
            return Ok(shape);
        }
        if let Some(whole) = self.strings(schema) {
            let values = whole
                .values
                .iter()
                .map(|value| self.value(&whole, place.name, value, false))
                .collect();
            return Ok(Shape::Enum(values));
        }
        let mut variants = Vec::new();
        for (at, member) in schema.members.iter().enumerate() {
            let (kind, required) = self.kind_of(member)?;
            let configured = |key: &str| {
                self.config
                    .variants
                    .get(place.name)
                    .and_then(|names| names.get(key))
                    .cloned()
            };
            let default = match (&member.reference, kind) {
                (Some(name), "object" | "string" | "array") => self.type_name(name),
                (_, "string") => "Text".to_owned(),
                (_, "array") => "Parts".to_owned(),
                (_, "number") => "Number".to_owned(),
                (_, "bool") => "Flag".to_owned(),
                _ => "Object".to_owned(),
            };
            let key = member.reference.clone().unwrap_or_else(|| kind.to_owned());
            let position = format!("{at}");
            let name = configured(&position)
                .or_else(|| configured(&key))
                .unwrap_or_else(|| numbered(default, &variants));
            let inline = format!("{}{name}", place.name);
            let ty = self.resolve(
                member,
                Place {
                    name: &inline,
                    ..place
                },
            )?;
            let docs = member
                .description
                .as_deref()
                .map_or_else(|| kind_docs(kind), sentence);
            variants.push(Variant {
                name,
                ty,
                tags: Vec::new(),
                kind,
                required,
                docs,
            });
        }
        Ok(Shape::Untagged(variants))
    }

    /// A union of known strings and any string: a string.
    pub(super) fn is_any_text(&self, schema: &Schema) -> bool {
        let plain = |member: &Schema| {
            member.reference.is_none()
                && member.values.is_empty()
                && member.constant.is_none()
                && member.types == ["string"]
        };
        schema.members.iter().any(plain) && self.strings(schema).is_some()
    }

    /// A union of strings only, as one set of values.
    fn strings(&self, schema: &Schema) -> Option<Schema> {
        let mut whole = Schema::default();
        for member in &schema.members {
            let member = self.target(member).unwrap_or(member);
            let is_string = member.types.iter().all(|kind| kind == "string")
                && member.members.is_empty()
                && !(member.types.is_empty()
                    && member.values.is_empty()
                    && member.constant.is_none());
            if !is_string {
                return None;
            }
            for value in member.constant.iter().chain(&member.values) {
                if !whole.values.contains(value) {
                    whole.values.push(value.clone());
                }
            }
            whole
                .value_descriptions
                .extend(member.value_descriptions.clone());
        }
        Some(whole)
    }

    fn tagged(&mut self, schema: &Schema, place: Place<'_>) -> Result<Option<Shape>> {
        let Some((tag, members)) = self.tags_of(schema)? else {
            return Ok(None);
        };
        let mut variants: Vec<Variant> = Vec::new();
        for (value, member) in members {
            if let Some(known) = variants
                .iter_mut()
                .find(|variant| variant.required == [member.clone()])
            {
                known.tags.push(value);
                continue;
            }
            let target = self.schemas[member.as_str()];
            let configured = self
                .config
                .variants
                .get(place.name)
                .and_then(|names| names.get(&value))
                .cloned();
            variants.push(Variant {
                name: configured.unwrap_or_else(|| {
                    variant_name(value.strip_prefix("openrouter:").unwrap_or(&value))
                }),
                ty: Type::Named(self.type_name(&member)),
                tags: vec![value],
                kind: "object",
                docs: target
                    .description
                    .as_deref()
                    .map_or_else(|| format!("`{member}`."), first_sentence),
                required: vec![member],
            });
        }
        Ok(Some(Shape::Tagged { tag, variants }))
    }

    /// The tag of a union and the component of each of its values: from the discriminator, or from a field that is
    /// required and constant (or an enum) in every member.
    #[allow(clippy::type_complexity, reason = "used once, right above")]
    fn tags_of(&self, schema: &Schema) -> Result<Option<(String, Vec<(String, String)>)>> {
        if let Some(discriminator) = &schema.discriminator
            && !discriminator.mapping.is_empty()
        {
            // In the order of the members, so that the schema decides how the enum reads.
            let order = |target: &str| {
                schema
                    .members
                    .iter()
                    .position(|member| member.reference.as_deref() == Some(target))
            };
            let mut pairs = discriminator.mapping.clone();
            pairs.sort_by_key(|(_, target)| order(target));
            return Ok(Some((discriminator.property.clone(), pairs)));
        }
        let Some(first) = schema
            .members
            .first()
            .and_then(|member| self.target(member))
        else {
            return Ok(None);
        };
        'tags: for tag in first.required.clone() {
            let mut pairs = Vec::new();
            for member in &schema.members {
                let (Some(name), Some(target)) = (&member.reference, self.target(member)) else {
                    return Ok(None);
                };
                let property = target
                    .properties
                    .iter()
                    .find(|(known, _)| *known == tag)
                    .map(|(_, property)| property);
                let property =
                    property.and_then(|property| self.target(property).or(Some(property)));
                match property {
                    Some(Schema {
                        constant: Some(value),
                        ..
                    }) => pairs.push((value.clone(), name.clone())),
                    Some(property) if !property.values.is_empty() => {
                        pairs.extend(
                            property
                                .values
                                .iter()
                                .map(|value| (value.clone(), name.clone())),
                        );
                    }
                    _ => continue 'tags,
                }
            }
            return Ok(Some((tag, pairs)));
        }
        Ok(None)
    }

    /// The kind of JSON value of a union's member, and the fields that tell an object from others.
    fn kind_of(&self, schema: &Schema) -> Result<(&'static str, Vec<String>)> {
        if let Some(merged) = self.merged(schema) {
            return self.kind_of(&merged);
        }
        if let Some(name) = &schema.reference {
            let target = *self
                .schemas
                .get(name.as_str())
                .ok_or_else(|| format!("`{name}` is not in the schema"))?;
            return self.kind_of(target);
        }
        let kind = match schema.types.first().map(String::as_str) {
            Some("string") => "string",
            Some("boolean") => "bool",
            Some("integer" | "number") => "number",
            Some("array") => "array",
            Some("object") => "object",
            _ if !schema.values.is_empty() || schema.constant.is_some() => "string",
            _ if !schema.properties.is_empty() => "object",
            _ if !schema.members.is_empty() => self.kind_of(&schema.members[0])?.0,
            _ => return Err("a union's member of any kind".into()),
        };
        Ok((kind, schema.required.clone()))
    }
}

fn kind_docs(kind: &str) -> String {
    match kind {
        "string" => "A text.",
        "array" => "A list.",
        "number" => "A number.",
        "bool" => "Yes or no.",
        _ => "An object.",
    }
    .to_owned()
}

/// A name that no other member has: what a pull adds must compile before anybody has named it.
fn numbered(name: String, others: &[Variant]) -> String {
    let taken = |name: &str| others.iter().any(|other| other.name == name);
    if !taken(&name) {
        return name;
    }
    (2..)
        .map(|number| format!("{name}{number}"))
        .find(|name| !taken(name))
        .unwrap_or(name)
}
