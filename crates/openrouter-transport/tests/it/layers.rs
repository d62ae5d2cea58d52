//! Tower's layers around the network, and services in its place.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use openrouter_transport::service::{BoxError, ReplayBody, ResponseBody};
use openrouter_transport::{Client, ErrorKind, Network, RetryPolicy, Timeouts};
use tower::{ServiceBuilder, ServiceExt};

use crate::calls::{builder, paid};
use crate::server::{STREAM_HEAD, Server, chunk, json};

#[tokio::test]
async fn a_concurrency_limit_holds_over_all_clones() {
    let busy = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (count, peak) = (busy.clone(), most.clone());
    let server = Server::start(move |mut connection| {
        let (count, peak) = (count.clone(), peak.clone());
        async move {
            while connection.request().await.is_some() {
                peak.fetch_max(count.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                count.fetch_sub(1, Ordering::SeqCst);
                connection.write(json("200 OK", "{}")).await;
            }
        }
    })
    .await;
    let client = builder(&server)
        .layer(|network: Network| ServiceBuilder::new().concurrency_limit(2).service(network))
        .build()
        .unwrap();
    let calls: Vec<_> = (0..12)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&paid()).await.is_ok() })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_layer_sees_each_attempt_and_may_change_it() {
    let server = Server::start(async |mut connection| {
        while let Some(request) = connection.request().await {
            let answer = match request.field("x-attempt") {
                Some("3") => json("200 OK", "{}"),
                _ => json("503 Busy", "{}"),
            };
            connection.write(answer).await;
        }
    })
    .await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let client = builder(&server)
        .layer(move |network: Network| {
            network.map_request(move |mut request: Request<ReplayBody>| {
                let mut seen = kept.lock().unwrap();
                seen.push((request.headers().clone(), request.body().bytes().clone()));
                request.headers_mut().insert("x-attempt", seen.len().into());
                request
            })
        })
        .build()
        .unwrap();
    assert_eq!(client.send(&paid()).await.unwrap().metadata.attempts(), 3);
    let seen = seen.lock().unwrap();
    let [(fields, body), others @ ..] = &seen[..] else {
        panic!("nothing was sent")
    };
    assert_eq!(others.len(), 2);
    assert!(fields.contains_key("authorization"));
    for (other_fields, other_body) in others {
        assert_eq!(other_fields, fields);
        assert_eq!(other_body.as_ptr(), body.as_ptr(), "the body was copied");
    }
}

#[tokio::test]
async fn an_error_of_the_network_comes_through_layers_as_it_is() {
    let server = Server::answering("").await;
    let nobody = server.url();
    drop(server);
    tokio::task::yield_now().await;
    let client = Client::builder()
        .base_url(nobody)
        .proxy(openrouter_transport::Proxy::none())
        .retry(RetryPolicy::none())
        .layer(|network: Network| {
            ServiceBuilder::new()
                .buffer(4)
                .concurrency_limit(4)
                .service(network.map_err(BoxError::from))
        })
        .build()
        .unwrap();
    assert_eq!(
        client.send(&paid()).await.unwrap_err().kind(),
        ErrorKind::Connect
    );
}

#[tokio::test]
async fn an_error_of_a_layer_is_told_apart() {
    let service = tower::service_fn(|_: Request<ReplayBody>| async {
        Err::<Response<ResponseBody>, _>(BoxError::from("circuit open"))
    });
    let client = Client::builder().service(service).build().unwrap();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_run(), error.attempts()),
        (ErrorKind::Service, true, 1)
    );
    assert_eq!(
        error.to_string(),
        "a layer of the client failed: circuit open"
    );
}

#[tokio::test]
async fn waiting_in_a_layer_is_not_waiting_for_the_first_byte() {
    let server = Server::start(async |mut connection| {
        connection.request().await;
        connection.closed().await;
    })
    .await;
    let client = builder(&server)
        .timeouts(Timeouts::default().with_first_byte(Duration::from_millis(50)))
        .layer(|network: Network| {
            tower::service_fn(move |request: Request<ReplayBody>| {
                let network = network.clone();
                async move {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    network.oneshot(request).await
                }
            })
        })
        .build()
        .unwrap();
    let began = std::time::Instant::now();
    let error = client.send(&paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FirstByteTimeout);
    assert!(
        began.elapsed() >= Duration::from_millis(250),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn dropping_a_stream_behind_layers_closes_the_connection() {
    let (told, closed) = tokio::sync::oneshot::channel();
    let told = Arc::new(Mutex::new(Some(told)));
    let server = Server::start(move |mut connection| {
        let told = told.clone();
        async move {
            connection.request().await;
            connection
                .write(format!("{STREAM_HEAD}{}", chunk("data: 1\n\n")))
                .await;
            connection.closed().await;
            let _ = told.lock().unwrap().take().unwrap().send(());
        }
    })
    .await;
    let client = builder(&server)
        .layer(|network: Network| ServiceBuilder::new().concurrency_limit(2).service(network))
        .build()
        .unwrap();
    let mut stream = client.stream(paid()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    closed.await.unwrap();
}
