//! A folder of recorded answers, where `OPENROUTER_CASES` names one: `responses/*.json`, served over a socket.

use std::path::Path;

use openrouter_transport::{Error, RetryPolicy};
use serde_json::Value;

use crate::calls::{builder, paid};
use crate::server::Server;

#[tokio::test]
async fn every_recorded_error_reads_as_it_was_meant() {
    let Some(folder) = std::env::var_os("OPENROUTER_CASES") else {
        return;
    };
    let folder = Path::new(&folder).join("responses");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of cases") {
        let path = entry.expect("a file").path();
        if !path.to_string_lossy().ends_with(".expect.json") {
            continue;
        }
        let case: Value =
            serde_json::from_slice(&std::fs::read(&path).expect("a readable file")).expect("JSON");
        let body =
            std::fs::read(folder.join(case["body"].as_str().expect("a name"))).expect("a body");
        let outcome = call(&case, &body).await;
        match (case["outcome"].as_str(), outcome) {
            (Some("error"), Err(error)) => check(&case, &error),
            (Some("ok"), Ok(())) => {}
            (_, outcome) => panic!("{}: {outcome:?}", case["case"]),
        }
        seen += 1;
    }
    assert!(seen > 0, "no case in {folder:?}");
}

async fn call(case: &Value, body: &[u8]) -> Result<(), Error> {
    let mut answer = format!(
        "HTTP/1.1 {} X\r\ncontent-length: {}\r\n",
        case["status"],
        body.len()
    );
    for (name, value) in case["headers"].as_object().into_iter().flatten() {
        answer.push_str(&format!("{name}: {}\r\n", value.as_str().expect("text")));
    }
    let server = Server::answering([answer.as_bytes(), b"\r\n", body].concat()).await;
    let client = builder(&server)
        .retry(RetryPolicy::none())
        .build()
        .expect("a client");
    client.send(&paid()).await.map(|_| ())
}

fn check(case: &Value, error: &Error) {
    let name = &case["case"];
    let want = &case["expect"]["error"];
    let api = error.api().expect("what the server said");
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    assert_eq!(
        want["http_status"],
        error.status().unwrap().as_u16(),
        "{name}"
    );
    assert_eq!(
        want["effective_status"],
        error.effective_status().unwrap().as_u16(),
        "{name}"
    );
    let code = api.code().map_or(Value::Null, |code| {
        code.parse::<u64>()
            .map_or_else(|_| code.into(), Value::from)
    });
    assert_eq!(want["code"], code, "{name}");
    assert_eq!(want["message"], api.message(), "{name}");
    assert_eq!(want["provider_name"], text(api.provider_name()), "{name}");
    assert_eq!(want["error_type"], text(api.error_type()), "{name}");
    assert_eq!(
        want["availability_code"],
        text(
            api.availability()
                .map(openrouter_transport::Availability::code)
        ),
        "{name}"
    );
    assert_eq!(want["retryable"], error.is_retryable(), "{name}");
    assert_eq!(want["user_id"], text(api.user_id()), "{name}");
    match &want["retry_after_s"] {
        Value::String(positive) if positive == "positive" => {
            assert!(error.retry_after().unwrap().as_secs() > 0, "{name}");
        }
        seconds => assert_eq!(
            seconds.as_f64(),
            error.retry_after().map(|wait| wait.as_secs_f64()),
            "{name}"
        ),
    }
    for words in want["display_must_contain"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let words = words.as_str().expect("text");
        assert!(
            error.to_string().contains(words),
            "{name}: {words:?} is not in {error}"
        );
    }
}
