//! Where the examples find a server.

use openrouter_chat::Client;
use openrouter_testkit::{TestServer, TestServerBuilder};

/// OpenRouter, or the server that the environment names, or one of our own that follows a script.
///
/// The test server lives as long as it is held.
pub(crate) async fn connect(
    script: TestServerBuilder,
) -> Result<(Client, Option<TestServer>), Box<dyn std::error::Error>> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_server = is_set("OPENROUTER_BASE_URL") || is_set("OPENROUTER_API_BASE");
    if is_set("OPENROUTER_API_KEY") || has_server {
        // A server of one's own may want no key.
        return Ok((Client::builder().from_env().build()?, None));
    }
    eprintln!("no OPENROUTER_API_KEY: a test server on this machine answers");
    let server = script.start().await?;
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("none-needed")
        .build()?;
    Ok((client, Some(server)))
}

/// The model that the environment names, or this one.
pub(crate) fn model_name(otherwise: &str) -> String {
    std::env::var("OPENROUTER_MODEL").unwrap_or_else(|_| otherwise.to_owned())
}
