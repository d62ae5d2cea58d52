//! What a stream tells as it comes.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use openrouter_types as types;

use crate::tools::ToolCall;

/// Something new in a streamed answer.
///
/// Every event names its choice, 0 unless more than one was asked for. Whoever only wants the text matches
/// [`Text`](Self::Text) and ignores the rest.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StreamEvent {
    /// More of the answer's text.
    Text {
        /// The choice.
        choice: u64,
        /// The new text.
        text: Text,
    },
    /// More of the model's thinking, for people to read.
    Reasoning {
        /// The choice.
        choice: u64,
        /// The new text.
        text: Text,
    },
    /// More of the model's refusal to answer.
    Refusal {
        /// The choice.
        choice: u64,
        /// The new text.
        text: Text,
    },
    /// A tool call began: its name is known.
    ToolCallStarted {
        /// The choice.
        choice: u64,
        /// The call's place among the calls of the choice, from 0.
        call: usize,
        /// The call's id as the server gave it; empty when it gave none yet. [`ToolCall`](Self::ToolCall) has the one to
        /// answer by.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// More of a call's arguments; a fragment, not JSON on its own. Where a server sends `{}` first and then the arguments,
    /// both are told, and [`ToolCall`](Self::ToolCall) has the latter.
    ToolCallArguments {
        /// The choice.
        choice: u64,
        /// The call's place among the calls of the choice, from 0.
        call: usize,
        /// The new text.
        text: Text,
    },
    /// A tool call is complete. Told once for each call, at the end of the stream: until then more text may come.
    ToolCall {
        /// The choice.
        choice: u64,
        /// The call's place among the calls of the choice, from 0.
        call: usize,
        /// The call.
        tool_call: ToolCall,
    },
    /// An image that the model made.
    Image {
        /// The choice.
        choice: u64,
        /// The image, as a data URL or an address.
        image: types::ChatAssistantImage,
    },
    /// A piece of audio that the model made, with the words spoken in it.
    Audio {
        /// The choice.
        choice: u64,
        /// The piece: base64 and transcript continue those of the piece before.
        audio: types::ChatAudioOutput,
    },
    /// A citation, or a parsed file.
    Annotation {
        /// The choice.
        choice: u64,
        /// The annotation.
        annotation: types::ChatAnnotation,
    },
    /// Log probabilities of new tokens.
    Logprobs {
        /// The choice.
        choice: u64,
        /// The new tokens.
        logprobs: Box<types::ChatTokenLogprobs>,
    },
    /// The model stopped. More may follow: usage, and what comes late.
    Finish {
        /// The choice.
        choice: u64,
        /// Why it stopped.
        reason: types::ChatFinishReasonEnum,
    },
    /// What the answer took; the last one counts.
    Usage(Box<types::ChatUsage>),
    /// How OpenRouter found the endpoint, when it was asked to tell.
    Metadata(Box<types::OpenRouterMetadata>),
    /// What went to the provider, when it was asked to tell.
    Debug(Box<types::RawJson>),
    /// The server says that it is still at work. Told only on request.
    KeepAlive,
}

/// A piece of streamed text: a slice of what arrived, or a text of its own where JSON escapes made one necessary.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Bytes);

impl Text {
    /// Takes bytes that have been found to be UTF-8; others would be the empty text.
    pub(crate) fn checked(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Checked when it was made.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

/// Without a copy, for what is passed on: the body of an HTTP answer, say.
impl From<Text> for Bytes {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
