//! Faults laid over an answer.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use openrouter_types::ChatStreamChunk;

use super::body::Step;
use crate::Fault;
use crate::answer::Piece;

/// What a fault does to a chunk before it is written.
pub(super) fn change_chunk(faults: &[Fault], chunk: &mut ChatStreamChunk) {
    for fault in faults {
        let calls = chunk
            .choices
            .iter_mut()
            .filter_map(|choice| choice.delta.as_mut())
            .flat_map(|delta| &mut delta.tool_calls);
        match fault {
            Fault::DuplicateToolIds => calls
                .filter(|call| call.id.is_some())
                .for_each(|call| call.id = Some("call_000000001".to_owned())),
            Fault::MissingToolIds => calls.for_each(|call| call.id = None),
            Fault::MissingToolIndexes => calls.for_each(|call| call.index = None),
            Fault::RepeatedToolIndexes => calls.for_each(|call| call.index = Some(0)),
            Fault::MissingIds => {
                chunk.id = None;
                chunk.model = None;
                chunk.created = None;
            }
            _ => {}
        }
    }
}

/// The body as it goes out, step by step, and its length; `None` where it has none to announce.
pub(super) fn lay(
    mut pieces: Vec<Piece>,
    headers: &mut HeaderMap,
    faults: &[Fault],
    is_http2: bool,
) -> (Vec<Step>, Option<u64>) {
    for fault in faults {
        change_pieces(&mut pieces, headers, fault);
    }
    let mut length = Some(pieces.iter().map(|piece| piece.bytes.len() as u64).sum());
    let mut steps = Vec::new();
    let mut chunk = 0;
    for piece in pieces {
        if is_event(&piece.bytes) {
            let is_over = insert_at(&mut steps, faults, Some(chunk));
            chunk += 1;
            if is_over {
                break;
            }
        }
        if !piece.wait.is_zero() {
            steps.push(Step::Wait(piece.wait));
        }
        steps.push(Step::Send(piece.bytes));
    }
    insert_at(&mut steps, faults, (chunk == 0).then_some(0));
    for fault in faults {
        match fault {
            Fault::EndlessLine(bytes) => {
                let line = Bytes::from(vec![b'x'; 64 << 10]);
                let start = [
                    Step::Send(Bytes::from_static(b"data: ")),
                    Step::Fill(line, *bytes),
                ];
                steps.splice(0..0, start);
                length = None;
            }
            Fault::CutAtByte(at) => cut(&mut steps, *at, [Step::Fail]),
            Fault::EndAtByte(at) => {
                cut(&mut steps, *at, []);
                length = None;
            }
            Fault::TruncatedChunk(at) if is_http2 => cut(&mut steps, *at, [Step::Fail]),
            Fault::TruncatedChunk(at) => {
                let half = Bytes::from_static(b"40\r\ndata: {\"id\":\"gen-trunc");
                cut(&mut steps, *at, [Step::Raw(half), Step::Fail]);
                length = None;
            }
            Fault::SplitEveryByte => steps = split(steps, 1, None),
            Fault::Drip { bytes, pause_ms } => {
                let pause = Duration::from_millis(*pause_ms);
                steps = split(steps, (*bytes).max(1), Some(pause));
            }
            Fault::HeldOpen => {
                steps.push(Step::Hang);
                length = None;
            }
            Fault::ResetAfterHeader => steps = vec![Step::Flush, Step::Reset],
            _ => {}
        }
    }
    (steps, length)
}

