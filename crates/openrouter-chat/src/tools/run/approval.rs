//! Somebody is asked before a call runs.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use openrouter_types::RawJson;

use crate::tools::ToolCall;

/// What becomes of a call that is about to run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// It runs.
    Approve,
    /// It runs with other arguments. The conversation keeps the model's own.
    ApproveWith(RawJson),
    /// It does not run, and the model is told why.
    Refuse(String),
    /// Nobody knows yet: the other calls of the reply run, and then the run pauses.
    Wait,
}

/// A call that is about to run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApprovalRequest {
    /// The call.
    pub call: ToolCall,
    /// The step of the run, from 0.
    pub step: usize,
    /// Whether its tool was made [`with_approval`](crate::tools::Tool::with_approval).
    pub is_required: bool,
}

/// Who is asked.
#[derive(Clone)]
pub(super) struct Approver(Arc<Ask>);

type Ask = dyn Fn(ApprovalRequest) -> Asking + Send + Sync;
type Asking = Pin<Box<dyn Future<Output = Decision> + Send>>;

impl Approver {
    pub(super) fn new<F, Asked>(ask: F) -> Self
    where
        F: Fn(ApprovalRequest) -> Asked + Send + Sync + 'static,
        Asked: Future<Output = Decision> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(ask(request))))
    }

    pub(super) async fn ask(&self, request: ApprovalRequest) -> Decision {
        (self.0)(request).await
    }
}

impl fmt::Debug for Approver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Approver(..)")
    }
}
