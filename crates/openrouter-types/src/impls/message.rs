//! Messages and their parts.

use alloc::string::String;
use alloc::vec::Vec;

use crate::key_order::Entry;
use crate::{
    AnthropicCacheControlDirective, BulkText, ChatAssistantMessage, ChatAssistantMessageContent,
    ChatContentImage, ChatContentImageUrl, ChatContentItems, ChatContentText, ChatMessages,
    ChatSystemMessage, ChatSystemMessageContent, ChatToolCallFunction, ChatToolMessage,
    ChatToolMessageContent, ChatUserMessage, ChatUserMessageContent, wire,
};

impl ChatMessages {
    /// Instructions that hold for the whole conversation.
    pub fn system(content: impl Into<ChatSystemMessageContent>) -> Self {
        Self::System(ChatSystemMessage::new(content))
    }

    /// What the user says, shows or attaches: a text, or parts.
    ///
    /// ```
    /// use openrouter_types::{ChatContentItems, ChatMessages, ChatRequest};
    ///
    /// let request = ChatRequest::new([
    ///     ChatMessages::system("Be brief."),
    ///     ChatMessages::user([
    ///         ChatContentItems::from("What is this?"),
    ///         ChatContentItems::image("https://example.org/cat.png"),
    ///     ]),
    /// ]);
    /// # let _ = request;
    /// ```
    pub fn user(content: impl Into<ChatUserMessageContent>) -> Self {
        Self::User(ChatUserMessage::new(content))
    }

    /// What the model said earlier. Better send back the message that it was, which holds more than text.
    pub fn assistant(content: impl Into<ChatAssistantMessageContent>) -> Self {
        Self::Assistant(ChatAssistantMessage::new().with_content(content))
    }

    /// The result of the call with this id.
    pub fn tool(call_id: impl Into<String>, content: impl Into<ChatToolMessageContent>) -> Self {
        Self::Tool(ChatToolMessage::new(call_id, content))
    }
}

impl ChatAssistantMessage {
    /// The text, where there is any; of several text parts, all in a row.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let text = match self.content.as_ref()? {
            ChatAssistantMessageContent::Text(text) => text.clone(),
            ChatAssistantMessageContent::Parts(parts) => {
                parts.iter().filter_map(ChatContentItems::text).collect()
            }
            _ => String::new(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// Makes it a message that a conversation can hold: servers leave the role out at times, or write another one, and
    /// refuse a message without it.
    pub fn claim_role(&mut self) {
        self.extra.remove(ROLE);
        let role = wire::number_of(self, ROLE);
        write_also(self, role);
    }
}

impl ChatToolCallFunction {
    /// Makes it a call that a conversation can hold: servers leave the arguments out where there are none, and refuse a
    /// call that lacks the field.
    // Seen with llama.cpp's server, 2026-11-28: it answers such a message with 500.
    pub fn claim_arguments(&mut self) {
        self.extra.remove(ARGUMENTS);
        let arguments = wire::number_of(self, ARGUMENTS);
        write_also(self, arguments);
    }
}

/// Has a field written that did not come.
fn write_also(object: &mut dyn wire::Fields, field: Option<u8>) {
    if let (Some(field), (_, Some(order))) = (field, object.rest())
        && order.came()
    {
        order.push(Entry::Field { field, null: false });
    }
}

const ROLE: &str = "role";
const ARGUMENTS: &str = "arguments";

impl ChatContentItems {
    /// An image at an address, `https:` or `data:`.
    pub fn image(url: impl Into<BulkText>) -> Self {
        Self::ImageUrl(ChatContentImage::new(ChatContentImageUrl::new(url)))
    }

    /// The text of a text part.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(part) => Some(&part.text),
            _ => None,
        }
    }

    /// Sets a cache breakpoint on the part; parts of unknown kinds stay as they are.
    pub fn set_cache_control(&mut self, control: AnthropicCacheControlDirective) {
        let place = match self {
            Self::Text(part) => &mut part.cache_control,
            Self::ImageUrl(part) => &mut part.cache_control,
            Self::InputAudio(part) => &mut part.cache_control,
            Self::VideoUrl(part) => &mut part.cache_control,
            Self::InputVideo(part) => &mut part.cache_control,
            Self::File(part) => &mut part.cache_control,
            // Unknown, or newer than this method.
            _ => return,
        };
        *place = Some(control);
    }

    /// The cache breakpoint on the part.
    #[must_use]
    pub fn cache_control(&self) -> Option<&AnthropicCacheControlDirective> {
        match self {
            Self::Text(part) => part.cache_control.as_ref(),
            Self::ImageUrl(part) => part.cache_control.as_ref(),
            Self::InputAudio(part) => part.cache_control.as_ref(),
            Self::VideoUrl(part) => part.cache_control.as_ref(),
            Self::InputVideo(part) => part.cache_control.as_ref(),
            Self::File(part) => part.cache_control.as_ref(),
            // Unknown, or newer than this method.
            _ => None,
        }
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

impl From<&str> for ChatContentText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Arrays and single parts, beside the lists that the generated conversions take.
macro_rules! content_of_parts {
    ($($content:ident of $part:ident),*) => {$(
        impl<const N: usize> From<[$part; N]> for $content {
            fn from(parts: [$part; N]) -> Self {
                Self::Parts(Vec::from(parts))
            }
        }

        impl From<$part> for $content {
            fn from(part: $part) -> Self {
                Self::from([part])
            }
        }
    )*};
}

content_of_parts!(
    ChatUserMessageContent of ChatContentItems,
    ChatAssistantMessageContent of ChatContentItems,
    ChatToolMessageContent of ChatContentItems,
    ChatSystemMessageContent of ChatContentText
);
