//! HTTP/2 connections that the server ends while calls are on them: what it names as processed may have run, and the
//! rest has not.

use std::time::Duration;

use openrouter_transport::{Client, ErrorKind, HttpVersion, Proxy, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::calls::paid;
use crate::frames::*;

/// One connection of a server without a library.
struct Peer(TcpStream);

impl Peer {
    async fn accept(listener: &TcpListener) -> Self {
        let accepted = tokio::time::timeout(Duration::from_secs(10), listener.accept()).await;
        let (mut stream, _) = accepted.expect("a connection").unwrap();
        stream.read_exact(&mut [0; PREFACE.len()]).await.unwrap();
        let mut peer = Self(stream);
        peer.write(&frame(SETTINGS, NONE, 0, &[])).await;
        peer
    }

    async fn write(&mut self, frame: &[u8]) {
        self.0.write_all(frame).await.unwrap();
    }

    /// Waits until so many more requests have come.
    async fn requests(&mut self, count: usize) {
        let mut seen = 0;
        while seen < count {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.unwrap();
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            self.0
                .read_exact(&mut vec![0; length as usize])
                .await
                .unwrap();
            seen += usize::from(head[3] == HEADERS);
        }
    }

    async fn answer(&mut self, stream: u32, data: &[u8]) {
        self.write(&frame(HEADERS, END_HEADERS, stream, EVENTS))
            .await;
        self.write(&frame(DATA, END_STREAM, stream, data)).await;
    }

    /// Says that it ends, and that it has processed what came up to this stream.
    async fn farewell(&mut self, last: u32, reason: u32) {
        let payload = [last.to_be_bytes(), reason.to_be_bytes()].concat();
        self.write(&frame(GOAWAY, NONE, 0, &payload)).await;
    }
}

async fn server() -> (TcpListener, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::builder()
        .base_url(format!("http://{}", listener.local_addr().unwrap()))
        .proxy(Proxy::none())
        .http_version(HttpVersion::Http2)
        .retry(RetryPolicy::default().with_first_wait(Duration::ZERO))
        .build()
        .unwrap();
    (listener, client)
}

/// The outcome of a stream: how many attempts and events it had, or the error.
async fn outcome(client: Client) -> Result<(u32, usize), openrouter_transport::Error> {
    let mut stream = client.stream(paid()).await?;
    let mut events = 0;
    while let Some(event) = stream.next().await {
        event?;
        events += 1;
    }
    Ok((stream.metadata().attempts(), events))
}

#[tokio::test]
async fn what_came_behind_the_last_processed_stream_is_sent_again_and_the_rest_is_served() {
    // Whatever the reason: no error, or that the client asked for too much.
    for reason in [0, 11] {
        let (listener, client) = server().await;
        let first = tokio::spawn(outcome(client.clone()));
        let mut peer = Peer::accept(&listener).await;
        peer.requests(1).await;
        let later = [(); 3].map(|()| tokio::spawn(outcome(client.clone())));
        peer.requests(3).await;
        peer.farewell(1, reason).await;
        let mut next = Peer::accept(&listener).await;
        next.requests(3).await;
        for stream in [1, 3, 5] {
            next.answer(stream, b"data: 1\n\ndata: 2\n\ndata: [DONE]\n\n")
                .await;
        }
        for call in later {
            assert_eq!(call.await.unwrap().unwrap(), (2, 2));
        }
        peer.answer(1, b"data: 1\n\ndata: [DONE]\n\n").await;
        assert_eq!(first.await.unwrap().unwrap(), (1, 1));
    }
}

#[tokio::test]
async fn what_was_processed_and_not_answered_is_not_sent_again() {
    let (listener, client) = server().await;
    let calls = [(); 2].map(|()| tokio::spawn(outcome(client.clone())));
    let mut peer = Peer::accept(&listener).await;
    peer.requests(2).await;
    peer.farewell(3, 0).await;
    drop(peer);
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_run(), error.attempts()),
            (ErrorKind::Disconnected, true, 1),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_farewell_does_not_end_an_answer_that_is_coming_but_its_connection_does() {
    let (listener, client) = server().await;
    let call = tokio::spawn(outcome(client));
    let mut peer = Peer::accept(&listener).await;
    peer.requests(1).await;
    peer.farewell(1, 0).await;
    peer.write(&frame(HEADERS, END_HEADERS, 1, EVENTS)).await;
    peer.write(&frame(DATA, NONE, 1, b"data: 1\n\n")).await;
    drop(peer);
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_run(), error.attempts()),
        (ErrorKind::Truncated, true, 1),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_kept_connection_that_ended_is_replaced_and_nothing_is_lost() {
    let (listener, client) = server().await;
    for _ in 0..5 {
        let call = tokio::spawn(outcome(client.clone()));
        let mut peer = Peer::accept(&listener).await;
        peer.requests(1).await;
        peer.answer(1, b"data: 1\n\ndata: [DONE]\n\n").await;
        // One attempt: that a connection has died since it was used is seen before anything is sent.
        assert_eq!(call.await.unwrap().unwrap(), (1, 1));
        drop(peer);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
