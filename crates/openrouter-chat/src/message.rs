//! Messages of a conversation.

mod conversation;
mod input;
mod part;

use std::fmt;

use openrouter_types as types;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use types::{ChatAssistantMessage, ChatContentItems, ChatMessages};

pub use conversation::Conversation;
pub use input::Input;
pub use part::Part;
pub(crate) use part::{Content, parts_of};

use crate::media::{EncodedMedia, MediaError};
use crate::outlined::Outlined;
use crate::tools::ToolCall;

/// One message of a conversation.
///
/// A message *is* the wire's message, with a pleasanter face: it serialises as an ordinary OpenAI-style message, so that
/// a saved conversation can be read by any other tool, and a reply of the model goes back exactly as it came, including
/// what this crate does not know.
///
/// ```
/// use openrouter_chat::Message;
///
/// let messages = [Message::system("Be brief."), Message::user("Name one prime.")];
/// assert_eq!(
///     serde_json::to_string(&messages)?,
///     r#"[{"role":"system","content":"Be brief."},{"role":"user","content":"Name one prime."}]"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Message(Outlined<Inner>);

#[derive(Clone)]
struct Inner {
    wire: ChatMessages,
    origin: Option<Box<str>>,
    /// What says why a payload could not be written.
    media: Vec<EncodedMedia>,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Instructions that stand above the conversation.
    System,
    /// Instructions of the application's developer; newer OpenAI models prefer it to [`System`](Self::System).
    Developer,
    /// The person, or the program that asks.
    User,
    /// The model.
    Assistant,
    /// The result of a tool call.
    Tool,
    /// Another role, by its name on the wire.
    Other(Box<str>),
}

impl Message {
    /// Instructions that stand above the conversation.
    pub fn system(content: impl Into<types::ChatSystemMessageContent>) -> Self {
        Self::from(ChatMessages::System(types::ChatSystemMessage::new(
            content.into(),
        )))
    }

    /// Instructions of the application's developer.
    pub fn developer(content: impl Into<types::ChatDeveloperMessageContent>) -> Self {
        Self::from(ChatMessages::Developer(types::ChatDeveloperMessage::new(
            content.into(),
        )))
    }

    /// What the person says.
    pub fn user(content: impl Into<String>) -> Self {
        Self::from(ChatMessages::User(types::ChatUserMessage::new(
            content.into(),
        )))
    }

    /// What the person says in several parts: text, images, audio, video, files, in any order.
    pub fn user_parts(parts: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        let (parts, media) = split(parts);
        Self::with_media(
            ChatMessages::User(types::ChatUserMessage::new(parts)),
            media,
        )
    }

