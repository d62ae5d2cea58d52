//! TLS with a certificate that a client can trust.

use std::sync::Arc;

use openrouter_testkit::TestServer;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

fn config(server: &TestServer, protocols: &[&[u8]]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let der = server.certificate_der().unwrap().to_vec();
    roots.add(CertificateDer::from(der)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|it| it.to_vec()).collect();
    config
}

#[tokio::test]
async fn both_protocols_are_offered_to_clients_that_trust_the_certificate() {
    let server = TestServer::builder().tls().start().await.unwrap();
    assert!(server.base_url().starts_with("https://localhost:"));
    assert!(
        server
            .certificate_pem()
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    for (offered, chosen) in [
        (&[b"h2".as_slice(), b"http/1.1"][..], b"h2".as_slice()),
        (&[b"http/1.1"], b"http/1.1"),
    ] {
        let connector = TlsConnector::from(Arc::new(config(&server, offered)));
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = connector.connect(name, stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(chosen));
        if chosen == b"http/1.1" {
            let get =
                b"GET /api/v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            stream.write_all(get).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    }
}
