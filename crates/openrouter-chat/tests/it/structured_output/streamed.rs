//! Values that grow.

use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::{OutputErrorKind, OutputFormat, OutputMethod, StructuredEvent};
use openrouter_chat::{ErrorKind, StreamEvent, Tool, Tools};
use openrouter_testkit::Answer;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{METHODS, PANCAKES, format, messages_of, pancakes, says};
use crate::tools::{body, server};

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

#[tokio::test]
async fn a_value_without_anything_in_it_is_not_told_unless_it_stays_so() {
    let schema = json!({"title": "answer", "type": "object", "properties": {"a": {}, "b": {}}});
    for (json, expected) in [
        (
            r#"  {  "a" : "", "b": [1]}"#,
            r#"{"a":""} | {"a":"","b":[]} | {"a":"","b":[1]}"#,
        ),
        (r#"{"a": null}"#, r#"{"a":null}"#),
        ("{ }", "{}"),
    ] {
        let turn = Answer::new().tool_call("answer", json);
        let (_server, model) = server([turn]).await;
        let format = OutputFormat::<Value>::new(Schema::new(schema.clone().into()));
        let mut stream = model.with_output_format(format).stream("Hi").await.unwrap();
        let mut seen: Vec<String> = Vec::new();
        while let Some(value) = stream.next().await {
            seen.push(value.unwrap().to_string());
        }
        // Pieces of the text may come together: what is told is some of these, the last one among them.
        let expected: Vec<&str> = expected.split(" | ").collect();
        let is_told = |value: &String| expected.contains(&value.as_str());
        assert!(seen.iter().all(is_told), "{seen:?}");
        assert_eq!(seen.last().unwrap(), expected.last().unwrap());
        let mut different = seen.clone();
        different.dedup();
        assert_eq!(seen, different, "nothing is told twice");
    }
}

#[tokio::test]
async fn brackets_in_the_words_before_it_are_no_value() {
    let text = format!("See [1] and {{curly}} words: {PANCAKES} That {{is}} all [2].");
    let (_server, model) = server([Answer::text(&text), Answer::text(&text)]).await;
    let format = format().with_method(OutputMethod::JsonSchema);
    let model = model.with_output_format(format);
    let mut stream = model.stream("Hi").await.unwrap();
    let mut last = Value::Null;
    while let Some(value) = stream.next().await {
        last = value.unwrap().clone();
        assert!(last["title"].is_string(), "{last}");
    }
    assert_eq!(last["steps"][1], "Bake.");
    assert_eq!(stream.finish().await.unwrap(), pancakes());
    assert_eq!(model.invoke("Hi").await.unwrap(), pancakes());
}

#[tokio::test]
async fn repair_turns_are_streamed_too_and_bounded() {
    for method in METHODS {
        let turns = [
            says(method, r#"{"title": "Waffles"}"#),
            says(method, "{"),
            says(method, PANCAKES),
        ];
        let (whole_server, unary) = server(turns.clone()).await;
        let unary = unary.with_output_format(format().with_method(method).with_repairs(2));
        let whole = unary.invoke_raw("Pancakes?").await.unwrap();
        let asked: Vec<_> = (0..3)
            .map(|n| messages_of(&body(&whole_server, n)))
            .collect();

        let (asked_server, model) = server(turns.clone()).await;
        let model = model.with_output_format(format().with_method(method).with_repairs(2));
        let mut stream = model.stream("Pancakes?").await.unwrap();
        let mut told = Vec::new();
        while let Some(event) = stream.next_event().await {
            match event.unwrap() {
                StructuredEvent::Grown => {
                    let title = stream.value().unwrap()["title"].as_str().unwrap();
                    let is_right = match stream.attempt() {
                        0 => "Waffles".starts_with(title),
                        _ => "Pancakes".starts_with(title),
                    };
                    assert!(is_right, "{title} in attempt {}", stream.attempt());
                }
                StructuredEvent::Repair { attempt, error } => {
                    assert!(stream.value().is_none(), "it begins anew");
                    assert_eq!(
                        (attempt, stream.earlier().len()),
                        (stream.attempt(), attempt)
                    );
                    told.push(error.kind());
                }
                _ => {}
            }
        }
        assert_eq!(told, [OutputErrorKind::Mismatch, OutputErrorKind::NotJson]);
        let streamed = stream.finish_raw().await.unwrap();
        assert_eq!(streamed.value.unwrap(), pancakes());
        assert_eq!(streamed.earlier.len(), whole.earlier.len());
        for (request, asked) in asked.iter().enumerate() {
            assert_eq!(messages_of(&body(&asked_server, request)), *asked);
        }

        // One turn fewer, and it fails as the unary call does, without anybody looking on.
        let (bounded_server, model) = server(turns).await;
        let model = model.with_output_format(format().with_method(method).with_repairs(1));
        let error = model
            .stream("Hi")
            .await
            .unwrap()
            .finish()
            .await
            .unwrap_err();
        assert_eq!(error.output().unwrap().kind(), OutputErrorKind::NotJson);
        assert_eq!(bounded_server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_failed_request_ends_a_stream_in_a_repair_turn_too() {
    let method = OutputMethod::FunctionCalling;
    let turns = [
        says(method, "{"),
        Answer::refused(openrouter_testkit::Refusal::rate_limited(1)),
        says(method, "{"),
        says(method, PANCAKES).break_off_after(4),
    ];
    let (_server, model) = server(turns).await;
    let model = model.with_output_format(format().with_repairs(5));
    for is_begun in [false, true] {
        let mut stream = model.stream("Hi").await.unwrap();
        let failure = loop {
            match stream.next_event().await.unwrap() {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(failure.is_truncated(), is_begun);
        assert!(stream.next_event().await.is_none());
        assert_eq!(stream.earlier().len(), 1, "what was paid for is known");
        assert_eq!(failure.earlier().len(), 1);
        let again = stream.finish_raw().await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Call);
        assert_eq!(again.partial().is_some(), is_begun);
        assert_eq!(again.earlier().len(), 1);
    }
}

#[tokio::test]
async fn a_stream_that_is_awaited_in_pieces_loses_nothing() {
    let method = OutputMethod::FunctionCalling;
    let slow = says(method, PANCAKES).pace(
        openrouter_testkit::Pace::tokens_per_second(2000.0)
            .with_time_to_first_token(std::time::Duration::from_millis(20)),
    );
    let (_server, model) = server([says(method, "{"), slow]).await;
    let model = model.with_output_format(format().with_repairs(1));
    let mut stream = model.stream("Hi").await.unwrap();
    // Each future is dropped after one look.
    loop {
        let mut next = Box::pin(stream.next_event());
        match std::future::poll_fn(|cx| std::task::Poll::Ready(next.as_mut().poll(cx))).await {
            std::task::Poll::Pending => {
                drop(next);
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            std::task::Poll::Ready(Some(event)) => drop(event.unwrap()),
            std::task::Poll::Ready(None) => break,
        }
    }
    assert_eq!(stream.finish().await.unwrap(), pancakes());
}

#[tokio::test]
async fn a_long_value_is_told_piece_by_piece_and_every_piece_once() {
    let words: Vec<String> = (0..2000).map(|n| format!("word {n}")).collect();
    let long = json!({"title": "Long", "steps": words}).to_string();
    let (_server, model) = server([says(OutputMethod::FunctionCalling, &long)]).await;
    let mut stream = model
        .with_output_format(format())
        .stream("Hi")
        .await
        .unwrap();
    let mut pieces = 0;
    let mut looks = 0;
    while let Some(event) = stream.next_event().await {
        match event.unwrap() {
            StructuredEvent::Model(StreamEvent::ToolCallArguments { text, .. }) => {
                pieces += text.len();
            }
            StructuredEvent::Grown => looks += 1,
            _ => {}
        }
    }
    assert_eq!(pieces, long.len());
    assert!(looks > 100, "{looks}");
    assert_eq!(stream.finish().await.unwrap().steps.len(), 2000);
}
