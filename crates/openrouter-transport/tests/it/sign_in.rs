//! Signing in with PKCE.

use openrouter_transport::{Client, ErrorKind};

use crate::calls::builder;
use crate::server::{Server, json};

/// From RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[test]
fn the_page_has_the_challenge_and_not_the_secret() {
    let client = Client::builder().build().unwrap();
    let sign_in = client.resume_sign_in(VERIFIER).unwrap();
    assert_eq!(
        sign_in.url(),
        format!("https://openrouter.ai/auth?code_challenge={CHALLENGE}&code_challenge_method=S256")
    );
    let sign_in = sign_in
        .with_callback_url("http://localhost:3000/cb?a=1")
        .with_key_label("my app");
    assert!(
        sign_in.url().ends_with(
            "&callback_url=http%3A%2F%2Flocalhost%3A3000%2Fcb%3Fa%3D1&key_label=my%20app"
        ),
        "{}",
        sign_in.url()
    );
    assert!(!format!("{sign_in:?}").contains(VERIFIER));
}

#[test]
fn each_sign_in_has_its_own_secret_of_the_required_form() {
    let client = Client::builder().build().unwrap();
    let (one, two) = (
        client.begin_sign_in().unwrap(),
        client.begin_sign_in().unwrap(),
    );
    assert_ne!(one.verifier(), two.verifier());
    assert_eq!(one.verifier().len(), 43);
    assert_eq!(
        client.resume_sign_in(one.verifier()).unwrap().url(),
        one.url()
    );
}

#[test]
fn what_is_no_verifier_is_refused() {
    let client = Client::builder().build().unwrap();
    for verifier in [
        "short",
        &"x".repeat(129),
        &"é".repeat(43),
        &"a b".repeat(20),
    ] {
        assert_eq!(
            client.resume_sign_in(verifier).unwrap_err().kind(),
            ErrorKind::Config,
            "{verifier}"
        );
    }
}

#[tokio::test]
async fn the_code_is_exchanged_for_a_key_without_sending_one() {
    let server = Server::start(async |mut connection| {
        let request = connection.request().await.unwrap();
        assert!(request.head.starts_with("POST /api/v1/auth/keys HTTP/1.1\r\n"), "{}", request.head);
        assert_eq!(request.field("authorization"), None);
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, serde_json::json!({ "code": "c0de", "code_verifier": VERIFIER, "code_challenge_method": "S256" }));
        connection.write(json("200 OK", r#"{"key":"sk-or-v1-new","user_id":null}"#)).await;
    })
    .await;
    let client = builder(&server).build().unwrap();
    let exchange = client.resume_sign_in(VERIFIER).unwrap().exchange(" c0de\n");
    let reply = client.send(&exchange).await.unwrap();
    assert!(reply.answer.key.is_some());
}
