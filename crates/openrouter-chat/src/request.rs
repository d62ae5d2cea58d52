//! From messages and options to the bytes of a request.

mod call_ids;
mod replay;
pub(crate) mod written;

use std::cell::RefCell;
use std::sync::LazyLock;

use openrouter_types as types;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use types::operations::ChatCompletion;
use types::{ChatResult, ChatStreamChunk, Credential, Method, Operation, StreamOperation};

pub use replay::ReasoningReplay;

use crate::message::Message;
use crate::options::ChatOptions;
use crate::outlined::OutlinedArc;
use replay::Outgoing;

/// One chat completion: the options of the call, and messages that are borrowed from the conversation.
#[derive(Debug)]
pub(crate) struct ChatCall<'a> {
    options: OutlinedArc<ChatOptions>,
    messages: Vec<Outgoing<'a>>,
    streaming: bool,
    /// What the payloads of the messages take when they are written, in bytes.
    media_bytes: usize,
    written: RefCell<Option<Vec<u8>>>,
}

impl<'a> ChatCall<'a> {
    pub(crate) fn new(options: OutlinedArc<ChatOptions>, messages: &'a [Message]) -> Self {
        let media_bytes = messages.iter().map(Message::media_bytes).sum();
        let messages = replay::outgoing(
            messages,
            options.request.model.as_deref(),
            options.reasoning_replay.unwrap_or_default(),
        );
        Self {
            options,
            messages,
            streaming: false,
            media_bytes,
            written: RefCell::new(None),
        }
    }

    /// The call with its body as it was [written](written::write_away) before.
    pub(crate) fn with_written(self, body: Option<Vec<u8>>) -> Self {
        *self.written.borrow_mut() = body;
        self
    }

    /// What is asked for.
    pub(crate) fn options(&self) -> &OutlinedArc<ChatOptions> {
        &self.options
    }

    /// The model's name, empty where there is none.
    #[cfg(feature = "tracing")]
    pub(crate) fn model(&self) -> &str {
        self.options.request.model.as_deref().unwrap_or_default()
    }
}

impl Operation for ChatCall<'_> {
    type Answer = ChatResult;
    type Body = Self;

    const NAME: &'static str = ChatCompletion::NAME;
    const METHOD: Method = ChatCompletion::METHOD;
    const CREDENTIAL: Credential = ChatCompletion::CREDENTIAL;

    fn path(&self) -> String {
        "/chat/completions".to_owned()
    }

    fn body(&self) -> Option<&Self> {
        Some(self)
    }

    fn body_bytes(&self) -> usize {
        match self.media_bytes {
            0 => 0,
            // What stands around payloads is small beside them.
            bytes => bytes.saturating_add(bytes / 64).saturating_add(4_096),
        }
    }

    fn take_written_body(&self) -> Option<Vec<u8>> {
        self.written.take()
    }
}

impl StreamOperation for ChatCall<'_> {
    type Chunk = ChatStreamChunk;

    fn set_streaming(&mut self, streaming: bool) {
        self.streaming = streaming;
    }
}

impl Serialize for ChatCall<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = &self.options.request;
        let usage = self.streaming.then_some(&*TELL_USAGE);
        request.serialize_call(
            &Messages(&self.messages),
            self.streaming.then_some(true),
            request.stream_options.as_ref().or(usage),
            serializer,
        )
    }
}

/// OpenRouter tells usage unasked; other servers that speak its language only tell it when they are asked.
static TELL_USAGE: LazyLock<types::ChatStreamOptions> =
    LazyLock::new(|| types::ChatStreamOptions::new().with_include_usage(true));

struct Messages<'a>(&'a [Outgoing<'a>]);

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for message in self.0 {
            list.serialize_element(message)?;
        }
        list.end()
    }
}
