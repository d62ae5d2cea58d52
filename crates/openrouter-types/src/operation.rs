//! API calls as data: method, path, query, headers, body, answer.
//!
//! An [`Operation`] says everything that a client needs to know to make one call and to read its answer.
//! It does no input or output: tests print it, and any HTTP stack can execute it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::Decode;

/// One call of the OpenRouter API, described as data.
///
/// Each generated operation implements this; implement it yourself to call something that this crate does not know.
pub trait Operation {
    /// What a successful answer decodes into.
    type Answer: Decode;
    /// What is sent as the JSON body; `()` for calls without one.
    type Body: Serialize + ?Sized;

    /// The operation's name in OpenRouter's description (`operationId`), for logs and spans.
    const NAME: &'static str;
    /// The HTTP method.
    const METHOD: Method;
    /// The kind of key that the call needs.
    const CREDENTIAL: Credential;

    /// The path below the API's base URL, with its parameters escaped, beginning with `/`.
    fn path(&self) -> String;

    /// The query string, escaped, without the question mark; empty when there is none.
    fn query(&self) -> String {
        String::new()
    }

    /// Header fields that belong to this call, beside those of the client.
    fn headers(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The body, or `None` for calls without one.
    fn body(&self) -> Option<&Self::Body> {
        None
    }

    /// About how many bytes the body will have, so that its buffer need not grow; 0 when that is not known. Worth telling
    /// for bodies of megabytes, which would be copied while the buffer grows.
    fn body_bytes(&self) -> usize {
        0
    }

    /// The JSON text of the body, where it has been written before, for instance on a thread that may wait for files.
    /// It is taken once, and instead of [`body`](Self::body).
    fn take_written_body(&self) -> Option<Vec<u8>> {
        None
    }
}

/// An [`Operation`] whose answer can also be streamed as server-sent events.
pub trait StreamOperation: Operation {
    /// What the data of each event decodes into.
    type Chunk: Decode;

    /// Asks for a streamed answer, or for a whole one.
    fn set_streaming(&mut self, streaming: bool);
}

/// An HTTP method that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`: reads, costs nothing, may be sent again at any time.
    Get,
    /// `POST`: may be billed, so it is sent again only where that is known to be safe.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
}

impl Method {
    /// The method's name as HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of key that an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credential {
    /// An ordinary API key, for inference.
    ApiKey,
    /// A management key, for administration; inference refuses it, and these calls refuse an ordinary key.
    ManagementKey,
    /// Works without a key; one that is there adds data to the answer.
    Optional,
    /// No key: it must not be sent.
    None,
}

/// Fills the `{parameters}` of a path, escaped so that a value stays one segment; `/` in a value is escaped too.
pub(crate) fn fill(template: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
    {
        path.push_str(before);
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            escape(&mut path, &value.to_string());
        }
        rest = after;
    }
    path.push_str(rest);
    path
}

/// Adds a header field that has a value.
pub(crate) fn add_header(
    headers: &mut Vec<(&'static str, String)>,
    name: &'static str,
    value: Option<&impl fmt::Display>,
) {
    headers.extend(value.map(|value| (name, value.to_string())));
}

/// Builds a query string.
#[derive(Default)]
pub(crate) struct Query(String);

impl Query {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn add(&mut self, name: &str, value: Option<&impl fmt::Display>) {
        if let Some(value) = value {
            if !self.0.is_empty() {
                self.0.push('&');
            }
            escape(&mut self.0, name);
            self.0.push('=');
            escape(&mut self.0, &value.to_string());
        }
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn escape(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}
