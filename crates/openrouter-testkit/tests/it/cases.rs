//! A folder of recorded answers.

use openrouter_testkit::TestServer;

use crate::raw_client::{call, get};

#[tokio::test]
async fn each_case_is_served_under_its_own_path() {
    let folder =
        std::env::temp_dir().join(format!("openrouter-testkit-cases-{}", std::process::id()));
    for (name, text) in [
        ("streams/one.sse", "data: 1\r\n\r\n"),
        ("responses/two.json", "{\"error\":{}}"),
        (
            "responses/two.expect.json",
            r#"{"status": 429, "headers": {"Retry-After": "9", "content-length": "1"}, "body": "two.json"}"#,
        ),
        ("sse/three.json", r#"{"bytes_b64": "ZGF0YTogMw0NCg=="}"#),
        ("secret.sse", "no"),
    ] {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let server = TestServer::builder().cases(&folder).start().await.unwrap();
    assert!(
        server
            .case_url("streams", "one")
            .ends_with("/cases/streams/one")
    );
    let one = call(
        &server,
        "POST",
        "/cases/streams/one/chat/completions",
        &[],
        "{}",
    )
    .await;
    assert_eq!(
        (one.body.as_str(), one.field("content-type")),
        ("data: 1\r\n\r\n", Some("text/event-stream"))
    );
    let two = get(&server, "/cases/responses/two/chat/completions").await;
    assert_eq!(
        (two.status, two.field("retry-after"), &*two.body),
        (429, Some("9"), "{\"error\":{}}")
    );
    assert_eq!(
        get(&server, "/cases/sse/three?split=1").await.body,
        "data: 3\r\r\n"
    );
    for missing in [
        "/cases/streams/none",
        "/cases/streams/..",
        "/cases/../secret",
        "/cases/.",
    ] {
        assert_eq!(get(&server, missing).await.status, 404, "{missing}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
