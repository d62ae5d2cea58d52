//! TLS with a certificate that a client can trust.

use std::sync::Arc;

use openrouter_testkit::{Recorder, TestServer};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::watchdog::in_time;

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

#[tokio::test]
async fn a_recording_of_a_server_with_a_certificate_of_its_own_needs_to_trust_it() {
    let server = TestServer::builder().tls().start().await.unwrap();
    let url = server.base_url();
    let path = |name: &str| {
        let process = std::process::id();
        std::env::temp_dir().join(format!("openrouter-testkit-{process}-tls-{name}"))
    };
    let models = async |recorder: &Recorder| -> String {
        let url = recorder.base_url();
        let authority = url
            .trim_start_matches("http://")
            .trim_end_matches("/api/v1");
        let mut stream = TcpStream::connect(authority).await.unwrap();
        let get = "GET /api/v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(get.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        in_time("an answer", read).await.unwrap();
        answer
    };

    let stranger = Recorder::start(&url, path("stranger"), 0).await.unwrap();
    let refused = models(&stranger).await;
    assert!(
        refused.starts_with("HTTP/1.1 502") && refused.contains("certificate"),
        "{refused}"
    );
    let pem = server.certificate_pem().unwrap();
    let trusting = Recorder::start_trusting(pem, &url, path("trusting"), 0);
    let answer = models(&trusting.await.unwrap()).await;
    assert!(answer.contains("testkit/small"), "{answer}");
    for name in ["stranger", "trusting"] {
        std::fs::remove_file(path(name)).unwrap();
    }
    let none = Recorder::start_trusting("no PEM", &url, path("none"), 0).await;
    assert!(none.unwrap_err().to_string().contains("no certificate"));
}
