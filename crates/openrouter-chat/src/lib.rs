//! OpenRouter chat for Rust: messages, media, tools, structured output, reasoning and streaming.

pub mod media;
mod message;
mod reasoning;
mod response;
mod stream;
pub mod structured;
mod tools;

pub use openrouter_types as types;

pub use message::{Conversation, Input, Message, Part, Role};
pub use response::{ChatResponse, Choice, Ending};
pub use stream::{StreamEvent, Text};
pub use tools::ToolCall;
