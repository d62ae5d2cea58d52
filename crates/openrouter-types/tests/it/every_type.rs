//! Every type is open, and those that travel both ways go back as they came. The table of types is generated.

use openrouter_types::{Decode, DecodeError, Extra, RawJson};
use proptest::prelude::*;
use serde_json::Value;

#[rustfmt::skip]
mod table;

use table::TYPES;

/// A type, what it is made of, and the way through it.
struct Entry {
    name: &'static str,
    shape: Shape,
    read: fn(&[u8]) -> Result<Read, DecodeError>,
}

enum Shape {
    Object {
        fields: &'static [(&'static str, Kind)],
        /// Travels both ways, so that it is written in the order in which it came.
        as_it_came: bool,
    },
    Word(&'static [&'static str]),
    Tagged(&'static str, &'static [(&'static str, Kind)]),
    ByKind(&'static [Kind]),
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Text,
    Flag,
    Whole,
    Float,
    Exact,
    Price,
    Any,
    Fields,
    Only(&'static str),
    Of(&'static str),
    List(&'static Kind),
    Map(&'static Kind),
}

/// A value that was read: written again, and as `Debug` shows it.
struct Read {
    written: String,
    shown: String,
}

fn read<T: Decode + serde::Serialize + std::fmt::Debug>(json: &[u8]) -> Result<Read, DecodeError> {
    let value = T::decode(json)?;
    Ok(Read {
        written: serde_json::to_string(&value)?,
        shown: format!("{value:?}"),
    })
}

impl Entry {
    const fn new<T: Decode + serde::Serialize + std::fmt::Debug>(
        name: &'static str,
        shape: Shape,
    ) -> Self {
        Self {
            name,
            shape,
            read: read::<T>,
        }
    }

    const fn by_schema<T: Decode + serde::Serialize + std::fmt::Debug>(
        name: &'static str,
        fields: &'static [(&'static str, Kind)],
    ) -> Self {
        Self::new::<T>(
            name,
            Shape::Object {
                fields,
                as_it_came: false,
            },
        )
    }

    const fn as_it_came<T: Decode + serde::Serialize + std::fmt::Debug>(
        name: &'static str,
        fields: &'static [(&'static str, Kind)],
    ) -> Self {
        Self::new::<T>(
            name,
            Shape::Object {
                fields,
                as_it_came: true,
            },
        )
    }

    const fn word<T: Decode + serde::Serialize + std::fmt::Debug>(
        name: &'static str,
        values: &'static [&'static str],
    ) -> Self {
        Self::new::<T>(name, Shape::Word(values))
    }

    const fn tagged<T: Decode + serde::Serialize + std::fmt::Debug>(
        name: &'static str,
        tag: &'static str,
        members: &'static [(&'static str, Kind)],
    ) -> Self {
        Self::new::<T>(name, Shape::Tagged(tag, members))
    }

    const fn by_kind<T: Decode + serde::Serialize + std::fmt::Debug>(
        name: &'static str,
        kinds: &'static [Kind],
    ) -> Self {
        Self::new::<T>(name, Shape::ByKind(kinds))
    }

    fn named(name: &str) -> &'static Self {
        TYPES.iter().find(|entry| entry.name == name).unwrap()
    }

    /// Reads and writes.
    fn read(&self, json: &str) -> Read {
        (self.read)(json.as_bytes())
            .unwrap_or_else(|error| panic!("{} from {json}: {error}", self.name))
    }

    fn comes_back(&self, json: &str) {
        assert_eq!(self.read(json).written, json, "{}", self.name);
    }

    /// The text of a field after reading and writing.
    #[track_caller]
    fn field_of(&self, json: &str, field: &str) -> String {
        let written = self.read(json).written;
        let fields: Extra = serde_json::from_str(&written).unwrap();
        match fields.get(field) {
            Some(value) => value.to_string(),
            None => panic!("{}: {field} of {json} is lost: {written}", self.name),
        }
    }
}

