//! A structured answer after tools.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use openrouter_chat::ErrorKind;
use openrouter_chat::structured::schema::Schema;
use openrouter_chat::structured::{OutputFormat, OutputMethod};
use openrouter_chat::tools::{RunEvent, StopReason, StopWhen, Tool, Tools};
use openrouter_chat::types::ChatUsage;
use openrouter_testkit::{Answer, Pace, Refusal};
use serde_json::{Value, json};

use super::{METHODS, PANCAKES, format, messages_of, pancakes, says};
use crate::tools::{body, server};

fn pantry() -> Tools {
    let look = Tool::function("pantry", "", json!({"type": "object"}), |_: Value| async {
        "eggs, flour, milk"
    });
    Tools::new([look]).unwrap()
}

fn looks() -> Answer {
    Answer::new().tool_call("pantry", "{}")
}

#[tokio::test]
async fn the_answer_is_asked_for_in_its_form_when_the_tools_are_done() {
    for method in METHODS {
        let turns = [
            looks(),
            Answer::text("Pancakes, then."),
            says(method, PANCAKES),
        ];
        let (server, model) = server(turns).await;
        let ended = model
            .run(&pantry(), "What can I cook?")
            .finish_as(&format().with_method(method))
            .await
            .unwrap();
        assert!(ended.outcome.stop.is_complete());
        assert_eq!(ended.answer.unwrap().value.unwrap(), pancakes());
        assert_eq!(ended.outcome.usage().requests, 3);
        let last = body(&server, 2);
        assert_eq!(
            last["tools"][0],
            body(&server, 0)["tools"][0],
            "the tools stay"
        );
        let choice = match method {
            OutputMethod::FunctionCalling => {
                json!({"type": "function", "function": {"name": "recipe"}})
            }
            _ => json!("none"),
        };
        assert_eq!(last["tool_choice"], choice);
        let messages = last["messages"].as_array().unwrap();
        assert_eq!(messages.last().unwrap()["role"], "user");
        let asked = messages.last().unwrap()["content"].as_str().unwrap();
        // Nothing else in the request says it.
        assert_eq!(asked.contains("minutes"), method == OutputMethod::JsonMode);
    }
}

#[tokio::test]
async fn a_run_that_was_stopped_answers_only_as_its_last_word() {
    for has_last_word in [true, false] {
        let turns = [looks(), says(OutputMethod::FunctionCalling, PANCAKES)];
        let (server, model) = server(turns).await;
        let run = model.run(&pantry(), "Go").stop_when(StopWhen::max_steps(1));
        let mut run = if has_last_word {
            run.with_last_word()
        } else {
            run
        };
        let ended = run.finish_as(&format()).await.unwrap();
        assert_eq!(ended.outcome.stop, StopReason::MaxSteps);
        assert_eq!(ended.answer.is_some(), has_last_word);
        assert_eq!(server.requests().len(), 1 + usize::from(has_last_word));
    }
}

#[tokio::test]
async fn a_failed_request_for_the_answer_is_made_again_and_nothing_else() {
    let turns = [
        looks(),
        Answer::text("Pancakes."),
        Answer::refused(Refusal::rate_limited(1)),
        says(OutputMethod::FunctionCalling, PANCAKES),
    ];
    let (server, model) = server(turns).await;
    let tools = pantry();
    let mut run = model.run(&tools, "Go");
    assert!(run.finish_as(&format()).await.is_err());
    let ended = run.finish_as(&format()).await.unwrap();
    assert_eq!(ended.answer.unwrap().value.unwrap(), pancakes());
    assert_eq!(body(&server, 2), body(&server, 3));
    assert_eq!(ended.outcome.usage().requests, 4);
}

#[tokio::test]
async fn repair_turns_count_into_the_run() {
    let method = OutputMethod::FunctionCalling;
    let turns = [
        Answer::text("Pancakes."),
        says(method, "{"),
        says(method, PANCAKES),
    ];
    let (_server, model) = server(turns).await;
    let ended = model
        .run(&pantry(), "Go")
        .finish_as(&format().with_repairs(1))
        .await
        .unwrap();
    assert_eq!(ended.outcome.usage().requests, 3);
    assert_eq!(ended.answer.unwrap().earlier.len(), 1);
}

