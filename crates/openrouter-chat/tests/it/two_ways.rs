//! Reads a stream in two ways: as everybody does, and with every chunk read in full. Both must tell the same.
//!
//! The fuzz target of streams uses this file as well.

use bytes::Bytes;
use openrouter_chat::types::ChatResult;
use openrouter_chat::{ChatModel, Ending, Error};
use tokio::runtime::{Builder, Runtime};

use crate::memory::Memory;

/// A model whose server is memory.
pub(crate) struct TwoWays {
    runtime: Runtime,
    model: ChatModel,
    server: Memory,
}

/// Everything that a reader of a stream gets to see, times aside.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    events: Vec<String>,
    error: Option<String>,
    answer: Option<(ChatResult, Ending, bool)>,
}

impl TwoWays {
    pub(crate) fn new() -> Self {
        let server = Memory::default();
        Self {
            runtime: Builder::new_current_thread().enable_time().build().unwrap(),
            model: ChatModel::new(server.client(), "acme/large-2"),
            server,
        }
    }

    /// What is seen of an answer with this body: quickly, and with every chunk read in full.
    pub(crate) fn read(&self, body: &Bytes) -> (Seen, Seen) {
        self.server.say([body.clone()]);
        self.runtime
            .block_on(async { (self.seen(false).await, self.seen(true).await) })
    }

    async fn seen(&self, in_full: bool) -> Seen {
        let mut events = Vec::new();
        let mut failure = None;
        let result = match self.model.stream("Go.").await {
            Ok(stream) => {
                let mut stream = match in_full {
                    true => stream.with_chunks_read_in_full(),
                    false => stream,
                };
                while let Some(event) = stream.next().await {
                    match event {
                        Ok(event) => events.push(format!("{event:?}")),
                        Err(error) => failure = Some(error),
                    }
                }
                match failure {
                    Some(error) => Err(error),
                    None => stream.finish().await,
                }
            }
            Err(error) => Err(error),
        };
        let error = result
            .as_ref()
            .err()
            .map(|error| format!("{:?}: {error}", error.kind()));
        let answer = result.map_or_else(Error::into_partial, Some).map(|answer| {
            let (ending, has_end_mark) = (answer.ending(), answer.has_end_mark());
            (answer.as_wire().clone(), ending, has_end_mark)
        });
        Seen {
            events,
            error,
            answer,
        }
    }
}
