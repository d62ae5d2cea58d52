//! Answers that come in pages.

use std::sync::{Arc, Mutex};

use openrouter_transport::{CallOptions, ErrorKind};
use openrouter_types::operations::ListModels;

use crate::calls::{builder, client};
use crate::server::{Server, json};

/// A server that answers with these bodies, one after another, and keeps the paths that it was asked for.
async fn answering(bodies: &'static [&'static str]) -> (Server, Arc<Mutex<Vec<String>>>) {
    let paths = Arc::new(Mutex::new(Vec::new()));
    let kept = paths.clone();
    let server = Server::start(move |mut connection| {
        let kept = kept.clone();
        async move {
            while let Some(request) = connection.request().await {
                let number = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(request.head.split(' ').nth(1).unwrap().to_owned());
                    kept.len() - 1
                };
                connection.write(json("200 OK", bodies[number])).await;
            }
        }
    })
    .await;
    (server, paths)
}

#[tokio::test]
async fn pages_follow_the_numbers_of_the_link_and_not_its_host() {
    let (server, paths) = answering(&[
        r#"{"data":[{"id":"a"},{"id":"b"}],"total_count":5,"links":{"next":"https://elsewhere.example/api/v1/models?offset=2&limit=2"}}"#,
        r#"{"data":[{"id":"c"},{"id":"d"}],"links":{"next":"/api/v1/models?limit=2&offset=4"}}"#,
        r#"{"data":[{"id":"e"}],"links":{"next":null}}"#,
    ])
    .await;
    let mut operation = ListModels::new();
    operation.q = Some("large".to_owned());
    operation.limit = Some(2);
    let mut pages = client(&server).pages(operation);
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await {
        ids.extend(
            page.unwrap()
                .answer
                .data
                .into_iter()
                .filter_map(|model| model.id),
        );
    }
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    let paths = paths.lock().unwrap().clone();
    assert_eq!(
        paths,
        [
            "/api/v1/models?q=large&limit=2",
            "/api/v1/models?q=large&offset=2&limit=2",
            "/api/v1/models?q=large&offset=4&limit=2"
        ]
    );
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_link_that_leads_nowhere_new_ends_the_pages() {
    for link in [
        "/api/v1/models?offset=0&limit=2",
        "/api/v1/models",
        "?offset=x",
        "",
        "/models?offset=-1",
    ] {
        let body: &'static str = format!(r#"{{"data":[],"links":{{"next":"{link}"}}}}"#).leak();
        let (server, paths) = answering(vec![body].leak()).await;
        let mut pages = client(&server).pages(ListModels::new());
        assert!(pages.next().await.unwrap().is_ok());
        assert!(pages.next().await.is_none());
        assert_eq!(paths.lock().unwrap().len(), 1, "{link}");
    }
}

#[tokio::test]
async fn pages_end_with_their_first_error() {
    let server = Server::answering(json("401 Unauthorized", "{}")).await;
    let mut pages = builder(&server)
        .build()
        .unwrap()
        .pages_with(ListModels::new(), CallOptions::new());
    assert_eq!(
        pages.next().await.unwrap().unwrap_err().kind(),
        ErrorKind::Api
    );
    assert!(pages.next().await.is_none());
}