#[tokio::test]
async fn the_final_answer_is_seen_as_it_grows() {
    for method in METHODS {
        let turns = [
            looks(),
            Answer::text("Pancakes, then."),
            says(method, r#"{"title": "Waffles"}"#),
            says(method, PANCAKES),
        ];
        let format = format().with_method(method).with_repairs(1);
        let tools = pantry();
        let (looked_on, model) = server(turns.clone()).await;
        let mut run = model.run(&tools, "What can I cook?");
        let mut stream = run.stream_as(&format);
        let (mut told, mut looks) = (Vec::new(), 0);
        while let Some(event) = stream.next().await {
            told.push(match event.unwrap() {
                RunEvent::StepStarted { step } => format!("{step} started"),
                RunEvent::AnswerStarted { step, attempt } => {
                    assert!(stream.value().is_none());
                    format!("{step} answer {attempt}")
                }
                RunEvent::AnswerGrown { step } => {
                    let title = stream.value().unwrap()["title"].as_str().unwrap();
                    assert!(["Waffles", "Pancakes"][step - 2].starts_with(title));
                    looks += 1;
                    continue;
                }
                RunEvent::AnswerRejected { step, error } => {
                    format!("{step} rejected: {:?}", error.kind())
                }
                RunEvent::Reply { step, .. } => format!("{step} replied"),
                _ => continue,
            });
        }
        assert_eq!(
            told,
            [
                "0 started",
                "0 replied",
                "1 started",
                "1 replied",
                "2 started",
                "2 answer 0",
                "2 replied",
                "2 rejected: Mismatch",
                "3 started",
                "3 answer 1",
                "3 replied"
            ]
        );
        assert!(looks > 3, "{looks}");
        let streamed = stream.finish().await.unwrap();
        let (other, model) = server(turns).await;
        let whole = model
            .run(&tools, "What can I cook?")
            .finish_as(&format)
            .await
            .unwrap();
        for request in 0..4 {
            let (sent, same) = (body(&looked_on, request), body(&other, request));
            assert_eq!(messages_of(&sent), messages_of(&same));
            assert_eq!(sent["tools"], same["tools"]);
            assert_eq!(sent["tool_choice"], same["tool_choice"]);
        }
        assert_eq!(streamed.outcome.usage(), whole.outcome.usage());
        assert_eq!(streamed.outcome.usage().requests, 4);
        let (streamed, whole) = (streamed.answer.unwrap(), whole.answer.unwrap());
        assert_eq!(streamed.value.unwrap(), whole.value.unwrap());
        assert_eq!(streamed.earlier.len(), whole.earlier.len());
    }
}

#[tokio::test]
async fn a_cancelled_answer_leaves_what_was_paid_for_in_the_run() {
    let method = OutputMethod::FunctionCalling;
    let slow = says(method, PANCAKES)
        .pace(Pace::tokens_per_second(1.0).with_time_to_first_token(Duration::from_secs(3600)));
    let turns = [
        Answer::text("Pancakes."),
        says(method, "{"),
        slow,
        says(method, PANCAKES),
    ];
    let (server, model) = server(turns).await;
    let tools = pantry();
    let format = format().with_repairs(1);
    let mut run = model.run(&tools, "Go");
    let mut stream = run.stream_as(&format);
    while let Some(event) = stream.next().await {
        if let RunEvent::AnswerStarted { attempt: 1, .. } = event.unwrap() {
            break;
        }
    }
    // The request for the second attempt is under way.
    let waited = tokio::time::timeout(Duration::from_millis(100), stream.next()).await;
    assert!(waited.is_err());
    drop(stream);
    assert_eq!(
        run.state().steps().len(),
        2,
        "the answer that did not do is a step"
    );
    let ended = run.finish_as(&format).await.unwrap();
    assert_eq!(ended.answer.unwrap().value.unwrap(), pancakes());
    let usage = ended.outcome.usage();
    assert_eq!((usage.requests, usage.requests_without_cost), (4, 1));
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_format_that_cannot_be_asked_for_is_refused_before_anything_is_paid() {
    let (server, model) = server([]).await;
    let open =
        json!({"title": "open", "type": "object", "additionalProperties": {"type": "string"}});
    let open = OutputFormat::<Value>::new(Schema::new(open.into())).with_strict(true);
    let taken = OutputFormat::<Value>::new(Schema::new(json!({"title": "pantry"}).into()));
    for format in [open, taken] {
        let tools = pantry();
        let error = model
            .run(&tools, "Go")
            .finish_as(&format)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_hook_sees_each_attempt_at_the_answer_and_may_give_it_to_another_model() {
    let method = OutputMethod::FunctionCalling;
    let turns = [
        looks(),
        Answer::text("Pancakes."),
        says(method, "{"),
        says(method, "{"),
        says(method, PANCAKES),
    ];
    for is_streamed in [false, true] {
        let (server, model) = server(turns.clone()).await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        let tools = pantry();
        let mut run = model.run(&tools, "Go").before_step(move |next| {
            told.lock()
                .unwrap()
                .push((next.step, next.is_final, next.attempt));
            if next.attempt > 1 {
                next.model = next
                    .model
                    .clone()
                    .with_model("acme/large")
                    .with_temperature(0.0);
            }
        });
        let format = format().with_repairs(2);
        let ended = match is_streamed {
            false => run.finish_as(&format).await,
            true => run.stream_as(&format).finish().await,
        };
        let ended = ended.unwrap();
        assert_eq!(ended.answer.unwrap().value.unwrap(), pancakes());
        assert_eq!(
            *seen.lock().unwrap(),
            [
                (0, false, 0),
                (1, false, 0),
                (2, true, 0),
                (3, true, 1),
                (4, true, 2)
            ]
        );
        let models: Vec<Value> = (0..5)
            .map(|at| body(&server, at)["model"].clone())
            .collect();
        assert_eq!(models[..4], ["acme/model"; 4]);
        assert_eq!(models[4], "acme/large");
        assert_eq!(body(&server, 4)["temperature"], 0.0);
        let steps = ended.outcome.state.steps();
        assert_eq!(steps[4].model(), "acme/large");
    }
}

#[tokio::test]
async fn a_failed_run_has_its_replies_in_the_error_too() {
    let price = |dollars| ChatUsage::default().with_cost(dollars);
    let method = OutputMethod::FunctionCalling;
    for is_streamed in [false, true] {
        let turns = [
            looks().usage(price(0.25)),
            Answer::text("Pancakes.").usage(price(0.5)),
            says(method, "{").usage(price(1.0)),
            match is_streamed {
                false => Answer::refused(Refusal::overloaded(1)),
                true => says(method, PANCAKES).break_off_after(4),
            },
        ];
        let (_server, model) = server(turns).await;
        let tools = pantry();
        let format = format().with_repairs(1);
        let error = match is_streamed {
            // Nobody keeps the run.
            false => model.run(&tools, "Go").finish_as(&format).await,
            true => model.run(&tools, "Go").stream_as(&format).finish().await,
        };
        let error = error.unwrap_err();
        assert_eq!(error.earlier().len(), 3);
        assert!((error.usage().cost_usd - 1.75).abs() < 1e-9);
        assert_eq!(error.partial().is_some(), is_streamed);
    }
}

#[tokio::test]
async fn a_hook_that_spoils_a_repair_turn_loses_nothing_that_was_paid_for() {
    let method = OutputMethod::FunctionCalling;
    let turns = [Answer::text("Pancakes."), says(method, "{")];
    let (server, model) = server(turns).await;
    let recipe = Tool::function("recipe", "", json!({"type": "object"}), |_: Value| async {
        "a tool with the name of the schema"
    });
    let taken = Tools::new([recipe]).unwrap();
    let mut run = model.run(&pantry(), "Go").before_step(move |next| {
        if next.attempt > 0 {
            next.tools = taken.clone();
        }
    });
    let format = format().with_repairs(1);
    let error = run.finish_as(&format).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(error.earlier().len(), 2);
    assert_eq!(run.state().steps().len(), 2);
    assert_eq!(server.requests().len(), 2);
}
