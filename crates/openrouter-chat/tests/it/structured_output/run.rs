//! A structured answer after tools.

use openrouter_chat::structured::OutputMethod;
use openrouter_chat::tools::{StopReason, StopWhen, Tool, Tools};
use openrouter_testkit::{Answer, Refusal};
use serde_json::{Value, json};

use super::{METHODS, PANCAKES, format, pancakes, says};
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
