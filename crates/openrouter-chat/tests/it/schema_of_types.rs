//! Schemas of Rust types: names, descriptions, and properties in the order of the fields.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU8;

use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::strict::{Dialect, StrictSchema};
use openrouter_types::RawJson;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A plan for a journey.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Plan {
    /// Think first.
    thoughts: String,
    #[serde(rename = "stops", alias = "places")]
    all_stops: Vec<Stop>,
    budget: Option<Money>,
    by: Transport,
    alternative: Option<Box<Plan>>,
    #[serde(default)]
    luggage: u8,
    address: Address,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Stop {
    /// Must not be zero, so that it takes no zero to learn the fields after it.
    nights: NonZeroU8,
    city: String,
    activities: Vec<Activity>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Money {
    /// Reads no dummy value.
    currency: Currency,
    amount: f64,
    attached: Option<Note>,
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(transparent)]
struct Currency(String);

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)? {
            text if text.len() == 3 => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("three letters")),
        }
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Note {
    text: Option<String>,
    author: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
enum Transport {
    Walk,
    Train {
        number: u32,
        class: u8,
        car: Option<u8>,
    },
    Shared(Ride),
    Pair(Ride, u8),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Ride {
    with: Option<String>,
    at: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Activity {
    Museum { name: String, free: bool },
    Walk { km: f32 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Address {
    street: String,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Rest {
    zip: String,
    city: String,
}

#[test]
fn properties_stand_in_the_order_of_the_fields() {
    let schema = Schema::of::<Plan>();
    assert_eq!(
        (schema.name(), schema.description()),
        ("Plan", Some("A plan for a journey."))
    );
    // One line for each object: its properties.
    let mut shown = String::new();
    list_properties(schema.json(), "#", &mut shown);
    insta::assert_snapshot!(shown);
}

fn list_properties(json: &RawJson, at: &str, shown: &mut String) {
    let Ok(fields) = json.read::<openrouter_types::Extra>() else {
        for (place, item) in json
            .read::<Vec<RawJson>>()
            .into_iter()
            .flatten()
            .enumerate()
        {
            list_properties(&item, &format!("{at}/{place}"), shown);
        }
        return;
    };
    for (key, value) in fields.iter() {
        if key == "properties" {
            let properties: openrouter_types::Extra = value.read().unwrap();
            let names: Vec<&str> = properties.iter().map(|(name, _)| name).collect();
            *shown += &format!("{at}: {}\n", names.join(" "));
        }
        list_properties(value, &format!("{at}/{key}"), shown);
    }
}

#[test]
fn a_type_s_answer_survives_the_strict_schema() {
    let plan = Plan {
        thoughts: "hm".to_owned(),
        all_stops: vec![Stop {
            nights: NonZeroU8::MIN,
            city: "Bern".to_owned(),
            activities: vec![
                Activity::Museum {
                    name: "Klee".to_owned(),
                    free: false,
                },
                Activity::Walk { km: 2.5 },
            ],
        }],
        budget: None,
        by: Transport::Train {
            number: 1,
            class: 2,
            car: None,
        },
        alternative: None,
        luggage: 0,
        address: Address {
            street: "a".to_owned(),
            rest: Rest {
                zip: "1".to_owned(),
                city: "b".to_owned(),
            },
        },
    };
    let strict = StrictSchema::compile(Schema::of::<Plan>().json(), Dialect::OpenAi).unwrap();
    assert!(strict.is_strict(), "{}", strict.report());
    let mut answer = serde_json::to_value(&plan).unwrap();
    // Has a default, so that it may be absent.
    answer["luggage"] = serde_json::Value::Null;
    let schema = strict.schema().to_value();
    assert!(
        jsonschema::draft202012::new(&schema)
            .unwrap()
            .is_valid(&answer),
        "{answer} is not of {schema}"
    );
    let restored: Plan = strict.restore(&answer.to_string()).unwrap().read().unwrap();
    assert_eq!(restored, plan);
}

#[test]
fn every_kind_of_type_has_a_schema() {
    #[derive(Deserialize, JsonSchema)]
    #[serde(transparent)]
    struct Wrapper {
        _inner: BTreeMap<String, Note>,
    }
    #[derive(Deserialize, JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Untagged {
        Text(String),
        Note(Note),
    }
    #[derive(Deserialize, JsonSchema)]
    struct Endless {
        _a: Box<Endless>,
        _b: Vec<Endless>,
        _c: HashMap<String, Endless>,
        _d: Option<Box<Endless>>,
    }
    let mut shown = String::new();
    for schema in [
        Schema::of::<String>(),
        Schema::of::<Vec<Note>>(),
        Schema::of::<(u8, Note)>(),
        Schema::of::<()>(),
        Schema::of::<Option<Note>>(),
        Schema::of::<serde_json::Value>(),
        Schema::of::<Wrapper>(),
        Schema::of::<Untagged>(),
        Schema::of::<Endless>(),
        Schema::of::<Transport>(),
    ] {
        shown += &format!("{}\n    {}\n", schema.name(), schema.json());
    }
    insta::assert_snapshot!(shown);
}
