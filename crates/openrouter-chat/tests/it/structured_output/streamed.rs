//! Values that grow.

use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::{OutputErrorKind, OutputFormat, OutputMethod};
use openrouter_chat::{ErrorKind, Tool, Tools};
use openrouter_testkit::Answer;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{METHODS, PANCAKES, format, pancakes, says};
use crate::tools::server;

#[derive(Default, Deserialize)]
#[serde(default)]
struct PartialRecipe {
    title: Option<String>,
    steps: Option<Vec<String>>,
}

#[tokio::test]
async fn the_value_grows_and_ends_as_the_unary_one() {
    for method in METHODS {
        for strict in [false, true] {
            let (_server, model) = server([says(method, PANCAKES), says(method, PANCAKES)]).await;
            let model = model.with_output_format(format().with_method(method).with_strict(strict));
            let mut stream = model.stream("Pancakes?").await.unwrap();
            let mut seen: Vec<Value> = Vec::new();
            while let Some(value) = stream.next().await {
                seen.push(value.unwrap().clone());
                let typed: PartialRecipe = stream.get().unwrap();
                let last = seen.last().unwrap();
                assert_eq!(typed.title.as_deref(), last["title"].as_str());
                let steps = last["steps"].as_array().map(Vec::len);
                assert_eq!(typed.steps.map(|steps| steps.len()), steps);
            }
            assert!(seen.len() > 2, "{seen:?}");
            assert_eq!(
                *seen.last().unwrap(),
                serde_json::from_str::<Value>(PANCAKES).unwrap()
            );
            let sizes: Vec<_> = seen.iter().map(|value| value.to_string().len()).collect();
            assert!(sizes.is_sorted(), "{seen:?}");
            assert_eq!(stream.finish().await.unwrap(), pancakes());
            assert_eq!(model.invoke("Pancakes?").await.unwrap(), pancakes());
        }
    }
}

#[tokio::test]
async fn words_and_fences_around_it_do_not_matter() {
    let text = format!("Here it is:\n```json\n{PANCAKES}\n```\nEnjoy [it]!");
    let (_server, model) = server([Answer::text(text)]).await;
    let format = format().with_method(OutputMethod::JsonMode);
    let mut stream = model.with_output_format(format).stream("Hi").await.unwrap();
    let mut last = Value::Null;
    while let Some(value) = stream.next().await {
        last = value.unwrap().clone();
    }
    assert_eq!(last["steps"][1], "Bake.");
    assert_eq!(stream.finish().await.unwrap(), pancakes());
}

#[tokio::test]
async fn a_wrapped_value_is_seen_without_its_wrapper() {
    let schema = json!({"title": "primes", "type": "array", "items": {"type": "integer"}});
    for strict in [true, false] {
        let turn = Answer::new().tool_call("primes", r#"{"value": [2, 3, 5]}"#);
        let (_server, model) = server([turn]).await;
        let format =
            OutputFormat::<Vec<u32>>::new(Schema::new(schema.clone().into())).with_strict(strict);
        let mut stream = model.with_output_format(format).stream("Hi").await.unwrap();
        assert!(stream.get::<Vec<u32>>().is_err(), "it has not begun");
        while let Some(value) = stream.next().await {
            let value = value.unwrap().clone();
            assert!(value.is_array(), "{value}");
            assert_eq!(json!(stream.get::<Vec<u32>>().unwrap()), value);
        }
        assert_eq!(stream.finish().await.unwrap(), [2, 3, 5]);
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_fails_and_one_that_was_cut_says_so() {
    let broken = says(OutputMethod::FunctionCalling, PANCAKES).break_off_after(4);
    let cut = says(OutputMethod::FunctionCalling, &PANCAKES[..30]).finish_reason("length");
    let (_server, model) = server([broken, cut]).await;
    let model = model.with_output_format(format());
    let error = model
        .stream("Hi")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Call);
    assert!(error.is_truncated());
    let error = model
        .stream("Hi")
        .await
        .unwrap()
        .finish()
        .await
        .unwrap_err();
    assert_eq!(error.output().unwrap().kind(), OutputErrorKind::Truncated);
}

#[tokio::test]
async fn a_call_of_another_tool_beside_it_is_no_part_of_it() {
    let turn = Answer::new()
        .tool_call("weather", r#"{"title": "Oslo"}"#)
        .tool_call("recipe", PANCAKES);
    let (_server, model) = server([turn]).await;
    let tools = Tools::new([Tool::new("weather", "")]).unwrap();
    let model = model.bind_tools(&tools).with_output_format(format());
    let mut stream = model.stream("Hi").await.unwrap();
    while let Some(value) = stream.next().await {
        assert_ne!(value.unwrap()["title"], "Oslo");
    }
    assert_eq!(stream.value().unwrap()["steps"][1], "Bake.");
    assert_eq!(stream.finish().await.unwrap(), pancakes());
}
