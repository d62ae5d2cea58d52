//! OpenRouter chat for Rust: messages, media, tools, structured output, reasoning and streaming.

pub mod media;
