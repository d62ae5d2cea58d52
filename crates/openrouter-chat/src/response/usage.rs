//! What an answer took.

use openrouter_types::ChatUsage;

/// What an answer took: tokens and money. A view of the wire's usage object that names what people look for.
///
/// Counts are those of the provider's own tokenizer. Input includes images, audio and tool definitions; output includes
/// reasoning.
// Source: OpenRouter's usage accounting documentation, read 2026-08-22.
#[derive(Debug, PartialEq)]
#[repr(transparent)]
pub struct Usage(ChatUsage);
