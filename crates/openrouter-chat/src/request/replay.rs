//! How the model's earlier replies go back to it.
//!
//! A reply goes back exactly as it came. What is changed is only what servers are known to refuse:
//!
//! | rule | why |
//! | --- | --- |
//! | reasoning of another author's model stays behind, unless [`ReasoningReplay`] says otherwise | signatures of one provider are refused by the others |
//! | a block that occurs twice in the conversation is sent once | "Duplicate item found with id" |
//! | unsigned reasoning text of the Claude and Gemini formats stays behind, and with it the plain text | "Invalid signature in thinking block" |
//! | plain reasoning text without blocks stays behind for Claude and Gemini models | it would be made into an unsigned block |
//! | a call whose id is empty, or that of a call before, gets one of its own, and its result too | "`tool_use` ids must be unique": see [`CallIds`] |
//! | fragments of one signed block, as a client without merging saved them, become that block | the signature covers the whole |
//! | a tool call without arguments is sent with `{}` | servers that read the text as JSON refuse an empty one |
//!
//! Everything else, an empty list of blocks included, is sent unchanged: some providers refuse a history without it. Where
//! the second and the third rule take the last block away, the list stays, empty.
// Source: OpenRouter's documentation of reasoning blocks and the behaviour of its AI SDK adapter, read 2026-08-22.
// An empty text as arguments was seen to be refused by llama.cpp's server, 2026-11-28.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use openrouter_types as types;
use serde::ser::{Serialize, Serializer};
use types::{
    ChatAssistantMessage, ChatMessages, ChatToolCall, ReasoningDetailText,
    ReasoningDetailUnion as Detail, ReasoningFormat,
};

use super::call_ids::{CallIds, may_repeat};
use crate::message::Message;
use crate::reasoning::{append_text, merge};

/// Which reasoning blocks of earlier replies are sent, when the model may have changed in between.
///
/// Blocks are signed or encrypted by the provider that made them, and another provider's model refuses them, for ever:
/// they would stay in the conversation. A reply remembers [its model](Message::origin).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningReplay {
    /// Those made by models of the same author (`anthropic/…`), and those of unknown origin. The default.
    ///
    /// When the model asked for is a router, an alias of another author's model or a preset, its author is unknown, and
    /// everything is sent.
    #[default]
    SameAuthor,
    /// All of them.
    Always,
    /// None: the model sees what it said, not what it thought.
    Never,
}

/// A message as it is sent.
#[derive(Debug)]
pub(super) enum Outgoing<'a> {
    AsItCame(&'a ChatMessages),
    Changed(Box<ChatMessages>),
}

impl Serialize for Outgoing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AsItCame(message) => message.serialize(serializer),
            Self::Changed(message) => message.serialize(serializer),
        }
    }
}

