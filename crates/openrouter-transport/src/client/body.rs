//! Reading a body to its end, within its limit and the clocks.

use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::Body;

use super::exchange::Exchange;
use crate::clocks::Clocks;
use crate::error::{Error, ErrorKind};
use crate::service::ResponseBody;

/// All of the body; one read is handed out without a copy.
pub(super) async fn read_whole(exchange: &mut Exchange, max_bytes: usize) -> Result<Bytes, Error> {
    let announced = exchange.body.size_hint().lower();
    if announced > max_bytes as u64 {
        return Err(too_large(max_bytes));
    }
    let Some(first) = next(exchange).await? else {
        return Ok(Bytes::new());
    };
    let Some(second) = next(exchange).await? else {
        return within(first, max_bytes);
    };
    // What was announced is believed up to a point only.
    let expected = usize::try_from(announced)
        .unwrap_or(0)
        .min(MAX_RESERVED_BYTES);
    let mut whole = BytesMut::with_capacity(expected.max(first.len() + second.len()));
    whole.extend_from_slice(&first);
    let mut piece = Some(second);
    while let Some(bytes) = piece {
        if whole.len() + bytes.len() > max_bytes {
            return Err(too_large(max_bytes));
        }
        whole.extend_from_slice(&bytes);
        piece = next(exchange).await?;
    }
    Ok(whole.freeze())
}

/// At most the beginning of the body, and what there is of it when something goes wrong.
pub(super) async fn read_prefix(
    body: &mut ResponseBody,
    clocks: &mut Clocks,
    max_bytes: usize,
) -> Bytes {
    let mut prefix = BytesMut::new();
    while prefix.len() < max_bytes {
        let read = poll_fn(|cx| poll(body, clocks, cx)).await;
        let Ok(Some(bytes)) = read else { break };
        if clocks.byte_arrived().is_err() {
            break;
        }
        prefix.extend_from_slice(&bytes[..bytes.len().min(max_bytes - prefix.len())]);
    }
    prefix.freeze()
}

async fn next(exchange: &mut Exchange) -> Result<Option<Bytes>, Error> {
    let Exchange { body, clocks, .. } = exchange;
    let bytes = poll_fn(|cx| poll(body, clocks, cx)).await?;
    if let Some(bytes) = &bytes {
        exchange.arrived(bytes)?;
    }
    Ok(bytes)
}

fn poll(
    body: &mut ResponseBody,
    clocks: &mut Clocks,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, Error>> {
    match body.poll_data(cx) {
        Poll::Ready(read) => Poll::Ready(read.transpose()),
        Poll::Pending => clocks.poll_expired(cx).map(Err),
    }
}

fn within(bytes: Bytes, max_bytes: usize) -> Result<Bytes, Error> {
    if bytes.len() > max_bytes {
        Err(too_large(max_bytes))
    } else {
        Ok(bytes)
    }
}

fn too_large(max_bytes: usize) -> Error {
    Error::new(
        ErrorKind::LimitExceeded,
        format!("the answer is larger than `max_body_bytes`, {max_bytes}"),
    )
}

/// Most bytes that are reserved because a header announces them.
const MAX_RESERVED_BYTES: usize = 8 * 1024 * 1024;
