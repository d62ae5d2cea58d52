//! What comes of an answer: a value, or a clear word why not.

use openrouter_chat::structured::OutputErrorKind as Kind;
use openrouter_chat::structured::extract::Found;
use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::{OutputFormat, OutputMethod, Place};
use openrouter_chat::types::{ChatUsage, RawJson};
use openrouter_chat::{ErrorKind, Tool, Tools};
use openrouter_testkit::{Answer, Refusal};
use serde_json::{Value, json};

use super::{METHODS, PANCAKES, format, pancakes, says};
use crate::tools::{body, server};

#[tokio::test]
async fn every_method_ends_in_the_value() {
    for method in METHODS {
        let (_server, model) = server([says(method, PANCAKES)]).await;
        let model = model.with_output_format(format().with_method(method));
        assert_eq!(
            model.invoke("Pancakes?").await.unwrap(),
            pancakes(),
            "{method:?}"
        );
    }
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart_with_the_text_kept() {
    let cut = &PANCAKES[..40];
    for method in METHODS {
        let cases = [
            (
                Kind::Truncated,
                says(method, cut).finish_reason("length"),
                cut,
            ),
            // An answer that looks whole may have lost its end, too.
            (
                Kind::Truncated,
                says(method, "{}").finish_reason("length"),
                "{}",
            ),
            (
                Kind::Filtered,
                says(method, cut).finish_reason("content_filter"),
                cut,
            ),
            (Kind::NotJson, says(method, cut), cut),
            (
                Kind::NotJson,
                says(method, r#"{"a": {"title": "x", "steps": []}"#),
                r#"{"a": {"title": "x", "steps": []}"#,
            ),
            (
                Kind::Mismatch,
                says(method, r#"{"title": 5, "steps": []}"#),
                r#"{"title": 5, "steps": []}"#,
            ),
            (Kind::Empty, Answer::text(""), ""),
            (
                Kind::NotJson,
                Answer::text("I would rather not."),
                "I would rather not.",
            ),
        ];
        for (kind, turn, text) in cases {
            let (_server, model) = server([turn]).await;
            let model = model.with_output_format(format().with_method(method));
            let answer = model.invoke_raw("Pancakes?").await.unwrap();
            let error = answer.value.as_ref().unwrap_err();
            assert_eq!(
                (error.kind(), error.text()),
                (kind, text),
                "{method:?}: {error}"
            );
            let error = answer.into_value().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Output);
            assert_eq!(error.output().unwrap().kind(), kind);
            assert!(error.partial().unwrap().usage().is_some());
        }
    }
}

#[tokio::test]
async fn a_refusal_is_no_broken_json() {
    for method in METHODS {
        let (_server, model) = server([Answer::new().refusal("I must not.")]).await;
        let model = model.with_output_format(format().with_method(method));
        let error = model.invoke("Pancakes?").await.unwrap_err();
        let error = error.output().unwrap();
        assert_eq!((error.kind(), error.text()), (Kind::Refused, "I must not."));
    }
}

#[tokio::test]
async fn json_between_other_words_is_found_and_said_to_be() {
    let fenced = format!("Here you are:\n```json\n{PANCAKES}\n```\nEnjoy!");
    let prose = format!("The recipe is {PANCAKES}. Enjoy!");
    for method in METHODS {
        for (text, found) in [
            (PANCAKES, Found::Whole),
            (fenced.as_str(), Found::Fence),
            (prose.as_str(), Found::Prose),
        ] {
            // With function calling, a model that answers instead of calling.
            let (_server, model) = server([Answer::text(text)]).await;
            let model = model.with_output_format(format().with_method(method));
            let answer = model.invoke_raw("Pancakes?").await.unwrap();
            assert_eq!(answer.value.unwrap(), pancakes());
            assert_eq!(answer.place, Some(Place::Text(found)));
        }
    }
}

#[tokio::test]
async fn strict_answers_are_mapped_back_before_they_are_read() {
    // `null` where the type takes no null: it stands for "absent".
    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Note {
        #[serde(default)]
        tags: Vec<String>,
    }
    let schema = json!({"title": "note", "type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}});
    let format = OutputFormat::<Note>::new(Schema::new(schema.into())).with_strict(true);
    let turn = || Answer::new().tool_call("note", r#"{"tags": null}"#);
    let (_server, model) = server([turn(), turn()]).await;
    let model = model.with_output_format(format);
    assert_eq!(model.invoke("Hi").await.unwrap(), Note { tags: Vec::new() });
    let streamed = model.stream("Hi").await.unwrap().finish().await.unwrap();
    assert_eq!(streamed, Note { tags: Vec::new() });
}

#[tokio::test]
async fn a_value_that_is_no_object_comes_out_of_its_wrapper() {
    let schema = json!({"title": "primes", "type": "array", "items": {"type": "integer"}});
    for strict in [true, false] {
        for method in METHODS {
            let format = OutputFormat::<Vec<u32>>::new(Schema::new(schema.clone().into()))
                .with_strict(strict)
                .with_method(method);
            let say = |json: &str| match method {
                OutputMethod::FunctionCalling => Answer::new().tool_call("primes", json),
                _ => Answer::text(json),
            };
            // A model may leave the wrapper out.
            let (_server, model) = server([say(r#"{"value": [2, 3]}"#), say("[2, 3]")]).await;
            let model = model.with_output_format(format);
            for _ in 0..2 {
                assert_eq!(
                    model.invoke("Hi").await.unwrap(),
                    [2, 3],
                    "{method:?} {strict}"
                );
            }
        }
    }
}

#[tokio::test]
async fn raw_json_keeps_the_text() {
    let text = r#"{"z": 1.50, "a": "b"}"#;
    let (_server, model) = server([Answer::new().tool_call("answer", text)]).await;
    let schema = Schema::new(json!({"type": "object"}).into());
    let value: RawJson = model.with_output_schema(schema).invoke("Hi").await.unwrap();
    assert_eq!(value.as_str(), text);
}

#[tokio::test]
async fn a_model_that_calls_another_tool_has_not_answered() {
    let tools = Tools::new([Tool::new("weather", "")]).unwrap();
    let (_server, model) = server([Answer::new().tool_call("weather", "{}")]).await;
    let model = model.bind_tools(&tools).with_output_format(format());
    let error = model.invoke("Hi").await.unwrap_err();
    assert_eq!(error.output().unwrap().kind(), Kind::NotJson);
}

#[tokio::test]
async fn repair_turns_tell_the_model_what_is_wrong_and_are_bounded() {
    for method in METHODS {
        let wrong = r#"{"title": "Pancakes"}"#;
        let turns = [
            says(method, wrong),
            says(method, "{"),
            says(method, PANCAKES),
        ];
        let (server, model) = server(turns.clone()).await;
        let answer = model
            .with_output_format(format().with_method(method).with_repairs(2))
            .invoke_raw("Pancakes?")
            .await
            .unwrap();
        assert_eq!(answer.value.unwrap(), pancakes());
        assert_eq!(answer.earlier.len(), 2);
        let last = body(&server, 2);
        let messages = last["messages"].as_array().unwrap();
        assert_eq!(
            messages.len(),
            5,
            "the question, and two replies with what is wrong"
        );
        assert!(
            messages[2]["content"]
                .as_str()
                .unwrap()
                .contains("missing field `steps`")
        );
        let role = if method == OutputMethod::FunctionCalling {
            "tool"
        } else {
            "user"
        };
        assert_eq!(messages[2]["role"], role);

        let (server, model) = crate::tools::server(turns).await;
        let model = model.with_output_format(format().with_method(method).with_repairs(1));
        let error = model.invoke("Pancakes?").await.unwrap_err();
        assert_eq!(error.output().unwrap().kind(), Kind::NotJson);
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn what_cannot_be_repaired_is_not_asked_again() {
    for turn in [
        Answer::new().refusal("I must not."),
        says(OutputMethod::FunctionCalling, "{").finish_reason("length"),
    ] {
        let (server, model) = server([turn]).await;
        let model = model.with_output_format(format().with_repairs(3));
        assert!(model.invoke("Pancakes?").await.is_err());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_check_of_your_own_refuses_a_value() {
    let other = PANCAKES.replace("20", "2000");
    let method = OutputMethod::FunctionCalling;
    let (server, model) = server([says(method, &other), says(method, PANCAKES)]).await;
    let model = model
        .with_output_format(format())
        .with_repairs(1)
        .with_check(|recipe| match recipe.minutes {
            Some(minutes) if minutes > 600 => Err("nobody cooks that long".to_owned()),
            _ => Ok(()),
        });
    assert_eq!(model.invoke("Pancakes?").await.unwrap(), pancakes());
    let told: Value = body(&server, 1)["messages"][2]["content"].clone();
    assert!(told.as_str().unwrap().contains("nobody cooks that long"));
}

#[cfg(feature = "jsonschema")]
#[tokio::test]
async fn a_schema_may_say_more_than_the_type() {
    let schema = json!({"type": "object", "properties": {"rating": {"type": "integer", "maximum": 5}}, "required": ["rating"]});
    let format = OutputFormat::<Value>::new(Schema::new(schema.into())).with_strict(true);
    let turn = || Answer::new().tool_call("answer", r#"{"rating": 9}"#);
    let (_server, model) = server([turn(), turn()]).await;
    let unchecked = model.with_output_format(format.clone());
    assert_eq!(unchecked.invoke("Hi").await.unwrap()["rating"], 9);
    let checked = model.with_output_format(format.with_validation());
    let error = checked.invoke("Hi").await.unwrap_err();
    assert_eq!(error.output().unwrap().kind(), Kind::Mismatch);
    assert!(error.to_string().contains("/rating"), "{error}");

    let broken = Schema::new(json!({"type": "object", "required": 5}).into());
    let model = model.with_output_format(OutputFormat::<Value>::new(broken).with_validation());
    assert_eq!(
        model.invoke("Hi").await.unwrap_err().kind(),
        ErrorKind::Config
    );
}

#[tokio::test]
async fn a_repair_request_that_fails_keeps_the_replies_that_were_paid_for() {
    let price = |dollars| ChatUsage::default().with_cost(dollars);
    for method in METHODS {
        let turns = [
            says(method, "{").usage(price(0.25)),
            says(method, "[").usage(price(0.5)),
            Answer::refused(Refusal::overloaded(1)),
        ];
        let format = format().with_method(method).with_repairs(2);
        let (_server, model) = server(turns.clone()).await;
        let unary = model.with_output_format(format.clone()).invoke("Go").await;
        let (_server, model) = server(turns).await;
        let stream = model.with_output_format(format).stream("Go").await;
        let streamed = stream.unwrap().finish().await;
        for error in [unary.unwrap_err(), streamed.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Call);
            assert_eq!(error.earlier().len(), 2, "{method:?}");
            assert!(error.partial().is_none());
            assert!((error.usage().cost_usd - 0.75).abs() < 1e-9);
            assert_eq!(error.usage().requests, 2);
        }
    }
}

#[tokio::test]
async fn an_answer_that_does_not_do_in_the_end_keeps_those_before_it() {
    let price = |dollars| ChatUsage::default().with_cost(dollars);
    let method = OutputMethod::FunctionCalling;
    let turns = [
        says(method, "{").usage(price(0.25)),
        says(method, "[").usage(price(0.5)),
    ];
    let (_server, model) = server(turns.clone()).await;
    let model = model.with_output_format(format().with_repairs(1));
    let raw = model.invoke_raw("Go").await.unwrap();
    assert!((raw.usage().cost_usd - 0.75).abs() < 1e-9);
    let error = raw.into_value().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Output);
    assert_eq!(error.earlier().len(), 1);
    assert!(error.partial().is_some());
    assert!((error.usage().cost_usd - 0.75).abs() < 1e-9);
    assert_eq!(error.usage().requests, 2);
}

#[tokio::test]
async fn an_empty_reply_does_not_go_back_in_a_repair_turn() {
    for method in METHODS {
        let (server, model) = server([Answer::text(""), says(method, PANCAKES)]).await;
        let model = model.with_output_format(format().with_method(method).with_repairs(1));
        assert_eq!(model.invoke("Pancakes?").await.unwrap(), pancakes());
        let messages = body(&server, 1)["messages"].as_array().unwrap().clone();
        let roles: Vec<&Value> = messages.iter().map(|message| &message["role"]).collect();
        assert_eq!(roles, ["user", "user"], "{method:?}");
        let told = messages[1]["content"].as_str().unwrap();
        assert!(told.contains("empty"), "{told}");
    }
}

#[tokio::test]
async fn every_call_of_a_reply_gets_an_output_in_a_repair_turn() {
    let method = OutputMethod::FunctionCalling;
    let turns = [
        says(method, "{").tool_call("pantry", "{}"),
        says(method, PANCAKES),
    ];
    let (server, model) = server(turns).await;
    let model = model.with_output_format(format().with_repairs(1));
    assert_eq!(model.invoke("Pancakes?").await.unwrap(), pancakes());
    let messages = body(&server, 1)["messages"].as_array().unwrap().clone();
    let calls = messages[1]["tool_calls"].as_array().unwrap();
    assert_eq!((calls.len(), messages.len()), (2, 4));
    for (call, output) in calls.iter().zip(&messages[2..]) {
        assert_eq!(output["tool_call_id"], call["id"]);
    }
    let told = messages[2]["content"].as_str().unwrap();
    assert!(told.contains("not JSON"), "{told}");
    let told = messages[3]["content"].as_str().unwrap();
    assert!(told.contains("not run"), "{told}");
}

#[tokio::test]
async fn of_several_calls_for_the_answer_one_that_can_be_read_counts() {
    let method = OutputMethod::FunctionCalling;
    let turn = says(method, "{").tool_call("recipe", PANCAKES);
    let (_server, model) = server([turn]).await;
    let answer = model.with_output_format(format()).invoke("Hi").await;
    assert_eq!(answer.unwrap(), pancakes());
}