/// The messages as they are sent. Linear in the conversation; a message is copied only when it has to change.
pub(super) fn outgoing<'a>(
    messages: &'a [Message],
    target: Option<&str>,
    replay: ReasoningReplay,
) -> Vec<Outgoing<'a>> {
    let wants_signatures = target.and_then(signs);
    let target = target.and_then(author);
    let mut seen = HashSet::new();
    let mut ids = may_repeat(messages).then(CallIds::default);
    messages
        .iter()
        .map(|message| {
            let assistant = match message.as_wire() {
                ChatMessages::Assistant(assistant) => assistant,
                ChatMessages::Tool(result) => {
                    let ids = ids.as_mut();
                    return match ids.and_then(|ids| ids.answer(&result.tool_call_id)) {
                        Some(id) => {
                            let mut result = result.clone();
                            result.tool_call_id = id;
                            Outgoing::Changed(Box::new(ChatMessages::Tool(result)))
                        }
                        None => Outgoing::AsItCame(message.as_wire()),
                    };
                }
                other => return Outgoing::AsItCame(other),
            };
            let foreign = match (message.origin().and_then(author), target) {
                (Some(origin), Some(target)) => origin != target,
                _ => false,
            };
            let drop_all = match replay {
                ReasoningReplay::SameAuthor => foreign,
                ReasoningReplay::Always => false,
                ReasoningReplay::Never => true,
            };
            // Of a router it is not known, so the model that made the reply decides.
            let must_be_signed = wants_signatures
                .or_else(|| message.origin().and_then(signs))
                .unwrap_or_default();
            let mut changed = changed(assistant, drop_all, must_be_signed, &mut seen);
            let calls = assistant.tool_calls.as_deref().unwrap_or_default();
            let renamed = ids.as_mut().map(|ids| ids.calls(calls));
            if let Some(renamed) = renamed.filter(|renamed| !renamed.is_empty()) {
                let changed = changed.get_or_insert_with(|| assistant.clone());
                let calls = changed.tool_calls.as_deref_mut().unwrap_or_default();
                for (at, id) in renamed {
                    calls[at].id = id;
                }
            }
            match with_arguments(assistant, changed) {
                Some(changed) => Outgoing::Changed(Box::new(ChatMessages::Assistant(changed))),
                None => Outgoing::AsItCame(message.as_wire()),
            }
        })
        .collect()
}

/// The message without what must not be sent; `None` when all of it may be.
fn changed(
    message: &ChatAssistantMessage,
    drop_all: bool,
    must_be_signed: bool,
    seen: &mut HashSet<u64>,
) -> Option<ChatAssistantMessage> {
    let blocks = message.reasoning_details.as_deref().unwrap_or_default();
    let thinks = message.reasoning.is_some() || message.reasoning_content.is_some();
    if drop_all {
        return (thinks || message.reasoning_details.is_some()).then(|| without_reasoning(message));
    }
    if blocks.is_empty() && thinks && must_be_signed {
        let mut message = message.clone();
        message.reasoning = None;
        message.reasoning_content = None;
        return Some(message);
    }
    if blocks
        .windows(2)
        .any(|pair| is_fragment(&pair[0], &pair[1]))
    {
        let message = joined(message);
        return Some(changed(&message, drop_all, must_be_signed, seen).unwrap_or(message));
    }
    let kept: Vec<bool> = blocks
        .iter()
        .map(|block| !is_unsigned(block) && is_new(block, seen))
        .collect();
    if kept.iter().all(|kept| *kept) {
        return None;
    }
    let mut message = message.clone();
    let mut keep = kept.iter();
    if let Some(blocks) = &mut message.reasoning_details {
        blocks.retain(|_| keep.next().copied().unwrap_or(true));
        if blocks.is_empty() {
            // Without its blocks, the text alone would be made into an unsigned one. The list stays: there are
            // providers that refuse a turn without one.
            message.reasoning = None;
            message.reasoning_content = None;
        }
    }
    Some(message)
}

/// The message with arguments for every call, where a call has none; else what has become of it before.
fn with_arguments(
    message: &ChatAssistantMessage,
    changed: Option<ChatAssistantMessage>,
) -> Option<ChatAssistantMessage> {
    let has_none = |call: &ChatToolCall| call.function.arguments.trim().is_empty();
    if !message.tool_calls.iter().flatten().any(has_none) {
        return changed;
    }
    let mut message = changed.unwrap_or_else(|| message.clone());
    let calls = message.tool_calls.iter_mut().flatten();
    for call in calls.filter(|call| has_none(call)) {
        "{}".clone_into(&mut call.function.arguments);
        call.function.claim_arguments();
    }
    Some(message)
}

/// Whether the second block goes on with the first, which no provider has signed: the two were never blocks of their own.
fn is_fragment(block: &Detail, next: &Detail) -> bool {
    match (block, next) {
        (Detail::Text(text), Detail::Text(next)) => {
            is_unsigned(block)
                && text.index == next.index
                && (text.index.is_some() || is_signature_of(text, next))
        }
        _ => false,
    }
}

