//! From a request to its answer.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde::Serialize;
use serde_json::json;

use super::body::{Step, Steps};
use super::connection::Connection;
use super::faults::lay;
use super::reply::{Pieces, Reply};
use super::state::State;
use super::{account, cases, chat, embeddings, log, replayed};
use crate::catalog::list;
use crate::received::{Ending, Exchange};
use crate::{Catalog, Fault, Received, Refusal, nulls};

/// Larger bodies are refused, in bytes.
const MAX_BODY_BYTES: usize = 256 << 20;

/// Why there is no answer: on purpose.
#[derive(Debug)]
pub(super) struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up on purpose")
    }
}

impl std::error::Error for HungUp {}

pub(super) async fn respond(
    state: Arc<State>,
    connection: Connection,
    request: Request<Incoming>,
) -> Result<Response<Steps>, HungUp> {
    let (parts, body) = request.into_parts();
    let exchange = Exchange::default();
    let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
        let refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "Request payload too large");
        return Ok(send(refusal.into(), &[], &connection, exchange));
    };
    let received = Received {
        method: parts.method.clone(),
        path: parts
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        headers: parts.headers,
        body: body.to_bytes(),
        connection: connection.number,
        exchange: exchange.clone(),
    };
    if parts.uri.path() == "/requests" {
        let reply = log::requests(&state, &received.method);
        return Ok(send(reply, &[], &connection, exchange));
    }
    state.keep(received.clone());
    let query = pairs(parts.uri.query().unwrap_or_default());
    let path = parts.uri.path();
    if let Some(replay) = &state.replay {
        let reply = replayed::replayed(replay, &received);
        return Ok(send(reply, &[], &connection, exchange));
    }
    if path == CHAT && parts.method == Method::POST {
        let faults = state.next_faults();
        let (reply, faults) = chat::chat(&state, &received, faults);
        hang_up(&faults, &connection, &exchange).await?;
        if !reply.delay.is_zero() {
            let gone = Gone(Some(exchange.clone()));
            tokio::time::sleep(reply.delay).await;
            gone.disarm();
        }
        return Ok(send(reply, &faults, &connection, exchange));
    }
    if let Some(case) = path.strip_prefix("/cases/") {
        let (reply, faults) = cases::case(&state, case, &query);
        return Ok(send(reply, &faults, &connection, exchange));
    }
    let reply = other(&state, &received, path, &query).unwrap_or_else(Reply::from);
    Ok(send(reply, &[], &connection, exchange))
}

const CHAT: &str = "/api/v1/chat/completions";

/// Everything but chat.
fn other(
    state: &State,
    received: &Received,
    path: &str,
    query: &[(String, String)],
) -> Result<Reply, Refusal> {
    let Some(path) = path.strip_prefix("/api/v1") else {
        return Err(not_found());
    };
    let method = match path {
        "/chat/completions" | "/embeddings" => Method::POST,
        _ => Method::GET,
    };
    if received.method != method {
        return Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Method not allowed",
        ));
    }
    match path {
        "/embeddings" => {
            key(state, &received.headers)?;
            embeddings::embed(state, received)
        }
        "/key" => account::key(state, &received.headers),
        "/credits" => account::credits(state, &received.headers),
        "/generation" => account::generation(state, &received.headers, query),
        "/generation/content" => account::generation_content(state, &received.headers, query),
        "/models/user" | "/embeddings/models" => {
            key(state, &received.headers)?;
            listing(&state.catalog, path, query)
        }
        _ => listing(&state.catalog, path, query),
    }
}

