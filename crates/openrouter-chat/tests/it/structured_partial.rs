//! JSON that is read while it arrives.

use openrouter_chat::structured::partial::{PartialJson, PartialJsonErrorKind};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

fn shown(text: &str) -> Option<Value> {
    let mut partial = PartialJson::new();
    partial.push(text).unwrap();
    partial.value().cloned()
}

/// Reads a text in pieces of the given size.
fn read(text: &str, piece_chars: usize) -> Result<Value, PartialJsonErrorKind> {
    let mut partial = PartialJson::new();
    let characters: Vec<char> = text.chars().collect();
    for piece in characters.chunks(piece_chars) {
        let piece: String = piece.iter().collect();
        partial.push(&piece).map_err(|error| error.kind())?;
    }
    partial.finish().map_err(|error| error.kind())
}

#[test]
fn open_strings_arrays_and_objects_appear_as_far_as_they_go() {
    let steps = [
        ("", None),
        ("  ", None),
        ("{", Some(json!({}))),
        (r#"{"na"#, Some(json!({}))),
        (r#"{"name"#, Some(json!({}))),
        (r#"{"name":"#, Some(json!({}))),
        (r#"{"name":""#, Some(json!({"name": ""}))),
        (r#"{"name":"Zo\u00e"#, Some(json!({"name": "Zo"}))),
        (r#"{"name":"Zo\u00eb"#, Some(json!({"name": "Zoë"}))),
        (
            r#"{"name":"Zoë","tags":["#,
            Some(json!({"name": "Zoë", "tags": []})),
        ),
        (
            r#"{"name":"Zoë","tags":["a",{"b":[tru"#,
            Some(json!({"name": "Zoë", "tags": ["a", {"b": []}]})),
        ),
        (
            r#"{"name":"Zoë","tags":["a",{"b":[true"#,
            Some(json!({"name": "Zoë", "tags": ["a", {"b": [true]}]})),
        ),
        (
            r#"{"name":"Zoë","tags":["a",{"b":[true]}],"n":1"#,
            Some(json!({"name": "Zoë", "tags": ["a", {"b": [true]}]})),
        ),
        (
            r#"{"name":"Zoë","tags":["a",{"b":[true]}],"n":1}"#,
            Some(json!({"name": "Zoë", "tags": ["a", {"b": [true]}], "n": 1})),
        ),
    ];
    for (text, expected) in steps {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn a_pair_of_surrogates_appears_when_both_halves_are_there() {
    assert_eq!(shown(r#""\ud83d"#), Some(json!("")));
    assert_eq!(shown(r#""\ud83d\ude0"#), Some(json!("")));
    assert_eq!(shown(r#""\ud83d\ude00"#), Some(json!("😀")));
}

#[test]
fn a_number_at_the_top_is_whole_when_the_text_ends() {
    let mut partial = PartialJson::new();
    partial.push("12").unwrap();
    assert_eq!(partial.value(), None);
    partial.push("3").unwrap();
    assert!(!partial.is_complete());
    assert_eq!(partial.finish().unwrap(), 123);
}

#[test]
fn completeness_is_told_at_the_last_bracket() {
    let mut partial = PartialJson::new();
    partial.push(r#"{"a": [1, 2]"#).unwrap();
    assert!(!partial.is_complete());
    partial.push("} ").unwrap();
    assert!(partial.is_complete());
    assert_eq!(partial.offset(), 14);
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_came_before_stays() {
    let mut table = String::new();
    for text in [
        "x",
        "{a",
        "{\"a\" 1",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "[1}",
        "{]",
        "nul!",
        "truth",
        "01",
        "[1.]",
        "[-]",
        "[1e]",
        "\"\n",
        r#""\x"#,
        r#""\ud800x"#,
        r#""\udc00"#,
        r#""\ud800\u0041"#,
        r#""\ud800\ue000"#,
        "[1] 2",
        "{} }",
        "1 2",
    ] {
        let mut partial = PartialJson::new();
        let error = partial
            .push(text)
            .and_then(|()| partial.clone().finish().map(drop))
            .unwrap_err();
        let before = partial
            .value()
            .map_or_else(|| "-".to_owned(), Value::to_string);
        table += &format!("{text:?}: {error}; shown: {before}\n");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_failed_text_stays_failed() {
    let mut partial = PartialJson::new();
    let first = partial.push("[1, 2, x").unwrap_err();
    assert_eq!(partial.value(), Some(&json!([1, 2])));
    assert_eq!(partial.push("]").unwrap_err(), first);
    assert_eq!(partial.finish().unwrap_err(), first);
}

#[test]
fn a_text_that_ends_early_is_cut_off() {
    for text in ["", " ", "{", "[1", "\"a", "tru", "{\"a\":", "{\"a\"", "[1,"] {
        assert_eq!(read(text, 100), Err(PartialJsonErrorKind::CutOff), "{text}");
    }
}

#[test]
fn depth_is_limited_where_serde_json_limits_it() {
    for (depth, fits) in [(127, true), (128, false)] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(read(&text, 50).is_ok(), fits);
        assert_eq!(serde_json::from_str::<Value>(&text).is_ok(), fits);
    }
    assert_eq!(
        read(&"[{\"a\":".repeat(200), 9),
        Err(PartialJsonErrorKind::TooDeep)
    );
}

#[test]
fn a_type_with_optional_fields_is_read_at_any_moment() {
    #[derive(Debug, PartialEq, Deserialize, Default)]
    #[serde(default)]
    struct Order {
        state: Option<State>,
        items: Vec<Item>,
    }
    #[derive(Debug, PartialEq, Deserialize, Default)]
    #[serde(default)]
    struct Item {
        name: String,
        size: Option<Size>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum State {
        Open,
        Shipped,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Size {
        Small,
        Large,
    }

    let text = r#"{"state": "shipped", "items": [{"name": "cup", "size": "small"}, {"name": "pot", "size": "large"}]}"#;
    let last: Order = serde_json::from_str(text).unwrap();
    let mut partial = PartialJson::new();
    for (at, character) in text.char_indices() {
        partial.push(character.encode_utf8(&mut [0; 4])).unwrap();
        let before = partial.value().cloned();
        let order: Order = partial
            .get()
            .unwrap_or_else(|error| panic!("at byte {at}: {error}"));
        assert_eq!(
            partial.value().cloned(),
            before,
            "looking changed the value at byte {at}"
        );
        assert!(order.items.len() <= last.items.len());
    }
    assert_eq!(partial.get::<Order>().unwrap(), last);
    assert_eq!(
        partial.get::<Vec<u8>>().unwrap_err().kind(),
        PartialJsonErrorKind::Misfit
    );
}

#[test]
fn a_growing_string_that_does_not_fit_is_left_out_and_not_null() {
    #[derive(Debug, PartialEq, Deserialize, Default)]
    #[serde(rename_all = "lowercase", default)]
    struct Light {
        color: Color,
    }
    #[derive(Debug, PartialEq, Deserialize, Default)]
    #[serde(rename_all = "lowercase")]
    enum Color {
        #[default]
        Unknown,
        Green,
    }
    let mut partial = PartialJson::new();
    partial.push(r#"{"color": "gre"#).unwrap();
    assert_eq!(partial.get::<Light>().unwrap().color, Color::Unknown);
    partial.push(r#"en"}"#).unwrap();
    assert_eq!(partial.get::<Light>().unwrap().color, Color::Green);
}

#[test]
fn the_last_of_equal_keys_wins() {
    let text = r#"{"a": {"b": 1}, "a": "x"}"#;
    for size in [1, 2, 3, 7, 100] {
        assert_eq!(read(text, size).unwrap(), json!({"a": "x"}));
    }
}

/// Whether a value may be an earlier sight of another.
/// What was read before stays where it is: nothing is made anew, or copied, with each piece.
#[test]
fn what_is_whole_stays_in_its_place_in_memory() {
    let place = |value: &Value| value.as_str().unwrap().as_ptr();
    let mut text = PartialJson::new();
    text.push(r#"{"title": "Pancakes", "steps": ["#).unwrap();
    let title = place(&text.value().unwrap()["title"]);
    let mut steps = Vec::new();
    for n in 0..500 {
        for piece in [
            r#"{"what": ""#,
            "Whisk ",
            &format!("egg {n}"),
            "\", \"",
            "n\": ",
            "1",
            "}",
            ",",
        ] {
            text.push(piece).unwrap();
            let value = text.value().unwrap();
            assert_eq!(place(&value["title"]), title);
            let moved = steps
                .iter()
                .enumerate()
                .find(|(at, known)| place(&value["steps"][at]["what"]) != **known);
            assert!(moved.is_none(), "{moved:?} of {n}");
        }
        steps.push(place(&text.value().unwrap()["steps"][n]["what"]));
    }
}

fn is_earlier_sight(early: &Value, late: &Value) -> bool {
    match (early, late) {
        (Value::String(early), Value::String(late)) => late.starts_with(early.as_str()),
        (Value::Array(early), Value::Array(late)) => {
            early.len() <= late.len()
                && early
                    .iter()
                    .zip(late)
                    .all(|(early, late)| is_earlier_sight(early, late))
        }
        (Value::Object(early), Value::Object(late)) => early.iter().all(|(key, early)| {
            late.get(key)
                .is_some_and(|late| is_earlier_sight(early, late))
        }),
        (early, late) => early == late,
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |number| serde_json::Number::from_f64(number)
            .map(Value::Number)),
        any::<String>().prop_map(Value::from),
        "[a-c\"\\\\/\n\t\u{8}😀é]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-d\"é]{0,3}", inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn however_a_text_is_cut_the_final_value_is_the_one_of_serde_json(value in any_json(), pretty: bool, size in 1_usize..9) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read(&text, size).unwrap(), expected.clone());
        prop_assert_eq!(read(&escaped(&text), size).unwrap(), expected);
    }

    #[test]
    fn every_sight_grows_into_the_next(value in any_json()) {
        let text = serde_json::to_string(&value).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let mut partial = PartialJson::new();
        let mut earlier: Option<Value> = None;
        for character in text.chars() {
            partial.push(character.encode_utf8(&mut [0; 4])).unwrap();
            let sight = partial.value().cloned();
            if let Some(earlier) = &earlier {
                prop_assert!(is_earlier_sight(earlier, sight.as_ref().unwrap()), "{:?} then {:?}", earlier, sight);
            }
            earlier = sight;
        }
        prop_assert!(earlier.is_none_or(|last| is_earlier_sight(&last, &value)));
    }

    #[test]
    fn any_text_is_taken_or_refused_as_serde_json_does(text in "[\\[\\]{}:,\"\\\\ue0-9.+ tfn-]{0,12}", size in 1_usize..5) {
        prop_assert_eq!(read(&text, size).ok(), serde_json::from_str::<Value>(&text).ok());
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = read(&text, 3);
    }
}

/// The same JSON with every character beyond ASCII written as an escape.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out += &format!("\\u{unit:04x}");
            }
        }
    }
    out
}
