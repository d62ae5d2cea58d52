//! What a client sent.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use openrouter_types::{ChatMessages, ChatRequest, ChatUserMessageContent, Decode};

/// A request that the server received, as it came.
#[derive(Clone)]
#[non_exhaustive]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The path and query.
    pub path: String,
    /// The header. `Debug` hides the credentials in it.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Which connection it came on, from 0.
    pub connection: usize,
}

impl Received {
    /// The body as a chat request, when it is one.
    #[must_use]
    pub fn chat(&self) -> Option<ChatRequest> {
        ChatRequest::decode(&self.body).ok()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header field, when it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The text that the user said last.
pub(crate) fn last_user_text(request: &ChatRequest) -> Option<String> {
    request
        .messages
        .iter()
        .rev()
        .find_map(|message| match message {
            ChatMessages::User(message) => match &message.content {
                ChatUserMessageContent::Text(text) => Some(text.clone()),
                ChatUserMessageContent::Parts(parts) => parts.iter().find_map(|part| match part {
                    openrouter_types::ChatContentItems::Text(part) => Some(part.text.clone()),
                    _ => None,
                }),
                _ => None,
            },
            _ => None,
        })
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = |name: &http::HeaderName| {
            name == http::header::AUTHORIZATION || name.as_str().contains("key")
        };
        let headers = self.headers.iter().map(|(name, value)| {
            (
                name,
                if secret(name) {
                    "..".as_bytes()
                } else {
                    value.as_bytes()
                },
            )
        });
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &self.path)
            .field(
                "headers",
                &headers
                    .map(|(name, value)| (name, String::from_utf8_lossy(value).into_owned()))
                    .collect::<Vec<_>>(),
            )
            .field("body", &String::from_utf8_lossy(&self.body))
            .field("connection", &self.connection)
            .finish()
    }
}
