//! Tools that hang, panic, fail and race; models that lie.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use openrouter_chat::tools::{CallOutcome, FailurePolicy, StopReason, StopWhen, Tool};
use openrouter_chat::{ErrorKind, Message};
use openrouter_testkit::{Answer, Refusal};
use serde_json::Value;

use super::{asks_weather, body, outputs, place_schema, server, tools, weather};

fn failing(name: &str) -> Tool {
    Tool::function(name, "", place_schema(), |_: Value| async {
        Err::<(), _>("the station is closed")
    })
}

fn panicking(name: &str) -> Tool {
    Tool::function(name, "", place_schema(), |_: Value| async {
        let stations: [u8; 0] = [];
        let first = stations.first();
        assert!(first.is_some(), "no station");
    })
}

/// Never ends; tells when it is dropped.
fn hanging(name: &str) -> (Tool, Arc<AtomicBool>) {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let is_dropped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_dropped);
    let tool = Tool::function(name, "", place_schema(), move |_: Value| {
        let dropped = Dropped(Arc::clone(&flag));
        async move {
            std::future::pending::<()>().await;
            drop(dropped);
        }
    });
    (tool, is_dropped)
}

fn calls(names: &[&str]) -> Answer {
    names
        .iter()
        .fold(Answer::new(), |turn, name| turn.tool_call(*name, "{}"))
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_is_told_to_the_model_beside_what_went_well() {
    let turn = calls(&["fails", "panics", "hangs", "unknown"])
        .tool_call("weather", r#"{"city": "Oslo"}"#)
        .tool_call("weather", r#"{"city": "Os"#)
        .tool_call("weather", r#"{"town": "Oslo"}"#);
    let (server, model) = server([turn, Answer::text("I see.")]).await;
    let (hangs, is_dropped) = hanging("hangs");
    let hangs = hangs.with_timeout(Duration::from_secs(5));
    let tools = tools([failing("fails"), panicking("panics"), hangs, weather()]);
    let outcome = model.run(&tools, "Go").finish().await.unwrap();
    assert!(outcome.stop.is_complete());
    assert!(is_dropped.load(Ordering::SeqCst));
    insta::assert_snapshot!(outputs(&body(&server, 1)).join("\n"), @r"
    Error: the station is closed
    Error: the tool panicked: no station
    Error: the tool took longer than 5s
    Error: there is no tool `unknown`; there are `fails`, `panics`, `hangs`, `weather`
    rain in Oslo
    Error: the arguments are not JSON: EOF while parsing a string at line 1 column 12
    Error: the arguments do not fit: missing field `city` at line 1 column 16
    ");
    let outcomes: Vec<_> = outcome.state.calls().map(|record| record.outcome).collect();
    use CallOutcome::{Done, Failed, Invalid, Panicked, TimedOut};
    assert_eq!(
        outcomes,
        [Failed, Panicked, TimedOut, Invalid, Done, Invalid, Failed]
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_may_end_the_run() {
    for (tool, on_panic) in [(failing("breaks"), false), (panicking("breaks"), true)] {
        let (server, model) = server([calls(&["hangs", "breaks"])]).await;
        let (hangs, is_dropped) = hanging("hangs");
        let run = model.run(&tools([hangs, tool]), "Go").with_last_word();
        let mut run = if on_panic {
            run.on_panic(FailurePolicy::Stop)
        } else {
            run.on_error(FailurePolicy::Stop)
        };
        let outcome = run.finish().await.unwrap();
        let broken = outcome.state.calls().last().unwrap();
        assert_eq!(
            outcome.stop,
            StopReason::ToolFailed(broken.call.id().to_owned())
        );
        assert!(
            is_dropped.load(Ordering::SeqCst),
            "what ran beside it is cancelled"
        );
        assert_eq!(server.requests().len(), 1);
        let texts: Vec<_> = outcome.conversation().messages()[2..]
            .iter()
            .map(Message::text)
            .collect();
        assert!(texts[0].contains("another tool failed"), "{texts:?}");
        assert!(texts[1].starts_with("Error: "), "{texts:?}");
    }
}

#[tokio::test]
async fn arguments_that_a_token_limit_cut_off_are_not_run() {
    let turn = Answer::new()
        .tool_call("weather", r#"{"city": "Oslo"}"#)
        .finish_reason("length");
    let (server, model) = server([turn, Answer::text("I see.")]).await;
    let outcome = model.run(&tools([weather()]), "Go").finish().await.unwrap();
    assert_eq!(
        outcome.state.calls().next().unwrap().outcome,
        CallOutcome::NotRun
    );
    assert!(outputs(&body(&server, 1))[0].contains("limit of tokens"));
}

#[tokio::test]
async fn a_request_that_failed_is_in_the_result_and_can_be_made_again() {
    let turns = [
        asks_weather("Oslo"),
        Answer::refused(Refusal::rate_limited(1)),
        Answer::text("Rain."),
    ];
    let (server, model) = server(turns).await;
    let tools = tools([weather()]);
    let mut run = model.run(&tools, "Oslo?");
    let error = run.finish().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Call);
    assert!(run.state().steps()[1].failure().is_some());
    let outcome = run.finish().await.unwrap();
    assert_eq!(outcome.text(), "Rain.");
    assert_eq!(outcome.usage().requests, 3);
    assert_eq!(body(&server, 1), body(&server, 2));
    assert_eq!(
        outcome.state.calls().count(),
        1,
        "the tool did not run again"
    );
}

#[tokio::test]
async fn requests_that_failed_are_no_steps_of_the_limit() {
    let turns = [
        asks_weather("Oslo"),
        Answer::refused(Refusal::rate_limited(1)),
        Answer::text("Rain."),
    ];
    let (_server, model) = server(turns).await;
    let tools = tools([weather()]);
    let mut run = model.run(&tools, "Oslo?").stop_when(StopWhen::max_steps(2));
    assert!(run.finish().await.is_err());
    assert!(run.finish().await.unwrap().stop.is_complete());
}

#[tokio::test]
async fn a_stream_that_failed_tells_it_and_keeps_what_came() {
    let turns = [
        Answer::text("It rains in Oslo today").break_off_after(3),
        Answer::text("Rain."),
    ];
    let (_server, model) = server(turns).await;
    let tools = tools([weather()]);
    let mut run = model.run(&tools, "Oslo?");
    assert!(run.stream().finish().await.unwrap_err().is_truncated());
    let step = &run.state().steps()[0];
    assert!(!step.response().unwrap().text().is_empty());
    assert_eq!(run.stream().finish().await.unwrap().text(), "Rain.");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_in_the_middle_cancels_its_tools_and_can_go_on() {
    let turn = asks_weather("Oslo").tool_call("hangs", "{}");
    let (_server, model) = server([turn, Answer::text("Rain.")]).await;
    let (hangs, is_dropped) = hanging("hangs");
    let tools = tools([weather(), hangs]);
    let mut run = model.run(&tools, "Oslo?");
    let waited = tokio::time::timeout(Duration::from_secs(60), run.finish()).await;
    assert!(waited.is_err());
    assert!(is_dropped.load(Ordering::SeqCst));
    let open = run.state().open_calls();
    assert_eq!(open.len(), 1, "the call that was done is done");
    let id = open[0].id().to_owned();
    run.answer(&id, "nothing").unwrap();
    assert_eq!(run.finish().await.unwrap().text(), "Rain.");
}

#[tokio::test(start_paused = true)]
async fn closing_a_cancelled_run_leaves_a_well_formed_conversation() {
    let turn = asks_weather("Oslo").tool_call("hangs", "{}");
    let (_server, model) = server([turn]).await;
    let (hangs, _) = hanging("hangs");
    let tools = tools([weather(), hangs]);
    let mut run = model.run(&tools, "Oslo?");
    let _ = tokio::time::timeout(Duration::from_secs(60), run.finish()).await;
    let outcome = run.close();
    assert_eq!(outcome.stop, StopReason::Closed);
    let texts: Vec<_> = outcome.conversation().messages()[2..]
        .iter()
        .map(Message::text)
        .collect();
    assert_eq!(
        texts,
        ["rain in Oslo", "The call was not run: the run was ended."]
    );
}

#[tokio::test]
async fn closing_a_run_between_steps_keeps_what_was_done() {
    let (_server, model) = server([asks_weather("Oslo")]).await;
    let tools = tools([weather()]);
    let mut run = model.run(&tools, "Oslo?");
    assert!(run.step().await.unwrap().is_none());
    let outcome = run.close();
    let records: Vec<_> = outcome.state.calls().map(|record| record.outcome).collect();
    assert_eq!(records, [CallOutcome::Done]);
}
