//! How a run ended.

use std::borrow::Cow;

use super::state::RunState;
use super::stop::StopReason;
use super::usage::RunUsage;
use crate::{ChatResponse, Conversation};

/// How a run ended, and everything that was done in it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunOutcome {
    /// Why it ended.
    pub stop: StopReason,
    /// Everything that was said and done.
    pub state: RunState,
}

impl RunOutcome {
    pub(super) fn new(stop: StopReason, state: RunState) -> Self {
        Self { stop, state }
    }

    /// The text of the model's last reply: the answer, when the run is [complete](StopReason::is_complete).
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.response().map(ChatResponse::text).unwrap_or_default()
    }

    /// The model's last reply.
    #[must_use]
    pub fn response(&self) -> Option<&ChatResponse> {
        self.state.last_response()
    }

    /// Everything that was said, to be continued.
    #[must_use]
    pub fn conversation(&self) -> &Conversation {
        self.state.conversation()
    }

    /// Tokens and money of all requests together.
    #[must_use]
    pub fn usage(&self) -> RunUsage {
        self.state.usage()
    }
}
