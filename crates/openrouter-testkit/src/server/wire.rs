//! A connection that can be written to behind hyper's back.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::lock;

/// The server's end of a connection.
///
/// Hyper reads and writes it. While hyper waits for an answer or for more of a body, an answer may write bytes of its
/// own, that no HTTP library would, or have the connection reset.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    socket: Arc<Mutex<Socket>>,
    leaving: Arc<Notify>,
}

#[derive(Debug)]
pub(super) enum Socket {
    /// With what was read from it to see which protocol it speaks.
    Plain(TcpStream, Bytes),
    #[cfg(feature = "tls")]
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

impl Wire {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket: Arc::new(Mutex::new(socket)),
            leaving: Arc::default(),
        }
    }

    /// Writes past hyper.
    pub(super) fn poll_raw(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        lock(&self.socket).poll_write(cx, bytes)
    }

    /// Makes the next close a reset.
    pub(super) fn reset_on_close(&self) {
        // Where it fails, the client sees an ordinary close.
        let _ = lock(&self.socket).tcp().set_zero_linger();
    }

    /// Says that the connection takes no more requests.
    pub(super) fn leave(&self) {
        self.leaving.notify_one();
    }

    /// Waits for that.
    pub(super) async fn leaving(&self) {
        self.leaving.notified().await;
    }
}

impl Socket {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp, _) => tcp,
            #[cfg(feature = "tls")]
            Self::Tls(tls) => tls.get_ref().0,
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(tcp, _) => Pin::new(tcp).poll_write(cx, bytes),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => Pin::new(&mut **tls).poll_write(cx, bytes),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut *lock(&self.socket) {
            Socket::Plain(tcp, unread) if unread.is_empty() => Pin::new(tcp).poll_read(cx, into),
            Socket::Plain(_, unread) => {
                let now = unread.len().min(into.remaining());
                into.put_slice(&unread.split_to(now));
                Poll::Ready(Ok(()))
            }
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => Pin::new(&mut **tls).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        lock(&self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *lock(&self.socket) {
            Socket::Plain(tcp, _) => Pin::new(tcp).poll_flush(cx),
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => Pin::new(&mut **tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *lock(&self.socket) {
            Socket::Plain(tcp, _) => Pin::new(tcp).poll_shutdown(cx),
            #[cfg(feature = "tls")]
            Socket::Tls(tls) => Pin::new(&mut **tls).poll_shutdown(cx),
        }
    }
}
