//! A body on its way, and the connection that it holds.

use std::pin::Pin;
use std::sync::Weak;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1;

use super::failure;
use super::pool::{Patience, Pool};
use crate::error::{Error, ErrorKind};
use crate::service::{BoxError, ReplayBody};

/// An answer's body. Dropped before its end, it closes the exchange: the HTTP/1.1 connection, or the HTTP/2 stream.
pub(crate) struct NetworkBody {
    incoming: Incoming,
    lease: Option<Lease>,
}

/// A connection in use by one exchange.
pub(super) enum Lease {
    /// The whole connection, given back to the pool when the body has been read to its end.
    Http1 {
        sender: http1::SendRequest<ReplayBody>,
        pool: Weak<Pool>,
        patience: Patience,
    },
    /// One stream of a connection that stays in the pool.
    #[cfg(feature = "http2")]
    Http2 {
        sender: hyper::client::conn::http2::SendRequest<ReplayBody>,
        _place: super::pool::Place,
    },
}

impl Lease {
    /// Takes in what the head of an answer says about the connection.
    pub(super) fn head_arrived(&mut self, headers: &HeaderMap) {
        match self {
            Self::Http1 { patience, .. } => *patience = Patience::of(headers),
            #[cfg(feature = "http2")]
            Self::Http2 { .. } => {}
        }
    }

    /// Waits until the connection can take a request.
    pub(super) async fn ready(&mut self) -> Result<(), Error> {
        match self {
            Self::Http1 { sender, .. } => sender.ready().await,
            #[cfg(feature = "http2")]
            Self::Http2 { sender, .. } => sender.ready().await,
        }
        .map_err(|error| {
            Error::new(
                ErrorKind::Connect,
                "the connection was closed before it could be used",
            )
            .with_source(error)
        })
    }
}

impl NetworkBody {
    pub(super) fn new(incoming: Incoming, lease: Lease) -> Self {
        let mut this = Self {
            incoming,
            lease: Some(lease),
        };
        if this.incoming.is_end_stream() {
            this.release();
        }
        this
    }

    /// The body is at its end: its connection can serve others.
    fn release(&mut self) {
        if let Some(Lease::Http1 {
            sender,
            pool,
            patience,
        }) = self.lease.take()
            && let Some(pool) = pool.upgrade()
        {
            pool.put_back(sender, patience);
        }
    }
}

impl Body for NetworkBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match ready!(Pin::new(&mut self.incoming).poll_frame(cx)) {
            Some(Ok(frame)) => {
                if self.incoming.is_end_stream() {
                    self.release();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(error)) => {
                // What went wrong on a connection may go wrong again: it is closed, not kept.
                self.lease = None;
                Poll::Ready(Some(Err(failure::of_body(error).into())))
            }
            None => {
                self.release();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
