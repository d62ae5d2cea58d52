//! What a request looks like on the wire, and what is made of a good answer.

use std::sync::{Arc, Mutex};

use http::{HeaderName, HeaderValue};
use openrouter_transport::{CallOptions, Client, ErrorKind, ResponseCache};
use serde_json::json;

use crate::calls::{Manage, Public, Read, builder, client, paid};
use crate::server::{Received, Server, json as json_answer, json_with};

/// A server that keeps what it receives.
async fn recording() -> (Server, Arc<Mutex<Vec<Received>>>) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = received.clone();
    let server = Server::start(move |mut connection| {
        let kept = kept.clone();
        async move {
            while let Some(request) = connection.request().await {
                kept.lock().unwrap().push(request);
                connection
                    .write(json_answer("200 OK", "{\"ok\":true}"))
                    .await;
            }
        }
    })
    .await;
    (server, received)
}

#[test]
fn what_cannot_be_a_header_field_is_an_error_of_the_client_without_its_text() {
    for (name, value) in [("not a name", "secret"), ("x-name", "secret\nx-other: 1")] {
        let built = Client::builder().api_key("k").header(name, value).build();
        let error = built.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            !format!("{error} {error:?}").contains("secret"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_request_carries_the_operation_the_client_and_the_call() {
    let (server, received) = recording().await;
    let client = builder(&server)
        .app_url("https://app.example")
        .app_title("Älpha")
        .app_categories(["cli-agent", "game"])
        .session_id("of-the-client")
        .header("X-Mine", "of-the-client")
        .build()
        .unwrap();
    let options = CallOptions::new()
        .with_session_id("of-the-call")
        .unwrap()
        .with_header(
            HeaderName::from_static("x-of-the-operation"),
            HeaderValue::from_static("of-the-call"),
        )
        .with_router_metadata()
        .with_response_cache(ResponseCache::OnFor(std::time::Duration::from_secs(60)))
        .with_query("b c", "1&2");
    client.send_with(&paid(), &options).await.unwrap();
    client.send(&Read).await.unwrap();

    let requests = received.lock().unwrap();
    let shown: Vec<String> = requests
        .iter()
        .map(|request| {
            let mut fields: Vec<&str> = request.head.trim_end().lines().collect();
            fields[1..].sort_unstable();
            format!(
                "{}\n\n{}",
                fields.join("\n"),
                String::from_utf8_lossy(&request.body)
            )
        })
        .collect();
    let text = shown
        .join("\n----\n")
        .replace(&server.address.to_string(), "HOST")
        .replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn the_bytes_of_a_request_are_the_same_seen_ahead_and_on_the_wire() {
    let (server, received) = recording().await;
    let client = client(&server);
    let operation = crate::calls::Paid(json!({ "z": 1, "a": [1.5, "é"] }));
    let ahead = client.encode(&operation, &CallOptions::default()).unwrap();
    client.send(&operation).await.unwrap();
    let received = received.lock().unwrap();
    assert_eq!(ahead.body(), &received[0].body);
    assert_eq!(ahead.uri().path(), "/api/v1/chat/completions");
    assert!(!format!("{ahead:?}").contains("test-key"), "{ahead:?}");
}

#[tokio::test]
async fn each_kind_of_call_carries_the_key_that_it_needs_and_no_other() {
    let (server, received) = recording().await;
    let both = builder(&server).management_key("managing").build().unwrap();
    let one = client(&server);
    let none = Client::builder()
        .base_url(server.url())
        .proxy(openrouter_transport::Proxy::none())
        .build()
        .unwrap();
    both.send(&Read).await.unwrap();
    both.send(&Manage).await.unwrap();
    both.send(&Public).await.unwrap();
    one.send(&Manage).await.unwrap();
    none.send(&Read).await.unwrap();
    let other = openrouter_transport::ApiKey::new("other\n").unwrap();
    one.send_with(&Read, &CallOptions::new().with_api_key(other))
        .await
        .unwrap();

    let received = received.lock().unwrap();
    let keys: Vec<_> = received
        .iter()
        .map(|request| request.field("authorization"))
        .collect();
    let own = Some("Bearer sk-or-v1-test-key");
    assert_eq!(
        keys,
        [
            own,
            Some("Bearer managing"),
            None,
            own,
            None,
            Some("Bearer other")
        ]
    );
}

#[test]
fn a_call_that_must_not_carry_a_key_carries_none_however_it_was_set() {
    let authorization = HeaderValue::from_static("Bearer of-a-gateway");
    let client = Client::builder()
        .header(http::header::AUTHORIZATION, authorization.clone())
        .build()
        .unwrap();
    let encode = |options| client.encode(&Public, &options).unwrap();
    let of_the_call =
        CallOptions::new().with_header(http::header::AUTHORIZATION, authorization.clone());
    for request in [encode(CallOptions::new()), encode(of_the_call)] {
        assert_eq!(request.headers().get("authorization"), None);
    }
    let other = client.encode(&Read, &CallOptions::new()).unwrap();
    assert_eq!(other.headers().get("authorization"), Some(&authorization));
}

#[tokio::test]
async fn a_key_never_shows() {
    let (server, _) = recording().await;
    let building = builder(&server).management_key("managing-key");
    let shown = format!("{building:?}");
    let client = building.build().unwrap();
    let shown = format!(
        "{shown} {client:?} {:?}",
        CallOptions::new().with_api_key(openrouter_transport::ApiKey::new("own-key").unwrap())
    );
    assert!(!shown.contains("-key"), "{shown}");
    let error = Client::builder()
        .api_key("sk-or-v1-secret\u{7f}")
        .build()
        .unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("secret"),
        "{error:?}"
    );
}

#[tokio::test]
async fn calls_one_after_another_share_a_connection() {
    let (server, _) = recording().await;
    let client = client(&server);
    for _ in 0..20 {
        client.clone().send(&paid()).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn warming_up_opens_the_connection_that_the_first_call_uses() {
    let (server, received) = recording().await;
    let client = client(&server);
    client.warm_up().await.unwrap();
    client.warm_up().await.unwrap();
    client.send(&Read).await.unwrap();
    assert_eq!(server.connections(), 1);
    assert_eq!(received.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_comes_with_what_is_known_of_it() {
    let fields = "X-Generation-Id: gen-9\r\nX-Provider-Name: Acme\r\ncf-ray: ray\r\nX-OpenRouter-Cache-Status: HIT\r\n\
        X-OpenRouter-Cache-Age: 7\r\nX-OpenRouter-Cache-TTL: 300\r\nX-OpenRouter-Cache-Source-Id: gen-1\r\n\
        X-RateLimit-Limit: 20\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1700\r\n";
    let server = Server::answering(json_with("201 Created", fields, " \n\n {\"id\":1}")).await;
    let reply = client(&server).send(&paid()).await.unwrap();
    assert_eq!(reply.answer.0, json!({ "id": 1 }));
    let known = reply.metadata;
    assert_eq!(known.status(), 201);
    assert_eq!(known.generation_id(), Some("gen-9"));
    assert_eq!(known.provider_name(), Some("Acme"));
    assert_eq!(known.request_id(), Some("ray"));
    assert_eq!(known.is_cache_hit(), Some(true));
    assert_eq!(known.cache_age().map(|age| age.as_secs()), Some(7));
    assert_eq!(known.cache_ttl().map(|ttl| ttl.as_secs()), Some(300));
    assert_eq!(known.cache_source_id(), Some("gen-1"));
    assert_eq!(
        (
            known.rate_limit(),
            known.rate_limit_remaining(),
            known.rate_limit_reset()
        ),
        (Some(20), Some(0), Some("1700"))
    );
    assert_eq!(known.attempts(), 1);
}

#[test]
fn the_environment_sets_up_a_client() {
    let variables = [
        ("OPENROUTER_API_KEY", " sk-or-v1-env\n"),
        ("OPENROUTER_API_BASE", "http://127.0.0.1:9/api/v1/"),
        ("OPENROUTER_HTTP_REFERER", "https://app.example"),
        ("OPENROUTER_APP_TITLE", ""),
        ("OPENROUTER_APP_CATEGORIES", "game, cli-agent"),
        ("OPENROUTER_SESSION_ID", "s"),
    ];
    let look_up = |name: &str| {
        variables
            .iter()
            .find(|(have, _)| *have == name)
            .map(|(_, value)| (*value).to_owned())
    };
    let client = Client::builder().from_variables(look_up).build().unwrap();
    assert_eq!(client.base_url(), "http://127.0.0.1:9/api/v1");
    let request = client.encode(&Read, &CallOptions::default()).unwrap();
    let field = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    assert_eq!(field("authorization"), Some("Bearer sk-or-v1-env"));
    assert_eq!(field("http-referer"), Some("https://app.example"));
    assert_eq!(field("x-openrouter-title"), None);
    assert_eq!(field("x-openrouter-categories"), Some("game,cli-agent"));
    assert_eq!(field("x-session-id"), Some("s"));
    assert_eq!(request.uri(), "http://127.0.0.1:9/api/v1/things?a=1");

    let alias = |name: &str| {
        matches!(name, "OPENROUTER_BASE_URL")
            .then(|| "http://first/v1".to_owned())
            .or_else(|| look_up(name))
    };
    assert_eq!(
        Client::builder()
            .from_variables(alias)
            .build()
            .unwrap()
            .base_url(),
        "http://first/v1"
    );

    // LangChain's name for the same, where ours is not set.
    let langchain = |name: &str| {
        let value = match name {
            "OPENROUTER_HTTP_REFERER" => None,
            "OPENROUTER_APP_URL" => Some("https://other.example"),
            _ => return look_up(name),
        };
        value.map(str::to_owned)
    };
    let client = Client::builder().from_variables(langchain).build().unwrap();
    let request = client.encode(&Read, &CallOptions::default()).unwrap();
    assert_eq!(request.headers()["http-referer"], "https://other.example");
}

#[test]
fn a_wrong_setting_is_an_error_that_says_which() {
    let cases = [
        (Client::builder().base_url("openrouter.ai/api"), "base URL"),
        (
            Client::builder().base_url("ftp://openrouter.ai/api"),
            "neither http nor https",
        ),
        (
            Client::builder().base_url("https://openrouter.ai/api?x=1"),
            "has a query",
        ),
        (
            Client::builder().base_url("https://me:pw@openrouter.ai/api"),
            "has a user",
        ),
        (Client::builder().base_url(""), "base URL"),
        (Client::builder().api_key(" "), "API key is empty"),
        (Client::builder().api_key("a\nb"), "API key has characters"),
        (Client::builder().app_title("a\nb"), "app title cannot"),
    ];
    for (builder, says) in cases {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(says), "{error}");
        assert!(!error.may_have_run() && !error.is_retryable(), "{error:?}");
    }
}
