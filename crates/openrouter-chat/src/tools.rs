//! Tools that the model may call, and the loop that runs them.
//!
//! | to | see |
//! | --- | --- |
//! | make a tool of an async function | [`Tool::function`], and `Tool::typed` with the feature `schemars` |
//! | make a tool with a state of its own | [`ToolHandler`] |
//! | offer a tool that OpenRouter runs | [`Tool::server`] |
//! | offer tools, and run the calls yourself | [`ChatModel::bind_tools`](crate::ChatModel::bind_tools), [`ChatResponse::tool_calls`](crate::ChatResponse::tool_calls) |
//! | force a call | [`Tools::choose`] |
//! | have the calls run until there is an answer | [`ChatModel::run`](crate::ChatModel::run) |
//! | limit what that costs | [`StopWhen`] |
//! | ask somebody before a call runs | [`ToolRun::with_approval`] |
//! | save a run, and take it up elsewhere | [`RunState`], [`ChatModel::resume`](crate::ChatModel::resume) |
//! | end in a value of a type | [`ToolRun::finish_as`], or [`ToolRun::stream_as`] to see it grow |
//!
//! ```no_run
//! # async fn example(model: openrouter_chat::ChatModel) -> Result<(), openrouter_chat::Error> {
//! use openrouter_chat::tools::{Tool, Tools};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Place {
//!     city: String,
//! }
//!
//! let weather = Tool::function(
//!     "weather",
//!     "The current weather of a city.",
//!     serde_json::json!({
//!         "type": "object",
//!         "properties": {"city": {"type": "string"}},
//!         "required": ["city"],
//!     }),
//!     |place: Place| async move { format!("12 °C and rain in {}", place.city) },
//! );
//! let outcome = model.run(&Tools::new([weather])?, "Do I need an umbrella in Oslo?").finish().await?;
//! println!("{}", outcome.text());
//! # Ok(())
//! # }
//! ```

mod call;
mod choice;
mod definition;
mod handler;
mod ids;
mod output;
mod run;
mod set;

pub use call::ToolCall;
pub(crate) use call::problem_of;
pub use choice::ToolChoice;
pub use definition::Tool;
pub use handler::{ToolFuture, ToolHandler, ToolInvocation};
pub(crate) use ids::{UsedIds, give_ids, hash_of_id, set_apart};
pub use output::{IntoToolResult, ToolError, ToolOutput};
pub use run::{
    ApprovalRequest, CallOutcome, CallRecord, Decision, FailurePolicy, NextStep, RunEvent,
    RunOutcome, RunState, RunStream, RunUsage, Step, StopReason, StopWhen, StructuredOutcome,
    StructuredRunStream, ToolRun,
};
pub use set::Tools;
pub(crate) use set::{check_name, function_choice};
