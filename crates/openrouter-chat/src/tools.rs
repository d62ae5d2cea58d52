//! Tools that the model may call.

mod call;

pub use call::ToolCall;
pub(crate) use call::problem_of;
