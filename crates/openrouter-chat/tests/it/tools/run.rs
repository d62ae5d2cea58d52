//! The loop: ask, run, ask again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use openrouter_chat::structured::OutputFormat;
use openrouter_chat::structured::schema::Schema;
use openrouter_chat::tools::{CallOutcome, Decision, RunEvent, StopReason, StopWhen, Tool};
use openrouter_chat::types::RawJson;
use openrouter_chat::{ChatOptions, Conversation, StreamEvent};
use openrouter_testkit::Answer;
use serde_json::{Value, json};

use super::{Place, asks_weather, body, outputs, place_schema, server, tools, weather};

#[tokio::test]
async fn calls_are_run_and_their_outputs_sent_back_until_the_model_answers() {
    let turns = [
        asks_weather("Oslo").reasoning("I should look."),
        Answer::text("Take an umbrella."),
    ];
    let (server, model) = server(turns).await;
    let outcome = model
        .run(&tools([weather()]), "Do I need an umbrella in Oslo?")
        .finish()
        .await
        .unwrap();
    assert_eq!(outcome.stop, StopReason::Complete);
    assert_eq!(outcome.text(), "Take an umbrella.");
    assert_eq!(outcome.state.steps().len(), 2);
    assert_eq!(outcome.conversation().messages().len(), 4);

    let second = body(&server, 1);
    assert_eq!(outputs(&second), ["rain in Oslo"]);
    let reply = &second["messages"][1];
    assert_eq!(
        reply["tool_calls"][0]["id"],
        second["messages"][2]["tool_call_id"]
    );
    assert_eq!(reply["reasoning"], "I should look.");
    // The tools are there on every turn, to the byte: a cached prompt depends on it.
    assert_eq!(second["tools"], body(&server, 0)["tools"]);

    let usage = outcome.usage();
    let costs = outcome.state.steps().iter().map(|step| {
        let usage = step.response().unwrap().usage().unwrap();
        (usage.total(), usage.cost_usd().unwrap())
    });
    let (tokens, cost) = costs.fold((0, 0.0), |(a, b), (c, d)| (a + c, b + d));
    assert_eq!((usage.requests, usage.requests_without_cost), (2, 0));
    assert_eq!((usage.total_tokens, usage.cost_usd), (tokens, cost));
}

#[tokio::test(start_paused = true)]
async fn calls_run_together_within_a_bound_and_keep_their_order() {
    let cities = ["slow", "quick", "slower", "quickest"];
    let turn = cities.iter().fold(Answer::new(), |turn, city| {
        turn.tool_call("weather", json!({ "city": city }).to_string())
    });
    let (server, model) = server([turn, Answer::text("Done.")]).await;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counters = (Arc::clone(&now), Arc::clone(&most));
    let tool = Tool::function("weather", "", place_schema(), move |place: Place| {
        let (now, most) = counters.clone();
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let seconds = match place.city.as_str() {
                "slow" => 60,
                "slower" => 90,
                _ => 1,
            };
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            place.city
        }
    });
    let tools = tools([tool]);
    let mut run = model.run(&tools, "Go").with_concurrency(2);
    let mut finished = Vec::new();
    let mut stream = run.stream();
    while let Some(event) = stream.next().await {
        if let RunEvent::ToolFinished { output, .. } = event.unwrap() {
            finished.push(output.text());
        }
    }
    assert_eq!(finished, ["quick", "slow", "quickest", "slower"]);
    assert_eq!(most.load(Ordering::SeqCst), 2);
    assert_eq!(outputs(&body(&server, 1)), cities);
}

#[tokio::test]
async fn events_tell_every_step() {
    let turns = [
        asks_weather("Oslo").say("Let me look."),
        Answer::text("Rain."),
    ];
    let (_server, model) = server(turns).await;
    let tools = tools([weather()]);
    let mut run = model.run(&tools, "Oslo?");
    let mut stream = run.stream();
    let (mut told, mut text) = (Vec::new(), String::new());
    while let Some(event) = stream.next().await {
        told.push(match event.unwrap() {
            RunEvent::StepStarted { step } => format!("{step} started"),
            RunEvent::Model { event, .. } => {
                if let StreamEvent::Text { text: piece, .. } = event {
                    text.push_str(&piece);
                }
                continue;
            }
            RunEvent::Reply { step, response } => format!("{step} {}", response.text()),
            RunEvent::ToolStarted { step, call } => format!("{step} runs {}", call.name()),
            RunEvent::ToolFinished {
                step,
                record,
                output,
            } => {
                format!("{step} {} {}", record.outcome.as_str(), output.text())
            }
            RunEvent::StepFinished { step } => format!("{step} finished"),
            _ => continue,
        });
    }
    assert_eq!(
        told,
        [
            "0 started",
            "0 Let me look.",
            "0 runs weather",
            "0 done rain in Oslo",
            "0 finished",
            "1 started",
            "1 Rain."
        ]
    );
    assert_eq!(text, "Let me look.Rain.");
    assert_eq!(stream.finish().await.unwrap().text(), "Rain.");
}