/// Objects: the type, its fields, and whether it travels both ways.
fn objects() -> impl Iterator<Item = (&'static Entry, &'static [(&'static str, Kind)], bool)> {
    TYPES.iter().filter_map(|entry| match &entry.shape {
        Shape::Object { fields, as_it_came } => Some((entry, *fields, *as_it_came)),
        _ => None,
    })
}

/// Each field of each object.
fn fields() -> impl Iterator<Item = (&'static Entry, &'static str, Kind, bool)> {
    objects().flat_map(|(entry, fields, as_it_came)| {
        fields
            .iter()
            .map(move |(field, kind)| (entry, *field, *kind, as_it_came))
    })
}

/// A value such as the field expects.
fn ordinary(kind: Kind) -> String {
    match kind {
        Kind::Text => r#""some text""#.into(),
        Kind::Flag => "true".into(),
        Kind::Whole => "7".into(),
        Kind::Float => "0.25".into(),
        Kind::Exact => "7.50".into(),
        Kind::Price => r#""0.00000150""#.into(),
        Kind::Any => r#"{"b":1.50,"a":[null]}"#.into(),
        Kind::Fields => r#"{"b":1.50,"a":null}"#.into(),
        Kind::Only(text) => format!("{text:?}"),
        Kind::List(inner) => format!("[{}]", ordinary(*inner)),
        Kind::Map(inner) => format!(r#"{{"b":{0},"a":{0}}}"#, ordinary(*inner)),
        Kind::Of(name) => match &Entry::named(name).shape {
            Shape::Object { .. } => r#"{"later":1.50}"#.into(),
            Shape::Word(values) => format!("{:?}", values[0]),
            Shape::Tagged(tag, members) => format!("{{{tag:?}:{:?}}}", members[0].0),
            Shape::ByKind(kinds) => ordinary(kinds[0]),
        },
    }
}

#[test]
fn the_table_names_the_types_that_matter() {
    assert!(TYPES.len() > 200, "{}", TYPES.len());
    for name in [
        "ChatStreamChunk",
        "ChatResult",
        "ErrorBody",
        "Model",
        "PublicEndpoint",
        "ReasoningDetailUnion",
    ] {
        Entry::named(name);
    }
    for name in [
        "ChatAssistantMessage",
        "ChatToolCall",
        "ReasoningDetailText",
        "ChatAnnotation",
    ] {
        if let Shape::Object { as_it_came, .. } = Entry::named(name).shape {
            assert!(as_it_came, "{name}");
        }
    }
}

#[test]
fn a_field_that_is_not_known_yet_is_kept_as_it_came() {
    for (entry, ..) in objects() {
        let value = r#"{"b":1.50,"a":[null,1e3],"\u00e9":"\u00e9"}"#;
        assert_eq!(
            entry.field_of(&format!(r#"{{"not_known_yet":{value}}}"#), "not_known_yet"),
            value
        );
    }
}

#[test]
fn no_field_has_to_be_there() {
    for (entry, _, as_it_came) in objects() {
        let written = entry.read("{}").written;
        assert!(!as_it_came || written == "{}", "{}: {written}", entry.name);
    }
}

#[test]
fn every_field_may_be_null() {
    for (entry, field, _, as_it_came) in fields() {
        let json = format!(r#"{{"{field}":null}}"#);
        let written = entry.read(&json).written;
        assert!(!as_it_came || written == json, "{}: {written}", entry.name);
    }
}

#[test]
fn every_field_is_known_and_written_as_it_came() {
    for (entry, field, kind, as_it_came) in fields() {
        let value = ordinary(kind);
        let json = format!(r#"{{"{field}":{value}}}"#);
        let kept = entry.field_of(&json, field);
        assert!(
            contains(&tree(&kept), &tree(&value)),
            "{}: {value} became {kept}",
            entry.name
        );
        let Read { written, shown } = entry.read(&json);
        assert!(!as_it_came || written == json, "{}: {written}", entry.name);
        assert!(
            !shown.contains(&format!("extra: {{{field:?}")),
            "{}: {json} is {shown}",
            entry.name
        );
    }
}

#[test]
fn a_value_of_another_kind_is_kept_and_harms_nothing_else() {
    for (entry, field, kind, as_it_came) in fields() {
        for value in [
            "true",
            "7.25",
            r#""another""#,
            r#"{"new":1.50}"#,
            r#"[{"new":1.50}]"#,
            "-1",
            "1e400",
        ] {
            let json = format!(r#"{{"{field}":{value},"later":[]}}"#);
            let kept = match (kind, value) {
                (Kind::Whole, "7.25") => "7",
                (Kind::Price, "7.25") => r#""7.25""#,
                (Kind::Price, "-1") => r#""-1""#,
                (Kind::Float, "-1") => "-1.0",
                _ => value,
            };
            let found = entry.field_of(&json, field);
            assert!(
                contains(&tree(&found), &tree(kept)),
                "{}: {value} became {found}",
                entry.name
            );
            assert_eq!(entry.field_of(&json, "later"), "[]", "{}", entry.name);
            let (written, json) = (entry.read(&json).written, json.replace(value, kept));
            assert!(
                !as_it_came || written == json,
                "{}: {json} became {written}",
                entry.name
            );
        }
    }
}

#[test]
fn whole_numbers_may_come_as_floats_or_texts() {
    let mut seen = 0;
    for (entry, field, _, _) in fields().filter(|(_, _, kind, _)| *kind == Kind::Whole) {
        for value in ["7.0", "0.7e1", r#""7""#, "7"] {
            assert_eq!(
                entry.field_of(&format!(r#"{{"{field}":{value}}}"#), field),
                "7",
                "{}",
                entry.name
            );
        }
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn numbers_of_what_travels_both_ways_keep_their_text() {
    let mut seen = 0;
    for (entry, field, _, _) in fields().filter(|(_, _, kind, _)| *kind == Kind::Exact) {
        for value in [
            "7.0",
            "1e3",
            "-0",
            r#""7""#,
            "0.10",
            "18446744073709551615",
            "-1E-2",
        ] {
            entry.comes_back(&format!(r#"{{"{field}":{value}}}"#));
        }
        seen += 1;
    }
    assert!(seen > 5, "{seen}");
}

#[test]
fn every_value_of_an_enum_is_known_and_others_are_kept() {
    for entry in TYPES {
        let Shape::Word(values) = entry.shape else {
            continue;
        };
        for value in values {
            let json = format!("{value:?}");
            entry.comes_back(&json);
            assert!(
                !entry.read(&json).shown.starts_with("Unknown"),
                "{}: {value}",
                entry.name
            );
        }
        for value in [r#""not-known-yet""#, r#""""#, "\"\u{e9}\\n\""] {
            entry.comes_back(value);
        }
    }
}

#[test]
fn every_member_of_a_union_is_known_and_others_are_kept() {
    for entry in TYPES {
        let Shape::Tagged(tag, members) = entry.shape else {
            continue;
        };
        for (value, member) in members {
            let written = entry.field_of(&format!(r#"{{"later":1,"{tag}":"{value}"}}"#), tag);
            assert_eq!(written, format!("{value:?}"), "{}", entry.name);
            let shown = entry.read(&format!(r#"{{"{tag}":"{value}"}}"#)).shown;
            assert!(!shown.starts_with("Unknown"), "{}: {member:?}", entry.name);
        }
        for json in [
            format!(r#"{{"b":1.50,"{tag}":"not-known-yet","a":null}}"#),
            format!(r#"{{"b":1.50,"{tag}":7,"a":null}}"#),
            format!(r#"{{"b":1.50,"{tag}":null}}"#),
            r#"{"b":1.50,"a":1e3}"#.to_owned(),
            "{}".to_owned(),
            "7.50".to_owned(),
            r#""text""#.to_owned(),
            "[1e3]".to_owned(),
        ] {
            entry.comes_back(&json);
        }
    }
}

#[test]
fn every_kind_of_value_fits_a_union_without_a_tag() {
    for entry in TYPES {
        let Shape::ByKind(kinds) = entry.shape else {
            continue;
        };
        let is_object = |kind: &&Kind| ordinary(**kind).starts_with('{');
        let objects = kinds.iter().filter(is_object).count();
        for kind in kinds {
            let json = ordinary(*kind);
            let Read { written, shown } = entry.read(&json);
            assert!(
                contains(&tree(&written), &tree(&json)),
                "{}: {json} became {written}",
                entry.name
            );
            // Of several kinds of object, each is told by the fields that it must have.
            assert!(
                objects > 1 || !shown.starts_with("Unknown"),
                "{}: {json}",
                entry.name
            );
        }
        for json in ["true", "7.25", r#""text""#, "[]", "[true]"] {
            entry.comes_back(json);
        }
        let object = r#"{"b":1.50,"a":7}"#;
        assert_eq!(entry.field_of(object, "b"), "1.50", "{}", entry.name);
    }
}

/// Choices, one after another; when none are left, always the first.
struct Dice<'a>(std::slice::Iter<'a, u8>);

impl Dice<'_> {
    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Some value that may come for a field.
fn value(kind: Kind, depth: usize, dice: &mut Dice<'_>) -> String {
    match kind {
        Kind::Text => dice
            .pick(&[r#""text""#, r#""""#, r#""\"\n""#, "\"\u{1f680}\""])
            .into(),
        Kind::Flag => dice.pick(&["true", "false"]).into(),
        Kind::Exact => dice
            .pick(&["7", "7.0", "-1e3", "0", "-0", r#""7""#, "0.10"])
            .into(),
        Kind::Whole => dice.pick(&["7", "0", "9007199254740993"]).into(),
        Kind::Float => dice.pick(&["0.25", "-1.5e-7", "0.0"]).into(),
        Kind::Any => dice
            .pick(&["{\"b\":1.50,\"a\":[null]}", "1e3", "[]", "\"\\u00e9\""])
            .into(),
        Kind::List(inner) => {
            let elements: Vec<_> = (0..dice.below(3))
                .map(|_| value(*inner, depth, dice))
                .collect();
            format!("[{}]", elements.join(","))
        }
        Kind::Of(name) => match &Entry::named(name).shape {
            Shape::Object { .. } if depth == 0 => "{}".into(),
            Shape::Object { fields, as_it_came } => {
                object(fields, *as_it_came, None, depth - 1, dice)
            }
            Shape::Word(values) => match dice.below(values.len() + 1) {
                0 => r#""not-known-yet""#.into(),
                at => format!("{:?}", values[at - 1]),
            },
            Shape::Tagged(tag, members) => match dice.below(members.len() + 1) {
                0 => format!(r#"{{"a":1e3,"{tag}":"not-known-yet","b":null}}"#),
                at => {
                    let (text, member) = members[at - 1];
                    let Kind::Of(member) = member else {
                        panic!("{member:?}")
                    };
                    let Shape::Object { fields, as_it_came } = &Entry::named(member).shape else {
                        panic!("{member}")
                    };
                    object(
                        fields,
                        *as_it_came,
                        Some((tag, text)),
                        depth.saturating_sub(1),
                        dice,
                    )
                }
            },
            Shape::ByKind(kinds) => match dice.below(4) {
                0 => dice.pick(&["true", "7.25", "[true]"]).into(),
                _ => value(dice.pick(kinds), depth, dice),
            },
        },
        kind => ordinary(kind),
    }
}

/// Some object: known fields and others, in any order.
fn object(
    fields: &[(&'static str, Kind)],
    as_it_came: bool,
    tag: Option<(&str, &str)>,
    depth: usize,
    dice: &mut Dice<'_>,
) -> String {
    let mut left: Vec<_> = fields
        .iter()
        .filter(|(name, _)| tag.is_none_or(|(tag, _)| tag != *name))
        .collect();
    let mut entries = Vec::new();
    for at in 0..dice.below(9) {
        if left.is_empty() || dice.below(6) == 1 {
            entries.push(format!(r#""later_{at}":{}"#, value(Kind::Any, 0, dice)));
            continue;
        }
        let (name, kind) = left.swap_remove(dice.below(left.len()));
        let value = match dice.below(8) {
            1 => "null".into(),
            2 => dice
                .pick(&[
                    "true",
                    r#""another""#,
                    r#"{"new":1.50}"#,
                    r#"[{"new":1.50}]"#,
                ])
                .into(),
            3 if as_it_came && !matches!(kind, Kind::Whole | Kind::Float) => {
                dice.pick(&["7.250", "1e400"]).into()
            }
            _ => value(*kind, depth, dice),
        };
        entries.push(format!("{name:?}:{value}"));
    }
    if let Some((tag, text)) = tag {
        entries.insert(dice.below(entries.len() + 1), format!("{tag:?}:{text:?}"));
    }
    format!("{{{}}}", entries.join(","))
}

fn tree(json: &str) -> Value {
    RawJson::parse(json).unwrap().to_value()
}

/// Whether everything of `part` is also in `whole`, but for `null` and empty lists.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, value)| match whole.get(name) {
                Some(found) => contains(found, value),
                None => value.is_null() || value.as_array().is_some_and(Vec::is_empty),
            })
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len()
                && whole
                    .iter()
                    .zip(part)
                    .all(|(whole, part)| contains(whole, part))
        }
        (Value::Number(whole), Value::Number(part)) => whole.as_f64() == part.as_f64(),
        (whole, part) => whole == part || part.is_null(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_is_lost_and_what_travels_both_ways_keeps_its_text(
        which in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let all: Vec<_> = objects().collect();
        let (entry, fields, as_it_came) = all[which.index(all.len())];
        let json = object(fields, as_it_came, None, 3, &mut Dice(choices.iter()));
        let written = entry.read(&json).written;
        if as_it_came {
            prop_assert_eq!(&written, &json, "{}", entry.name);
        }
        prop_assert!(contains(&tree(&written), &tree(&json)), "{}: {json} became {written}", entry.name);
    }
}
