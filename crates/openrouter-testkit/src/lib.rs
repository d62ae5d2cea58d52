//! An OpenRouter on loopback, for tests and for trying things out without a key.
//!
//! ```
//! use openrouter_testkit::{Answer, TestServer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let server = TestServer::builder().turn(Answer::text("Hello!")).start().await?;
//! println!("an OpenAI-compatible API is at {}", server.base_url());
//! // … point a client at it, and then look at what it sent:
//! assert!(server.requests().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! The server speaks HTTP/1.1 and, to clients that begin with its preface, HTTP/2. It answers as OpenRouter does: it
//! wants a key, refuses a body that OpenRouter would refuse, streams when asked to, with role, comments, deltas, finish,
//! usage and `[DONE]`. Without a script it makes up an answer to whatever it is asked.

mod answer;
mod improvise;
mod received;
mod refusal;
mod server;

pub use answer::{Answer, Pace};
pub use received::Received;
pub use refusal::Refusal;
pub use server::{TestServer, TestServerBuilder};
