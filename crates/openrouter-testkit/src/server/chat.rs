//! Chat: what is refused, what is answered, and what goes wrong.

use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, StatusCode};
use openrouter_types as types;
use types::ChatRequest;

use super::admit;
use super::cache::{Entry, Wish};
use super::faults::change_chunk;
use super::lock;
use super::reply::{Pieces, Reply};
use super::respond::{bearer, key};
use super::state::State;
use crate::answer::{Chunks, Envelope, duration, whole};
use crate::catalog::{Route, route};
use crate::improvise::hides_reasoning;
use crate::{Answer, Fault, Received, Refusal};

/// The answer to a chat request, and all that goes wrong with it.
pub(super) fn chat(
    state: &State,
    received: &Received,
    mut faults: Vec<Fault>,
) -> (Reply, Vec<Fault>) {
    let reply = answer(state, received, &mut faults).unwrap_or_else(Reply::from);
    (reply, faults)
}

fn answer(state: &State, received: &Received, faults: &mut Vec<Fault>) -> Result<Reply, Refusal> {
    if let Some(reply) = instead(faults) {
        return Ok(reply);
    }
    key(state, &received.headers)?;
    let request = admit::chat(&received.body, state.admission)?;
    let prompt_words = request.messages.iter().map(|message| {
        let json = serde_json::to_string(message).unwrap_or_default();
        json.split_whitespace().count() as u64
    });
    let prompt_words = prompt_words.sum();
    let route = route(
        &state.catalog,
        &state.market,
        state.is_open,
        &request,
        prompt_words,
    )
    .map_err(|mut refusal| {
        if !wants_metadata(&received.headers) {
            refusal.routing = None;
        }
        refusal
    })?;

    let wish = Wish::of(&received.headers);
    let account = bearer(&received.headers);
    let cached = lock(&state.cache).find(account, &received.body, wish);
    if let Some(cached) = cached {
        return Ok(hit(state, &request, &cached, faults, received.body.len()));
    }
    let answer = state.answer(received, &request);
    faults.extend(answer.faults.iter().cloned());
    if let Some(reply) = instead(faults) {
        return Ok(reply);
    }
    if let Some(refusal) = &answer.refused {
        return Ok(refusal.into());
    }
    let mut envelope = envelope(state, &request, &answer, route);
    envelope.prompt_words = prompt_words;
    if !wants_metadata(&received.headers) {
        envelope.metadata = None;
    }
    lock(&state.cache).keep(account, &received.body, wish, &answer, &envelope);
    lock(&state.memory).keep(&request, &answer, &envelope, None, received.body.len());
    let mut reply = written(&request, &answer, &envelope, faults);
    if wish.is_on {
        reply = reply
            .header(HeaderName::from_static("x-openrouter-cache-status"), "MISS")
            .header(
                HeaderName::from_static("x-openrouter-cache-ttl"),
                &wish.seconds().to_string(),
            );
    }
    Ok(reply)
}

/// What is answered whatever was asked.
fn instead(faults: &[Fault]) -> Option<Reply> {
    faults.iter().find_map(|fault| match fault {
        Fault::Refuse(refusal) => Some(refusal.into()),
        Fault::HtmlErrorPage(status) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
            let page = format!(
                "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\n<body><center><h1>{status}</h1></center></body></html>\n"
            );
            Some(Reply::whole(status, "text/html; charset=UTF-8", page))
        }
        _ => None,
    })
}

/// An answer from the cache: free, under a new id, with a note where it comes from.
fn hit(
    state: &State,
    request: &ChatRequest,
    cached: &Entry,
    faults: &[Fault],
    bytes: usize,
) -> Reply {
    let source = cached.envelope.id.clone();
    let mut envelope = cached.envelope.clone();
    envelope.id = state.next_id();
    envelope.is_cached = true;
    envelope.metadata = None;
    lock(&state.memory).keep(request, &cached.answer, &envelope, Some(&source), bytes);
    written(request, &cached.answer, &envelope, faults)
        .header(HeaderName::from_static("x-openrouter-cache-status"), "HIT")
        .header(
            HeaderName::from_static("x-openrouter-cache-age"),
            &cached.age().as_secs().to_string(),
        )
        .header(
            HeaderName::from_static("x-openrouter-cache-ttl"),
            &cached.left().as_secs().to_string(),
        )
        .header(
            HeaderName::from_static("x-openrouter-cache-source-id"),
            &source,
        )
}

fn written(request: &ChatRequest, answer: &Answer, envelope: &Envelope, faults: &[Fault]) -> Reply {
    let reply = if request.stream == Some(true) {
        let faults = faults.to_vec();
        let change = move |chunk: &mut _| change_chunk(&faults, chunk);
        let chunks = Chunks::new(answer.clone(), envelope.clone(), change);
        Reply::stream(Pieces::Coming(Box::new(chunks)))
    } else {
        let mut reply = Reply::json(StatusCode::OK, &spoilt(whole(answer, envelope), faults));
        reply.delay = duration(answer, envelope);
        reply
    };
    reply.header(HeaderName::from_static("x-generation-id"), &envelope.id)
}

/// The faults that show in an answer that is not streamed.
fn spoilt(mut result: types::ChatResult, faults: &[Fault]) -> types::ChatResult {
    for fault in faults {
        let calls = result
            .choices
            .iter_mut()
            .filter_map(|choice| choice.message.as_mut()?.tool_calls.as_mut())
            .flatten();
        match fault {
            Fault::DuplicateToolIds => calls.for_each(|call| call.id = "call_000000001".to_owned()),
            Fault::MissingToolIds => calls.for_each(|call| call.id.clear()),
            Fault::EmptyChoices => result.choices.clear(),
            Fault::MissingIds => {
                result.id = None;
                result.model = None;
                result.created = None;
            }
            _ => {}
        }
    }
    result
}

/// Source: wire documentation of `X-OpenRouter-Metadata`; the older name still works.
fn wants_metadata(headers: &HeaderMap) -> bool {
    [
        "x-openrouter-metadata",
        "x-openrouter-experimental-metadata",
    ]
    .iter()
    .filter_map(|name| headers.get(*name)?.to_str().ok())
    .any(|value| value.eq_ignore_ascii_case("enabled"))
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

fn envelope(state: &State, request: &ChatRequest, answer: &Answer, route: Route) -> Envelope {
    let is_echoed = request.stream == Some(true)
        && request
            .debug
            .as_ref()
            .is_some_and(|debug| debug.echo_upstream_body == Some(true));
    Envelope {
        id: state.next_id(),
        created: now(),
        model: answer.model.clone().unwrap_or(route.model),
        provider: answer.provider.clone().unwrap_or(route.provider),
        prompt_words: 0,
        n: request.n.unwrap_or(1).clamp(1, 128),
        hides_reasoning: hides_reasoning(request),
        logprobs: (request.logprobs == Some(true))
            .then(|| request.top_logprobs.unwrap_or(0).min(20)),
        service_tier: request.service_tier.as_ref().map(|_| "default".to_owned()),
        metadata: Some(route.metadata),
        echo: is_echoed
            .then(|| types::RawJson::from_serialize(request).ok())
            .flatten()
            .map(|body| types::RawJson::from(&*format!(r#"{{"echo_upstream_body":{body}}}"#))),
        is_cached: false,
    }
}
