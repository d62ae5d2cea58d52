//! What the connections share.

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use openrouter_routing::Market;
use openrouter_types::ChatRequest;
use tokio::sync::watch;

use super::admit::Admission;
use super::bounded::Bounded;
use super::builder::TestServerBuilder;
use super::cache::Cache;
use super::lock;
use super::memory::Memory;
use crate::cassette::Replay;
use crate::improvise::improvise;
use crate::{Answer, Catalog, Fault, Match, Pace, Received};

#[derive(Debug)]
pub(super) struct State {
    pub(super) key: Option<String>,
    pub(super) management_key: Option<String>,
    pub(super) admission: Admission,
    pace: Pace,
    pub(super) turns: Mutex<VecDeque<Answer>>,
    rules: Vec<(Match, Answer)>,
    handler: Option<Handler>,
    faults: Vec<(Option<usize>, Fault)>,
    pub(super) catalog: Catalog,
    pub(super) market: Market,
    /// Whether models that are in no catalog answer as well.
    pub(super) is_open: bool,
    pub(super) cases: Option<PathBuf>,
    pub(super) replay: Option<Replay>,
    pub(super) received: Mutex<Bounded<Received>>,
    pub(super) cache: Mutex<Cache>,
    pub(super) memory: Mutex<Memory>,
    answered: AtomicUsize,
    asked: AtomicUsize,
    pub(super) open: watch::Sender<usize>,
}

/// What makes answers of requests.
#[derive(Clone)]
#[allow(clippy::type_complexity, reason = "it is written once")]
pub(super) struct Handler(
    pub(super) Arc<dyn Fn(&Received, &ChatRequest) -> Option<Answer> + Send + Sync>,
);

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

impl State {
    pub(super) fn new(builder: TestServerBuilder) -> Self {
        let is_open = builder.catalog.is_none();
        let catalog = builder.catalog.unwrap_or_else(Catalog::built_in);
        Self {
            key: builder.key,
            management_key: builder.management_key,
            admission: builder.admission,
            pace: builder.pace,
            turns: Mutex::new(builder.turns),
            rules: builder.rules,
            handler: builder.handler,
            faults: builder.faults,
            market: catalog.market(),
            catalog,
            is_open,
            cases: builder.cases,
            replay: builder
                .replay
                .map(|(cassette, pace)| Replay::new(cassette, pace)),
            received: Mutex::new(Bounded::new(builder.keep, builder.keep_bytes)),
            cache: Mutex::default(),
            memory: Mutex::default(),
            answered: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
            open: watch::Sender::new(0),
        }
    }

    pub(super) fn keep(&self, received: Received) {
        let bytes = received.body.len();
        lock(&self.received).push(received, bytes);
    }

    /// What goes wrong with the chat request that has just come.
    pub(super) fn next_faults(&self) -> Vec<Fault> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        self.faults
            .iter()
            .filter(|(at, _)| at.is_none_or(|at| at == number))
            .map(|(_, fault)| fault.clone())
            .collect()
    }

    pub(super) fn answer(&self, received: &Received, request: &ChatRequest) -> Answer {
        let rule = self
            .rules
            .iter()
            .find(|(requests, _)| requests.matches(received, request));
        let turn = || lock(&self.turns).pop_front();
        let handler = || {
            let Handler(handler) = self.handler.as_ref()?;
            handler(received, request)
        };
        let mut answer = rule
            .map(|(_, answer)| answer.clone())
            .or_else(turn)
            .or_else(handler)
            .unwrap_or_else(|| improvise(request));
        if answer.pace == Pace::default() {
            answer.pace = self.pace;
        }
        answer
    }

    pub(super) fn next_id(&self) -> String {
        format!(
            "gen-testkit-{:04}",
            self.answered.fetch_add(1, Ordering::Relaxed) + 1
        )
    }
}
