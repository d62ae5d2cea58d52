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
fn an_application_without_a_name_is_not_told() {
    let nobody = ChatOptions::new()
        .with_app_url("")
        .with_app_title("")
        .with_app_categories(Vec::<String>::new());
    let named = offline().with_app_title("Handle");
    for model in [offline(), named] {
        let request = model.encode("Hi", &nobody).unwrap();
        for name in [
            "http-referer",
            "x-openrouter-title",
            "x-openrouter-categories",
        ] {
            assert_eq!(request.headers().get(name), None, "{name}");
        }
    }
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

#[test]
fn two_handles_of_one_client_may_stand_for_two_applications() {
    let client = Client::builder()
        .api_key("k")
        .app_url("https://client.example")
        .app_title("Client")
        .build()
        .unwrap();
    let plain = ChatModel::new(client.clone(), "a/b");
    let named = ChatModel::new(client, "a/b")
        .with_app_url("https://handle.example")
        .with_app_title("Händle")
        .with_app_categories(["cli-agent", "roleplay"]);
    let of_client = headers(&plain, &ChatOptions::new());
    assert_eq!(
        text(&of_client, "http-referer"),
        Some("https://client.example")
    );
    assert_eq!(text(&of_client, "x-openrouter-categories"), None);

    let of_handle = headers(&named, &ChatOptions::new());
    assert_eq!(
        text(&of_handle, "http-referer"),
        Some("https://handle.example")
    );
    assert_eq!(
        of_handle["x-openrouter-title"].as_bytes(),
        "Händle".as_bytes()
    );
    assert_eq!(
        text(&of_handle, "x-openrouter-categories"),
        Some("cli-agent,roleplay")
    );

    // The innermost wins, and a header field over all of them.
    let call = ChatOptions::new().with_app_url("https://call.example");
    assert_eq!(
        text(&headers(&named, &call), "http-referer"),
        Some("https://call.example")
    );
    let field = CallOptions::new().with_header(
        HeaderName::from_static("http-referer"),
        HeaderValue::from_static("https://field.example"),
    );
    let call = call.with_call(field);
    assert_eq!(
        text(&headers(&named, &call), "http-referer"),
        Some("https://field.example")
    );

    let wrong = ChatOptions::new().with_app_title("two\nlines");
    let error = named.encode("Hi", &wrong).unwrap_err();
    assert_eq!(error.to_string(), "`app_title` cannot stand in a header");
}

#[test]
fn a_session_that_is_given_wins_over_the_environments() {
    let variables = [("OPENROUTER_SESSION_ID", "of-env")];
    in_an_environment_of(
        "a_session_that_is_given_wins_over_the_environments",
        &variables,
        || {
            let session = |client: Client| {
                let model = ChatModel::new(client, "a/b");
                model.options().request.session_id.clone()
            };
            let client = || Client::builder().api_key("k");
            assert_eq!(
                session(client().build().unwrap()).as_deref(),
                Some("of-env")
            );
            let given = client().session_id("given").build().unwrap();
            assert_eq!(session(given).as_deref(), Some("given"));
        },
    );
}

/// All that is neither secret nor the program's own comes back as it was.
#[test]
fn options_are_saved_and_loaded() {
    use openrouter_chat::{ReasoningReplay, ResponseCache, types};
    let request: types::ChatRequest = serde_json::from_str(
        r#"{"model":"a/b","models":["c/d"],"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.1,"top_a":0.2,
            "frequency_penalty":0.1,"presence_penalty":0.2,"repetition_penalty":1.1,"seed":7,"stop":["x"],"n":2,
            "max_tokens":9,"max_completion_tokens":8,"logit_bias":{"5":1},"logprobs":true,"top_logprobs":3,
            "verbosity":"low","service_tier":"flex","user":"u","metadata":{"k":"v"},"modalities":["text"],
            "image_config":{"aspect_ratio":"1:1"},"audio":{"voice":"alloy","format":"wav"},
            "prediction":{"type":"content","content":"p"},"reasoning":{"effort":"high"},
            "provider":{"order":["p"],"allow_fallbacks":false},"plugins":[{"id":"web"}],
            "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],
            "tool_choice":"auto","parallel_tool_calls":false,"max_tool_calls":4,
            "response_format":{"type":"json_object"},"cache_control":{"type":"ephemeral"},
            "session_id":"s","trace":{"trace_id":"t","free":1},"prompt_cache_key":"key","novel":{"a":[1.0]}}"#,
    )
    .unwrap();
    let mut options = ChatOptions::new()
        .with_router_metadata(true)
        .with_response_cache(ResponseCache::OnFor(std::time::Duration::from_secs(60)))
        .with_reasoning_replay(ReasoningReplay::Never)
        .with_app_url("https://app.example")
        .with_app_title("App")
        .with_app_categories(["cli-agent"])
        .with_content_recorded(true);
    *options.request = request;
    let saved = serde_json::to_string(&options).unwrap();
    let loaded: ChatOptions = serde_json::from_str(&saved).unwrap();
    // Their `Debug` shows every field.
    assert_eq!(format!("{loaded:?}"), format!("{options:?}"));
    assert_eq!(serde_json::to_string(&loaded).unwrap(), saved);
    assert_eq!(loaded.request, options.request);
}
