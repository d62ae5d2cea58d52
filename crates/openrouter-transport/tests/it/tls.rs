//! TLS: HTTP/2 by agreement, HTTP/1.1 otherwise, and certificates that are not trusted.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use openrouter_transport::{Client, ClientBuilder, ErrorKind, HttpVersion, Proxy, RetryPolicy};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::calls::paid;

/// A server with TLS, whose certificate is for `localhost` and `127.0.0.1`.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    certificate: CertificateDer<'static>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Offers these protocols, and answers every request with `{}`.
    pub(crate) async fn start(protocols: &[&[u8]]) -> Self {
        let (acceptor, certificate) = acceptor(protocols);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                    let service = service_fn(|_: Request<Incoming>| async {
                        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"{}"))))
                    });
                    let io = TokioIo::new(stream);
                    let _closed = if is_http2 {
                        hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                            .serve_connection(io, service)
                            .await
                    } else {
                        hyper::server::conn::http1::Builder::new()
                            .serve_connection(io, service)
                            .await
                    };
                });
            }
        });
        Self {
            address,
            certificate,
            connections,
        }
    }

    /// A builder that trusts the server.
    pub(crate) fn builder(&self) -> ClientBuilder {
        self.distrusting()
            .tls_config(trusting(self.certificate.clone()))
    }

    fn distrusting(&self) -> ClientBuilder {
        Client::builder()
            .base_url(format!("https://localhost:{}/api/v1", self.address.port()))
            .proxy(Proxy::none())
            .retry(RetryPolicy::none())
    }
}

/// A server's side of TLS, which offers these protocols, and its certificate for `localhost` and `127.0.0.1`.
pub(crate) fn acceptor(protocols: &[&[u8]]) -> (TlsAcceptor, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])
        .unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let mut config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key.into())
            .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    (TlsAcceptor::from(Arc::new(config)), certificate)
}

/// A client's side of TLS, which trusts this certificate and no other.
pub(crate) fn trusting(certificate: CertificateDer<'static>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[tokio::test]
async fn http2_is_spoken_where_both_agree_and_http1_otherwise() {
    let cases: [(&[&[u8]], HttpVersion, Version); 4] = [
        (&[b"h2", b"http/1.1"], HttpVersion::Auto, Version::HTTP_2),
        (&[b"http/1.1"], HttpVersion::Auto, Version::HTTP_11),
        (&[], HttpVersion::Auto, Version::HTTP_11),
        (&[b"h2", b"http/1.1"], HttpVersion::Http1, Version::HTTP_11),
    ];
    for (offered, chosen, spoken) in cases {
        let server = Server::start(offered).await;
        let client = server.builder().http_version(chosen).build().unwrap();
        for _ in 0..3 {
            let reply = client.send(&paid()).await.unwrap();
            assert_eq!(
                reply.metadata.http_version(),
                spoken,
                "{offered:?} {chosen:?}"
            );
        }
        assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn calls_that_begin_together_wait_for_one_handshake() {
    let server = Server::start(&[b"h2"]).await;
    let client = server.builder().build().unwrap();
    let calls: Vec<_> = (0..30)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&paid()).await.is_ok() })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_a_tls_error_before_anything_is_sent() {
    let server = Server::start(&[b"h2"]).await;
    let error = server
        .distrusting()
        .build()
        .unwrap()
        .send(&paid())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(
        error
            .to_string()
            .starts_with("no secure connection to localhost: invalid peer certificate"),
        "{error}"
    );
    assert!(!error.may_have_run() && !error.is_retryable());
}

#[tokio::test]
async fn a_certificate_for_another_name_is_a_tls_error() {
    let server = Server::start(&[]).await;
    let client = server
        .builder()
        .base_url(format!("https://127.0.0.2:{}/", server.address.port()));
    // Only 127.0.0.1 listens on this port, so the name in the URL leads there on systems that route all of 127.0.0.0/8.
    let error = client.build().unwrap().send(&paid()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Tls | ErrorKind::Connect),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_error() {
    let server = crate::server::Server::start(async |mut connection| {
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        connection.closed().await;
    })
    .await;
    let url = format!("https://127.0.0.1:{}/", server.address.port());
    let client = Client::builder()
        .base_url(url)
        .proxy(Proxy::none())
        .build()
        .unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Tls, 1),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_peer_that_does_not_speak_what_was_asked_for_is_told_apart_before_anything_is_sent() {
    let server = Server::start(&[b"http/1.1"]).await;
    let client = server.builder().http_version(HttpVersion::Http2);
    let error = client.build().unwrap().send(&paid()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_run()),
        (ErrorKind::Protocol, false)
    );
    assert!(error.to_string().contains("HTTP/2 over TLS"), "{error}");

    let plain = crate::server::Server::start(async |mut connection| {
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        connection.closed().await;
    })
    .await;
    let client = Client::builder()
        .base_url(plain.url().replace("http:", "https:"))
        .proxy(Proxy::none())
        .build()
        .unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_run()),
        (ErrorKind::Tls, false)
    );
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}
