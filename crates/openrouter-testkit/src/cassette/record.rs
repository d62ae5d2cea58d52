//! Standing between a client and a real server, and writing down what they say.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, TRANSFER_ENCODING,
};
use http::uri::{Scheme, Uri};
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame as BodyFrame};
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::scrub::scrub;
use super::{Frame, Recorded, text};
use crate::listen;

/// A proxy that records: a client talks to [`base_url`](Self::base_url), the answers come from a real server, and what was
/// said is added to a cassette as each exchange ends, without secrets. Dropping it ends it.
#[derive(Debug)]
pub struct Recorder {
    address: SocketAddr,
    upstream: Arc<Upstream>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Upstream {
    authority: String,
    host: String,
    port: u16,
    path: String,
    #[cfg(feature = "tls")]
    tls: Option<crate::server::Trust>,
    cassette: PathBuf,
    // Exchanges are written one at a time.
    writing: Mutex<()>,
}

impl Recorder {
    /// Starts to record what goes to `upstream`, a base URL, into a new cassette. `https` needs the feature `tls`, and a
    /// server that Mozilla's certificate authorities vouch for. Port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the URL is none, the cassette is there already or cannot be written, or the port cannot be bound.
    pub async fn start(
        upstream: &str,
        cassette: impl Into<PathBuf>,
        port: u16,
    ) -> io::Result<Self> {
        Self::record(Upstream::new(upstream, cassette.into())?, port).await
    }

    /// Starts to record as [`start`](Self::start) does, and trusts a server also for these certificates, in PEM: for a
    /// server of your own.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and when the text holds no certificate.
    #[cfg(feature = "tls")]
    pub async fn start_trusting(
        certificates_pem: &str,
        upstream: &str,
        cassette: impl Into<PathBuf>,
        port: u16,
    ) -> io::Result<Self> {
        let mut upstream = Upstream::new(upstream, cassette.into())?;
        if let Some(tls) = &mut upstream.tls {
            tls.add(certificates_pem)?;
        }
        Self::record(upstream, port).await
    }

    async fn record(upstream: Upstream, port: u16) -> io::Result<Self> {
        let upstream = Arc::new(upstream);
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .open(&upstream.cassette)?;
        io::Write::write_all(&mut file, text::HEAD.as_bytes())?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, Arc::clone(&upstream)));
        Ok(Self {
            address,
            upstream,
            accepting,
        })
    }

    /// What to give a client as its base URL.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.upstream.path)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Upstream {
    fn new(url: &str, cassette: PathBuf) -> io::Result<Self> {
        let wrong =
            |why: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("{url}: {why}"));
        let uri: Uri = url.parse().map_err(|_| wrong("not a URL"))?;
        let is_tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS && cfg!(feature = "tls") => true,
            Some(scheme) if *scheme == Scheme::HTTPS => {
                return Err(wrong("https needs the feature `tls` of openrouter-testkit"));
            }
            _ => return Err(wrong("expected http:// or https://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("no host"))?;
        Ok(Self {
            authority: authority.to_string(),
            host: authority.host().to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if is_tls { 443 } else { 80 }),
            path: uri.path().trim_end_matches('/').to_owned(),
            #[cfg(feature = "tls")]
            tls: is_tls.then(crate::server::Trust::new),
            cassette,
            writing: Mutex::new(()),
        })
    }

    /// Sends a request over a connection of its own.
    async fn send(&self, request: Request<Full<Bytes>>) -> io::Result<Response<Incoming>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        #[cfg(feature = "tls")]
        if let Some(trust) = &self.tls {
            return exchange(trust.connect(&self.host, stream).await?, request).await;
        }
        exchange(stream, request).await
    }

    fn write(&self, mut exchange: Recorded) {
        scrub(&mut exchange);
        let text = text::write(&exchange);
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let file = std::fs::OpenOptions::new()
            .append(true)
            .open(&self.cassette);
        // The client has its answer; a cassette on a full disk ends early.
        let _ = file.and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()));
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> io::Result<Response<Incoming>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(io::Error::other)?;
    // Ends with the answer's body.
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(io::Error::other)
}

async fn accept(listener: TcpListener, upstream: Arc<Upstream>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            stream = listen::accept(&listener) => {
                let upstream = Arc::clone(&upstream);
                connections.spawn(async move {
                    let service = service_fn(move |request| forward(Arc::clone(&upstream), request));
                    let mut server = http1::Builder::new();
                    let serving = server.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
                    // A client that goes away is no news.
                    let _ = serving.await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn forward(
    upstream: Arc<Upstream>,
    request: Request<Incoming>,
) -> Result<Response<Either<Recording, Full<Bytes>>>, Infallible> {
    Ok(try_forward(upstream, request)
        .await
        .unwrap_or_else(|error| {
            let mut response =
                Response::new(Either::Right(Full::from(format!("recorder: {error}"))));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }))
}

async fn try_forward(
    upstream: Arc<Upstream>,
    request: Request<Incoming>,
) -> io::Result<Response<Either<Recording, Full<Bytes>>>> {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    for name in [
        HOST,
        CONNECTION,
        TRANSFER_ENCODING,
        CONTENT_LENGTH,
        ACCEPT_ENCODING,
    ] {
        parts.headers.remove(name);
    }
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut exchange = Recorded {
        method: parts.method.to_string(),
        path: path.to_owned(),
        request_fields: fields(&parts.headers),
        request_body: body.clone(),
        ..Recorded::default()
    };
    let mut sent = Request::builder()
        .method(parts.method)
        .uri(path)
        .header(HOST, &upstream.authority);
    if let Some(headers) = sent.headers_mut() {
        headers.extend(parts.headers);
    }
    let sent = sent.body(Full::new(body)).map_err(io::Error::other)?;
    let (mut parts, body) = upstream.send(sent).await?.into_parts();
    parts.headers.remove(CONNECTION);
    parts.headers.remove(TRANSFER_ENCODING);
    exchange.status = parts.status.as_u16();
    exchange.answer_fields = fields(&parts.headers)
        .into_iter()
        .filter(|(name, _)| name != "content-length")
        .collect();
    let recording = Recording {
        body,
        exchange,
        started,
        upstream,
    };
    Ok(Response::from_parts(parts, Either::Left(recording)))
}

fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let fields = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), value.into_owned())
    });
    fields.collect()
}

/// A body that is handed on, and written down when it ends or is dropped.
struct Recording {
    body: Incoming,
    exchange: Recorded,
    started: Instant,
    upstream: Arc<Upstream>,
}

impl Body for Recording {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            let recorded = Frame {
                after: self.started.elapsed(),
                bytes: bytes.clone(),
            };
            self.exchange.answer_body.push(recorded);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.upstream.write(std::mem::take(&mut self.exchange));
    }
}
