//! Connections: taken, told apart, served.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::respond::respond;
use super::state::State;
use super::wire::{Socket, Wire};
use crate::listen;

#[cfg(feature = "tls")]
type Acceptor = Option<tokio_rustls::TlsAcceptor>;

/// What answers know of the connection that they go over.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) number: usize,
    pub(super) is_http2: bool,
    pub(super) wire: Wire,
}

/// Takes connections until it is aborted, which ends them as well.
pub(super) async fn accept(
    listener: TcpListener,
    state: Arc<State>,
    #[cfg(feature = "tls")] acceptor: Acceptor,
) {
    let mut connections = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            stream = listen::accept(&listener) => {
                state.open.send_modify(|open| *open += 1);
                let open = Open(Arc::clone(&state));
                #[cfg(feature = "tls")]
                connections.spawn(take(stream, number, open, acceptor.clone()));
                #[cfg(not(feature = "tls"))]
                connections.spawn(take(stream, number, open));
                number += 1;
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A connection that counts as open.
struct Open(Arc<State>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

async fn take(
    mut stream: TcpStream,
    number: usize,
    open: Open,
    #[cfg(feature = "tls")] acceptor: Acceptor,
) {
    #[cfg(feature = "tls")]
    if let Some(acceptor) = acceptor {
        // A client that does not trust the certificate goes away.
        let Ok(stream) = acceptor.accept(stream).await else {
            return;
        };
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        serve(Socket::Tls(Box::new(stream)), number, is_http2, open).await;
        return;
    }
    if let Some((unread, is_http2)) = speaks_http2(&mut stream).await {
        serve(Socket::Plain(stream, unread), number, is_http2, open).await;
    }
}

/// What an HTTP/2 client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// The first bytes of a client, however slowly they come, and whether they are those of HTTP/2. `None` for a client that
/// goes away before it is clear.
async fn speaks_http2(stream: &mut TcpStream) -> Option<(Bytes, bool)> {
    let mut start = BytesMut::with_capacity(PREFACE.len());
    while start.len() < PREFACE.len() && PREFACE.starts_with(&start) {
        match stream.read_buf(&mut start).await {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
    }
    let is_http2 = start.starts_with(PREFACE);
    Some((start.freeze(), is_http2))
}

async fn serve(socket: Socket, number: usize, is_http2: bool, open: Open) {
    let connection = Connection {
        number,
        is_http2,
        wire: Wire::new(socket),
    };
    let wire = connection.wire.clone();
    let io = TokioIo::new(connection.wire.clone());
    let state = Arc::clone(&open.0);
    let service =
        service_fn(move |request| respond(Arc::clone(&state), connection.clone(), request));
    // A client that goes away is no news to the server.
    if is_http2 {
        let serving = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .serve_connection(io, service);
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            _ = &mut serving => return,
            () = wire.leaving() => serving.as_mut().graceful_shutdown(),
        }
        let _ = serving.await;
    } else {
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(io, service);
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            _ = &mut serving => return,
            () = wire.leaving() => serving.as_mut().graceful_shutdown(),
        }
        let _ = serving.await;
    }
}
