//! From an operation to a request.

use std::fmt::Write;
use std::ptr;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use openrouter_types::{Credential, Operation, operation};

use super::Shared;
use crate::api_key::ApiKey;
use crate::call_options::CallOptions;
use crate::error::{Error, ErrorKind};

/// What kind of answer is asked for.
#[derive(Clone, Copy)]
pub(super) enum Accept {
    Json,
    EventStream,
}

/// The fields that a client sends with every request, and places for those whose values differ: so the map of a request
/// is copied as a whole, and need not grow.
pub(super) fn usual_headers(mut headers: HeaderMap, api_key: Option<&ApiKey>) -> HeaderMap {
    headers.reserve(ROOM_FOR_FIELDS);
    headers.insert(ACCEPT, EVENT_STREAM.clone());
    headers.insert(CONTENT_TYPE, JSON.clone());
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    if let Some(key) = api_key {
        headers.insert(AUTHORIZATION, key.authorization().clone());
    }
    headers
}

pub(super) fn encode<O: Operation>(
    client: &Shared,
    operation: &O,
    options: &CallOptions,
    accept: Accept,
) -> Result<Request<Bytes>, Error> {
    let mut headers = client.headers.clone();
    if matches!(accept, Accept::Json) {
        headers.insert(ACCEPT, JSON.clone());
    }
    let fields = operation.headers();
    let is_usual = fields.is_empty() && options.headers.is_empty();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| {
            Error::new(ErrorKind::Encode, format!("{name:?} is no header name")).with_source(error)
        })?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|error| {
            Error::new(
                ErrorKind::Encode,
                format!("the value of {name} cannot stand in a header"),
            )
            .with_source(error)
        })?;
        headers.insert(name, value);
    }
    for (name, value) in &options.headers {
        headers.insert(name, value.clone());
    }
    // Last, so that nothing sends a key that the operation must not have.
    match key(client, options, O::CREDENTIAL) {
        Some(key) if is_usual && client.api_key.as_ref().is_some_and(|own| ptr::eq(own, key)) => {
            None
        }
        Some(key) => headers.insert(AUTHORIZATION, key.authorization().clone()),
        None if matches!(O::CREDENTIAL, Credential::None) => headers.remove(AUTHORIZATION),
        None => None,
    };
    let written = match (operation.take_written_body(), operation.body()) {
        (Some(body), _) => Some(body),
        (None, Some(body)) => Some(write(operation, body)?),
        (None, None) => None,
    };
    let body = match written {
        None => {
            headers.remove(CONTENT_TYPE);
            headers.remove(CONTENT_LENGTH);
            Bytes::new()
        }
        Some(body) => {
            if !is_usual {
                headers.insert(CONTENT_TYPE, JSON.clone());
            }
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            body.into()
        }
    };
    let mut request = Request::new(body);
    *request.method_mut() = method(O::METHOD);
    *request.uri_mut() = uri(
        client,
        &operation.path(),
        &operation.query(),
        &options.query,
    )?;
    *request.headers_mut() = headers;
    Ok(request)
}

fn write<O: Operation>(operation: &O, body: &O::Body) -> Result<Vec<u8>, Error> {
    let mut text = Vec::with_capacity(operation.body_bytes().max(USUAL_BODY_BYTES));
    serde_json::to_writer(&mut text, body).map_err(|error| {
        Error::new(
            ErrorKind::Encode,
            format!("the request of {} cannot be written: {error}", O::NAME),
        )
        .with_source(error)
    })?;
    Ok(text)
}

fn key<'a>(
    client: &'a Shared,
    options: &'a CallOptions,
    credential: Credential,
) -> Option<&'a ApiKey> {
    let api_key = options.api_key.as_ref().or(client.api_key.as_ref());
    match credential {
        Credential::None => None,
        Credential::ManagementKey => options
            .api_key
            .as_ref()
            .or(client.management_key.as_ref())
            .or(api_key),
        // Credential is open: a kind that is not known yet is most likely one of the ordinary key.
        _ => api_key,
    }
}

fn method(method: operation::Method) -> Method {
    match method {
        operation::Method::Get => Method::GET,
        operation::Method::Put => Method::PUT,
        operation::Method::Patch => Method::PATCH,
        operation::Method::Delete => Method::DELETE,
        _ => Method::POST,
    }
}

fn uri(client: &Shared, path: &str, query: &str, more: &[(String, String)]) -> Result<Uri, Error> {
    let mut text = String::with_capacity(client.base_path.len() + path.len() + query.len() + 1);
    text.push_str(&client.base_path);
    text.push_str(path);
    let mut separator = '?';
    if !query.is_empty() {
        text.push(separator);
        text.push_str(query);
        separator = '&';
    }
    for (name, value) in more {
        text.push(separator);
        escape_into(&mut text, name);
        text.push('=');
        escape_into(&mut text, value);
        separator = '&';
    }
    let wrong = |error: http::Error| {
        Error::new(ErrorKind::Encode, format!("{path:?} is no path")).with_source(error)
    };
    let mut parts = client.base.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).map_err(|error| wrong(error.into()))?);
    Uri::from_parts(parts).map_err(|error| wrong(error.into()))
}

/// Percent-encodes everything but what RFC 3986 calls unreserved.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte.into());
            }
            // Writing to a string does not fail.
            byte => _ = write!(out, "%{byte:02X}"),
        }
    }
}

static JSON: HeaderValue = HeaderValue::from_static("application/json");
static EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");

/// Room for fields of one call, and for the host, without growing.
const ROOM_FOR_FIELDS: usize = 4;

/// Room for a request that is not long, without growing step by step.
const USUAL_BODY_BYTES: usize = 256;
