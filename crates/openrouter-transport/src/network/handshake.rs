//! From a byte stream to an HTTP connection.

use std::pin::Pin;
#[cfg(feature = "http2")]
use std::time::Duration;

use hyper::client::conn::http1;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use hyper_util::rt::TokioIo;
#[cfg(feature = "http2")]
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connect::ByteStream;
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::service::ReplayBody;

/// Which version of HTTP is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpVersion {
    /// Over TLS, HTTP/2 where the server agrees to it (ALPN), else HTTP/1.1; without TLS, HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, without TLS too (prior knowledge); a server that does not speak it is an error.
    #[cfg(feature = "http2")]
    Http2,
}

pub(super) enum Connection {
    Http1(http1::SendRequest<ReplayBody>),
    #[cfg(feature = "http2")]
    Http2 {
        sender: http2::SendRequest<ReplayBody>,
        max_streams: std::sync::Arc<std::sync::atomic::AtomicUsize>,
    },
}

pub(super) async fn http1(io: TokioIo<ByteStream>, limits: &Limits) -> Result<Connection, Error> {
    let (sender, mut connection) = http1::Builder::new()
        .max_header_size(limits.max_header_bytes)
        .handshake(io)
        .await
        .map_err(failed)?;
    // Whoever waits for an answer is told how it ended; nobody else needs to know.
    tokio::spawn(std::future::poll_fn(move |cx| {
        Pin::new(&mut connection).poll(cx).map(drop)
    }));
    Ok(Connection::Http1(sender))
}

#[cfg(feature = "http2")]
pub(super) async fn http2(
    io: TokioIo<ByteStream>,
    limits: &Limits,
    ping_interval: Option<Duration>,
) -> Result<Connection, Error> {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let (sender, mut connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_header_list_size(u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(ping_interval)
        .keep_alive_timeout(PING_TIMEOUT)
        .handshake(io)
        .await
        .map_err(failed)?;
    let max_streams = Arc::new(AtomicUsize::new(connection.current_max_send_streams()));
    let told = max_streams.clone();
    tokio::spawn(std::future::poll_fn(move |cx| {
        let state = Pin::new(&mut connection).poll(cx).map(drop);
        told.store(connection.current_max_send_streams(), Ordering::Relaxed);
        state
    }));
    Ok(Connection::Http2 {
        sender,
        max_streams,
    })
}

fn failed(error: hyper::Error) -> Error {
    Error::new(
        ErrorKind::Connect,
        "the connection was closed before it could be used",
    )
    .with_source(error)
}

/// Bytes of one answer that may be on their way unread: what a stalled reader costs.
#[cfg(feature = "http2")]
const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
/// The same for all answers of a connection together; large, so that stalled readers do not hold up the others.
#[cfg(feature = "http2")]
const CONNECTION_WINDOW_BYTES: u32 = 16 * 1024 * 1024;
/// How long a ping may take before the connection counts as dead.
#[cfg(feature = "http2")]
const PING_TIMEOUT: Duration = Duration::from_secs(20);
