//! What LangChain's `ChatOpenRouter` offers, and what its own tests pin down: a test for each feature and each behaviour.
//! Where ours differs on purpose, the test's comment says so, and why.
//!
//! | feature | module |
//! | --- | --- |
//! | key, environment, attribution, header fields, nothing secret shown or saved | `setup` |
//! | invoke, stream, batch, with a runtime and without | `calls` |
//! | parameters, provider preferences, plugins, session, trace | `parameters` |
//! | messages, names, tool calls, reasoning that goes back | `messages` |
//! | images, audio, video, files | `media` |
//! | tools, structured output | `tools` |
//! | replies: usage, metadata, tool calls, errors | `replies` |
//! | streams | `streams` |
//! | where that client fails | `beyond` |
//! | what OpenRouter's own adapter for the AI SDK pins down | `adapter` |

mod adapter;
mod beyond;
mod calls;
mod media;
mod messages;
mod parameters;
mod replies;
mod setup;
mod streams;
mod tools;
