//! Models, tools and limits by chance: whatever happens, the history stays well-formed and nothing is lost.

mod chance;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use openrouter_chat::tools::{
    CallOutcome, Decision, FailurePolicy, RunOutcome, RunState, StopReason, StopWhen, ToolRun,
    Tools,
};
use openrouter_chat::{ChatModel, Client, Message, RetryPolicy, Role};
use openrouter_testkit::{TestServer, TestServerBuilder};
use proptest::prelude::*;
use serde_json::{Value, json};

use chance::{
    AtWork, Called, Driving, Limits, Number, Turn, answer, decision, driving, limits, tools, turn,
};

async fn start(turns: &[Turn]) -> (TestServer, ChatModel) {
    let builder = turns
        .iter()
        .enumerate()
        .map(|(number, turn)| answer(turn, number))
        .fold(TestServer::builder(), TestServerBuilder::turn);
    let rest = |_: &_, _: &_| Some(answer(&Turn::Text, 0));
    let server = builder.respond_with(rest).start().await.unwrap();
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("test-key")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    (server, ChatModel::new(client, "acme/model"))
}

fn limited(mut run: ToolRun, limits: &Limits) -> ToolRun {
    let conditions = [
        limits.steps.map(StopWhen::max_steps),
        limits
            .cost
            .map(|turns| StopWhen::max_cost_usd(0.01 * f64::from(turns) - 0.001)),
        limits
            .tokens
            .map(|turns| StopWhen::max_tokens(10 * u64::from(turns))),
        limits.same_calls.then(|| StopWhen::same_calls(2)),
        limits.named.then(|| StopWhen::tool_called("asks")),
        limits
            .calls
            .map(|calls| StopWhen::when(move |state| state.calls().count() >= calls)),
        limits
            .time
            .map(|time| StopWhen::after(Duration::from_millis(time))),
    ];
    for condition in conditions.into_iter().flatten() {
        run = run.stop_when(condition);
    }
    if limits.last_word {
        run = run.with_last_word();
    }
    if limits.stops_on_error {
        run = run.on_error(FailurePolicy::Stop);
    }
    if limits.stops_on_panic {
        run = run.on_panic(FailurePolicy::Stop);
    }
    run.with_concurrency(limits.concurrency)
        .with_approval(|request| async move {
            let number = request.call.parse_arguments::<Value>().ok();
            let number = number.and_then(|arguments| arguments["n"].as_u64());
            match request.is_required {
                true => decision(number.unwrap_or_default(), false),
                false => Decision::Approve,
            }
        })
}

/// As another process would read it.
fn reread(state: &RunState) -> RunState {
    let text = serde_json::to_string(state).unwrap();
    let read: RunState = serde_json::from_str(&text).unwrap();
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        text,
        "nothing is lost on the way"
    );
    read
}

/// Drives a run to its end, with all that comes between.
async fn drive(
    mut run: ToolRun,
    model: &ChatModel,
    tools: &Tools,
    limits: &Limits,
    driving: &Driving,
) -> RunOutcome {
    let mut cancels = driving.cancels.iter();
    for _ in 0..60 {
        let result = match (cancels.next(), driving.is_streamed) {
            (None, false) => run.finish().await,
            (None, true) => run.stream().finish().await,
            (Some(&time), false) => {
                let limit = Duration::from_millis(u64::from(time));
                match tokio::time::timeout(limit, run.finish()).await {
                    Ok(result) => result,
                    Err(_) if driving.gives_up && cancels.len() == 0 => return run.close(),
                    Err(_) => {
                        if driving.is_saved {
                            run = limited(model.resume(tools, reread(run.state())), limits);
                        }
                        continue;
                    }
                }
            }
            (Some(&events), true) => {
                let ended = 'watched: {
                    let mut stream = run.stream();
                    for _ in 0..events {
                        match stream.next().await {
                            Some(Ok(_)) => {}
                            Some(Err(error)) => break 'watched Some(Err(error)),
                            None => break 'watched Some(stream.finish().await),
                        }
                    }
                    None
                };
                match ended {
                    Some(result) => result,
                    None if driving.gives_up && cancels.len() == 0 => return run.close(),
                    None => continue,
                }
            }
        };
        match result {
            Ok(outcome) if outcome.stop == StopReason::Paused => {
                run = limited(model.resume(tools, reread(&outcome.state)), limits);
                let open: Vec<_> = run.state().open_calls().into_iter().cloned().collect();
                assert!(!open.is_empty());
                for call in open {
                    let n = call.parse_arguments::<Number>().unwrap().n;
                    match call.name() {
                        "outside" => run.answer(call.id(), "from outside").unwrap(),
                        _ => run.decide(call.id(), decision(u64::from(n), true)).unwrap(),
                    }
                }
            }
            Ok(outcome) => return outcome,
            Err(_) if driving.gives_up => return run.close(),
            Err(_) if driving.is_saved => {
                run = limited(model.resume(tools, reread(run.state())), limits);
            }
            Err(_) => {}
        }
    }
    panic!("the run does not end: {:?}", run.state());
}

