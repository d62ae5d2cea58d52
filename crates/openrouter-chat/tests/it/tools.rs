//! Tools: how they are defined and chosen, and the loop that runs them.

mod definition;
mod failures;
mod limits;
mod run;
mod saved;
mod torture;

use openrouter_chat::tools::{Tool, Tools};
use openrouter_chat::{ChatModel, Client, RetryPolicy};
use openrouter_testkit::{Answer, TestServer, TestServerBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

/// A server that says this, turn after turn, and a model handle on it.
pub(crate) async fn server(turns: impl IntoIterator<Item = Answer>) -> (TestServer, ChatModel) {
    let server = turns
        .into_iter()
        .fold(TestServer::builder(), TestServerBuilder::turn)
        .start()
        .await
        .unwrap();
    let client = Client::builder()
        .base_url(server.base_url())
        .api_key("test-key")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    (server, ChatModel::new(client, "acme/model"))
}

/// The body of the request with this number.
pub(crate) fn body(server: &TestServer, request: usize) -> Value {
    server.requests()[request].json()
}

#[derive(Deserialize)]
struct Place {
    city: String,
}

fn place_schema() -> Value {
    json!({
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    })
}

fn weather() -> Tool {
    Tool::function(
        "weather",
        "The weather of a city.",
        place_schema(),
        |place: Place| async move { format!("rain in {}", place.city) },
    )
}

fn tools(tools: impl IntoIterator<Item = Tool>) -> Tools {
    Tools::new(tools).unwrap()
}

/// A turn that asks for the weather of a city.
fn asks_weather(city: &str) -> Answer {
    Answer::new().tool_call("weather", json!({"city": city}).to_string())
}

/// The texts of the tool messages of a request, in order.
fn outputs(request: &Value) -> Vec<String> {
    let messages = request["messages"].as_array().unwrap();
    messages
        .iter()
        .filter(|message| message["role"] == "tool")
        .map(|message| message["content"].as_str().unwrap().to_owned())
        .collect()
}
