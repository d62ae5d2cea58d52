//! What may happen in a run, by chance: what a model asks for, what its tools do, and when it is enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use openrouter_chat::tools::{Decision, Tool, Tools};
use openrouter_chat::types::{ChatUsage, RawJson};
use openrouter_testkit::{Answer, Refusal};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a call of the model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    Works,
    Fails,
    Panics,
    /// Longer than it may.
    Hangs,
    /// There is no such tool.
    Unknown,
    /// The arguments are not JSON.
    Broken,
    /// The arguments are JSON, and do not fit.
    Misfit,
    /// Somebody has to approve it, and does.
    Approved,
    Refused,
    Edited,
    /// Nobody knows yet.
    Undecided,
    /// Runs elsewhere.
    Outside,
}

#[derive(Clone, Debug)]
pub(super) enum Turn {
    Calls(Vec<Called>, &'static str),
    Text,
    /// The server refuses, or says in a success that it has failed.
    Failure(bool),
}

#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) steps: Option<usize>,
    pub(super) cost: Option<u8>,
    pub(super) tokens: Option<u8>,
    pub(super) same_calls: bool,
    pub(super) named: bool,
    pub(super) calls: Option<usize>,
    /// In milliseconds.
    pub(super) time: Option<u64>,
    pub(super) last_word: bool,
    pub(super) stops_on_error: bool,
    pub(super) stops_on_panic: bool,
    pub(super) concurrency: usize,
}

/// How the run is driven.
#[derive(Clone, Debug)]
pub(super) struct Driving {
    pub(super) is_streamed: bool,
    /// After so many events, or milliseconds, the future is dropped, once for each.
    pub(super) cancels: Vec<u8>,
    /// Saved and taken up again after each interruption.
    pub(super) is_saved: bool,
    /// A failed request ends it, and so does the last cancellation.
    pub(super) gives_up: bool,
}

pub(super) fn called() -> impl Strategy<Value = Called> {
    use Called::{
        Approved, Broken, Edited, Fails, Hangs, Misfit, Outside, Panics, Refused, Undecided,
        Unknown, Works,
    };
    prop_oneof![
        4 => Just(Works),
        1 => prop::sample::select(vec![
            Fails, Panics, Hangs, Unknown, Broken, Misfit, Approved, Refused, Edited, Undecided, Outside,
        ]),
    ]
}

pub(super) fn turn() -> impl Strategy<Value = Turn> {
    let ending = prop::sample::select(vec!["tool_calls", "tool_calls", "stop", "length"]);
    prop_oneof![
        6 => (prop::collection::vec(called(), 1..5), ending).prop_map(|(calls, ending)| Turn::Calls(calls, ending)),
        1 => Just(Turn::Text),
        1 => any::<bool>().prop_map(Turn::Failure),
    ]
}

pub(super) fn limits() -> impl Strategy<Value = Limits> {
    let rare = |sides: u8| (0..sides).prop_map(|roll| roll == 0);
    let ends = (
        prop::option::of(1_usize..5),
        prop::option::weighted(0.2, 1_u8..5),
        prop::option::weighted(0.2, 1_u8..5),
    );
    let others = (
        rare(4),
        rare(6),
        prop::option::weighted(0.2, 1_usize..6),
        prop::option::weighted(0.2, 1_u64..60),
    );
    (ends, others, any::<bool>(), rare(5), rare(5), 1_usize..4).prop_map(
        |(
            (steps, cost, tokens),
            (same_calls, named, calls, time),
            last_word,
            stops_on_error,
            stops_on_panic,
            concurrency,
        )| Limits {
            steps,
            cost,
            tokens,
            same_calls,
            named,
            calls,
            time,
            last_word,
            stops_on_error,
            stops_on_panic,
            concurrency,
        },
    )
}

pub(super) fn driving() -> impl Strategy<Value = Driving> {
    (
        any::<bool>(),
        prop::collection::vec(0_u8..20, 0..3),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(is_streamed, cancels, is_saved, gives_up)| Driving {
            is_streamed,
            cancels,
            is_saved,
            gives_up,
        })
}