/// Every call has its output right behind it, in order; there are no other outputs.
fn assert_well_formed(messages: &[Value]) {
    let mut at = 0;
    while let Some(message) = messages.get(at) {
        at += 1;
        assert_ne!(
            message["role"], "tool",
            "an output without its call: {messages:?}"
        );
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let output = messages.get(at);
            let id = output.map(|output| (&output["role"], &output["tool_call_id"]));
            assert_eq!(id, Some((&json!("tool"), &call["id"])), "{messages:?}");
            at += 1;
        }
    }
}

fn assert_sound(outcome: &RunOutcome, server: &TestServer, limits: &Limits) {
    let messages: Vec<Value> =
        serde_json::from_value(serde_json::to_value(outcome.conversation()).unwrap()).unwrap();
    assert_well_formed(&messages);
    let requests: Vec<Value> = server
        .requests()
        .iter()
        .map(openrouter_testkit::Received::json)
        .collect();
    for request in &requests {
        let messages = request["messages"].as_array().unwrap();
        assert_well_formed(messages);
        let calls = messages
            .iter()
            .flat_map(|message| message["tool_calls"].as_array().into_iter().flatten());
        let mut ids = HashSet::new();
        for call in calls {
            let id = call["id"].as_str().unwrap();
            assert!(!id.is_empty() && ids.insert(id), "{messages:?}");
        }
        assert_eq!(
            request["tools"], requests[0]["tools"],
            "a cached prompt stays valid"
        );
    }

    // What was asked is what was said.
    let calls: Vec<String> = outcome
        .conversation()
        .messages()
        .iter()
        .flat_map(Message::tool_calls)
        .map(|call| call.id().to_owned())
        .collect();
    let records: Vec<String> = outcome
        .state
        .calls()
        .map(|record| record.call.id().to_owned())
        .collect();
    assert_eq!(calls, records);
    let outputs = outcome.conversation().messages().iter();
    assert_eq!(
        outputs
            .filter(|message| message.role() == Role::Tool)
            .count(),
        calls.len()
    );
    for record in outcome.state.calls() {
        assert_eq!(record.reason.is_some(), record.outcome != CallOutcome::Done);
    }

    // Every request is a step; one that was cancelled may never have left.
    let steps = outcome.state.steps();
    let is_cancelled = |step: &&openrouter_chat::tools::Step| step.failure() == Some("cancelled");
    let cancelled = steps.iter().filter(is_cancelled).count();
    assert!(
        requests.len() <= steps.len(),
        "{} of {}",
        requests.len(),
        steps.len()
    );
    assert!(requests.len() + cancelled >= steps.len());

    // All of it is counted, and once.
    let whole = steps.iter().filter(|step| step.failure().is_none()).count();
    let usage = outcome.usage();
    assert_eq!(usage.requests, steps.len());
    assert!(usage.total_tokens >= 10 * whole as u64);
    assert!(usage.total_tokens <= 10 * steps.len() as u64);
    assert!((usage.cost_usd - 0.001 * usage.total_tokens as f64).abs() < 1e-9);

    // A limit is a limit.
    let replies = steps
        .iter()
        .filter(|step| step.failure().is_none() && !step.is_final())
        .count();
    assert!(replies <= limits.steps.unwrap_or(16));
    for (step, request) in steps
        .iter()
        .filter(|step| !is_cancelled(step))
        .zip(&requests)
    {
        if cancelled == 0 && step.is_final() {
            assert_eq!(request["tool_choice"], "none");
        }
    }
    if limits.last_word
        && matches!(
            outcome.stop,
            StopReason::MaxSteps | StopReason::MaxCost | StopReason::Predicate
        )
    {
        assert!(steps.last().unwrap().is_final());
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_the_history_is_well_formed_and_nothing_is_lost(
        turns in prop::collection::vec(turn(), 1..7),
        limits in limits(),
        driving in driving(),
    ) {
        runtime().block_on(async {
            let at_work = AtWork::default();
            let tools = tools(&at_work);
            let (server, model) = start(&turns).await;
            let run = limited(model.run(&tools, "Go"), &limits);
            let outcome = drive(run, &model, &tools, &limits, &driving).await;
            assert_eq!(at_work.0.load(Ordering::SeqCst), 0, "no tool is left at work");
            assert_sound(&outcome, &server, &limits);
            reread(&outcome.state);
        });
    }

    #[test]
    fn a_streamed_run_does_what_one_does_that_nobody_watches(
        turns in prop::collection::vec(turn(), 1..6),
        limits in limits(),
        concurrency in 1_usize..4,
    ) {
        let limits = Limits { time: None, concurrency, ..limits };
        let ends = [false, true].map(|is_streamed| {
            runtime().block_on(async {
                let tools = tools(&AtWork::default());
                let (_server, model) = start(&turns).await;
                let run = limited(model.run(&tools, "Go"), &limits);
                let driving = Driving { is_streamed, cancels: Vec::new(), is_saved: false, gives_up: false };
                let outcome = drive(run, &model, &tools, &limits, &driving).await;
                let said: Vec<_> = outcome.conversation().messages().iter().map(|message| {
                    let calls: Vec<_> = message.tool_calls().iter().map(|call| (call.name().to_owned(), call.arguments_text().to_owned())).collect();
                    (message.role(), message.text(), calls)
                }).collect();
                let done: Vec<_> = outcome.state.calls().map(|record| (record.outcome, record.reason.clone())).collect();
                let failed: Vec<_> = outcome.state.steps().iter().map(|step| (step.failure().is_some(), step.is_final())).collect();
                // Ids are made up by the server.
                let stop = format!("{:?}", outcome.stop).split('(').next().unwrap_or_default().to_owned();
                (stop, said, done, failed, outcome.usage())
            })
        });
        prop_assert_eq!(&ends[0], &ends[1]);
    }
}

/// Where the run is that the other process is to take up, and the server.
const SAVED_RUN: &str = "OPENROUTER_TEST_SAVED_RUN";
const SAVED_SERVER: &str = "OPENROUTER_TEST_SAVED_SERVER";

#[tokio::test]
async fn a_run_is_taken_up_by_another_process() {
    let turns = [
        Turn::Calls(
            vec![Called::Works, Called::Undecided, Called::Edited],
            "tool_calls",
        ),
        Turn::Text,
    ];
    let tools = tools(&AtWork::default());
    let limits = Limits {
        steps: None,
        cost: None,
        tokens: None,
        same_calls: false,
        named: false,
        calls: None,
        time: None,
        last_word: false,
        stops_on_error: false,
        stops_on_panic: false,
        concurrency: 2,
    };
    if let (Ok(saved), Ok(url)) = (std::env::var(SAVED_RUN), std::env::var(SAVED_SERVER)) {
        // This is the other process.
        let state: RunState = serde_json::from_slice(&std::fs::read(&saved).unwrap()).unwrap();
        let client = Client::builder()
            .base_url(url)
            .api_key("test-key")
            .build()
            .unwrap();
        let model = ChatModel::new(client, "acme/model");
        let mut run = limited(model.resume(&tools, state), &limits);
        let open: Vec<String> = run
            .state()
            .open_calls()
            .iter()
            .map(|call| call.id().to_owned())
            .collect();
        for id in open {
            run.decide(&id, Decision::Approve).unwrap();
        }
        let outcome = run.finish().await.unwrap();
        std::fs::write(saved, serde_json::to_vec(&outcome.state).unwrap()).unwrap();
        return;
    }
    let (server, model) = start(&turns).await;
    let paused = limited(model.run(&tools, "Go"), &limits)
        .finish()
        .await
        .unwrap();
    assert_eq!(paused.stop, StopReason::Paused);
    let file = std::env::temp_dir().join(format!("run-{}.json", std::process::id()));
    std::fs::write(&file, serde_json::to_vec(&paused.state).unwrap()).unwrap();
    let mut other = std::process::Command::new(std::env::current_exe().unwrap());
    other
        .args([
            "--exact",
            "tools::torture::a_run_is_taken_up_by_another_process",
        ])
        .env(SAVED_RUN, &file)
        .env(SAVED_SERVER, server.base_url());
    let other = tokio::task::spawn_blocking(move || other.output())
        .await
        .unwrap()
        .unwrap();
    assert!(
        other.status.success(),
        "{}",
        String::from_utf8_lossy(&other.stdout)
    );
    let state: RunState = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();

    let outcomes: HashMap<_, _> = state
        .calls()
        .map(|record| {
            (
                record.call.arguments_text().to_owned(),
                (record.outcome, record.changed_arguments.clone()),
            )
        })
        .collect();
    assert_eq!(outcomes.len(), 3);
    assert!(
        outcomes
            .values()
            .all(|(outcome, _)| *outcome == CallOutcome::Done),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[r#"{"n":22}"#].1.as_deref(), Some(r#"{"n": 7}"#));
    assert_eq!(state.last_response().unwrap().text(), "That is all.");
    assert_eq!(state.usage().requests, 2);
    let sent = super::outputs(&super::body(&server, 1));
    assert_eq!(sent, ["0 is done", "13 is done", "7 is done"]);
}
