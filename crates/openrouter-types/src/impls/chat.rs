//! Chat requests, messages and chunks.

use alloc::string::String;

use serde::{Serialize, Serializer};

use crate::{
    AnthropicCacheControlDirective, ChatContentItems, ChatContentText, ChatRequest,
    ChatStreamChunk, ChatUsage, wire,
};

impl ChatRequest {
    /// Writes the request with other messages than its own, for instance borrowed ones, in their place.
    ///
    /// # Errors
    ///
    /// Those of the serialiser.
    pub fn serialize_with_messages<M, S>(
        &self,
        messages: &M,
        serializer: S,
    ) -> Result<S::Ok, S::Error>
    where
        M: Serialize + ?Sized,
        S: Serializer,
    {
        wire::serialize_object_replacing(self, "messages", messages, serializer)
    }
}

impl ChatStreamChunk {
    /// What the answer took, on the chunk that tells it.
    #[must_use]
    pub fn usage(&self) -> Option<&ChatUsage> {
        self.usage.as_deref()
    }
}

impl ChatContentItems {
    /// Sets a cache breakpoint on the part; parts of unknown kinds stay as they are.
    pub fn set_cache_control(&mut self, control: AnthropicCacheControlDirective) {
        let place = match self {
            Self::Text(part) => &mut part.cache_control,
            Self::ImageUrl(part) => &mut part.cache_control,
            Self::InputAudio(part) => &mut part.cache_control,
            Self::VideoUrl(part) => &mut part.cache_control,
            Self::InputVideo(part) => &mut part.cache_control,
            Self::File(part) => &mut part.cache_control,
            Self::Unknown(_) => return,
        };
        *place = Some(control);
    }
}

impl From<&str> for ChatContentItems {
    fn from(text: &str) -> Self {
        Self::from(String::from(text))
    }
}

impl From<String> for ChatContentItems {
    fn from(text: String) -> Self {
        Self::Text(ChatContentText::new(text))
    }
}

impl ChatRequest {
    /// A field that has a value of its own and another one among the extra fields.
    #[must_use]
    pub fn set_twice(&self) -> Option<&str> {
        wire::set_twice(self)
    }
}