/// Whether the second is nothing but the signature of the first: without an index, texts may be blocks of their own.
fn is_signature_of(text: &ReasoningDetailText, next: &ReasoningDetailText) -> bool {
    let is_empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    is_empty(&next.text) && !is_empty(&next.signature) && (next.id.is_none() || text.id == next.id)
}

/// The message with fragments of a block put together.
fn joined(message: &ChatAssistantMessage) -> ChatAssistantMessage {
    let mut message = message.clone();
    if let Some(fragments) = message.reasoning_details.take() {
        let mut blocks: Vec<Detail> = Vec::with_capacity(fragments.len());
        for fragment in fragments {
            match blocks.last() {
                Some(last) if is_fragment(last, &fragment) => join(&mut blocks, fragment),
                _ => blocks.push(fragment),
            }
        }
        message.reasoning_details = Some(blocks);
    }
    message
}

/// Adds a fragment to the block that it goes on with. A signature without an index is that of all the text without one
/// that stands before it and that nobody has signed.
fn join(blocks: &mut Vec<Detail>, fragment: Detail) {
    let signature = match fragment {
        Detail::Text(text) if text.index.is_none() => text,
        fragment => return merge(blocks, fragment),
    };
    let is_open = |block: &Detail| {
        is_unsigned(block) && matches!(block, Detail::Text(text) if text.index.is_none())
    };
    let start = blocks.iter().rposition(|block| !is_open(block));
    let pieces = blocks.split_off(start.map_or(0, |last| last + 1));
    let texts = pieces.into_iter().filter_map(|piece| match piece {
        Detail::Text(text) => Some(text),
        _ => None,
    });
    let whole = texts.chain([signature]).reduce(|mut block, more| {
        append_text(&mut block, more);
        block
    });
    blocks.extend(whole.map(Detail::Text));
}

fn without_reasoning(message: &ChatAssistantMessage) -> ChatAssistantMessage {
    let mut message = message.clone();
    message.reasoning = None;
    message.reasoning_content = None;
    message.reasoning_details = None;
    message
}

/// Reasoning text without a signature, in a format whose provider insists on one.
fn is_unsigned(block: &Detail) -> bool {
    let Detail::Text(block) = block else {
        return false;
    };
    let signed_format = matches!(
        block.format,
        // A block that names no format is in Anthropic's.
        None | Some(ReasoningFormat::AnthropicClaudeV1 | ReasoningFormat::GoogleGeminiV1)
    );
    signed_format && block.signature.as_deref().is_none_or(str::is_empty)
}

/// Whether a block has not been sent before in this conversation.
fn is_new(block: &Detail, seen: &mut HashSet<u64>) -> bool {
    let mut hasher = DefaultHasher::new();
    match block {
        Detail::Summary(block) => (0, &block.summary).hash(&mut hasher),
        Detail::Encrypted(block) => match &block.id {
            Some(id) if !id.is_empty() => (1, id).hash(&mut hasher),
            _ => (2, &block.data).hash(&mut hasher),
        },
        Detail::Text(block) => match (&block.text, &block.signature) {
            (Some(text), _) if !text.is_empty() => (3, text).hash(&mut hasher),
            (_, Some(signature)) => (4, signature).hash(&mut hasher),
            _ => return true,
        },
        _ => return true,
    }
    seen.insert(hasher.finish())
}

/// Whether a model's provider takes no reasoning that it has not signed; `None` where the model is not known.
fn signs(model: &str) -> Option<bool> {
    let author = author(model)?;
    Some(match author {
        "anthropic" => true,
        "google" => model.contains("gemini"),
        _ => false,
    })
}

/// The author of a model: what stands before the slash. Unknown for routers and presets.
fn author(model: &str) -> Option<&str> {
    let (author, _) = model.trim_start_matches('~').split_once('/')?;
    (author != "openrouter" && !author.starts_with('@')).then_some(author)
}
