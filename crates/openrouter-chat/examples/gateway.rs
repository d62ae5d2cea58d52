//! A web page with an answer on it that grows as it comes, and a button that stops it.
//!
//! ```text
//! cargo run -p openrouter-chat --example gateway -- [ADDRESS]
//! ```
//!
//! Then open the address that it prints. The terminal tells when a browser left before its answer was whole: that ends
//! the exchange with the model as well.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

#[path = "support/connect.rs"]
mod connect;
#[path = "support/terminal.rs"]
mod terminal;

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use connect::{connect, model_name};
use futures_core::Stream;
use openrouter_chat::{ChatModel, Error, Text, TextStream};
use openrouter_testkit::{Pace, TestServer};
use terminal::{Failure, arguments};

const USAGE: &str = "gateway [ADDRESS]\n\n127.0.0.1:3000 unless told otherwise.";

const PAGE: &str = r#"<!doctype html>
<meta charset="utf-8">
<title>Ask</title>
<style>body { max-width: 40em; margin: 3em auto; font: 1em/1.5 sans-serif } #answer { white-space: pre-wrap }</style>
<form id="form"><input id="question" size="50" value="Why is the sky blue?"> <button>Ask</button>
<button type="button" id="stop">Stop</button></form>
<p id="answer"></p>
<script>
let asked = new AbortController();
stop.onclick = () => asked.abort();
form.onsubmit = async (event) => {
  event.preventDefault();
  asked.abort();
  asked = new AbortController();
  answer.textContent = "";
  try {
    const reply = await fetch("/chat", { method: "POST", body: question.value, signal: asked.signal });
    if (!reply.ok) throw new Error(reply.statusText);
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece; !(piece = await reader.read()).done; ) answer.textContent += piece.value;
  } catch (error) {
    answer.textContent += ` (${error.name === "AbortError" ? "stopped" : error.message})`;
  }
};
</script>
"#;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let address = arguments(USAGE, 1).pop();
    let address = address.as_deref().unwrap_or("127.0.0.1:3000");
    let pace = Pace::tokens_per_second(10.0);
    let (client, _server) = connect(TestServer::builder().pace(pace)).await?;
    let model = ChatModel::new(client, model_name("openai/gpt-4o-mini"));
    let app = Router::new()
        .route("/", get(Html(PAGE)))
        .route("/chat", post(chat))
        .with_state(model);
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| format!("{address}: {error}"))?;
    println!("open http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// The question is the body; the answer comes as it is written.
async fn chat(State(model): State<ChatModel>, question: String) -> Response {
    match model.stream(question).await {
        Ok(stream) => {
            let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
            let answer = Watched {
                answer: stream.text(),
                bytes: 0,
                has_ended: false,
            };
            (headers, Body::from_stream(answer)).into_response()
        }
        Err(error) if error.is_rate_limited() => StatusCode::TOO_MANY_REQUESTS.into_response(),
        // What went wrong is for the log of the gateway, not for the browser.
        Err(error) => {
            eprintln!("{error}");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

/// An answer on its way to a browser, which tells how it ended.
struct Watched {
    answer: TextStream,
    bytes: usize,
    has_ended: bool,
}

impl Stream for Watched {
    type Item = Result<Text, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.answer).poll_next(cx));
        match &next {
            Some(Ok(text)) => self.bytes += text.len(),
            // The body breaks off, which the browser sees; why is for the log.
            Some(Err(error)) => eprintln!("after {} bytes: {error}", self.bytes),
            None => println!("answered with {} bytes", self.bytes),
        }
        self.has_ended |= !matches!(next, Some(Ok(_)));
        Poll::Ready(next)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.has_ended {
            println!("the browser left after {} bytes", self.bytes);
        }
    }
}
