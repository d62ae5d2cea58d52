//! Tools that the model may call.

mod call;
mod choice;
mod definition;
mod handler;
mod output;
mod run;
mod set;

pub use call::ToolCall;
pub(crate) use call::problem_of;
pub use choice::ToolChoice;
pub use definition::Tool;
pub use handler::{ToolFuture, ToolHandler, ToolInvocation};
pub use output::{IntoToolResult, ToolError, ToolOutput};
pub use run::{
    ApprovalRequest, CallOutcome, CallRecord, Decision, FailurePolicy, NextStep, RunEvent,
    RunOutcome, RunState, RunStream, RunUsage, Step, StopReason, StopWhen, StructuredOutcome,
    ToolRun,
};
pub use set::Tools;
pub(crate) use set::{check_name, function_choice};
