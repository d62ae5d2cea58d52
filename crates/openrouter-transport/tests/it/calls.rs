//! Operations for tests, and a client for a test's server.

use std::time::Duration;

use openrouter_transport::{Client, ClientBuilder, Proxy, RetryPolicy};
use openrouter_types::operation::{Credential, Method};
use openrouter_types::{Decode, DecodeError, Operation, StreamOperation};
use serde_json::{Value, json};

use crate::server::Server;

/// An answer of any JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Json(pub(crate) Value);

impl Decode for Json {
    fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(serde_json::from_slice(json)?))
    }
}

/// A call that only reads.
pub(crate) struct Read;

/// A call that may be billed.
#[derive(Clone)]
pub(crate) struct Paid(pub(crate) Value);

/// A call that must not carry a key.
pub(crate) struct Public;

/// A call of the administration.
pub(crate) struct Manage;

pub(crate) fn paid() -> Paid {
    Paid(json!({ "model": "m" }))
}

impl Operation for Read {
    type Answer = Json;
    type Body = ();
    const NAME: &'static str = "read";
    const METHOD: Method = Method::Get;
    const CREDENTIAL: Credential = Credential::ApiKey;
    fn path(&self) -> String {
        "/things".to_owned()
    }
    fn query(&self) -> String {
        "a=1".to_owned()
    }
}

impl Operation for Public {
    type Answer = Json;
    type Body = ();
    const NAME: &'static str = "public";
    const METHOD: Method = Method::Get;
    const CREDENTIAL: Credential = Credential::None;
    fn path(&self) -> String {
        "/public".to_owned()
    }
}

impl Operation for Manage {
    type Answer = Json;
    type Body = ();
    const NAME: &'static str = "manage";
    const METHOD: Method = Method::Delete;
    const CREDENTIAL: Credential = Credential::ManagementKey;
    fn path(&self) -> String {
        "/keys/1".to_owned()
    }
}

impl Operation for Paid {
    type Answer = Json;
    type Body = Value;
    const NAME: &'static str = "paid";
    const METHOD: Method = Method::Post;
    const CREDENTIAL: Credential = Credential::ApiKey;
    fn path(&self) -> String {
        "/chat/completions".to_owned()
    }
    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![("x-of-the-operation", "1".to_owned())]
    }
    fn body(&self) -> Option<&Value> {
        Some(&self.0)
    }
}

impl StreamOperation for Paid {
    type Chunk = Json;
    fn set_streaming(&mut self, streaming: bool) {
        self.0["stream"] = streaming.into();
    }
}

/// A builder for this server: no proxy, a key, and short waits between attempts.
pub(crate) fn builder(server: &Server) -> ClientBuilder {
    Client::builder()
        .base_url(server.url())
        .api_key("sk-or-v1-test-key")
        .proxy(Proxy::none())
        .retry(RetryPolicy::default().with_first_wait(Duration::from_millis(1)))
}

pub(crate) fn client(server: &Server) -> Client {
    builder(server).build().expect("a client")
}
