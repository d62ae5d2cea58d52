//! The seam at which the network can be wrapped or replaced: a [`tower_service::Service`].
//!
//! The client sends each attempt as a `Request<ReplayBody>` through one service. By default that is
//! [`Network`](crate::Network). [`ClientBuilder::layer`](crate::ClientBuilder::layer) puts layers around it, and
//! [`ClientBuilder::service`](crate::ClientBuilder::service) puts something else in its place.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower_service::Service;

use crate::error::{Error, ErrorKind, Sent};
use crate::network::NetworkBody;

/// Any error, as tower's layers use it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A request's body: shared bytes, so that a copy costs nothing and any attempt can be sent again.
#[derive(Clone, Default)]
pub struct ReplayBody(Bytes);

impl ReplayBody {
    /// What is left to be sent; all of it, before the body is polled.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }
}

impl From<Bytes> for ReplayBody {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl Body for ReplayBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.0)))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

impl fmt::Debug for ReplayBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayBody({} bytes)", self.0.len())
    }
}

/// An answer's body: one of the network's, or whatever a service in its place gave.
pub struct ResponseBody(Option<Pin<Box<dyn Body<Data = Bytes, Error = BoxError> + Send>>>);

impl ResponseBody {
    /// Takes any body.
    pub fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // The network's own body goes through as it is, unless a layer changed it.
        let mut body = Some(body);
        if let Some(body) = (&mut body as &mut dyn std::any::Any).downcast_mut::<Option<Self>>() {
            return body.take().unwrap_or_else(Self::empty);
        }
        match body {
            Some(body) => Self(Some(Box::pin(IntoBoxError(Box::pin(body))))),
            None => Self::empty(),
        }
    }

    /// A body of nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self(None)
    }

    pub(crate) fn network(body: NetworkBody) -> Self {
        Self(Some(Box::pin(body)))
    }

    /// The next piece of data; trailers are skipped.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            let Some(body) = &mut self.0 else {
                return Poll::Ready(None);
            };
            match ready!(body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if data.is_empty() => {}
                    Ok(data) => return Poll::Ready(Some(Ok(data))),
                    Err(_trailers) => {}
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(from_boxed(error)))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self(Some(Box::pin(IntoBoxError(Box::pin(ReplayBody(bytes))))))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Some(body) => body.as_mut().poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Some(body) => body.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBody")
    }
}

/// A body whose errors are boxed.
struct IntoBoxError<B>(Pin<Box<B>>);

impl<B> Body for IntoBoxError<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0.as_mut().poll_frame(cx).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// The error of a service: our own where a layer passed it on, else one of kind `Service`.
pub(crate) fn from_boxed(error: BoxError) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::new(
            ErrorKind::Service,
            format!("a layer of the client failed: {error}"),
        )
        .with_source(error),
    }
}

pub(crate) type AnswerFuture =
    Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Error>> + Send>>;

/// A service whose type is forgotten.
pub(crate) trait AnyService: Send + Sync {
    fn send(&self, request: Request<ReplayBody>) -> AnswerFuture;
}

/// A service that is cloned for each request, as tower's services are meant to be.
pub(crate) struct CloneToSend<S>(Mutex<S>);

impl<S> CloneToSend<S> {
    pub(crate) fn new(service: S) -> Self {
        Self(Mutex::new(service))
    }
}

impl<S, B> AnyService for CloneToSend<S>
where
    S: Service<Request<ReplayBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn send(&self, request: Request<ReplayBody>) -> AnswerFuture {
        // Held for the time of the clone only; a panic in there leaves nothing half done.
        let mut service = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Box::pin(async move {
            poll_fn(|cx| service.poll_ready(cx))
                .await
                .map_err(|error| from_boxed(error.into()).with_sent(Sent::Nothing))?;
            let response = service
                .call(request)
                .await
                .map_err(|error| from_boxed(error.into()))?;
            Ok(response.map(ResponseBody::new))
        })
    }
}
