//! Wire texts in the repository's tests.
//!
//! - `crates/*/tests/**/data/**/*.json` and `*.sse`
//! - insta snapshots whose whole content is JSON
//!
//! What a text is, is said by `conformance.toml`, else by its folder (`request`, `response`, `stream`, `error`), else
//! by its content.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::allow::Allowed;
use crate::Result;

/// A text and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The file; for a stream, with the number of the event.
    pub name: String,
    /// The published component, or `GET /path` for the answer of an operation.
    pub is: String,
    /// The JSON.
    pub value: Value,
}

/// Every text below the tests of the workspace's crates, and below other folders.
///
/// # Errors
///
/// When a folder or file cannot be read.
pub fn find(workspace: &Path, folders: &[PathBuf], allowed: &Allowed) -> Result<Vec<Text>> {
    let mut paths: Vec<PathBuf> = crate::tidy::tracked(workspace)?
        .into_iter()
        .filter(|path| path.starts_with("crates") && path.iter().any(|part| part == "tests"))
        .collect();
    for folder in folders {
        walk(folder, &mut paths)?;
    }
    let mut texts = Vec::new();
    for path in paths {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        if !matches!(ending, "json" | "sse" | "snap") {
            continue;
        }
        let bytes = std::fs::read(workspace.join(&path))
            .map_err(|error| format!("read {}: {error}", path.display()))?;
        let name = path.to_string_lossy().replace('\\', "/");
        texts.extend(read(&name, &String::from_utf8_lossy(&bytes), allowed));
    }
    Ok(texts)
}

/// The texts in one file.
#[must_use]
pub fn read(name: &str, content: &str, allowed: &Allowed) -> Vec<Text> {
    let values: Vec<(String, Value)> = if name.ends_with(".sse") {
        let data = content
            .lines()
            .enumerate()
            .filter_map(|(index, line)| Some((index, line.strip_prefix("data:")?)));
        // What is not JSON is there to be refused, or is the end mark.
        data.filter_map(|(index, data)| {
            Some((
                format!("{name}:{}", index + 1),
                serde_json::from_str(data).ok()?,
            ))
        })
        .collect()
    } else {
        let body = match name.ends_with(".snap") {
            true => content.splitn(3, "---\n").nth(2).unwrap_or_default(),
            false => content,
        };
        serde_json::from_str(body)
            .ok()
            .map(|value| (name.to_owned(), value))
            .into_iter()
            .collect()
    };
    let listed = allowed.kind(name);
    let texts = values.into_iter().filter_map(|(name, value)| {
        let is = match listed {
            Some(is) => is.to_owned(),
            None => by_folder(&name, &value).or_else(|| by_content(&value))?,
        };
        (!is.is_empty()).then_some(Text { name, is, value })
    });
    texts.collect()
}

fn by_folder(name: &str, value: &Value) -> Option<String> {
    let (_, inside) = name.split_once("/data/")?;
    let is = match inside.split('/').next()? {
        "request" => "ChatRequest",
        "response" => "ChatResult",
        "stream" => "ChatStreamChunk",
        "error" => return by_content(value),
        _ => return None,
    };
    Some(is.to_owned())
}

/// What a text shows itself to be.
fn by_content(value: &Value) -> Option<String> {
    let has = |key: &str| value.get(key).is_some();
    let is = match value.get("object").and_then(Value::as_str) {
        Some("chat.completion") => "ChatResult",
        Some("chat.completion.chunk") => "ChatStreamChunk",
        _ if has("messages") && value.get("messages")?.is_array() => "ChatRequest",
        _ if has("error") && !has("choices") => {
            let code = value.get("error").and_then(|error| error.get("code"));
            return Some(error_component(code.and_then(Value::as_u64)?)?.to_owned());
        }
        _ => return None,
    };
    Some(is.to_owned())
}

/// Each status has a published component of its own.
fn error_component(status: u64) -> Option<&'static str> {
    Some(match status {
        400 => "BadRequestResponse",
        401 => "UnauthorizedResponse",
        402 => "PaymentRequiredResponse",
        403 => "ForbiddenResponse",
        404 => "NotFoundResponse",
        408 => "RequestTimeoutResponse",
        409 => "ConflictResponse",
        413 => "PayloadTooLargeResponse",
        422 => "UnprocessableEntityResponse",
        429 => "TooManyRequestsResponse",
        500 => "InternalServerResponse",
        502 => "BadGatewayResponse",
        503 => "ServiceUnavailableResponse",
        524 => "EdgeNetworkTimeoutResponse",
        529 => "ProviderOverloadedResponse",
        _ => return None,
    })
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("read {}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, into)?;
        } else {
            into.push(path.canonicalize()?);
        }
    }
    Ok(())
}
