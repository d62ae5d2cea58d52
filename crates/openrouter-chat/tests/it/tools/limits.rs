//! When a run ends before the model wants it to.

use std::time::Duration;

use openrouter_chat::tools::{CallOutcome, RunOutcome, StopReason, StopWhen, Tool};
use openrouter_chat::types::ChatUsage;
use openrouter_chat::{Message, Role};
use openrouter_testkit::{Answer, Pace};
use serde_json::json;

use super::{Place, asks_weather, body, outputs, place_schema, server, tools, weather};

fn usage(tokens: u64, cost: f64) -> ChatUsage {
    ChatUsage::default()
        .with_total_tokens(tokens)
        .with_cost(cost)
}

/// Every call has exactly one output after it.
fn assert_well_formed(outcome: &RunOutcome) {
    let messages = outcome.conversation().messages();
    for (at, message) in messages.iter().enumerate() {
        let calls = message.tool_calls();
        let outputs = &messages[at + 1..][..calls.len()];
        for (call, output) in calls.iter().zip(outputs) {
            assert_eq!(output.tool_call_id(), Some(call.id()));
        }
    }
    let calls: usize = messages
        .iter()
        .map(|message| message.tool_calls().len())
        .sum();
    let outputs = messages
        .iter()
        .filter(|message| message.role() == Role::Tool);
    assert_eq!(calls, outputs.count());
}

#[tokio::test]
async fn a_run_takes_so_many_steps_and_no_more() {
    for (limit, expected) in [(Some(3), 3), (None, 16)] {
        let (server, model) = server((0..20).map(|turn| asks_weather(&turn.to_string()))).await;
        let mut run = model.run(&tools([weather()]), "Go");
        if let Some(limit) = limit {
            run = run.stop_when(StopWhen::max_steps(limit));
        }
        let outcome = run.finish().await.unwrap();
        assert_eq!(outcome.stop, StopReason::MaxSteps);
        assert_eq!(server.requests().len(), expected);
        assert_well_formed(&outcome);
        let done = outcome
            .state
            .calls()
            .all(|record| record.outcome == CallOutcome::Done);
        assert!(done, "the tools of the last step have run");
    }
}

#[tokio::test]
async fn a_budget_ends_the_run_and_what_is_open_gets_an_output() {
    for (condition, reason) in [
        (StopWhen::max_cost_usd(0.05), StopReason::MaxCost),
        (StopWhen::max_tokens(200), StopReason::MaxTokens),
    ] {
        let turn = |city| asks_weather(city).usage(usage(100, 0.03));
        let (server, model) = server([turn("Oslo"), turn("Rome"), turn("Bern")]).await;
        let outcome = model
            .run(&tools([weather()]), "Go")
            .stop_when(condition)
            .finish()
            .await
            .unwrap();
        assert_eq!(outcome.stop, reason);
        assert_eq!(server.requests().len(), 2);
        assert!((outcome.usage().cost_usd - 0.06).abs() < 1e-9);
        assert_well_formed(&outcome);
        let last = outcome.conversation().last().map(Message::text).unwrap();
        assert!(
            last.starts_with("The call was not run: the run has"),
            "{last}"
        );
        assert_eq!(
            outcome.state.calls().last().unwrap().outcome,
            CallOutcome::NotRun
        );
    }
}

#[tokio::test]
async fn the_same_calls_again_end_the_run() {
    let turns = ["Rome", "Oslo", "Oslo", "Oslo"].map(asks_weather);
    let (server, model) = server(turns).await;
    let outcome = model
        .run(&tools([weather()]), "Go")
        .stop_when(StopWhen::same_calls(3))
        .finish()
        .await
        .unwrap();
    assert_eq!(outcome.stop, StopReason::SameCalls);
    assert_eq!(server.requests().len(), 4);
    assert_well_formed(&outcome);
}

