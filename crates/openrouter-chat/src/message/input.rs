//! What a call takes: a text, a message, several, or a conversation.

use std::borrow::Cow;

use super::{Conversation, Message};

/// The messages that a call sends.
///
/// Made from a text, a message, a list of messages or a conversation; what is borrowed is not copied.
#[derive(Clone, Debug)]
pub struct Input<'a>(Cow<'a, [Message]>);

impl Input<'_> {
    /// The messages in order.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.0
    }

    /// The same messages, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Input<'static> {
        Input(Cow::Owned(self.0.into_owned()))
    }

    pub(crate) fn into_conversation(self) -> Conversation {
        Conversation::from(self.0.into_owned())
    }
}

impl From<&str> for Input<'_> {
    fn from(text: &str) -> Self {
        Self::from(Message::user(text))
    }
}

impl From<String> for Input<'_> {
    fn from(text: String) -> Self {
        Self::from(Message::user(text))
    }
}

impl From<&String> for Input<'_> {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Message> for Input<'_> {
    fn from(message: Message) -> Self {
        Self(Cow::Owned(vec![message]))
    }
}

impl<'a> From<&'a Message> for Input<'a> {
    fn from(message: &'a Message) -> Self {
        Self(Cow::Borrowed(std::slice::from_ref(message)))
    }
}

impl From<Vec<Message>> for Input<'_> {
    fn from(messages: Vec<Message>) -> Self {
        Self(Cow::Owned(messages))
    }
}

impl<'a> From<&'a Vec<Message>> for Input<'a> {
    fn from(messages: &'a Vec<Message>) -> Self {
        Self(Cow::Borrowed(messages))
    }
}

impl<'a> From<&'a [Message]> for Input<'a> {
    fn from(messages: &'a [Message]) -> Self {
        Self(Cow::Borrowed(messages))
    }
}

impl<'a, const N: usize> From<&'a [Message; N]> for Input<'a> {
    fn from(messages: &'a [Message; N]) -> Self {
        Self(Cow::Borrowed(messages))
    }
}

impl<const N: usize> From<[Message; N]> for Input<'_> {
    fn from(messages: [Message; N]) -> Self {
        Self(Cow::Owned(messages.into()))
    }
}

impl<'a> From<&'a Conversation> for Input<'a> {
    fn from(conversation: &'a Conversation) -> Self {
        Self::from(conversation.messages())
    }
}

impl From<Conversation> for Input<'_> {
    fn from(mut conversation: Conversation) -> Self {
        Self::from(std::mem::take(conversation.messages_mut()))
    }
}
