//! From a case to its result lines.

use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use openrouter_chat::transport::sse::{SseItem, SseParser};
use openrouter_chat::transport::{self, RetryPolicy};
use openrouter_chat::types::{ChatAnnotation, ChatFinishReasonEnum, ChatUsage};
use openrouter_chat::{
    CallOptions, ChatModel, ChatOptions, ChatResponse, Choice, Client, Error, ErrorKind,
    StreamEvent, ToolCall,
};
use serde_json::{Value, json};

use super::serve::{CaseServer, Script};

type Result<T> = std::result::Result<T, Box<dyn StdError>>;

/// Plays every case of a folder and prints its result lines, in the order of the names.
pub(crate) async fn folder(folder: &Path, mut print: impl FnMut(Value)) -> Result<()> {
    if !folder.is_dir() {
        return Err(format!("{} is not a folder", folder.display()).into());
    }
    for file in files(&folder.join("sse"), ".json")? {
        framing(&file, &mut print).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let server = CaseServer::start().await?;
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("case")
        .build()?;
    let model = ChatModel::new(client, "case");
    for file in files(&folder.join("streams"), ".sse")? {
        stream(&file, &server, &model, &mut print)
            .await
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    for file in files(&folder.join("responses"), ".expect.json")? {
        response(&file, &server, &model, &mut print)
            .await
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// The files with this ending, sorted; none where there is no such folder.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The ways in which bytes are fed: their name and their pieces.
fn feeds(bytes: &[u8], sizes: &[usize]) -> Vec<(String, Vec<Vec<u8>>)> {
    let mut feeds = vec![("whole".to_owned(), vec![bytes.to_vec()])];
    feeds.extend(sizes.iter().map(|size| {
        (
            size.to_string(),
            bytes.chunks(*size).map(<[u8]>::to_vec).collect(),
        )
    }));
    feeds
}

/// Bytes cut after each blank line.
fn event_by_event(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 0..bytes.len() {
        let after = &bytes[start..=at];
        if after.ends_with(b"\n\n") || after.ends_with(b"\r\n\r\n") || after.ends_with(b"\r\r") {
            pieces.push(after.to_vec());
            start = at + 1;
        }
    }
    if start < bytes.len() {
        pieces.push(bytes[start..].to_vec());
    }
    pieces
}

// Framings.

fn framing(file: &Path, print: &mut impl FnMut(Value)) -> Result<()> {
    let case: Value = serde_json::from_slice(&fs::read(file)?)?;
    let decode = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default());
    let bytes = decode(&case["bytes_b64"])?;
    let feeds = match case["feeds_b64"].as_array() {
        Some(pieces) => {
            vec![(
                "given".to_owned(),
                pieces
                    .iter()
                    .map(decode)
                    .collect::<std::result::Result<Vec<_>, _>>()?,
            )]
        }
        None => feeds(&bytes, &[1, 2, 3, 7]),
    };
    for (feed, pieces) in feeds {
        let mut line = frame(&pieces);
        line["case"] = case["name"].clone();
        line["feed"] = feed.into();
        print(line);
    }
    Ok(())
}

fn frame(pieces: &[Vec<u8>]) -> Value {
    let mut parser = SseParser::new();
    let (mut events, mut comments) = (Vec::new(), Vec::new());
    for piece in pieces {
        parser.push(Bytes::copy_from_slice(piece));
        while let Some(item) = parser.next_item() {
            match item {
                Ok(SseItem::Event(event)) => events.push(json!({
                    "event": event.name_lossy(),
                    "data": event.data_lossy(),
                    "id": String::from_utf8_lossy(parser.last_event_id()),
                    "block_id": event.id().map(|id| String::from_utf8_lossy(id).into_owned()),
                    "retry": event.retry().map(|retry| retry.as_millis() as u64),
                })),
                Ok(SseItem::Comment(text)) => {
                    comments.push(String::from_utf8_lossy(&text).into_owned());
                }
                Ok(_) => {}
                Err(error) => comments.push(format!("error: {error}")),
            }
        }
    }
    json!({
        "events": events,
        "retry": parser.retry().map(|retry| retry.as_millis() as u64),
        "last_event_id": String::from_utf8_lossy(parser.last_event_id()),
        "comments": comments,
    })
}

// Streams.

async fn stream(
    file: &Path,
    server: &CaseServer,
    model: &ChatModel,
    print: &mut impl FnMut(Value),
) -> Result<()> {
    let bytes = fs::read(file)?;
    let mut feeds = feeds(&bytes, &[1, 3, 7]);
    feeds.insert(1, ("events".to_owned(), event_by_event(&bytes)));
    for (feed, pieces) in feeds {
        let headers = vec![("content-type".to_owned(), "text/event-stream".to_owned())];
        server.say(Script {
            status: 200,
            headers,
            pieces,
        });
        let mut line = play_stream(model).await;
        line["case"] = name_of(file).into();
        line["feed"] = feed.into();
        print(line);
    }
    Ok(())
}

async fn play_stream(model: &ChatModel) -> Value {
    let mut keepalives = 0;
    let mut stream = match model.stream_with("Play.", &once()).await {
        Ok(stream) => stream.with_keep_alives(),
        Err(error) => return failed(&error),
    };
    let mut failure = None;
    while let Some(event) = stream.next().await {
        match event {
            Ok(StreamEvent::KeepAlive) => keepalives += 1,
            Ok(_) => {}
            Err(error) => failure = Some(error),
        }
    }
    let answer = match failure.as_ref().and_then(Error::partial) {
        Some(partial) => partial.clone(),
        None => stream.into_partial(),
    };
    let mut line = match answer.choices().iter().find(|choice| choice.index() == 0) {
        Some(choice) => show_choice(*choice),
        None => nothing(),
    };
    show_answer(&mut line, &answer);
    line["done"] = answer.has_end_mark().into();
    line["keepalives"] = keepalives.into();
    line["error"] = Value::Null;
    line["outcome"] = "ok".into();
    if let Some(error) = &failure {
        line["outcome"] = outcome(error).into();
        line["display"] = error.to_string().into();
        let in_choice = answer
            .choices()
            .into_iter()
            .find_map(|choice| choice.as_wire().error.clone());
        if let Some(written) = answer.as_wire().error.clone().or(in_choice) {
            line["error"] = json!(written);
        } else if let Some(api) = error.call().and_then(transport::Error::api) {
            let message = Some(api.message()).filter(|message| !message.is_empty());
            line["error"] = json!({"code": code(api.code()), "message": message});
        }
    }
    if failure.is_none() {
        line["decode_errors"] = 0.into();
    }
    line
}

/// One attempt: the server would say the same thing again.
fn once() -> ChatOptions {
    ChatOptions::new().with_call(CallOptions::new().with_retry(RetryPolicy::none()))
}

fn outcome(error: &Error) -> &'static str {
    if error.is_truncated() {
        return "incomplete";
    }
    match (error.kind(), error.call().map(transport::Error::kind)) {
        (ErrorKind::Decode, _) | (_, Some(transport::ErrorKind::Decode)) => "decode_error",
        _ => "error",
    }
}

// Answers that are not streamed.

async fn response(
    file: &Path,
    server: &CaseServer,
    model: &ChatModel,
    print: &mut impl FnMut(Value),
) -> Result<()> {
    let case: Value = serde_json::from_slice(&fs::read(file)?)?;
    let body = fs::read(file.with_file_name(case["body"].as_str().ok_or("no body")?))?;
    let status = case["status"]
        .as_u64()
        .and_then(|status| status.try_into().ok())
        .ok_or("no status")?;
    let headers = case["headers"].as_object().into_iter().flatten();
    let headers = headers
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    server.say(Script {
        status,
        headers,
        pieces: vec![body],
    });
    let mut line = match model.invoke_with("Play.", &once()).await {
        Ok(answer) => {
            let mut line = json!({"outcome": "ok"});
            show_answer(&mut line, &answer);
            line["created"] = answer.created().into();
            line["system_fingerprint"] = answer.system_fingerprint().into();
            line["service_tier"] = answer.service_tier().into();
            let choices = answer.choices();
            line["choices"] = choices
                .iter()
                .map(|choice| {
                    let mut shown = show_choice(*choice);
                    shown["index"] = choice.index().into();
                    shown
                })
                .collect();
            line
        }
        Err(error) => failed(&error),
    };
    line["case"] = name_of(&file.with_extension("").with_extension("")).into();
    line["feed"] = "whole".into();
    print(line);
    Ok(())
}

fn failed(error: &Error) -> Value {
    let call = error.call();
    let api = call.and_then(transport::Error::api);
    json!({
        "outcome": outcome(error),
        "display": error.to_string(),
        "error": {
            "http_status": call.and_then(transport::Error::status).map(|status| status.as_u16()),
            "effective_status": error.status().map(|status| status.as_u16()),
            "code": code(api.and_then(|api| api.code())),
            "message": api.map(transport::ApiError::message),
            "provider_name": api.and_then(|api| api.provider_name()),
            "error_type": api.and_then(|api| api.error_type()),
            "availability_code": api.and_then(|api| api.availability()).map(transport::Availability::code),
            "retryable": error.is_retryable(),
            "retry_after_s": error.retry_after().map(|wait| wait.as_secs_f64()),
            "user_id": api.and_then(|api| api.user_id()),
        },
    })
}

/// A code that is a number is shown as one.
fn code(code: Option<&str>) -> Value {
    match code.map(|code| (code, code.parse::<i64>())) {
        None => Value::Null,
        Some((_, Ok(number))) => number.into(),
        Some((text, Err(_))) => text.into(),
    }
}

// What is shown of an answer.

fn show_answer(line: &mut Value, answer: &ChatResponse) {
    line["id"] = answer.as_wire().id.as_deref().into();
    line["model"] = answer.model().into();
    line["provider"] = answer.provider().into();
    line["usage"] = json!(answer.usage());
    line["usage_norm"] = answer.usage().map_or(Value::Null, normal_usage);
}

fn normal_usage(usage: &ChatUsage) -> Value {
    json!({
        "input": usage.prompt_tokens,
        "output": usage.completion_tokens,
        "total": usage.total(),
        "cached": usage.cache_read_tokens(),
        "cache_write": usage.cache_write_tokens(),
        "reasoning": usage.reasoning_tokens(),
        "cost": usage.cost_usd(),
    })
}

fn show_choice(choice: Choice<'_>) -> Value {
    let message = choice.as_wire().message.as_ref();
    // Valid and invalid ones, in the order in which they began.
    let calls = message
        .and_then(|message| message.tool_calls.as_deref())
        .unwrap_or_default();
    let calls = calls.iter().cloned().map(ToolCall::from).map(|call| {
        json!({
            "id": call.id(),
            "name": call.name(),
            "arguments": call.arguments_text(),
            "arguments_valid": call.arguments().is_ok(),
        })
    });
    let images = message
        .and_then(|message| message.images.as_deref())
        .unwrap_or_default();
    let annotations: &[ChatAnnotation] = message
        .and_then(|message| message.annotations.as_deref())
        .unwrap_or_default();
    let tokens = choice.logprobs().map(|logprobs| {
        logprobs
            .content
            .iter()
            .filter_map(|token| token.token.as_deref())
            .collect::<Vec<_>>()
    });
    json!({
        "text": choice.text(),
        "refusal": choice.refusal(),
        "reasoning": choice.reasoning(),
        "reasoning_details": choice.reasoning_details(),
        "tool_calls": calls.collect::<Vec<_>>(),
        "images": images.iter().map(|image| json!(image.image_url.url)).collect::<Vec<_>>(),
        "annotations": annotations,
        "audio": message.and_then(|message| message.audio.as_ref()),
        "finish_reason": choice.finish_reason().map(ChatFinishReasonEnum::as_str),
        "native_finish_reason": choice.native_finish_reason(),
        "logprob_tokens": tokens,
    })
}

/// What is shown of a stream in which no choice came.
fn nothing() -> Value {
    json!({
        "text": "", "refusal": null, "reasoning": null, "reasoning_details": [], "tool_calls": [], "images": [],
        "annotations": [], "audio": null, "finish_reason": null, "native_finish_reason": null, "logprob_tokens": null,
    })
}