#[tokio::test]
async fn a_named_tool_ends_the_run_once_it_has_run() {
    let turns = [
        asks_weather("Oslo"),
        Answer::new().tool_call("report", r#"{"city": 5}"#),
        Answer::new().tool_call("report", r#"{"city": "rain"}"#),
    ];
    let (server, model) = server(turns).await;
    let report = Tool::function("report", "", place_schema(), |place: Place| async move {
        place.city
    });
    let outcome = model
        .run(&tools([weather(), report]), "Go")
        .stop_when(StopWhen::tool_called("report"))
        .finish()
        .await
        .unwrap();
    assert_eq!(outcome.stop, StopReason::ToolCalled("report".to_owned()));
    assert_eq!(
        server.requests().len(),
        3,
        "the call that failed does not count"
    );
    assert_eq!(outcome.conversation().last().unwrap().text(), "rain");
}

#[tokio::test(start_paused = true)]
async fn the_time_cancels_tools_that_run() {
    let (server, model) = server([asks_weather("Oslo").tool_call("forever", "{}")]).await;
    let forever = Tool::function("forever", "", place_schema(), |_: serde_json::Value| {
        std::future::pending::<()>()
    });
    let outcome = model
        .run(&tools([weather(), forever]), "Go")
        .stop_when(StopWhen::after(Duration::from_secs(60)))
        .with_last_word()
        .finish()
        .await
        .unwrap();
    assert_eq!(outcome.stop, StopReason::Time);
    assert_eq!(
        server.requests().len(),
        1,
        "there is no time for a last word"
    );
    assert_well_formed(&outcome);
    let outcomes: Vec<_> = outcome.state.calls().map(|record| record.outcome).collect();
    assert_eq!(outcomes, [CallOutcome::Done, CallOutcome::NotRun]);
    assert!(outcome.state.elapsed() >= Duration::from_secs(60));
}

#[tokio::test]
async fn the_time_cancels_a_request() {
    let slow = Answer::text("Never.")
        .pace(Pace::tokens_per_second(1.0).with_time_to_first_token(Duration::from_secs(3600)));
    let (server, model) = server([slow]).await;
    let tools = tools([weather()]);
    let mut run = model
        .run(&tools, "Go")
        .stop_when(StopWhen::after(Duration::from_millis(200)));
    let outcome = run.stream().finish().await.unwrap();
    assert_eq!(outcome.stop, StopReason::Time);
    let step = &outcome.state.steps()[0];
    assert_eq!(step.failure(), Some("cancelled"));
    assert!(
        step.generation_id().unwrap().starts_with("gen-"),
        "its cost can be looked up"
    );
    assert_eq!(outcome.usage().requests_without_cost, 1);
    server.all_closed().await;
}

#[tokio::test]
async fn what_had_arrived_when_the_time_was_over_is_kept() {
    let slow = Answer::text("One two three four").pace(Pace::tokens_per_second(0.001));
    let (_server, model) = server([slow]).await;
    let tools = tools([weather()]);
    let mut run = model
        .run(&tools, "Go")
        .stop_when(StopWhen::after(Duration::from_millis(500)));
    let outcome = run.stream().finish().await.unwrap();
    assert_eq!(outcome.stop, StopReason::Time);
    let step = &outcome.state.steps()[0];
    assert_eq!(step.failure(), Some("cancelled"));
    let arrived = step.response().unwrap().text();
    assert!(
        arrived.starts_with("One") && !arrived.contains("two"),
        "{arrived}"
    );
}

#[tokio::test]
async fn the_last_word_forbids_calls_and_keeps_the_tools() {
    let turns = [asks_weather("Oslo"), Answer::text("That is all I know.")];
    let (server, model) = server(turns).await;
    let outcome = model
        .run(&tools([weather()]), "Go")
        .stop_when(StopWhen::max_steps(1))
        .with_last_word()
        .finish()
        .await
        .unwrap();
    assert_eq!(outcome.stop, StopReason::MaxSteps);
    assert_eq!(outcome.text(), "That is all I know.");
    let last = body(&server, 1);
    assert_eq!(last["tool_choice"], "none");
    assert_eq!(last["tools"], body(&server, 0)["tools"]);
    assert_eq!(outputs(&last), ["rain in Oslo"]);
    assert!(outcome.state.steps()[1].is_final());
}

#[tokio::test]
async fn a_model_that_calls_in_its_last_word_leaves_no_call_open() {
    let (_server, model) = server([asks_weather("Oslo"), asks_weather("Rome")]).await;
    let outcome = model
        .run(&tools([weather()]), "Go")
        .stop_when(StopWhen::max_steps(1))
        .with_last_word()
        .finish()
        .await
        .unwrap();
    assert_well_formed(&outcome);
    assert_eq!(outcome.state.calls().count(), 2);
}

#[tokio::test]
async fn what_a_key_of_ones_own_is_charged_counts_once_and_only_then() {
    let price = |is_byok: bool| {
        let text = json!({
            "cost": 0.25,
            "is_byok": is_byok,
            "cost_details": {"upstream_inference_cost": 0.5},
        });
        serde_json::from_value::<ChatUsage>(text).unwrap()
    };
    let turns = [
        asks_weather("Oslo").usage(price(true)),
        Answer::text("Rain.").usage(price(false)),
    ];
    let (_server, model) = server(turns).await;
    let outcome = model.run(&tools([weather()]), "Go").finish().await.unwrap();
    let usage = outcome.usage();
    assert!((usage.cost_usd - 0.5).abs() < 1e-9, "{usage:?}");
    assert!((usage.upstream_cost_usd - 0.5).abs() < 1e-9, "{usage:?}");
    assert!((usage.total_cost_usd() - 1.0).abs() < 1e-9);
}
