//! Proxies in the process: CONNECT and SOCKS 5, with and without credentials, and refusals.

use std::sync::{Arc, Mutex};

use openrouter_transport::{Client, Error, ErrorKind, HttpVersion, Proxy, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use crate::calls::paid;
use crate::http2::{self, Exchange};
use crate::server::{Connection, Server, json};
use crate::tls;

type Seen = Arc<Mutex<Vec<String>>>;

/// An HTTP proxy that opens tunnels, and keeps the heads of the requests for them.
async fn connect_proxy() -> (Server, Seen) {
    let seen = Seen::default();
    let kept = seen.clone();
    let server = Server::start(move |mut connection| {
        let kept = kept.clone();
        async move {
            let Some(request) = connection.request().await else {
                return;
            };
            let target = request.head.split(' ').nth(1).unwrap().to_owned();
            kept.lock().unwrap().push(request.head);
            let mut upstream = TcpStream::connect(target).await.unwrap();
            connection
                .write("HTTP/1.1 200 Connection established\r\n\r\n")
                .await;
            let _closed = copy_bidirectional(&mut connection.stream, &mut upstream).await;
        }
    })
    .await;
    (server, seen)
}

/// A SOCKS 5 proxy, spoken by hand; keeps the user, the kind of address and the address that it is asked for.
async fn socks_proxy(needs_user: bool) -> (Server, Seen) {
    let seen = Seen::default();
    let kept = seen.clone();
    let server = Server::start(move |connection| socks(connection, needs_user, kept.clone())).await;
    (server, seen)
}

async fn socks(connection: Connection, needs_user: bool, seen: Seen) {
    let mut stream = connection.stream;
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.unwrap();
    let mut methods = vec![0; head[1].into()];
    stream.read_exact(&mut methods).await.unwrap();
    let method = if needs_user { 2 } else { 0 };
    assert!(methods.contains(&method));
    stream.write_all(&[5, method]).await.unwrap();
    if needs_user {
        assert_eq!(stream.read_u8().await.unwrap(), 1);
        let mut user = vec![0; stream.read_u8().await.unwrap().into()];
        stream.read_exact(&mut user).await.unwrap();
        let mut password = vec![0; stream.read_u8().await.unwrap().into()];
        stream.read_exact(&mut password).await.unwrap();
        seen.lock().unwrap().push(format!(
            "{}:{}",
            String::from_utf8_lossy(&user),
            String::from_utf8_lossy(&password)
        ));
        stream.write_all(&[1, 0]).await.unwrap();
    }
    let mut request = [0; 4];
    stream.read_exact(&mut request).await.unwrap();
    let host = match request[3] {
        1 => {
            let mut ip = [0; 4];
            stream.read_exact(&mut ip).await.unwrap();
            format!("ip {}", std::net::Ipv4Addr::from(ip))
        }
        3 => {
            let mut name = vec![0; stream.read_u8().await.unwrap().into()];
            stream.read_exact(&mut name).await.unwrap();
            format!("name {}", String::from_utf8_lossy(&name))
        }
        kind => panic!("address kind {kind}"),
    };
    let port = stream.read_u16().await.unwrap();
    seen.lock().unwrap().push(host);
    let mut upstream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream
        .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .unwrap();
    let _closed = copy_bidirectional(&mut stream, &mut upstream).await;
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_that_carries_the_proxys_credentials_and_not_the_key() {
    let target = tls::Server::start(&[b"h2"]).await;
    let (proxy, seen) = connect_proxy().await;
    let url = format!("http://user:p%40ss@{}", proxy.address);
    let client = target
        .builder()
        .api_key("sk-or-v1-secret")
        .proxy(Proxy::new(&url).unwrap())
        .build()
        .unwrap();
    let reply = client.send(&paid()).await.unwrap();
    assert_eq!(reply.metadata.http_version(), http::Version::HTTP_2);
    let seen = seen.lock().unwrap();
    assert!(
        seen[0].starts_with(&format!(
            "CONNECT localhost:{} HTTP/1.1\r\n",
            target.address.port()
        )),
        "{seen:?}"
    );
    // user:p@ss
    assert!(
        seen[0]
            .to_lowercase()
            .contains("proxy-authorization: basic dxnlcjpwqhnz"),
        "{seen:?}"
    );
    assert!(!seen[0].contains("secret"), "{seen:?}");
}

#[tokio::test]
async fn plain_http_is_forwarded_with_the_whole_url() {
    let proxy = Server::start(async |mut connection| {
        while let Some(request) = connection.request().await {
            assert!(
                request
                    .head
                    .starts_with("POST http://api.invalid/v1/chat/completions HTTP/1.1\r\n"),
                "{}",
                request.head
            );
            assert_eq!(request.field("host"), Some("api.invalid"));
            assert_eq!(
                request.field("proxy-authorization"),
                Some("Basic dXNlcjpwdw==")
            );
            connection.write(json("200 OK", "{}")).await;
        }
    })
    .await;
    let client = Client::builder()
        .base_url("http://api.invalid/v1")
        .proxy(Proxy::new(&format!("http://user:pw@{}", proxy.address)).unwrap())
        .build()
        .unwrap();
    client.send(&paid()).await.unwrap();
    client.send(&paid()).await.unwrap();
    assert_eq!(proxy.connections(), 1);
}

#[tokio::test]
async fn socks_resolves_names_at_the_proxy_or_here_as_the_url_says() {
    let server = Server::answering(json("200 OK", "{}")).await;
    let base = format!("http://localhost:{}/api/v1", server.address.port());
    for (scheme, user, needs_user, want) in [
        ("socks5h", "", false, vec!["name localhost"]),
        ("socks5", "", false, vec!["ip 127.0.0.1"]),
        ("socks5h", "me:pw@", true, vec!["me:pw", "name localhost"]),
    ] {
        let (proxy, seen) = socks_proxy(needs_user).await;
        let url = format!("{scheme}://{user}{}", proxy.address);
        let client = Client::builder()
            .base_url(&base)
            .proxy(Proxy::new(&url).unwrap())
            .retry(RetryPolicy::none())
            .build()
            .unwrap();
        client.send(&paid()).await.unwrap();
        assert_eq!(*seen.lock().unwrap(), want, "{url}");
    }
}

#[tokio::test]
async fn tls_goes_through_socks_too() {
    let target = tls::Server::start(&[b"h2"]).await;
    let (proxy, seen) = socks_proxy(false).await;
    let client = target
        .builder()
        .proxy(Proxy::new(&format!("socks5h://{}", proxy.address)).unwrap())
        .build()
        .unwrap();
    client.send(&paid()).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["name localhost"]);
}

/// The error of a call through a proxy that reads something and answers with these bytes, one answer for each read.
async fn refused(scheme: &str, base: &str, answers: &[&[u8]]) -> Error {
    let said: Vec<Vec<u8>> = answers.iter().map(|answer| answer.to_vec()).collect();
    let proxy = Server::start(move |mut connection| {
        let said = said.clone();
        async move {
            for answer in said {
                let _len = connection.stream.read(&mut [0; 1024]).await;
                connection.write(answer).await;
            }
        }
    })
    .await;
    let url = format!("{scheme}://user:hidden@{}", proxy.address);
    let client = Client::builder()
        .base_url(base)
        .proxy(Proxy::new(&url).unwrap())
        .build()
        .unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Proxy, "{answers:?}: {error:?}");
    assert!(
        !error.may_have_run() && !format!("{error} {error:?}").contains("hidden"),
        "{error:?}"
    );
    error
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_says_why() {
    let endless = &[b'x'; 20_000][..];
    for (answer, why) in [
        (
            &b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"[..],
            "no tunnel to openrouter.invalid:443: 407 Proxy Authentication Required; check its user and password",
        ),
        (
            b"HTTP/1.0 403 Access violation\r\na: b\r\n\r\n",
            "403 Access violation",
        ),
        (b"HTTP/1.1 502\n\n", "openrouter.invalid:443: 502"),
        (b"nonsense\r\n\r\n", "no HTTP proxy"),
        (b"HTTP/1.1 200 OK\r\n", "ended the connection"),
        (b"", "ended the connection"),
        (endless, "larger than 16 KiB"),
    ] {
        let error = refused("http", "https://openrouter.invalid/api/v1", &[answer]).await;
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_socks_proxy_that_does_not_connect_says_why() {
    for (answers, why) in [
        (
            &[&[5, 255][..]][..],
            "takes neither no credentials nor a user",
        ),
        (&[&[5, 2], &[1, 1]], "refused its user and password"),
        (
            &[&[5, 0], &[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]],
            "the connection was refused",
        ),
        (&[&[5, 0], &[5, 77, 0, 1, 0, 0, 0, 0, 0, 0]], "code 77"),
        (&[&[5, 0], &[5, 0, 0, 9]], "does not speak SOCKS 5"),
        (&[&[4, 0]], "does not speak SOCKS 5"),
        (&[b"HTTP/1.1 400 Bad Request"], "does not speak SOCKS 5"),
        (&[b""], "ended the connection"),
    ] {
        let error = refused("socks5h", "https://openrouter.invalid/api/v1", answers).await;
        assert!(error.to_string().contains(why), "{error}");
    }
    let name = format!("https://{}/", ["a".repeat(60).as_str(); 5].join("."));
    let error = refused("socks5h", &name, &[&[5, 0]]).await;
    assert!(error.to_string().contains("longer than SOCKS 5"), "{error}");
}

#[tokio::test]
async fn a_forwarding_proxy_that_wants_credentials_is_no_error_of_the_server() {
    let answer: &[u8] = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    let error = refused("http", "http://openrouter.invalid/api/v1", &[answer]).await;
    assert!(error.to_string().contains("407"), "{error}");
}

/// An HTTP/2 server without TLS that answers with `{}`.
async fn plain_http2() -> http2::Server {
    http2::Server::start(100, async |_, (_, mut respond): Exchange| {
        let answer = http::Response::new(());
        let mut body = respond.send_response(answer, false).unwrap();
        body.send_data("{}".into(), true).unwrap();
    })
    .await
}

#[tokio::test]
async fn http2_without_tls_goes_through_a_tunnel() {
    let server = plain_http2().await;
    let (proxy, seen) = connect_proxy().await;
    let client = Client::builder()
        .base_url(server.url())
        .http_version(HttpVersion::Http2)
        .proxy(Proxy::new(&format!("http://{}", proxy.address)).unwrap())
        .build()
        .unwrap();
    let reply = client.send(&paid()).await.unwrap();
    assert_eq!(reply.metadata.http_version(), http::Version::HTTP_2);
    assert!(seen.lock().unwrap()[0].starts_with("CONNECT 127.0.0.1:"));
}

#[tokio::test]
async fn a_proxy_may_be_spoken_to_over_tls_and_has_to_be_trusted() {
    let server = plain_http2().await;
    let (acceptor, certificate) = tls::acceptor(&[b"h2", b"http/1.1"]);
    let proxy = Server::start(move |connection| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(connection.stream).await else {
                return;
            };
            // CONNECT is HTTP/1.1, so nothing else may be agreed upon.
            assert_eq!(stream.get_ref().1.alpn_protocol(), None);
            let mut request = vec![0; 1024];
            let len = stream.read(&mut request).await.unwrap();
            let head = String::from_utf8(request[..len].to_vec()).unwrap();
            assert!(head.contains("\r\nproxy-authorization: Basic "), "{head}");
            let target = head.split(' ').nth(1).unwrap();
            let mut upstream = TcpStream::connect(target).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let _closed = copy_bidirectional(&mut stream, &mut upstream).await;
        }
    })
    .await;
    let url = format!("https://user:pw@localhost:{}", proxy.address.port());
    let builder = || {
        Client::builder()
            .base_url(server.url())
            .http_version(HttpVersion::Http2)
            .proxy(Proxy::new(&url).unwrap())
    };
    let client = builder().tls_config(tls::trusting(certificate));
    client.build().unwrap().send(&paid()).await.unwrap();
    let error = builder().build().unwrap().send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Proxy);
    assert!(
        error
            .to_string()
            .contains("no secure connection to localhost"),
        "{error}"
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_a_proxy_error() {
    let proxy = Server::answering("").await;
    let url = format!("http://{}", proxy.address);
    drop(proxy);
    tokio::task::yield_now().await;
    let client = Client::builder()
        .base_url("https://openrouter.invalid/")
        .proxy(Proxy::new(&url).unwrap())
        .build()
        .unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Proxy);
    assert!(error.to_string().contains("Connection refused"), "{error}");
}

#[test]
fn a_url_that_is_no_proxys_is_refused_without_repeating_it() {
    for url in [
        "",
        "nonsense url",
        "ftp://user:hidden@proxy",
        "socks4://proxy",
    ] {
        let error = Proxy::new(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!error.to_string().contains("hidden"), "{error}");
    }
    assert_eq!(
        format!("{:?}", Proxy::new("http://user:hidden@proxy").unwrap()),
        "Proxy::new(…)"
    );
}