    /// What the model said, written by hand; as the last message it is a beginning that the model continues.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::from(ChatAssistantMessage::new().with_content(text.into()))
    }

    /// The tool calls that the model made, without text.
    pub fn assistant_tool_calls(calls: impl IntoIterator<Item = ToolCall>) -> Self {
        Self::from(ChatAssistantMessage::new().with_tool_calls(calls))
    }

    /// The result of a tool call, as text.
    pub fn tool(call_id: impl Into<String>, result: impl Into<String>) -> Self {
        let content = types::ChatToolMessageContent::from(result.into());
        Self::from(ChatMessages::Tool(types::ChatToolMessage::new(
            call_id.into(),
            content,
        )))
    }

    /// The result of a tool call in several parts, such as an image.
    pub fn tool_parts(
        call_id: impl Into<String>,
        parts: impl IntoIterator<Item = impl Into<Part>>,
    ) -> Self {
        let (parts, media) = split(parts);
        let message = types::ChatToolMessage::new(call_id.into(), parts);
        Self::with_media(ChatMessages::Tool(message), media)
    }

    /// Text of any role: one of those above, or one that this crate does not know, such as a server's own.
    ///
    /// ```
    /// use openrouter_chat::{Message, Role};
    ///
    /// assert_eq!(Message::with_role("developer", "Be brief."), Message::developer("Be brief."));
    /// assert_eq!(Message::with_role("critic", "Too long.").role(), Role::Other("critic".into()));
    /// ```
    pub fn with_role(role: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        match role {
            "system" => Self::system(text),
            "developer" => Self::developer(text),
            "user" => Self::user(text),
            "assistant" => Self::assistant(text),
            _ => {
                let mut fields = types::Extra::new();
                fields.insert("role", role);
                fields.insert("content", text.as_str());
                Self::from(ChatMessages::Unknown(types::UnknownMember::from_json(
                    fields.into(),
                )))
            }
        }
    }

    /// Names the speaker, for instance to tell several people apart.
    ///
    /// For models that are not OpenAI's, the name is put before the text.
    // Source: OpenRouter's documentation of message fields, read 2026-08-22.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        let name = Some(name.into());
        if let (ChatMessages::Unknown(member), Some(name)) = (&self.0.wire, name.as_deref())
            && let Some(fields) = member.fields()
        {
            let mut fields = fields.clone();
            fields.insert("name", name);
            self.0.wire = ChatMessages::Unknown(types::UnknownMember::from_json(fields.into()));
        }
        match &mut self.0.wire {
            ChatMessages::System(message) => message.name = name,
            ChatMessages::Developer(message) => message.name = name,
            ChatMessages::User(message) => message.name = name,
            ChatMessages::Assistant(message) => message.name = name,
            ChatMessages::Tool(message) => message.name = name,
            _ => {}
        }
        self
    }

    /// Sets a cache breakpoint: the provider may cache the prompt up to and including this message.
    ///
    /// The breakpoint goes to the message's last part; text content becomes a part for that, since plain text cannot
    /// carry one. A message without content, such as one of tool calls alone, takes none. Anthropic takes at most four in
    /// a request, those on tools included.
    // Source: OpenRouter's documentation of prompt caching, read 2026-08-22.
    #[must_use]
    pub fn with_cache_control(
        mut self,
        control: impl Into<types::AnthropicCacheControlDirective>,
    ) -> Self {
        let control = control.into();
        match &mut self.0.wire {
            ChatMessages::System(message) => message.content.set_cache_control(control),
            ChatMessages::Developer(message) => message.content.set_cache_control(control),
            ChatMessages::User(message) => message.content.set_cache_control(control),
            ChatMessages::Assistant(message) => {
                message
                    .content
                    .iter_mut()
                    .for_each(|content| content.set_cache_control(control.clone()));
            }
            ChatMessages::Tool(message) => message.content.set_cache_control(control),
            _ => {}
        }
        self
    }

    /// Who speaks.
    #[must_use]
    pub fn role(&self) -> Role {
        match &self.0.wire {
            ChatMessages::System(_) => Role::System,
            ChatMessages::Developer(_) => Role::Developer,
            ChatMessages::User(_) => Role::User,
            ChatMessages::Assistant(_) => Role::Assistant,
            ChatMessages::Tool(_) => Role::Tool,
            other => Role::Other(other.role().unwrap_or_default().into()),
        }
    }

    /// The message's text: its content, or all its text parts one after another.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.0.wire {
            ChatMessages::System(message) => message.content.text(),
            ChatMessages::Developer(message) => message.content.text(),
            ChatMessages::User(message) => message.content.text(),
            ChatMessages::Assistant(message) => message
                .content
                .as_ref()
                .map(Content::text)
                .unwrap_or_default(),
            ChatMessages::Tool(message) => message.content.text(),
            ChatMessages::Unknown(member) => member
                .get("content")
                .and_then(types::RawJson::to_text)
                .unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// The tool calls of an assistant's message, in order.
    #[must_use]
    pub fn tool_calls(&self) -> Vec<ToolCall> {
        let calls = self
            .as_assistant()
            .and_then(|message| message.tool_calls.as_deref());
        calls
            .unwrap_or_default()
            .iter()
            .cloned()
            .map(ToolCall::from_wire)
            .collect()
    }

    /// The id of the call whose result this is.
    #[must_use]
    pub fn tool_call_id(&self) -> Option<&str> {
        match &self.0.wire {
            ChatMessages::Tool(message) => Some(&message.tool_call_id),
            _ => None,
        }
    }

    /// The model that made this reply, when it is one.
    ///
    /// Saved with the conversation, as the message's `model`; decides whether signed reasoning is sent to another model.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.0
            .origin
            .as_deref()
            .or_else(|| self.as_assistant()?.model.as_deref())
    }

    /// Says which model made this reply.
    #[must_use]
    pub fn with_origin(mut self, model: impl Into<String>) -> Self {
        self.0.origin = Some(model.into().into());
        self
    }

    /// The message as the wire has it.
    #[must_use]
    pub fn as_wire(&self) -> &ChatMessages {
        &self.0.wire
    }

    /// The message as the wire has it, to change what has no method here.
    pub fn as_wire_mut(&mut self) -> &mut ChatMessages {
        &mut self.0.wire
    }

    fn with_media(wire: ChatMessages, media: Vec<EncodedMedia>) -> Self {
        Self(Outlined::new(Inner {
            wire,
            origin: None,
            media,
        }))
    }

    /// Whether a file is read when this message is written.
    pub(crate) fn has_files(&self) -> bool {
        self.0.media.iter().any(EncodedMedia::is_file)
    }

    /// About how many bytes the payloads of this message take when they are written.
    pub(crate) fn media_bytes(&self) -> usize {
        let encoded: usize = self.0.media.iter().map(EncodedMedia::text_bytes).sum();
        let held: usize = parts_of(&self.0.wire).iter().map(part::held_bytes).sum();
        encoded.saturating_add(held)
    }

    /// Why a payload of this message could not be written, when one could not.
    pub(crate) fn media_failure(&self) -> Option<MediaError> {
        self.0.media.iter().find_map(EncodedMedia::failure)
    }

    pub(crate) fn as_assistant(&self) -> Option<&ChatAssistantMessage> {
        match &self.0.wire {
            ChatMessages::Assistant(message) => Some(message),
            _ => None,
        }
    }
}

