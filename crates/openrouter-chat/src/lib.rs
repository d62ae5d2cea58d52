#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "blocking")]
pub mod blocking;
mod check;
mod error;
#[cfg(all(doctest, feature = "schemars"))]
mod guide_snippets;
pub mod media;
mod message;
mod model;
mod options;
mod outlined;
mod payloads;
mod reasoning;
mod request;
mod response;
mod stream;
pub mod structured;
pub mod tools;
mod trace;

pub use openrouter_transport as transport;
pub use openrouter_types as types;

pub use check::Finding;
pub use error::{Error, ErrorKind};
pub use message::{Conversation, Input, Message, Part, Role};
pub use model::{Batch, ChatModel};
pub use openrouter_transport::{CallOptions, Client, ResponseCache, RetryPolicy, Timeouts};
pub use options::ChatOptions;
pub use request::ReasoningReplay;
pub use response::{ChatResponse, Choice, Ending};
pub use stream::{ChatStream, StreamEvent, Text, TextStream};
pub use tools::{Tool, ToolCall, ToolChoice, Tools};
