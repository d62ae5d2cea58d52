//! Schemas of Rust types, in all the ways that serde writes them: what a strict model writes is read into the type.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::strict::{Change, StrictSchema};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::judge::{DIALECTS, Dice, assert_in_subset};
use super::model;
use super::wild::check_answers;

macro_rules! types {
    ($($item:item)*) => {
        $(
            #[derive(Debug, Deserialize, JsonSchema)]
            #[allow(dead_code, reason = "only their form matters")]
            $item
        )*
    };
}

types! {
    enum External {
        Nothing,
        One(u8),
        Two(String, i32),
        Fields { a: bool, b: Option<String> },
    }

    #[serde(tag = "kind", rename_all = "kebab-case")]
    enum Internal {
        NothingAtAll,
        Fields { a: bool, b: Option<String> },
        Struct(Inner),
    }

    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        Nothing,
        One(u8),
        Fields { a: bool },
    }

    #[serde(untagged)]
    enum Untagged {
        Number(i64),
        Words(Vec<String>),
        Fields { a: bool },
        Text(String),
    }

    struct Inner {
        /// In metres.
        height: f64,
        label: Option<String>,
    }

    struct Flat {
        id: u32,
        #[serde(flatten)]
        inner: Inner,
    }

    struct FlatEnum {
        id: u32,
        #[serde(flatten)]
        kind: Internal,
    }

    struct Tuples {
        pair: (u8, String),
        same: [f32; 3],
        unit: (),
        new: New,
        point: Point,
    }

    struct New(String);

    struct Point(i8, i8);

    struct Unit;

    struct Options {
        once: Option<u8>,
        twice: Option<Option<u8>>,
        boxed: Option<Box<Inner>>,
        list: Option<Vec<Option<String>>>,
        variant: Option<External>,
    }

    struct Tree {
        value: i32,
        children: Vec<Tree>,
    }

    struct List {
        value: i32,
        next: Option<Box<List>>,
    }

    struct Generic<T> {
        item: T,
        more: Vec<T>,
    }

    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Renamed {
        first_name: String,
        #[serde(rename = "$type")]
        kind: String,
        #[serde(alias = "years")]
        age_in_years: u8,
    }

    #[serde(default)]
    #[derive(Default)]
    struct Defaults {
        number: u8,
        text: String,
        list: Vec<u8>,
        flag: bool,
    }

    struct Skipped {
        kept: u8,
        #[serde(skip)]
        gone: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maybe: Option<u8>,
        #[serde(default = "seven")]
        seven: u8,
    }

    struct Bounded {
        #[schemars(range(min = 1, max = 10))]
        stars: u8,
        #[schemars(length(min = 1, max = 5))]
        name: String,
        #[schemars(regex(pattern = r"^[a-z]+$"))]
        code: String,
        #[schemars(length(min = 1))]
        tags: Vec<String>,
    }

    struct Numbers {
        a: u64,
        b: i128,
        c: f32,
        d: char,
        f: usize,
    }

    struct Formats {
        #[schemars(with = "String", extend("format" = "date-time"))]
        at: String,
        #[schemars(extend("format" = "uuid"))]
        id: String,
        duration: std::time::Duration,
        range: std::ops::Range<u8>,
        result: Result<u8, String>,
    }

    enum Documented {
        /// The first one.
        First,
        /// The second one.
        Second,
        Third,
    }

    struct Everything {
        external: Vec<External>,
        internal: Internal,
        adjacent: Adjacent,
        documented: Documented,
        generic: Generic<Inner>,
        nested: Generic<Generic<Option<u8>>>,
    }

    struct Maps {
        by_name: HashMap<String, u8>,
        by_number: BTreeMap<u32, String>,
    }

    struct Anything {
        value: serde_json::Value,
    }
}

fn seven() -> u8 {
    7
}

/// Fails unless whatever a strict model writes can be read into the type, or the report says what was lost on the way.
fn check<T: JsonSchema + DeserializeOwned + Debug>() {
    let schema = Schema::of::<T>();
    for dialect in DIALECTS {
        let strict = StrictSchema::compile(schema.json(), dialect).unwrap();
        let name = schema.name();
        // Only some dialects take what contains itself.
        if !strict.is_strict() {
            let report = strict.report();
            assert!(
                report.to_string().contains("contains itself"),
                "{name}, {dialect:?}: {report}"
            );
            continue;
        }
        let compiled = strict.schema().to_value();
        assert_in_subset(&compiled, dialect);
        check_answers(name, &schema.json().to_value(), &strict, dialect);
        // The model of these tests writes small numbers.
        let is_felt =
            |loss: &&Change| !["format", "minimum", "maximum"].contains(&loss.subject.as_str());
        let losses: Vec<_> = strict.report().losses().filter(is_felt).collect();
        for seed in 0..40 {
            let Some(answer) = model::writes(&compiled, &mut Dice(seed)) else {
                continue;
            };
            let restored = strict.restore(&answer.to_string()).unwrap();
            let read = serde_json::from_str::<T>(restored.as_str());
            assert!(
                read.is_ok() || !losses.is_empty(),
                "{name}, {dialect:?}: {restored}: {read:?}; {losses:?}"
            );
        }
    }
}

#[test]
fn what_a_strict_model_writes_is_read_into_its_type() {
    check::<External>();
    check::<Internal>();
    check::<Adjacent>();
    check::<Untagged>();
    check::<Flat>();
    check::<FlatEnum>();
    check::<Tuples>();
    check::<Options>();
    check::<Tree>();
    check::<List>();
    check::<Generic<Inner>>();
    check::<Generic<Vec<Option<bool>>>>();
    check::<Renamed>();
    check::<Defaults>();
    check::<Skipped>();
    check::<Bounded>();
    check::<Numbers>();
    check::<Formats>();
    check::<Documented>();
    check::<Everything>();
    check::<Vec<External>>();
    check::<Option<Documented>>();
    check::<(Internal, Option<Inner>)>();
    check::<Unit>();
    check::<New>();
    check::<Result<Inner, String>>();
    check::<Box<Tree>>();
}

#[test]
fn maps_and_values_of_any_form_are_refused_with_their_place() {
    let refused = |schema: Schema| {
        let error = StrictSchema::compile(schema.json(), DIALECTS[0])
            .unwrap()
            .require_strict()
            .unwrap_err();
        error.to_string()
    };
    insta::assert_snapshot!(
        [
            refused(Schema::of::<Maps>()),
            refused(Schema::of::<Anything>())
        ]
        .join("\n")
    );
}