fn split(
    parts: impl IntoIterator<Item = impl Into<Part>>,
) -> (Vec<ChatContentItems>, Vec<EncodedMedia>) {
    let mut media = Vec::new();
    let parts = parts.into_iter().map(|part| {
        let (wire, encoded) = part.into().into_parts();
        media.extend(encoded);
        wire
    });
    let parts = parts.collect();
    (parts, media)
}

/// Compares what is said, and which model said it.
impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.0.wire == other.0.wire && self.origin() == other.origin()
    }
}

impl From<ChatMessages> for Message {
    fn from(wire: ChatMessages) -> Self {
        Self::with_media(wire, Vec::new())
    }
}

impl From<ChatAssistantMessage> for Message {
    fn from(message: ChatAssistantMessage) -> Self {
        Self::from(ChatMessages::Assistant(message))
    }
}

impl From<Message> for ChatMessages {
    fn from(mut message: Message) -> Self {
        std::mem::take(&mut message.0.wire)
    }
}

/// What the person says.
impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::user(text)
    }
}

/// What the person says.
impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::user(text)
    }
}

impl Clone for Message {
    fn clone(&self) -> Self {
        Self(Outlined::new(Inner::clone(&self.0)))
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.wire.fmt(f)
    }
}

/// As the wire has it, and the model that made a reply as its `model`.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.0.wire, &self.0.origin) {
            (ChatMessages::Assistant(message), Some(origin)) if message.model.is_none() => {
                message.clone().with_model(&**origin).serialize(serializer)
            }
            (wire, _) => wire.serialize(serializer),
        }
    }
}

/// Reads a message as it was saved: the `model` of a reply says who made it, and is not sent.
impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut message = Self::from(ChatMessages::deserialize(deserializer)?);
        if let ChatMessages::Assistant(reply) = &mut message.0.wire {
            message.0.origin = reply.model.take().map(Into::into);
        }
        Ok(message)
    }
}
