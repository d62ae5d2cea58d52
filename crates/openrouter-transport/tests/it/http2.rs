//! HTTP/2: many streams over one connection, resets, and connections that the server ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, SendStream};
use http::{Request, Response};
use openrouter_transport::{Client, ErrorKind, HttpVersion, Proxy, RetryPolicy};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::calls::paid;

pub(crate) type Exchange = (Request<h2::RecvStream>, SendResponse<Bytes>);

/// An HTTP/2 server without TLS; each exchange is handled by the function that it was started with.
pub(crate) struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) async fn start<F, T>(max_streams: u32, handle: F) -> Self
    where
        F: Fn(usize, Exchange) -> T + Clone + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/v1", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let handle = handle.clone();
                tokio::spawn(async move {
                    let Ok(mut connection) = h2::server::Builder::new()
                        .max_concurrent_streams(max_streams)
                        .handshake(stream)
                        .await
                    else {
                        return;
                    };
                    let mut number = 0;
                    while let Some(Ok(exchange)) = connection.accept().await {
                        tokio::spawn(handle(number, exchange));
                        number += 1;
                    }
                });
            }
        });
        Self { url, connections }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder()
            .base_url(&self.url)
            .proxy(Proxy::none())
            .http_version(HttpVersion::Http2)
            .retry(RetryPolicy::default().with_first_wait(std::time::Duration::ZERO))
            .build()
            .unwrap()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn begin(respond: &mut SendResponse<Bytes>, data: &'static str) -> SendStream<Bytes> {
    let head = Response::builder()
        .header("content-type", "text/event-stream")
        .body(())
        .unwrap();
    let mut body = respond.send_response(head, false).unwrap();
    body.send_data(Bytes::from_static(data.as_bytes()), false)
        .unwrap();
    body
}

#[tokio::test]
async fn many_streams_share_one_connection() {
    let server = Server::start(100, async |_, (_, mut respond): Exchange| {
        begin(&mut respond, "data: 1\n\ndata: [DONE]\n\n")
            .send_data(Bytes::new(), true)
            .unwrap();
    })
    .await;
    let client = server.client();
    let mut streams = Vec::new();
    for _ in 0..50 {
        streams.push(client.stream(paid()).await.unwrap());
    }
    for mut stream in streams {
        assert!(stream.next().await.unwrap().is_ok());
        assert!(stream.next().await.is_none());
        assert_eq!(stream.metadata().http_version(), http::Version::HTTP_2);
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn calls_that_begin_together_open_one_connection() {
    let server = Server::start(100, async |_, (_, mut respond): Exchange| {
        begin(&mut respond, "data: [DONE]\n\n")
            .send_data(Bytes::new(), true)
            .unwrap();
    })
    .await;
    let client = server.client();
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.stream(paid()).await.unwrap().next().await.is_none() })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn another_connection_is_opened_where_one_is_full() {
    let server = Server::start(4, async |_, (_, mut respond): Exchange| {
        let _open = begin(&mut respond, "data: 1\n\n");
        std::future::pending::<()>().await;
    })
    .await;
    let client = server.client();
    let mut open = Vec::new();
    for _ in 0..12 {
        let mut stream = client.stream(paid()).await.unwrap();
        assert!(stream.next().await.unwrap().is_ok());
        open.push(stream);
    }
    assert_eq!(server.connections(), 3);
    // A place that is free again is taken before another connection is opened.
    open.remove(0);
    open.push(client.stream(paid()).await.unwrap());
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn dropping_a_stream_or_a_call_resets_it_and_leaves_the_others() {
    let (told, mut resets) = mpsc::unbounded_channel();
    let server = Server::start(100, move |_, (_, mut respond): Exchange| {
        let told = told.clone();
        async move {
            let begins = respond.stream_id().as_u32() == 1;
            let reason = if begins {
                let mut body = begin(&mut respond, "data: 1\n\n");
                std::future::poll_fn(|cx| body.poll_reset(cx)).await
            } else {
                std::future::poll_fn(|cx| respond.poll_reset(cx)).await
            };
            told.send(reason.unwrap()).unwrap();
        }
    })
    .await;
    let client = server.client();
    let mut stream = client.stream(paid()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let operation = paid();
    tokio::select! {
        _ = client.send(&operation) => unreachable!("there is no answer"),
        _ = tokio::time::sleep(std::time::Duration::from_millis(50)) => {}
    }
    assert_eq!(resets.recv().await, Some(Reason::CANCEL));
    drop(stream);
    assert_eq!(resets.recv().await, Some(Reason::CANCEL));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_stream_that_the_server_refused_did_not_run_and_is_sent_again() {
    let server = Server::start(100, async |number, (_, mut respond): Exchange| {
        if number == 0 {
            respond.send_reset(Reason::REFUSED_STREAM);
        } else {
            begin(&mut respond, "data: 1\n\ndata: [DONE]\n\n")
                .send_data(Bytes::new(), true)
                .unwrap();
        }
    })
    .await;
    let mut stream = server.client().stream(paid()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert_eq!(stream.metadata().attempts(), 2);
}

#[tokio::test]
async fn a_reset_for_another_reason_may_have_run_and_is_not_sent_again() {
    for (reason, kind) in [
        (Reason::INTERNAL_ERROR, ErrorKind::Disconnected),
        (Reason::CANCEL, ErrorKind::Cancelled),
    ] {
        let server = Server::start(100, move |_, (_, mut respond): Exchange| async move {
            respond.send_reset(reason);
        })
        .await;
        let error = server.client().send(&paid()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts(), error.may_have_run()),
            (kind, 1, true),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_reset_in_the_middle_of_a_stream_truncates_it() {
    let server = Server::start(100, async |_, (_, mut respond): Exchange| {
        let mut body = begin(&mut respond, "data: 1\n\n");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        body.send_reset(Reason::INTERNAL_ERROR);
    })
    .await;
    let mut stream = server.client().stream(paid()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert_eq!(
        stream.next().await.unwrap().unwrap_err().kind(),
        ErrorKind::Truncated
    );
}

#[tokio::test]
async fn a_connection_that_the_server_winds_down_serves_what_is_open_and_is_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/v1", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let server = Server {
        url,
        connections: connections.clone(),
    };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                let (_, mut respond) = connection.accept().await.unwrap().unwrap();
                let mut body = begin(&mut respond, "data: 1\n\n");
                connection.graceful_shutdown();
                let later = async move {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    body.send_data(Bytes::from_static(b"data: 2\n\ndata: [DONE]\n\n"), true)
                        .unwrap();
                };
                tokio::join!(later, async {
                    while connection.accept().await.is_some() {}
                });
            });
        }
    });
    let client = server.client();
    let mut first = client.stream(paid()).await.unwrap();
    assert!(first.next().await.unwrap().is_ok());
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let mut second = client.stream(paid()).await.unwrap();
    assert!(second.next().await.unwrap().is_ok());
    assert!(first.next().await.unwrap().is_ok());
    assert!(first.next().await.is_none());
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_server_that_does_not_speak_http2_is_an_error() {
    let server = crate::server::Server::answering(crate::server::json("200 OK", "{}")).await;
    let client = crate::calls::builder(&server)
        .http_version(HttpVersion::Http2)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert!(!error.to_string().is_empty());
    assert!(
        matches!(
            error.kind(),
            ErrorKind::Disconnected | ErrorKind::Connect | ErrorKind::Protocol
        ),
        "{error:?}"
    );
}