/// How many tools are at work; back to none when their futures are gone.
#[derive(Clone, Default)]
pub(super) struct AtWork(pub(super) Arc<AtomicUsize>);

pub(super) struct Guard(AtWork);

impl AtWork {
    pub(super) fn begin(&self) -> Guard {
        self.0.fetch_add(1, Ordering::SeqCst);
        Guard(self.clone())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(super) fn schema() -> Value {
    json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
}

#[derive(serde::Deserialize)]
pub(super) struct Number {
    pub(super) n: u32,
}

pub(super) fn tools(at_work: &AtWork) -> Tools {
    let tool = |name: &str, at_work: &AtWork, does: Called| {
        let at_work = at_work.clone();
        Tool::function(name, "", schema(), move |number: Number| {
            let guard = at_work.begin();
            async move {
                let _guard = guard;
                for _ in 0..number.n % 4 {
                    tokio::task::yield_now().await;
                }
                match does {
                    Called::Fails => Err("it is broken"),
                    Called::Panics => panic!("boom"),
                    Called::Hangs => {
                        std::future::pending::<()>().await;
                        Err("never")
                    }
                    _ => Ok(format!("{} is done", number.n)),
                }
            }
        })
    };
    Tools::new([
        tool("works", at_work, Called::Works),
        tool("fails", at_work, Called::Fails),
        tool("panics", at_work, Called::Panics),
        tool("hangs", at_work, Called::Hangs).with_timeout(Duration::from_millis(10)),
        tool("asks", at_work, Called::Approved).with_approval(),
        Tool::new("outside", "").with_schema(schema()),
    ])
    .unwrap()
}

/// Decides by what stands in the arguments; the last digit of `n` is the choice.
pub(super) fn decision(number: u64, is_asked_again: bool) -> Decision {
    match number % 10 {
        1 => Decision::Refuse("no".to_owned()),
        2 => Decision::ApproveWith(RawJson::parse(r#"{"n": 7}"#).unwrap()),
        3 if !is_asked_again => Decision::Wait,
        _ => Decision::Approve,
    }
}

pub(super) fn answer(turn: &Turn, number: usize) -> Answer {
    let usage = ChatUsage::default()
        .with_total_tokens(10_u64)
        .with_cost(0.01);
    let answer = match turn {
        Turn::Text => Answer::text("That is all."),
        Turn::Failure(false) => return Answer::refused(Refusal::rate_limited(1)),
        Turn::Failure(true) => return Answer::refused(Refusal::overloaded(1).sent_as_success()),
        Turn::Calls(calls, ending) => {
            let mut answer = Answer::new().finish_reason(*ending);
            for (place, called) in calls.iter().enumerate() {
                let n = 100 * number + 10 * place;
                let (name, arguments) = match called {
                    Called::Works => ("works", json!({ "n": 10 * place }).to_string()),
                    Called::Fails => ("fails", json!({ "n": n }).to_string()),
                    Called::Panics => ("panics", json!({ "n": n }).to_string()),
                    Called::Hangs => ("hangs", json!({ "n": n }).to_string()),
                    Called::Unknown => ("missing", json!({ "n": n }).to_string()),
                    Called::Broken => ("works", "{\"n\": ".to_owned()),
                    Called::Misfit => ("works", "{\"n\": \"x\"}".to_owned()),
                    Called::Approved => ("asks", json!({ "n": n }).to_string()),
                    Called::Refused => ("asks", json!({ "n": n + 1 }).to_string()),
                    Called::Edited => ("asks", json!({ "n": n + 2 }).to_string()),
                    Called::Undecided => ("asks", json!({ "n": n + 3 }).to_string()),
                    Called::Outside => ("outside", json!({ "n": n }).to_string()),
                };
                // Some servers count anew in each reply, some give parallel calls one id, and some give none.
                answer = match number % 3 {
                    0 => answer.tool_call(name, arguments),
                    1 => answer.tool_call_with_id(format!("call_{}", place / 2), name, arguments),
                    _ => answer.tool_call_with_id("", name, arguments),
                };
            }
            answer
        }
    };
    answer.usage(usage)
}
