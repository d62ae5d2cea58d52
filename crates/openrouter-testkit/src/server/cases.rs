//! Recorded answers, each under a path of its own.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, StatusCode};
use serde_json::Value;

use super::reply::{Pieces, Reply};
use super::respond::not_found;
use super::state::State;
use crate::Fault;
use crate::answer::Piece;

/// The answer of a case: `FOLDER/NAME`, and whatever a client adds to that.
pub(super) fn case(state: &State, path: &str, query: &[(String, String)]) -> (Reply, Vec<Fault>) {
    let mut parts = path.split('/');
    let (folder, name) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let is_plain =
        |text: &str| !text.is_empty() && !text.starts_with('.') && !text.contains(['/', '\\']);
    let reply = match &state.cases {
        Some(cases) if is_plain(folder) && is_plain(name) => {
            read(&cases.join(folder), folder, name)
        }
        _ => None,
    };
    let split = query
        .iter()
        .find(|(key, _)| key == "split")
        .and_then(|(_, value)| value.parse().ok());
    let faults = split.map(|bytes| Fault::Drip { bytes, pause_ms: 0 });
    (
        reply.unwrap_or_else(|| not_found().into()),
        faults.into_iter().collect(),
    )
}

fn read(folder: &Path, kind: &str, name: &str) -> Option<Reply> {
    match kind {
        "streams" => {
            let bytes = std::fs::read(folder.join(format!("{name}.sse"))).ok()?;
            Some(stream(bytes))
        }
        "sse" => {
            let json = json(&folder.join(format!("{name}.json")))?;
            let bytes = crate::base64::decode(json["bytes_b64"].as_str()?)?;
            Some(stream(bytes))
        }
        "responses" => {
            let expect = json(&folder.join(format!("{name}.expect.json")))?;
            let file = expect["body"].as_str().unwrap_or(name);
            let file = Path::new(file).file_name()?;
            let body = std::fs::read(folder.join(file)).ok()?;
            let status = expect["status"]
                .as_u64()
                .and_then(|it| u16::try_from(it).ok());
            let status = StatusCode::from_u16(status.unwrap_or(200)).ok()?;
            let mut reply = Reply::whole(status, "application/json", body);
            for (name, value) in expect["headers"].as_object().into_iter().flatten() {
                let is_framing = ["content-length", "transfer-encoding", "connection"]
                    .contains(&name.to_ascii_lowercase().as_str());
                if let (false, Ok(name), Some(value)) =
                    (is_framing, name.parse::<HeaderName>(), value.as_str())
                {
                    reply = reply.header(name, value);
                }
            }
            Some(reply)
        }
        _ => None,
    }
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn stream(bytes: Vec<u8>) -> Reply {
    Reply::stream(Pieces::Made(vec![Piece {
        wait: Duration::ZERO,
        bytes: Bytes::from(bytes),
    }]))
}
