//! What looks on.

use std::fmt;

use super::state::RunState;
use crate::tools::Tools;
use crate::{ChatModel, ChatOptions};

/// A request that is about to be made. What is changed here counts for this step alone.
#[derive(Debug)]
#[non_exhaustive]
pub struct NextStep<'a> {
    /// The step, from 0; failed ones count.
    pub step: usize,
    /// Whether it is the last word after a stop, or the final structured answer.
    pub is_final: bool,
    /// Which attempt at the final structured answer it is: 0, and one more each time that the answer before did not do.
    /// It may be worth another model.
    pub attempt: usize,
    /// The model that is asked.
    pub model: ChatModel,
    /// Options of the request.
    pub options: ChatOptions,
    /// The tools on offer. A history that used a tool may need it to be there still.
    pub tools: Tools,
    /// What was done so far.
    pub state: &'a RunState,
}

#[derive(Default)]
pub(super) struct Hooks {
    pub(super) before_step: Option<Box<BeforeStep>>,
    pub(super) after_step: Option<Box<AfterStep>>,
}

type BeforeStep = dyn FnMut(&mut NextStep<'_>) + Send;
type AfterStep = dyn FnMut(&RunState) + Send;

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks(..)")
    }
}
