//! From schemas to items, one component after another.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{constant_name, field_name, variant_name};
use super::{Call, Direction, Field, Item, Object, Plan, Presence, Shape, Type, Value};
use crate::Result;
use crate::codegen::read::{Component, Config, Operation, Schema};

pub(super) struct Planner<'a> {
    pub(super) schemas: &'a BTreeMap<&'a str, &'a Schema>,
    pub(super) config: &'a Config,
    directions: &'a BTreeMap<&'a str, Direction>,
    plan: Plan,
}

/// Where a schema stands, for naming and placing what is written inline.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) name: &'a str,
    pub(super) subject: &'a str,
    pub(super) direction: Direction,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        schemas: &'a BTreeMap<&'a str, &'a Schema>,
        config: &'a Config,
        directions: &'a BTreeMap<&'a str, Direction>,
    ) -> Self {
        Self {
            schemas,
            config,
            directions,
            plan: Plan::default(),
        }
    }

    pub(super) fn finish(self) -> Result<Plan> {
        for item in &self.plan.items {
            let names: Vec<&String> = match &item.shape {
                Shape::Enum(values) | Shape::Newtype(values) => {
                    values.iter().map(|value| &value.name).collect()
                }
                Shape::Tagged { variants, .. } | Shape::Untagged(variants) => {
                    variants.iter().map(|variant| &variant.name).collect()
                }
                Shape::Object(object) => object.fields.iter().map(|field| &field.name).collect(),
                Shape::Alias(_) => continue,
            };
            let mut seen = BTreeSet::from(["Unknown", "extra"]);
            if let Some(twice) = names.into_iter().find(|name| !seen.insert(name)) {
                return Err(format!(
                    "{} has two parts named {twice}; rename one in codegen.toml",
                    item.name
                )
                .into());
            }
        }
        let mut seen: BTreeMap<&str, &Option<String>> = BTreeMap::new();
        for item in &self.plan.items {
            if seen.insert(&item.name, &item.component).is_some() {
                return Err(format!(
                    "two types are named {}; rename one in codegen.toml",
                    item.name
                )
                .into());
            }
        }
        Ok(self.plan)
    }

    pub(super) fn component(&mut self, component: &'a Component) -> Result<()> {
        let name = self.type_name(&component.name);
        let direction = self.directions[component.name.as_str()];
        let place = Place {
            name: &name,
            subject: &component.subject,
            direction,
        };
        let shape = match self.shape(&component.schema, place)? {
            Some(shape) => shape,
            None => Shape::Alias(self.inline(&component.schema, place)?),
        };
        let docs = component.schema.description.clone();
        let published = !component.schema.marked("inline");
        let published = published.then(|| component.name.clone());
        self.push(&name, published, &component.subject, docs, shape);
        Ok(())
    }

    pub(super) fn operation(&mut self, operation: &Operation) -> Result<()> {
        let sent = Direction {
            sent: true,
            received: false,
            kept: false,
        };
        let mut parameters = Vec::new();
        for (at, parameter) in operation.parameters.iter().enumerate() {
            let name = field_name(
                &parameter
                    .name
                    .trim_start_matches("X-")
                    .trim_start_matches("x-")
                    .replace("OpenRouter-", ""),
            );
            let inline = format!("{}{}", operation.rust_name, variant_name(&name));
            let place = Place {
                name: &inline,
                subject: "operations",
                direction: sent,
            };
            parameters.push((name, self.resolve(&parameter.schema, place)?, at));
        }
        let mut part = |schema: &Option<Schema>, suffix: &str, direction| -> Result<Option<Type>> {
            let inline = format!("{}{suffix}", operation.rust_name);
            let place = Place {
                name: &inline,
                subject: "operations",
                direction,
            };
            schema
                .as_ref()
                .map(|schema| self.resolve(schema, place))
                .transpose()
        };
        let received = Direction {
            sent: false,
            received: true,
            kept: false,
        };
        let body = part(&operation.body, "Body", sent)?;
        let answer = part(&operation.answer, "Answer", received)?;
        let event = part(&operation.event, "Event", received)?;
        self.plan.operations.push(Call {
            operation: operation.clone(),
            parameters,
            body,
            answer,
            event,
        });
        Ok(())
    }

    pub(super) fn type_name(&self, component: &str) -> String {
        self.config
            .types
            .get(component)
            .cloned()
            .unwrap_or_else(|| variant_name(component))
    }

    fn push(
        &mut self,
        name: &str,
        component: Option<String>,
        subject: &str,
        docs: Option<String>,
        shape: Shape,
    ) {
        let item = Item {
            name: name.to_owned(),
            component,
            subject: subject.to_owned(),
            docs,
            shape,
        };
        self.plan.items.push(item);
    }

    /// What a schema becomes when it deserves a type of its own.
    fn shape(&mut self, schema: &Schema, place: Place<'_>) -> Result<Option<Shape>> {
        if let Some(merged) = self.merged(schema) {
            return self.shape(&merged, place);
        }
        if schema.reference.is_some() || schema.marked("flag") {
            return Ok(None);
        }
        if !schema.values.is_empty() && schema.types.iter().all(|kind| kind == "string") {
            let newtype = schema.marked("newtype");
            let values = schema
                .values
                .iter()
                .map(|value| self.value(schema, place.name, value, newtype))
                .collect();
            return Ok(Some(if newtype {
                Shape::Newtype(values)
            } else {
                Shape::Enum(values)
            }));
        }
        if self.is_any_text(schema) {
            return Ok(None);
        }
        if !schema.members.is_empty() {
            return self.union(schema, place).map(Some);
        }
        let is_object =
            schema.types.iter().any(|kind| kind == "object") || !schema.properties.is_empty();
        let is_map =
            schema.properties.is_empty() && (schema.additional.is_some() || schema.marked("raw"));
        if is_object && !is_map {
            return self.object(schema, place).map(Shape::Object).map(Some);
        }
        Ok(None)
    }

    pub(super) fn value(&self, schema: &Schema, owner: &str, value: &str, newtype: bool) -> Value {
        let configured = self
            .config
            .variants
            .get(owner)
            .and_then(|names| names.get(value))
            .cloned();
        let name = configured.unwrap_or_else(|| {
            if newtype {
                constant_name(value)
            } else {
                variant_name(value)
            }
        });
        // `Unknown` is the catch-all.
        let name = if name == "Unknown" {
            "Unspecified".to_owned()
        } else {
            name
        };
        let docs = schema
            .value_descriptions
            .get(value)
            .map_or_else(|| format!("`{value}`."), |docs| sentence(docs));
        Value {
            name,
            wire: value.to_owned(),
            docs,
        }
    }

    /// Whether a part of an `allOf` says no more of the component before it than what may be absent or `null`.
    fn restates(&self, component: &Schema, part: &Schema) -> bool {
        let known = |name: &str| {
            let properties = &self.target(component)?.properties;
            Some(&properties.iter().find(|(known, _)| known == name)?.1)
        };
        part.reference.is_none()
            && part.members.is_empty()
            && part.properties.iter().all(|(name, property)| {
                known(name).is_some_and(|known| self.same_but_for_null(known, property))
            })
    }

    fn same_but_for_null(&self, a: &Schema, b: &Schema) -> bool {
        let (merged_a, merged_b) = (self.merged(a), self.merged(b));
        let (a, b) = (
            merged_a.as_ref().unwrap_or(a),
            merged_b.as_ref().unwrap_or(b),
        );
        a.reference == b.reference
            && a.types == b.types
            && a.values == b.values
            && a.constant == b.constant
            && [a, b].iter().all(|schema| {
                schema.properties.is_empty()
                    && schema.members.is_empty()
                    && schema.all_of.is_empty()
            })
            && match (&a.items, &b.items) {
                (Some(a), Some(b)) => self.same_but_for_null(a, b),
                (None, None) => true,
                _ => false,
            }
    }

    /// `allOf`, or a union of one (with `null`), as one plain schema; `None` when there is nothing to simplify.
    pub(super) fn merged(&self, schema: &Schema) -> Option<Schema> {
        if let ([one], None, true) = (
            &schema.members[..],
            &schema.discriminator,
            schema.properties.is_empty(),
        ) {
            let description = schema
                .description
                .clone()
                .or_else(|| one.description.clone());
            let marks = schema.marks.iter().chain(&one.marks).cloned().collect();
            return Some(Schema {
                nullable: one.nullable || schema.nullable,
                description,
                marks,
                ..one.clone()
            });
        }
        let (first, rest) = schema.all_of.split_first()?;
        if schema.properties.is_empty()
            && first.reference.is_some()
            && rest.iter().all(|part| self.restates(first, part))
        {
            let nullable = first.nullable || schema.nullable;
            let description = schema
                .description
                .clone()
                .or_else(|| first.description.clone());
            return Some(Schema {
                nullable,
                description,
                marks: schema.marks.clone(),
                ..first.clone()
            });
        }
        let mut whole = Schema {
            all_of: Vec::new(),
            ..schema.clone()
        };
        for part in &schema.all_of {
            let part = match &part.reference {
                Some(name) => self
                    .schemas
                    .get(name.as_str())
                    .map_or(part, |target| *target),
                None => part,
            };
            whole.types.extend(part.types.iter().cloned());
            for (name, property) in &part.properties {
                match whole.properties.iter_mut().find(|(known, _)| known == name) {
                    Some((_, known)) => *known = property.clone(),
                    None => whole.properties.push((name.clone(), property.clone())),
                }
            }
            whole.required.extend(part.required.iter().cloned());
            whole.members.extend(part.members.iter().cloned());
            whole.nullable |= part.nullable;
        }
        Some(whole)
    }

    fn object(&mut self, schema: &Schema, place: Place<'_>) -> Result<Object> {
        let Direction {
            sent,
            received,
            kept,
        } = place.direction;
        let optional_lists = self
            .config
            .optional_lists
            .get(place.name)
            .cloned()
            .unwrap_or_default();
        let keeps_absent = |wire: &String| optional_lists.contains(wire);
        let mut fields = Vec::new();
        for (wire, property) in &schema.properties {
            let named = self
                .config
                .fields
                .get(place.name)
                .and_then(|names| names.get(wire))
                .cloned();
            let name = named.unwrap_or_else(|| field_name(wire));
            let required = schema.required.contains(wire);
            let constant = property
                .constant
                .as_ref()
                .filter(|_| required && property.types.iter().all(|t| t == "string"));
            let inline = format!("{}{}", place.name, variant_name(wire));
            let (ty, nullable) = match constant {
                Some(_) => (Type::String, false),
                None => self.field_type(
                    property,
                    Place {
                        name: &inline,
                        ..place
                    },
                )?,
            };
            let presence = match (constant, &ty) {
                (Some(value), _) => Presence::Constant(value.clone()),
                (None, Type::List(_)) if received && !sent && !keeps_absent(wire) => Presence::List,
                (None, Type::List(_)) if required && !nullable => Presence::Required,
                _ if property.marked("write-null") => Presence::Nullable,
                _ if sent && required && !nullable => Presence::Required,
                _ => Presence::Optional,
            };
            let keeps_order = sent && received;
            let ty = match ty {
                Type::Unsigned | Type::Signed | Type::Float if keeps_order => Type::Number,
                ty if property.marked("boxed") => Type::Boxed(Box::new(ty)),
                ty => ty,
            };
            fields.push(Field {
                name,
                wire: wire.clone(),
                presence,
                ty,
                docs: docs(property),
            });
        }
        // A number has seven bits, and the set of those that are present 128.
        if fields.len() > 120 {
            return Err("more fields than a field number can count".into());
        }
        Ok(Object {
            fields,
            keeps_order: (sent && received) || kept || schema.marked("keep-order"),
            sent,
            overlay: schema.marked("overlay"),
        })
    }

    /// The type of a property, and whether it may be `null`.
    fn field_type(&mut self, schema: &Schema, place: Place<'_>) -> Result<(Type, bool)> {
        let merged = self.merged(schema);
        let schema = merged.as_ref().unwrap_or(schema);
        let mut nullable = schema.nullable;
        if let Some(target) = schema
            .reference
            .as_deref()
            .and_then(|name| self.schemas.get(name))
        {
            nullable |= target.nullable;
        }
        Ok((self.resolve(schema, place)?, nullable))
    }

    /// The Rust type of a schema; what is written inline and deserves a name gets one.
    pub(super) fn resolve(&mut self, schema: &Schema, place: Place<'_>) -> Result<Type> {
        if let Some(merged) = self.merged(schema) {
            return self.resolve(&merged, place);
        }
        if let Some(name) = &schema.reference {
            let target = *self
                .schemas
                .get(name.as_str())
                .ok_or_else(|| format!("`{name}` is not in the schema"))?;
            return self.reference(name, target);
        }
        match self.shape(schema, place)? {
            Some(shape) => {
                self.push(
                    place.name,
                    None,
                    place.subject,
                    schema.description.clone(),
                    shape,
                );
                Ok(Type::Named(place.name.to_owned()))
            }
            None => self.inline(schema, place),
        }
    }

    /// A component by its name, or what it stands for when it is only another name.
    fn reference(&self, name: &str, target: &Schema) -> Result<Type> {
        let merged = self.merged(target);
        let target = merged.as_ref().unwrap_or(target);
        let named = target.reference.is_none()
            && !self.is_any_text(target)
            && (!target.members.is_empty()
                || (!target.values.is_empty() && target.types.iter().all(|kind| kind == "string"))
                || !target.properties.is_empty()
                || (target.types.iter().any(|kind| kind == "object")
                    && target.additional.is_none()
                    && !target.marked("raw")));
        if named {
            return Ok(Type::Named(self.type_name(name)));
        }
        match &target.reference {
            Some(next) => {
                let schema = *self
                    .schemas
                    .get(next.as_str())
                    .ok_or_else(|| format!("`{next}` is not in the schema"))?;
                self.reference(next, schema)
            }
            // Inline parts of an alias are named after the alias, and were planned with it.
            None => self.alias_type(target, &self.type_name(name)),
        }
    }

    /// The type of an alias, without planning its inline parts again.
    fn alias_type(&self, schema: &Schema, name: &str) -> Result<Type> {
        let mut scratch = Planner::new(self.schemas, self.config, self.directions);
        let place = Place {
            name,
            subject: "",
            direction: Direction {
                sent: true,
                received: true,
                kept: false,
            },
        };
        scratch.inline(schema, place)
    }

    /// The type of a schema that needs no name of its own.
    fn inline(&mut self, schema: &Schema, place: Place<'_>) -> Result<Type> {
        if let Some(merged) = self.merged(schema) {
            return self.inline(&merged, place);
        }
        if let Some(name) = &schema.reference {
            let target = *self
                .schemas
                .get(name.as_str())
                .ok_or_else(|| format!("`{name}` is not in the schema"))?;
            return self.reference(name, target);
        }
        if schema.marked("decimal") {
            return Ok(Type::Decimal);
        }
        if schema.marked("raw") {
            return Ok(Type::Raw);
        }
        if schema.marked("flag") {
            return Ok(Type::Bool);
        }
        let kinds: Vec<&str> = schema.types.iter().map(String::as_str).collect();
        Ok(match kinds[..] {
            ["string"] if schema.marked("bulk") => Type::Bulk,
            ["string"] if schema.marked("secret") => Type::Secret,
            ["string"] => Type::String,
            ["boolean"] => Type::Bool,
            ["integer"]
                if schema.marked("signed") || schema.values.iter().any(|v| v.starts_with('-')) =>
            {
                Type::Signed
            }
            ["integer"] => Type::Unsigned,
            ["number"] if schema.marked("whole") => Type::Unsigned,
            ["number"] | ["integer", "number"] | ["number", "integer"] => Type::Float,
            ["array"] => {
                let item = schema.items.as_deref().cloned().unwrap_or_default();
                let inline = format!("{}Item", place.name);
                Type::List(Box::new(self.resolve(
                    &item,
                    Place {
                        name: &inline,
                        ..place
                    },
                )?))
            }
            ["object"] => match schema.additional.as_deref() {
                Some(values) => {
                    let inline = format!("{}Value", place.name);
                    match self.resolve(
                        values,
                        Place {
                            name: &inline,
                            ..place
                        },
                    )? {
                        Type::Raw => Type::Extra,
                        values => Type::Map(Box::new(values)),
                    }
                }
                None => Type::Extra,
            },
            [] if schema.constant.is_some() || self.is_any_text(schema) => Type::String,
            _ => Type::Raw,
        })
    }

    pub(super) fn target(&self, schema: &Schema) -> Option<&'a Schema> {
        self.schemas.get(schema.reference.as_deref()?).copied()
    }
}

/// A property's docs: what it means, and where it comes from when the published description lacks it.
fn docs(schema: &Schema) -> String {
    schema
        .description
        .as_deref()
        .map_or_else(|| "No description yet.".to_owned(), sentence)
}

pub(super) fn sentence(text: &str) -> String {
    text.trim().to_owned()
}

pub(super) fn first_sentence(text: &str) -> String {
    let text = text.trim();
    match text.find(". ").into_iter().chain(text.find(".\n")).min() {
        Some(end) => text[..=end].to_owned(),
        None => text.to_owned(),
    }
}
