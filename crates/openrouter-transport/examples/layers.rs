//! Tower's layers around the client: at most so many calls at once, at most so many in a period, and a record of
//! what was sent.
//!
//! `cargo run -p openrouter-transport --example layers` runs without a network: a function stands in its place. In a
//! program of yours, `Client::builder().from_env().layer(stack)` puts the same stack around the real network.

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use openrouter_transport::Client;
use openrouter_transport::service::{BoxError, ReplayBody, ResponseBody};
use openrouter_types::operations::ListProviders;
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};

/// What was sent, a line for each attempt.
type Record = Arc<Mutex<Vec<String>>>;

/// At most 4 calls at once and 50 in a second, over all clones of the client; each attempt is recorded.
fn stack<S>(
    network: S,
    record: Record,
) -> impl Service<Request<ReplayBody>, Response = Response<ResponseBody>, Error = BoxError, Future: Send>
+ Clone
+ Send
+ 'static
where
    S: Service<Request<ReplayBody>, Response = Response<ResponseBody>> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    let recorded = network
        .map_err(Into::into)
        .map_request(move |request: Request<ReplayBody>| {
            let line = format!(
                "{} {} ({} bytes)",
                request.method(),
                request.uri().path(),
                request.body().bytes().len()
            );
            record
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(line);
            request
        });
    // A rate limit cannot be cloned, so a buffer in front of it is shared.
    ServiceBuilder::new()
        .buffer(64)
        .concurrency_limit(4)
        .rate_limit(50, Duration::from_secs(1))
        .service(recorded)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), openrouter_transport::Error> {
    let offline = service_fn(|_: Request<ReplayBody>| async {
        let body = Bytes::from_static(br#"{"data":[{"name":"Acme","slug":"acme"}]}"#);
        Ok::<_, Infallible>(Response::new(ResponseBody::from(body)))
    });
    let record = Record::default();
    let client = Client::builder()
        .service(stack(offline, record.clone()))
        .build()?;
    for _ in 0..3 {
        let providers = client.send(&ListProviders::new()).await?;
        assert_eq!(providers.answer.data.len(), 1);
    }
    let record = record
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    assert_eq!(*record, ["GET /api/v1/providers (0 bytes)"; 3]);
    for line in &*record {
        println!("{line}");
    }
    Ok(())
}