/// The public lists.
fn listing(catalog: &Catalog, path: &str, query: &[(String, String)]) -> Result<Reply, Refusal> {
    let default_output = match path {
        "/embeddings/models" => "embeddings",
        _ => "text",
    };
    match path {
        "/models" | "/models/user" | "/embeddings/models" => {
            let list = list(catalog, query, default_output)?;
            return Ok(Reply::json(StatusCode::OK, &list));
        }
        "/models/count" => {
            let list = list(catalog, query, default_output)?;
            return Ok(data(&json!({ "count": list.total_count })));
        }
        "/endpoints/zdr" => {
            let mut zdr = catalog.zdr.clone();
            zdr.iter_mut().for_each(nulls::endpoint);
            return Ok(data(&zdr));
        }
        "/providers" => {
            let mut providers = catalog.providers.clone();
            providers.iter_mut().for_each(nulls::provider);
            return Ok(data(&providers));
        }
        _ => {}
    }
    let path = unescape(path);
    if let Some(slug) = path.strip_prefix("/model/") {
        let mut model = catalog.model(slug).cloned().ok_or_else(not_found)?;
        nulls::model(&mut model);
        return Ok(data(&model));
    }
    let listed = path
        .strip_prefix("/models/")
        .and_then(|rest| rest.strip_suffix("/endpoints"))
        .and_then(|slug| catalog.endpoints_of(slug));
    let mut listed = listed.cloned().ok_or_else(not_found)?;
    nulls::endpoints(&mut listed);
    Ok(data(&listed))
}

fn data<T: Serialize + ?Sized>(value: &T) -> Reply {
    Reply::json(StatusCode::OK, &json!({ "data": value }))
}

pub(super) fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "Not Found").error_type("not_found")
}

/// The key, when it is one for inference.
pub(super) fn key<'a>(state: &State, headers: &'a HeaderMap) -> Result<&'a str, Refusal> {
    let key = bearer(headers).ok_or_else(Refusal::wrong_key)?;
    let is_management = state.management_key.as_deref() == Some(key);
    match &state.key {
        Some(expected) if key != expected => Err(Refusal::wrong_key()),
        _ if is_management => Err(Refusal::wrong_key()),
        _ => Ok(key),
    }
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").filter(|key| !key.is_empty())
}

/// The faults that come before a header.
async fn hang_up(
    faults: &[Fault],
    connection: &Connection,
    exchange: &Exchange,
) -> Result<(), HungUp> {
    for fault in faults {
        match fault {
            Fault::CloseBeforeHeader => {}
            Fault::ResetBeforeHeader if !connection.is_http2 => connection.wire.reset_on_close(),
            Fault::ResetBeforeHeader => {}
            Fault::RawAnswer(text) if !connection.is_http2 => {
                let steps = [
                    Step::Raw(Bytes::copy_from_slice(text.as_bytes())),
                    Step::Fail,
                ];
                let mut body = Steps::new(steps, None, connection, exchange.clone());
                let _ = body.frame().await;
            }
            Fault::RawAnswer(_) => {}
            Fault::StallBeforeHeader => {
                // Ends when the client goes away, or the server.
                let _gone = Gone(Some(exchange.clone()));
                std::future::pending::<()>().await;
            }
            _ => continue,
        }
        exchange.end(Ending::BrokenByServer);
        return Err(HungUp);
    }
    Ok(())
}

/// Notes that the client went away, when it does so before the header.
struct Gone(Option<Exchange>);

impl Gone {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Gone {
    fn drop(&mut self) {
        if let Some(exchange) = &self.0 {
            exchange.end(Ending::ClosedByClient);
        }
    }
}

fn send(
    reply: Reply,
    faults: &[Fault],
    connection: &Connection,
    exchange: Exchange,
) -> Response<Steps> {
    let Reply {
        status,
        mut headers,
        pieces,
        is_stream,
        ..
    } = reply;
    let (steps, length) = match pieces {
        Pieces::Coming(pieces) if faults.is_empty() => (vec![Step::Play(pieces.peekable())], None),
        pieces => lay(pieces.made(), &mut headers, faults, connection.is_http2),
    };
    let length = length.filter(|_| !is_stream);
    let mut response = Response::new(Steps::new(steps, length, connection, exchange));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The pairs of a query string.
fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unescape(name), unescape(&value.replace('+', " ")))
        })
        .collect()
}

/// Percent escapes undone.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%')
            .then(|| std::str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
