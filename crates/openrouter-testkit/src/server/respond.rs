//! From a request to its answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use openrouter_types::{ChatMessages, ChatRequest, Decode};
use serde::Serialize;

use super::paced::Paced;
use super::{State, lock};
use crate::answer::{Envelope, chunks, whole};
use crate::improvise::improvise;
use crate::{Answer, Received, Refusal};

type Reply = Response<UnsyncBoxBody<Bytes, Infallible>>;

/// Larger bodies are refused, in bytes.
const MAX_BODY_BYTES: usize = 256 << 20;

pub(super) async fn respond(
    state: Arc<State>,
    connection: usize,
    request: Request<Incoming>,
) -> Result<Reply, Infallible> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => {
            return Ok(refuse(&Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request payload too large",
            )));
        }
    };
    let received = Received {
        method: parts.method.clone(),
        path: parts
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        headers: parts.headers.clone(),
        body: body.clone(),
        connection,
    };
    lock(&state.received).push(received);
    Ok(match (parts.method, parts.uri.path()) {
        (Method::POST, "/api/v1/chat/completions") => {
            match admit(&state, parts.headers.get(AUTHORIZATION), &body) {
                Ok(request) => chat(&state, &request),
                Err(refusal) => refuse(&refusal),
            }
        }
        (_, "/api/v1/chat/completions") => refuse(&Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Method not allowed",
        )),
        _ => refuse(&Refusal::new(StatusCode::NOT_FOUND, "Not Found")),
    })
}

/// Refuses what OpenRouter would refuse before it looks for a model.
fn admit(
    state: &State,
    authorization: Option<&HeaderValue>,
    body: &[u8],
) -> Result<ChatRequest, Refusal> {
    let key = authorization.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match (key, &state.key) {
        (None | Some(""), _) => return Err(Refusal::wrong_key()),
        (Some(key), Some(expected)) if key != expected => return Err(Refusal::wrong_key()),
        _ => {}
    }
    let value: serde_json::Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("Invalid JSON in request body: {error}")))?;
    let messages = value.get("messages").and_then(serde_json::Value::as_array);
    let Some(messages) = messages.filter(|messages| !messages.is_empty()) else {
        return Err(Refusal::bad_request(
            "Input required: specify \"prompt\" or \"messages\"",
        ));
    };
    if let Some(at) = messages
        .iter()
        .position(|message| !message["role"].is_string())
    {
        return Err(Refusal::bad_request(format!(
            "messages.{at}.role: Required"
        )));
    }
    let request =
        ChatRequest::decode(body).map_err(|error| Refusal::bad_request(error.to_string()))?;
    let unknown = request
        .messages
        .iter()
        .position(|message| matches!(message, ChatMessages::Unknown(_)));
    if let Some(at) = unknown {
        return Err(Refusal::bad_request(format!(
            "messages.{at}.role: Invalid discriminator value"
        )));
    }
    Ok(request)
}

fn chat(state: &State, request: &ChatRequest) -> Reply {
    let mut answer = state.next_turn().unwrap_or_else(|| improvise(request));
    if let Some(refusal) = &answer.refused {
        return refuse(refusal);
    }
    if answer.pace == crate::Pace::default() {
        answer.pace = state.pace;
    }
    let envelope = envelope(state, request, &answer);
    let reply = if request.stream == Some(true) {
        let body = Paced::new(chunks(&answer, &envelope));
        Response::builder()
            .header(CONTENT_TYPE, "text/event-stream")
            .body(body.boxed_unsync())
    } else {
        json(StatusCode::OK, &whole(&answer, &envelope))
    };
    let mut reply = reply.unwrap_or_else(|_| Response::new(Full::default().boxed_unsync()));
    if let Ok(id) = HeaderValue::try_from(&envelope.id) {
        reply.headers_mut().insert("x-generation-id", id);
    }
    reply
}

fn envelope(state: &State, request: &ChatRequest, answer: &Answer) -> Envelope {
    let asked = request.model.as_deref().unwrap_or("openrouter/auto");
    let prompt_words = request
        .messages
        .iter()
        .map(|message| words(&serde_json::to_string(message).unwrap_or_default()));
    Envelope {
        id: state.next_id(),
        created: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
        model: answer.model.clone().unwrap_or_else(|| asked.to_owned()),
        provider: answer
            .provider
            .clone()
            .unwrap_or_else(|| "Testkit".to_owned()),
        prompt_words: prompt_words.sum(),
    }
}

fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

fn json(status: StatusCode, value: &impl Serialize) -> http::Result<Reply> {
    // Wire types hold nothing that JSON cannot.
    let body = serde_json::to_vec(value).unwrap_or_default();
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::from(body).boxed_unsync())
}

fn refuse(refusal: &Refusal) -> Reply {
    let reply = json(refusal.status, &refusal.envelope());
    let mut reply = reply.unwrap_or_else(|_| Response::new(Full::default().boxed_unsync()));
    if let Some(seconds) = refusal.retry_after_seconds {
        reply.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    reply
}
