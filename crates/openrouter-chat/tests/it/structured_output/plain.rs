//! Answers of types that are no objects: a server that is strict wants one at the root all the same.

use std::collections::BTreeMap;
use std::fmt::Debug;

use openrouter_chat::structured::{OutputFormat, OutputMethod};
use openrouter_testkit::Answer;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::METHODS;
use crate::tools::{body, server};

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Mood {
    Cheerful,
    Sad,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64, label: Option<String> },
}

/// Asks for a value of the type in every way, and gives the answer with and without its wrapper.
async fn check<T>(inner: &str, expected: T)
where
    T: DeserializeOwned + JsonSchema + PartialEq + Debug + Send,
{
    for method in METHODS {
        for strict in [false, true] {
            for wrapped in [true, false] {
                // Arguments of a call are an object whatever a model thinks.
                if !wrapped && method == OutputMethod::FunctionCalling {
                    continue;
                }
                let format = OutputFormat::<T>::of_type()
                    .with_method(method)
                    .with_strict(strict);
                let name = format.schema().name().to_owned();
                let text = if wrapped {
                    format!(r#"{{"value": {inner}}}"#)
                } else {
                    inner.to_owned()
                };
                let say = || match method {
                    OutputMethod::FunctionCalling => Answer::new().tool_call(&name, &text),
                    _ => Answer::text(&text),
                };
                let (server, model) = server([say(), say()]).await;
                let model = model.with_output_format(format);
                let case = format!("{method:?} strict {strict}: {text}");
                assert_eq!(model.invoke("?").await.unwrap(), expected, "{case}");
                let mut stream = model.stream("?").await.unwrap();
                let mut last = None;
                while let Some(value) = stream.next().await {
                    last = Some(value.unwrap().clone());
                }
                if wrapped {
                    let inner: serde_json::Value = serde_json::from_str(inner).unwrap();
                    assert_eq!(last, Some(inner), "{case}");
                }
                assert_eq!(stream.finish().await.unwrap(), expected, "{case}");
                let sent = body(&server, 0);
                let schema = match method {
                    OutputMethod::FunctionCalling => {
                        let tool = sent["tools"].as_array().unwrap().last().unwrap();
                        tool["function"]["parameters"].clone()
                    }
                    OutputMethod::JsonSchema => {
                        sent["response_format"]["json_schema"]["schema"].clone()
                    }
                    _ => continue,
                };
                assert_eq!(schema["type"], "object", "{case}");
                assert_eq!(schema["required"], json!(["value"]), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn scalars_lists_enums_and_options_are_answers_too() {
    check("17", 17_u32).await;
    check("-0.5", -0.5_f64).await;
    check("true", true).await;
    check(r#""Oslo""#, "Oslo".to_owned()).await;
    check("[2,3,5]", vec![2_u8, 3, 5]).await;
    check(r#"["a",1]"#, ("a".to_owned(), 1_u8)).await;
    check(r#""sad""#, Mood::Sad).await;
    check("null", None::<u8>).await;
    check("5", Some(5_u8)).await;
    check(r#""cheerful""#, Some(Mood::Cheerful)).await;
}

#[tokio::test]
async fn alternatives_are_answers_too() {
    let square = || Shape::Square {
        side: 2.0,
        label: None,
    };
    check(
        r#"{"kind":"circle","radius":1.5}"#,
        Shape::Circle { radius: 1.5 },
    )
    .await;
    check(r#"{"kind":"square","side":2.0,"label":null}"#, square()).await;
    check(
        r#"[{"kind":"square","side":2.0,"label":null}]"#,
        vec![square()],
    )
    .await;
}

#[tokio::test]
async fn a_map_is_an_answer_where_nobody_is_strict() {
    let map = BTreeMap::from([("a".to_owned(), 1_u8)]);
    let say = || Answer::text(r#"{"a": 1}"#);
    let (_server, model) = server([say()]).await;
    let format =
        OutputFormat::<BTreeMap<String, u8>>::of_type().with_method(OutputMethod::JsonSchema);
    let model = model.with_output_format(format);
    assert_eq!(model.invoke("?").await.unwrap(), map);
    assert!(model.with_strict(true).invoke("?").await.is_err());
}
