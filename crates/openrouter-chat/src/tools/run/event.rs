//! What a streamed run tells.

use super::state::CallRecord;
use crate::structured::OutputError;
use crate::tools::ToolCall;
use crate::{ChatResponse, Message, StreamEvent};

/// Something that happened in a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RunEvent {
    /// The model is asked.
    StepStarted {
        /// The step, from 0; failed ones count.
        step: usize,
    },
    /// The model's reply, as it comes.
    Model {
        /// The step.
        step: usize,
        /// More of the reply.
        event: StreamEvent,
    },
    /// The model's reply is whole.
    Reply {
        /// The step.
        step: usize,
        /// The reply.
        response: Box<ChatResponse>,
    },
    /// A tool begins to run.
    ToolStarted {
        /// The step.
        step: usize,
        /// The call, with the arguments that it runs with.
        call: ToolCall,
    },
    /// A call has its output, whether it ran or not. They come as they finish; in the conversation they are in the order
    /// of the calls.
    ToolFinished {
        /// The step.
        step: usize,
        /// What became of the call.
        record: Box<CallRecord>,
        /// What the model is told.
        output: Box<Message>,
    },
    /// All calls of a reply have their outputs.
    StepFinished {
        /// The step.
        step: usize,
    },
    /// The final structured answer is asked for, after the tools: see [`ToolRun::stream_as`](super::ToolRun::stream_as).
    AnswerStarted {
        /// The step.
        step: usize,
        /// 0, and one more each time that the answer before did not do. The value begins anew.
        attempt: usize,
    },
    /// There is more to see of the structured answer: see
    /// [`StructuredRunStream::value`](super::StructuredRunStream::value).
    AnswerGrown {
        /// The step.
        step: usize,
    },
    /// The structured answer does not do. The model is told why, and answers again.
    AnswerRejected {
        /// The step.
        step: usize,
        /// What is wrong with it.
        error: OutputError,
    },
}