fn change_pieces(pieces: &mut Vec<Piece>, headers: &mut HeaderMap, fault: &Fault) {
    match fault {
        Fault::CrLf => replace_line_ends(pieces, b"\r\n"),
        Fault::Cr => replace_line_ends(pieces, b"\r"),
        Fault::ByteOrderMark => pieces.insert(0, piece("\u{feff}")),
        Fault::CommentStorm(comments) => {
            let storm = ": OPENROUTER PROCESSING\n\n".repeat(*comments);
            *pieces = std::mem::take(pieces)
                .into_iter()
                .flat_map(|it| [piece(storm.clone()), it])
                .collect();
        }
        Fault::EmptyChoices => {
            const EMPTY: &str = "data: {\"object\":\"chat.completion.chunk\",\"choices\":[]}\n\n";
            *pieces = std::mem::take(pieces)
                .into_iter()
                .flat_map(|it| [piece(EMPTY), it])
                .collect();
        }
        Fault::WithoutDone => pieces.retain(|it| !it.bytes.starts_with(b"data: [DONE]")),
        Fault::BytesAfterDone(bytes) => pieces.push(piece(bytes.clone())),
        Fault::NotJson(at) => {
            let place = pieces
                .iter()
                .enumerate()
                .filter(|(_, it)| is_event(&it.bytes));
            let place = place.map(|(at, _)| at).nth(*at).unwrap_or(pieces.len());
            pieces.insert(place, piece("data: {\"id\": \"gen-\n\n"));
        }
        Fault::ContentType(kind) => {
            if let Ok(kind) = HeaderValue::from_str(kind) {
                headers.insert(CONTENT_TYPE, kind);
            }
        }
        _ => {}
    }
}

/// Adds what happens before this chunk, or after the last; true when nothing comes after it.
fn insert_at(steps: &mut Vec<Step>, faults: &[Fault], chunk: Option<usize>) -> bool {
    if matches!(steps.last(), Some(Step::Hang | Step::Reset)) {
        return true;
    }
    for fault in faults {
        let is_here = |at: &usize| chunk.is_none_or(|chunk| *at == chunk);
        match fault {
            Fault::GoAwayAfterChunk(at) if chunk == Some(*at) => steps.push(Step::Leave),
            Fault::StallAfterChunk(at) if is_here(at) => {
                steps.push(Step::Hang);
                return true;
            }
            Fault::ResetAfterChunk(at) if is_here(at) => {
                steps.push(Step::Reset);
                return true;
            }
            _ => {}
        }
    }
    false
}

/// Keeps so many bytes of what is sent, and ends with something else.
fn cut(steps: &mut Vec<Step>, at: usize, end: impl IntoIterator<Item = Step>) {
    let mut left = at;
    let mut kept = 0;
    for step in steps.iter_mut() {
        if let Step::Send(bytes) = step {
            if bytes.len() >= left {
                bytes.truncate(left);
                left = 0;
            } else {
                left -= bytes.len();
            }
        }
        kept += 1;
        if left == 0 {
            break;
        }
    }
    steps.truncate(kept);
    steps.extend(end);
}

/// Sends so many bytes at a time, with a pause, or at least a chance to be written, before each.
fn split(steps: Vec<Step>, size: usize, pause: Option<Duration>) -> Vec<Step> {
    let mut split = Vec::new();
    for step in steps {
        let Step::Send(mut bytes) = step else {
            split.push(step);
            continue;
        };
        while !bytes.is_empty() {
            split.push(pause.map_or(Step::Flush, Step::Wait));
            split.push(Step::Send(bytes.split_to(size.min(bytes.len()))));
        }
    }
    split
}

fn replace_line_ends(pieces: &mut [Piece], end: &[u8]) {
    for piece in pieces {
        let mut bytes = Vec::with_capacity(piece.bytes.len() + 4);
        for byte in &piece.bytes {
            match byte {
                b'\n' => bytes.extend(end),
                byte => bytes.push(*byte),
            }
        }
        piece.bytes = bytes.into();
    }
}

/// Whether a piece counts as a chunk: all but comments and the like do.
fn is_event(bytes: &[u8]) -> bool {
    !bytes.starts_with(b":") && !bytes.starts_with("\u{feff}".as_bytes())
}

fn piece(bytes: impl Into<Bytes>) -> Piece {
    Piece {
        wait: Duration::ZERO,
        bytes: bytes.into(),
    }
}
