//! A run that is saved, and taken up by another process.

use openrouter_chat::tools::{CallOutcome, Decision, RunOutcome, RunState, StopReason, Tool};
use openrouter_chat::types::RawJson;
use openrouter_testkit::Answer;
use serde_json::Value;

use super::{asks_weather, body, outputs, place_schema, server, tools, weather};

/// As another process would read it.
fn saved(outcome: &RunOutcome) -> RunState {
    serde_json::from_str(&serde_json::to_string(&outcome.state).unwrap()).unwrap()
}

#[tokio::test]
async fn a_run_that_waits_for_an_approval_is_taken_up_elsewhere() {
    let turn = asks_weather("Oslo")
        .tool_call("delete", r#"{"city": "Oslo"}"#)
        .tool_call("delete", r#"{"city": "Rome"}"#)
        .tool_call("delete", r#"{"city": "Bern"}"#);
    let (server, model) = server([turn, Answer::text("Done.")]).await;
    let delete = Tool::function("delete", "", place_schema(), |place: Value| async move {
        format!("{} is gone", place["city"])
    })
    .with_approval();
    let tools = tools([weather(), delete]);
    let paused = model.run(&tools, "Go").finish().await.unwrap();
    assert_eq!(paused.stop, StopReason::Paused);
    assert_eq!(server.requests().len(), 1);

    let state = saved(&paused);
    let ids: Vec<_> = state
        .open_calls()
        .iter()
        .map(|call| call.id().to_owned())
        .collect();
    assert_eq!(ids.len(), 3, "the call that needs no approval has run");
    let mut run = model.resume(&tools, state);
    run.decide(&ids[0], Decision::Approve).unwrap();
    run.decide(&ids[1], Decision::Refuse("not Rome".to_owned()))
        .unwrap();
    let paused = run.finish().await.unwrap();
    assert_eq!(paused.stop, StopReason::Paused, "one call still waits");

    let mut run = model.resume(&tools, saved(&paused));
    let other = RawJson::parse(r#"{"city": "Basel"}"#).unwrap();
    run.decide(&ids[2], Decision::ApproveWith(other)).unwrap();
    assert!(
        run.decide(&ids[0], Decision::Approve).is_err(),
        "it has run"
    );
    let outcome = run.finish().await.unwrap();
    assert_eq!(outcome.text(), "Done.");
    assert_eq!(
        outputs(&body(&server, 1)),
        [
            "rain in Oslo",
            "\"Oslo\" is gone",
            "The call was refused: not Rome",
            "\"Basel\" is gone"
        ]
    );
    assert_eq!(outcome.usage().requests, 2, "what was spent before counts");
}

#[tokio::test]
async fn a_tool_that_runs_elsewhere_is_answered_from_outside() {
    let turn = Answer::new().tool_call("ask_user", "{}");
    let (server, model) = server([turn, Answer::text("Thanks.")]).await;
    let tools = tools([Tool::new("ask_user", "Asks the person.")]);
    let paused = model.run(&tools, "Go").finish().await.unwrap();
    assert_eq!(paused.stop, StopReason::Paused);
    let mut run = model.resume(&tools, saved(&paused));
    let id = run.state().open_calls()[0].id().to_owned();
    run.answer(&id, "blue").unwrap();
    assert!(run.finish().await.unwrap().stop.is_complete());
    assert_eq!(outputs(&body(&server, 1)), ["blue"]);
}

#[tokio::test]
async fn a_run_saved_between_steps_goes_on_where_it_was() {
    let turns = [asks_weather("Oslo").reasoning("Hm."), Answer::text("Rain.")];
    let (server, model) = server(turns).await;
    let tools = tools([weather()]);
    let mut run = model.run(&tools, "Oslo?");
    assert!(run.step().await.unwrap().is_none());
    let text = serde_json::to_string(run.state()).unwrap();
    let state: RunState = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&state).unwrap(), text);
    assert_eq!(state.calls().next().unwrap().outcome, CallOutcome::Done);

    let here = run.finish().await.unwrap();
    server.push_turn(Answer::text("Rain."));
    let there = model.resume(&tools, state).finish().await.unwrap();
    assert_eq!(body(&server, 1), body(&server, 2));
    assert_eq!(here.conversation(), there.conversation());
    assert_eq!(here.usage(), there.usage());
}

#[tokio::test]
async fn what_is_saved_of_a_reply_is_all_of_it() {
    let silent = Answer::text("").finish_reason("");
    let cut = Answer::text("It rai").finish_reason("length");
    for turn in [Answer::text("Rain.").reasoning("Hm."), silent, cut] {
        let (_server, model) = server([turn]).await;
        let outcome = model.run(&tools([weather()]), "Go").finish().await.unwrap();
        let read = saved(&outcome);
        assert_eq!(read.last_response(), outcome.response());
        let ending = outcome.response().unwrap().ending();
        assert_eq!(read.last_response().unwrap().ending(), ending);
    }
}

#[test]
fn a_form_of_a_later_version_is_refused() {
    let error = serde_json::from_str::<RunState>(r#"{"version": 2}"#).unwrap_err();
    assert!(error.to_string().contains("form 2"), "{error}");
    assert!(serde_json::from_str::<RunState>(r#"{"version": 1}"#).is_ok());
}
