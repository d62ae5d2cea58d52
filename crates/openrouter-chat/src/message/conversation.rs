//! A history that grows by itself.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Message;
use crate::ChatResponse;

/// The messages of a conversation, in order.
///
/// Serialises as a plain list of messages, as any OpenAI-style tool writes them, and reads such a list back.
///
/// ```
/// use openrouter_chat::{Conversation, Message};
///
/// let mut talk = Conversation::new();
/// talk.push(Message::system("Be brief."));
/// talk.push("Why is the sky blue?");
/// let saved = serde_json::to_string(&talk)?;
/// let loaded: Conversation = serde_json::from_str(&saved)?;
/// assert_eq!(loaded, talk);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    messages: Vec<Message>,
}

impl Conversation {
    /// A conversation in which nothing has been said.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            messages: Vec::new(),
        }
    }

    /// Adds a message at the end; text is what the person says.
    pub fn push(&mut self, message: impl Into<Message>) {
        self.messages.push(message.into());
    }

    /// Adds the model's reply at the end, as it is to be sent back.
    pub fn push_reply(&mut self, reply: &ChatResponse) {
        self.messages.extend(reply.message());
    }

    /// The messages in order.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The messages, to edit them.
    pub fn messages_mut(&mut self) -> &mut Vec<Message> {
        &mut self.messages
    }

    /// The last message.
    #[must_use]
    pub fn last(&self) -> Option<&Message> {
        self.messages.last()
    }
}

impl<M: Into<Message>> FromIterator<M> for Conversation {
    fn from_iter<I: IntoIterator<Item = M>>(messages: I) -> Self {
        Self {
            messages: messages.into_iter().map(Into::into).collect(),
        }
    }
}

impl<M: Into<Message>> Extend<M> for Conversation {
    fn extend<I: IntoIterator<Item = M>>(&mut self, messages: I) {
        self.messages.extend(messages.into_iter().map(Into::into));
    }
}

impl From<Vec<Message>> for Conversation {
    fn from(messages: Vec<Message>) -> Self {
        Self { messages }
    }
}

impl Serialize for Conversation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.messages.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Conversation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|messages| Self { messages })
    }
}
