//! Many streams at once: all are open together, all end, and none gets what is another's.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::Response;
use openrouter_transport::Client;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::calls::{Json, Paid, builder};
use crate::http2::{self, Exchange};
use crate::server::{STREAM_HEAD, Server, chunk};

/// How many events each stream has.
const EVENTS: usize = 20;

/// Reads so many streams at once; each asks for its number, and must get that and nothing else.
async fn read_all(client: Client, streams: usize) {
    let readers: Vec<_> = (0..streams)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                let mut stream = client.stream(Paid(json!({ "n": number }))).await.unwrap();
                let mut events = 0;
                while let Some(event) = stream.next().await {
                    assert_eq!(event.unwrap(), Json(json!({ "n": number, "at": events })));
                    events += 1;
                }
                (events, stream.metadata().attempts())
            })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), (EVENTS, 1));
    }
}

fn number(body: &[u8]) -> u64 {
    let body: Value = serde_json::from_slice(body).unwrap();
    body["n"].as_u64().unwrap()
}

/// The events of a stream, one by one, the end mark last.
fn events(number: u64) -> impl Iterator<Item = String> {
    (0..EVENTS)
        .map(move |at| format!("data: {{\"n\":{number},\"at\":{at}}}\n\n"))
        .chain(["data: [DONE]\n\n".to_owned()])
}

#[tokio::test]
async fn hundreds_of_streams_over_as_many_connections() {
    // No more than the usual limit of open files allows, with both ends in one process.
    const STREAMS: usize = 300;
    let all_open = Arc::new(Barrier::new(STREAMS));
    let server = Server::start(move |mut connection| {
        let all_open = all_open.clone();
        async move {
            let number = number(&connection.request().await.unwrap().body);
            connection.write(STREAM_HEAD).await;
            all_open.wait().await;
            for event in events(number) {
                connection.write(chunk(&event)).await;
                tokio::task::yield_now().await;
            }
            connection.write(chunk("")).await;
            connection.closed().await;
        }
    })
    .await;
    read_all(builder(&server).build().unwrap(), STREAMS).await;
    assert_eq!(server.connections(), STREAMS);
}

#[tokio::test]
async fn a_thousand_streams_over_the_fewest_connections_that_the_server_allows() {
    const STREAMS: usize = 1_000;
    let all_open = Arc::new(Barrier::new(STREAMS));
    let server = http2::Server::start(100, move |_, (request, mut respond): Exchange| {
        let all_open = all_open.clone();
        async move {
            let mut asked = request.into_body();
            let mut body = BytesMut::new();
            while let Some(data) = asked.data().await {
                body.extend_from_slice(&data.unwrap());
            }
            let head = Response::builder().header("content-type", "text/event-stream");
            let mut answer = respond
                .send_response(head.body(()).unwrap(), false)
                .unwrap();
            all_open.wait().await;
            for event in events(number(&body)) {
                answer.send_data(Bytes::from(event), false).unwrap();
                tokio::task::yield_now().await;
            }
            answer.send_data(Bytes::new(), true).unwrap();
        }
    })
    .await;
    read_all(server.client(), STREAMS).await;
    assert_eq!(server.connections(), 10);
}
