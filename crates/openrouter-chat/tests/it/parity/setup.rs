//! Key, environment, attribution, header fields; nothing secret shown or saved.

use std::env;
use std::process::Command;

use http::{HeaderMap, HeaderName, HeaderValue};
use openrouter_chat::transport::ApiKey;
use openrouter_chat::{CallOptions, ChatModel, ChatOptions, Client};

use crate::wire::offline;

/// Runs the check in a process of its own that has these variables of ours and no others.
fn in_an_environment_of(test: &str, variables: &[(&str, &str)], check: impl FnOnce()) {
    const MARK: &str = "IN_A_PROCESS_OF_ITS_OWN";
    if env::var_os(MARK).is_some() {
        return check();
    }
    let mut child = Command::new(env::current_exe().unwrap());
    child.args([&format!("parity::setup::{test}"), "--exact"]);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("OPENROUTER_") {
            child.env_remove(name);
        }
    }
    let output = child
        .envs(variables.iter().copied())
        .env(MARK, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
}

fn headers(model: &ChatModel, options: &ChatOptions) -> HeaderMap {
    model.encode("Hi", options).unwrap().headers().clone()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

#[test]
fn what_is_not_given_is_taken_from_the_environment() {
    let variables = [
        ("OPENROUTER_API_KEY", "key-of-env"),
        ("OPENROUTER_BASE_URL", "http://127.0.0.1:9/of-env"),
        ("OPENROUTER_APP_URL", "https://env.example"),
        ("OPENROUTER_APP_TITLE", "Env"),
        ("OPENROUTER_APP_CATEGORIES", "cli-agent, roleplay"),
        ("OPENROUTER_SESSION_ID", "session-of-env"),
    ];
    in_an_environment_of(
        "what_is_not_given_is_taken_from_the_environment",
        &variables,
        || {
            let model = ChatModel::new(Client::from_env().unwrap(), "a/b");
            let request = model.encode("Hi", &ChatOptions::new()).unwrap();
            assert_eq!(request.uri().path(), "/of-env/chat/completions");
            let headers = request.headers();
            assert_eq!(text(headers, "authorization"), Some("Bearer key-of-env"));
            assert_eq!(text(headers, "http-referer"), Some("https://env.example"));
            assert_eq!(text(headers, "x-openrouter-title"), Some("Env"));
            assert_eq!(
                text(headers, "x-openrouter-categories"),
                Some("cli-agent,roleplay")
            );
            assert!(
                String::from_utf8_lossy(request.body())
                    .contains(r#""session_id":"session-of-env""#)
            );

            // An argument wins, and the empty text stands for nothing.
            let client = Client::builder()
                .from_env()
                .api_key("key-of-argument")
                .base_url("http://127.0.0.1:9/of-argument")
                .app_url("https://argument.example")
                .app_title("Argument")
                .app_categories(["game"])
                .build()
                .unwrap();
            let model = ChatModel::new(client, "a/b").with_session_id("session-of-argument");
            let request = model.encode("Hi", &ChatOptions::new()).unwrap();
            assert_eq!(request.uri().path(), "/of-argument/chat/completions");
            let headers = request.headers();
            assert_eq!(
                text(headers, "authorization"),
                Some("Bearer key-of-argument")
            );
            assert_eq!(
                text(headers, "http-referer"),
                Some("https://argument.example")
            );
            assert_eq!(text(headers, "x-openrouter-title"), Some("Argument"));
            assert_eq!(text(headers, "x-openrouter-categories"), Some("game"));
            let body = String::from_utf8_lossy(request.body()).into_owned();
            assert!(
                body.contains(r#""session_id":"session-of-argument""#),
                "{body}"
            );
            let none = ChatOptions::new().with_session_id("");
            let body = model.encode("Hi", &none).unwrap().into_body();
            assert!(!String::from_utf8_lossy(&body).contains("session_id"));
        },
    );
}

#[test]
fn without_a_key_the_error_names_the_variable() {
    let check = || {
        let error = Client::from_env().unwrap_err();
        assert!(error.to_string().contains("OPENROUTER_API_KEY"), "{error}");
    };
    let test = "without_a_key_the_error_names_the_variable";
    in_an_environment_of(test, &[], check);
    in_an_environment_of(test, &[("OPENROUTER_API_KEY", "")], check);
}

#[test]
fn empty_variables_count_as_missing() {
    let variables = [
        ("OPENROUTER_API_KEY", "k"),
        ("OPENROUTER_BASE_URL", ""),
        ("OPENROUTER_APP_URL", ""),
        ("OPENROUTER_APP_TITLE", ""),
        ("OPENROUTER_APP_CATEGORIES", ""),
        ("OPENROUTER_SESSION_ID", ""),
    ];
    in_an_environment_of("empty_variables_count_as_missing", &variables, || {
        let model = ChatModel::new(Client::from_env().unwrap(), "a/b");
        let request = model.encode("Hi", &ChatOptions::new()).unwrap();
        assert_eq!(request.uri().host(), Some("openrouter.ai"));
        for name in [
            "http-referer",
            "x-openrouter-title",
            "x-title",
            "x-openrouter-categories",
            "x-session-id",
        ] {
            assert_eq!(text(request.headers(), name), None, "{name}");
        }
        assert_eq!(
            request.body(),
            r#"{"model":"a/b","messages":[{"role":"user","content":"Hi"}]}"#
        );
    });
}

/// They name themselves where the user names nobody; we say nothing.
#[test]
fn nobody_is_named_unless_the_user_names_somebody() {
    let headers = headers(&offline(), &ChatOptions::new());
    for name in [
        "http-referer",
        "x-openrouter-title",
        "x-title",
        "x-openrouter-categories",
    ] {
        assert_eq!(text(&headers, name), None, "{name}");
    }
}

#[test]
fn a_header_field_of_the_user_wins_whatever_its_case_and_is_not_doubled() {
    let client = Client::builder()
        .api_key("k")
        .app_url("https://built-in.example")
        .app_title("Built in")
        .header(
            HeaderName::from_bytes(b"X-Default").unwrap(),
            HeaderValue::from_static("1"),
        )
        .build()
        .unwrap();
    let model = ChatModel::new(client, "a/b");
    let name = |text: &str| HeaderName::from_bytes(text.as_bytes()).unwrap();
    let options = ChatOptions::new().with_call(
        CallOptions::new()
            .with_header(
                name("HTTP-REFERER"),
                HeaderValue::from_static("https://user.example"),
            )
            .with_header(name("x-default"), HeaderValue::from_static("2")),
    );
    let headers = headers(&model, &options);
    for (field, value) in [
        ("http-referer", "https://user.example"),
        ("x-openrouter-title", "Built in"),
        ("x-default", "2"),
    ] {
        let found: Vec<_> = headers.get_all(field).iter().collect();
        assert_eq!(found, [value], "{field}");
    }
}

#[test]
fn nothing_secret_is_shown() {
    let client = Client::builder()
        .api_key("sk-or-v1-secret")
        .build()
        .unwrap();
    let call = CallOptions::new().with_api_key(ApiKey::new("sk-or-v1-other-secret").unwrap());
    let options = ChatOptions::new().with_call(call);
    let model = ChatModel::new(client, "a/b").with_options(options.clone());
    let request = model.encode("Hi", &ChatOptions::new()).unwrap();
    assert_eq!(
        request.headers()["authorization"],
        "Bearer sk-or-v1-other-secret"
    );
    for shown in [
        format!("{model:?}"),
        format!("{model:#?}"),
        format!("{options:?}"),
        format!("{request:?}"),
        format!("{:?}", model.client()),
        serde_json::to_string(&options).unwrap(),
    ] {
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn header_fields_are_not_saved() {
    let call = CallOptions::new().with_header(
        HeaderName::from_static("x-tenant"),
        HeaderValue::from_static("acme-internal"),
    );
    let options = ChatOptions::new().with_call(call).with_seed(1);
    let saved = serde_json::to_string(&options).unwrap();
    assert!(
        !saved.contains("tenant") && !saved.contains("acme"),
        "{saved}"
    );
    assert!(saved.contains("\"seed\":1"), "{saved}");
}
