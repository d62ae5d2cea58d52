//! JSON found in answers that are more than JSON.

use openrouter_chat::structured::extract::{Found, extract};
use proptest::prelude::*;

#[test]
fn json_is_found_where_models_put_it() {
    let mut table = String::new();
    for text in [
        r#"{"a": 1}"#,
        "\u{feff} \n{\"a\": 1}\n",
        "42",
        "```json\n{\"a\": 1}\n```",
        "```JSON\n{\"a\": 1}",
        "```\n[1, 2]\n```\n",
        "Sure!\n\n~~~~ json5 x\n{\"a\": \"```\"}\n~~~~\nBye {",
        "```python\nprint({})\n```\nthen\n```json\n{\"b\": 2}\n```",
        "```\n{\"first\": 1}\n```\n```json\n{\"marked\": 1}\n```",
        "```json\n{\"md\": \"```rust\\ncode\\n```\"}\n```",
        "  ```json\r\n  {\"a\": 1}\r\n  ```\r\n",
        "The answer is {\"a\": {\"b\": \"}\"}} as you see.",
        "See [1]: the result is {\"a\": 1}.",
        "[note: {\"a\": 1}]",
        "{not json} {\"a\": 1}",
        "```json\n{\"a\": 1,\n```",
        "{\"a\": 1",
        "no json here",
        "",
    ] {
        let found = match extract(text) {
            Some(extracted) => format!("{:?} {:?}", extracted.found, extracted.json),
            None => "-".to_owned(),
        };
        table += &format!("{text:?}\n    {found}\n");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn stray_brackets_do_not_make_the_search_slow() {
    // With a search from every bracket to the end, these would take minutes.
    for stray in ["[1,", "[", "{\"a\":", "[\"", "{ "] {
        let text = stray.repeat(100_000);
        assert_eq!(extract(&text), None);
    }
}

proptest! {
    #[test]
    fn what_is_found_is_json(text in "[\\[\\]{}:,\"a1 `\n]{0,40}") {
        if let Some(extracted) = extract(&text) {
            prop_assert!(serde_json::from_str::<serde_json::Value>(extracted.json).is_ok(), "{:?}", extracted);
        }
    }

    #[test]
    fn an_object_among_words_is_found(before in "[a-z .\n]{0,20}", after in "[a-z .\n]{0,20}", value in "[a-z\\[\\]{}`]{0,10}") {
        let json = serde_json::json!({"value": value}).to_string();
        let text = format!("{before}x{json}x{after}");
        let extracted = extract(&text).unwrap();
        prop_assert_eq!(extracted.json, json);
        prop_assert_eq!(extracted.found, Found::Prose);
    }
}
