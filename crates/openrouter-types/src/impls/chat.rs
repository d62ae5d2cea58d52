//! Chat requests and what they answer with.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use crate::{
    ChatAssistantMessage, ChatChoice, ChatRequest, ChatRequestStop, ChatResult, ChatStreamChoice,
    ChatStreamChunk, ChatStreamDelta, ChatStreamOptions, ChatToolCall, ChatUsage, wire,
};

impl ChatRequest {
    /// Writes the request with other messages than its own, for instance borrowed ones, and with `stream` and
    /// `stream_options` as they are given here: so that one request, shared by many calls, can be sent either way.
    ///
    /// # Errors
    ///
    /// Those of the serialiser.
    pub fn serialize_call<M, S>(
        &self,
        messages: &M,
        stream: Option<bool>,
        stream_options: Option<&ChatStreamOptions>,
        serializer: S,
    ) -> Result<S::Ok, S::Error>
    where
        M: Serialize + ?Sized,
        S: Serializer,
    {
        let messages = wire::Replaced::new(self, "messages", Some(messages));
        let stream = wire::Replaced::new(self, "stream", stream.as_ref());
        let options = wire::Replaced::new(self, "stream_options", stream_options);
        wire::write_replacing(self, &(messages, (stream, options)), serializer)
    }

    /// Whether a request has a field of this name, which then has no place among the extra fields.
    #[must_use]
    pub fn has_field(name: &str) -> bool {
        wire::number_of(&Self::default(), name).is_some()
    }
}

impl ChatResult {
    /// The first answer; most requests have just one.
    #[must_use]
    pub fn choice(&self) -> Option<&ChatChoice> {
        let is_first = |choice: &&ChatChoice| choice.index.unwrap_or_default() == 0;
        self.choices.iter().find(is_first)
    }

    /// The first answer's message.
    #[must_use]
    pub fn message(&self) -> Option<&ChatAssistantMessage> {
        self.choice()?.message.as_ref()
    }

    /// The first answer's text.
    ///
    /// ```
    /// use openrouter_types::{ChatResult, Decode};
    ///
    /// let result = ChatResult::decode(br#"{"choices": [{"message": {"role": "assistant", "content": "2"}}]}"#)?;
    /// assert_eq!(result.text().as_deref(), Some("2"));
    /// # Ok::<(), openrouter_types::DecodeError>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.message()?.text()
    }

    /// The functions that the first answer wants called.
    #[must_use]
    pub fn tool_calls(&self) -> &[ChatToolCall] {
        self.message()
            .and_then(|message| message.tool_calls.as_deref())
            .unwrap_or_default()
    }

    /// What the answer took.
    #[must_use]
    pub fn usage(&self) -> Option<&ChatUsage> {
        self.usage.as_deref()
    }
}

impl ChatStreamChunk {
    /// What is new of the first answer; `None` on chunks about other answers, and on those with usage alone.
    #[must_use]
    pub fn choice(&self) -> Option<&ChatStreamChoice> {
        let is_first = |choice: &&ChatStreamChoice| choice.index.unwrap_or_default() == 0;
        self.choices.iter().find(is_first)
    }

    /// What is new in the first answer's message.
    #[must_use]
    pub fn delta(&self) -> Option<&ChatStreamDelta> {
        self.choice()?.delta.as_ref()
    }

    /// More of the first answer's text.
    ///
    /// ```
    /// use openrouter_types::{ChatStreamChunk, Decode};
    ///
    /// let chunk = ChatStreamChunk::decode(br#"{"choices": [{"index": 0, "delta": {"content": " and"}}]}"#)?;
    /// assert_eq!(chunk.text(), Some(" and"));
    /// # Ok::<(), openrouter_types::DecodeError>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.delta()?
            .content
            .as_deref()
            .filter(|text| !text.is_empty())
    }

    /// More of the first answer's thinking, as plain text.
    #[must_use]
    pub fn reasoning_text(&self) -> Option<&str> {
        let delta = self.delta()?;
        [&delta.reasoning, &delta.reasoning_content]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .find(|text| !text.is_empty())
    }

    /// What the answer took, on the chunk that tells it.
    #[must_use]
    pub fn usage(&self) -> Option<&ChatUsage> {
        self.usage.as_deref()
    }
}

/// Up to four texts, as a list written on the spot.
impl<T: Into<String>, const N: usize> From<[T; N]> for ChatRequestStop {
    fn from(texts: [T; N]) -> Self {
        Self::from(Vec::<String>::from(texts.map(Into::into)))
    }
}
