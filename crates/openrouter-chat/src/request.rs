//! From messages and options to the bytes of a request.

mod replay;

use openrouter_types as types;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use types::operations::ChatCompletion;
use types::{
    ChatRequest, ChatResult, ChatStreamChunk, Credential, Method, Operation, StreamOperation,
};

pub use replay::ReasoningReplay;

use crate::message::Message;
use crate::options::ChatOptions;
use replay::Outgoing;

/// One chat completion: the options of the call, and messages that are borrowed from the conversation.
#[derive(Debug)]
pub(crate) struct ChatCall<'a> {
    request: Box<ChatRequest>,
    messages: Vec<Outgoing<'a>>,
}

impl<'a> ChatCall<'a> {
    pub(crate) fn new(options: ChatOptions, messages: &'a [Message]) -> Self {
        let ChatOptions {
            request,
            reasoning_replay,
            ..
        } = options;
        let messages = replay::outgoing(
            messages,
            request.model.as_deref(),
            reasoning_replay.unwrap_or_default(),
        );
        Self { request, messages }
    }

    /// The model's name, empty where there is none.
    pub(crate) fn model(&self) -> &str {
        self.request.model.as_deref().unwrap_or_default()
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
}

impl StreamOperation for ChatCall<'_> {
    type Chunk = ChatStreamChunk;

    fn set_streaming(&mut self, streaming: bool) {
        self.request.stream = streaming.then_some(true);
        if streaming {
            // OpenRouter tells usage unasked; other servers that speak its language only tell it when they are asked.
            self.request
                .stream_options
                .get_or_insert_with(|| types::ChatStreamOptions::new().with_include_usage(true));
        }
    }
}

impl Serialize for ChatCall<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.request
            .serialize_with_messages(&Messages(&self.messages), serializer)
    }
}

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
