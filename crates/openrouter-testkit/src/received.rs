//! What a client sent.

mod ending;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use openrouter_types::{
    ChatContentItems, ChatMessages, ChatRequest, ChatToolMessage, ChatToolMessageContent,
    ChatUserMessageContent, Decode,
};
use serde_json::Value;

use crate::difference::{Compare, differences};

pub use ending::Ending;
pub(crate) use ending::Exchange;

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
    pub(crate) exchange: Exchange,
}

impl Received {
    /// The body as a chat request, when it is one.
    #[must_use]
    pub fn chat(&self) -> Option<ChatRequest> {
        ChatRequest::decode(&self.body).ok()
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header field, when it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How the exchange ended; `None` while it goes on.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.exchange.ending()
    }

    /// Waits until the exchange has ended, and says how.
    ///
    /// # Cancellation
    ///
    /// Dropping the future changes nothing.
    pub async fn ended(&self) -> Ending {
        self.exchange.ended().await
    }

    /// How many bytes of the answer's body were handed to the connection so far.
    #[must_use]
    pub fn bytes_sent(&self) -> u64 {
        self.exchange.bytes_sent()
    }

    /// Asserts that the body is this JSON. `1` and `1.0` are one number, and the order of keys does not matter.
    ///
    /// # Panics
    ///
    /// When it is not; the message names each place that differs.
    #[track_caller]
    pub fn assert_body(&self, expected: &Value) {
        self.check(expected, Compare::All);
    }

    /// Asserts that the body holds this JSON; objects in it may have more keys.
    ///
    /// # Panics
    ///
    /// When it does not; the message names each place that differs.
    #[track_caller]
    pub fn assert_body_has(&self, expected: &Value) {
        self.check(expected, Compare::Expected);
    }

    /// Asserts that a header field has this value.
    ///
    /// # Panics
    ///
    /// When it has not.
    #[track_caller]
    pub fn assert_header(&self, name: &str, expected: &str) {
        let found = self.header(name);
        assert!(
            found == Some(expected),
            "{} {}: header field {name}: expected {expected:?}, found {found:?}",
            self.method,
            self.path
        );
    }

    #[track_caller]
    fn check(&self, expected: &Value, compare: Compare) {
        let found = match serde_json::from_slice(&self.body) {
            Ok(found) => found,
            Err(error) => panic!(
                "{} {}: the body is not JSON ({error}): {}",
                self.method,
                self.path,
                String::from_utf8_lossy(&self.body)
            ),
        };
        let differences = differences(expected, &found, compare);
        assert!(
            differences.is_empty(),
            "{} {}: the body is not what was expected:\n  {}\nit is: {found:#}",
            self.method,
            self.path,
            differences.join("\n  ")
        );
    }
}

/// The text that the user said last.
pub(crate) fn last_user_text(request: &ChatRequest) -> Option<String> {
    let messages = request.messages.iter().rev();
    messages
        .filter_map(|message| match message {
            ChatMessages::User(message) => Some(&message.content),
            _ => None,
        })
        .find_map(|content| match content {
            ChatUserMessageContent::Text(text) => Some(text.clone()),
            ChatUserMessageContent::Parts(parts) => text_of(parts),
            _ => None,
        })
}

/// The results of tools that came after the last message of another kind, in order.
pub(crate) fn tool_results(request: &ChatRequest) -> Vec<&ChatToolMessage> {
    let messages = request.messages.iter().rev();
    let mut results: Vec<_> = messages
        .map_while(|message| match message {
            ChatMessages::Tool(message) => Some(message),
            _ => None,
        })
        .collect();
    results.reverse();
    results
}

/// What a tool said.
pub(crate) fn tool_text(message: &ChatToolMessage) -> String {
    match &message.content {
        ChatToolMessageContent::Text(text) => text.clone(),
        ChatToolMessageContent::Parts(parts) => text_of(parts).unwrap_or_default(),
        _ => String::new(),
    }
}

fn text_of(parts: &[ChatContentItems]) -> Option<String> {
    let texts: Vec<_> = parts
        .iter()
        .filter_map(|part| match part {
            ChatContentItems::Text(part) => Some(part.text.as_str()),
            _ => None,
        })
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// Whether a header field holds a credential.
pub(crate) fn is_secret(name: &str) -> bool {
    ["authorization", "cookie", "key", "token", "secret"]
        .iter()
        .any(|word| name.contains(word))
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| match is_secret(name.as_str()) {
                true => (name, "..".into()),
                false => (name, String::from_utf8_lossy(value.as_bytes())),
            })
            .collect();
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &headers)
            .field("body", &String::from_utf8_lossy(&self.body))
            .field("connection", &self.connection)
            .field("ending", &self.ending())
            .finish_non_exhaustive()
    }
}
