//! How an exchange came to its end.

use std::sync::Arc;

use tokio::sync::watch;

/// How an exchange came to its end, and who closed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The answer was handed over whole.
    Complete,
    /// The server broke it off, as it was told to.
    BrokenByServer,
    /// The client closed the connection or reset the stream before the end; or the server was dropped.
    ClosedByClient,
}

/// What is known of the rest of an exchange after its request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange(Arc<watch::Sender<Progress>>);

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    sent: u64,
    ending: Option<Ending>,
}

impl Exchange {
    pub(crate) fn sent(&self, bytes: usize) {
        self.0.send_modify(|progress| progress.sent += bytes as u64);
    }

    /// The first ending counts.
    pub(crate) fn end(&self, ending: Ending) {
        self.0.send_if_modified(|progress| {
            let is_first = progress.ending.is_none();
            progress.ending.get_or_insert(ending);
            is_first
        });
    }

    pub(crate) fn bytes_sent(&self) -> u64 {
        self.0.borrow().sent
    }

    pub(crate) fn ending(&self) -> Option<Ending> {
        self.0.borrow().ending
    }

    pub(crate) async fn ended(&self) -> Ending {
        let mut progress = self.0.subscribe();
        let ended = progress
            .wait_for(|progress| progress.ending.is_some())
            .await;
        // The sender is in `self`, so waiting cannot fail.
        ended
            .ok()
            .and_then(|progress| progress.ending)
            .unwrap_or(Ending::ClosedByClient)
    }
}