#[tokio::test]
async fn a_forced_choice_is_relaxed_once_it_has_produced_a_call() {
    let turns = [
        Answer::text("Let me think."),
        asks_weather("Oslo"),
        Answer::text("Rain."),
    ];
    let (server, model) = server(turns).await;
    let tools = tools([weather()]);
    let options = ChatOptions::new().with_tool_choice(tools.choose("any").unwrap());
    let run = |input| model.run(&tools, input).with_options(options.clone());
    // A model that ignores the choice has answered: there is nothing to run.
    run("Oslo?").finish().await.unwrap();
    let outcome = run("Oslo?").finish().await.unwrap();
    assert!(outcome.stop.is_complete());
    let choices: Vec<Value> = (0..3)
        .map(|request| body(&server, request)["tool_choice"].clone())
        .collect();
    assert_eq!(choices, ["required", "required", "auto"]);
}

#[tokio::test]
async fn a_choice_that_forces_nothing_stays() {
    let (server, model) = server([asks_weather("Oslo"), Answer::text("Rain.")]).await;
    let tools = tools([weather()]);
    model.run(&tools, "Oslo?").finish().await.unwrap();
    assert_eq!(body(&server, 1).get("tool_choice"), None);
}

#[tokio::test]
async fn somebody_is_asked_before_a_call_runs() {
    let turn = ["Oslo", "Bergen", "Rome"]
        .iter()
        .fold(Answer::new(), |turn, city| {
            turn.tool_call("weather", json!({ "city": city }).to_string())
        });
    let (server, model) = server([turn, Answer::text("Done.")]).await;
    let outcome = model
        .run(&tools([weather()]), "Go")
        .with_approval(|request| async move {
            match request.call.parse_arguments::<Value>().unwrap()["city"].as_str() {
                Some("Oslo") => Decision::Approve,
                Some("Bergen") => {
                    Decision::ApproveWith(RawJson::parse(r#"{"city": "Bodø"}"#).unwrap())
                }
                _ => Decision::Refuse("too far south".to_owned()),
            }
        })
        .finish()
        .await
        .unwrap();
    let sent = body(&server, 1);
    assert_eq!(
        outputs(&sent),
        [
            "rain in Oslo",
            "rain in Bodø",
            "The call was refused: too far south"
        ]
    );
    // The model's own words stay.
    let arguments = &sent["messages"][1]["tool_calls"][1]["function"]["arguments"];
    assert_eq!(arguments, r#"{"city":"Bergen"}"#);
    let records: Vec<_> = outcome
        .state
        .calls()
        .map(|record| (record.outcome, record.changed_arguments.as_deref()))
        .collect();
    assert_eq!(
        records,
        [
            (CallOutcome::Done, None),
            (CallOutcome::Done, Some(r#"{"city": "Bodø"}"#)),
            (CallOutcome::Refused, None)
        ]
    );
}

#[tokio::test]
async fn a_hook_may_change_the_next_request() {
    let turns = [
        asks_weather("Oslo"),
        asks_weather("Rome"),
        Answer::text("Done."),
    ];
    let (server, model) = server(turns).await;
    let tools = tools([weather()]);
    let seen = Arc::new(AtomicUsize::new(0));
    let steps = Arc::clone(&seen);
    model
        .run(&tools, "Go")
        .before_step(|next| {
            if next.step == 1 {
                next.model = next
                    .model
                    .clone()
                    .with_options(ChatOptions::new().with_temperature(0.5));
                next.options = ChatOptions::new().with_max_tokens(99);
                next.tools
                    .add(Tool::new("later", "Not there at first."))
                    .unwrap();
                assert_eq!(next.state.calls().count(), 1);
            }
        })
        .after_step(move |state| {
            steps.fetch_max(state.calls().count(), Ordering::Relaxed);
        })
        .finish()
        .await
        .unwrap();
    assert_eq!(seen.load(Ordering::Relaxed), 2);
    let changed = body(&server, 1);
    assert_eq!(changed["max_tokens"], 99);
    assert_eq!(changed["temperature"], 0.5);
    assert_eq!(changed["tools"][1]["function"]["name"], "later");
    // The change was for that step alone.
    assert_eq!(body(&server, 2).get("max_tokens"), None);
    assert_eq!(body(&server, 2)["tools"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_can_be_taken_step_by_step() {
    let (_server, model) = server([asks_weather("Oslo"), Answer::text("Rain.")]).await;
    let tools = tools([weather()]);
    let mut run = model.run(&tools, Conversation::from_iter(["Oslo?"]));
    assert!(run.step().await.unwrap().is_none());
    assert_eq!(run.state().conversation().messages().len(), 3);
    let outcome = run.step().await.unwrap().unwrap();
    assert_eq!(outcome.text(), "Rain.");
    assert!(run.step().await.is_err(), "it is over");
}

#[tokio::test]
async fn conditions_are_joined_by_any() {
    let (server, model) = server((0..9).map(|turn| asks_weather(&turn.to_string()))).await;
    let outcome = model
        .run(&tools([weather()]), "Go")
        .stop_when(StopWhen::max_steps(5))
        .stop_when(StopWhen::when(|state| state.calls().count() == 2))
        .finish()
        .await
        .unwrap();
    assert_eq!(outcome.stop, StopReason::Predicate);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_run_and_what_drives_it_may_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let (_server, model) = server([]).await;
    let tools = tools([weather()]);
    let mut run = model.run(&tools, "Go");
    is_send(&run);
    is_send(&run.finish());
    is_send(&run.stream());
    let format = OutputFormat::<Value>::new(Schema::new(place_schema().into()));
    is_send(&run.finish_as(&format));
    let structured = model.with_output_format(format);
    is_send(&structured.invoke("Go"));
    is_send(&structured.stream("Go"));
    // A run may be part of other futures: it is not large itself.
    assert!(size_of_val(&run.finish()) < 1024);
}
