//! The server.

mod account;
mod admit;
mod body;
mod bounded;
mod builder;
mod cache;
mod cases;
mod chat;
mod connection;
mod embeddings;
mod faults;
mod log;
mod memory;
mod replayed;
mod reply;
mod respond;
mod state;
#[cfg(feature = "tls")]
mod tls;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::JoinHandle;

use crate::{Answer, Received};

pub use builder::TestServerBuilder;
use state::State;
#[cfg(feature = "tls")]
pub(crate) use tls::Trust;

/// An OpenRouter on loopback. Dropping it closes every connection.
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
    #[cfg(feature = "tls")]
    certificate: Option<tls::Certificate>,
}

impl TestServer {
    /// Starts a server without a script.
    ///
    /// # Errors
    ///
    /// When no port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Describes a server.
    #[must_use]
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder::default()
    }

    /// What to give a client as its base URL: `http://127.0.0.1:…/api/v1`; with TLS `https://localhost:…/api/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/api/v1", self.origin())
    }

    /// The base URL under which a case of [`cases`](TestServerBuilder::cases) is served.
    #[must_use]
    pub fn case_url(&self, folder: &str, name: &str) -> String {
        format!("{}/cases/{folder}/{name}", self.origin())
    }

    fn origin(&self) -> String {
        #[cfg(feature = "tls")]
        if self.certificate.is_some() {
            return format!("https://localhost:{}", self.address.port());
        }
        format!("http://{}", self.address)
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate that a client must trust, in PEM; `None` without TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate.as_ref().map(|it| it.pem.as_str())
    }

    /// The certificate that a client must trust, in DER; `None` without TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn certificate_der(&self) -> Option<&[u8]> {
        self.certificate.as_ref().map(|it| it.der.as_slice())
    }

    /// Everything received so far, in order; the oldest are forgotten beyond
    /// [`keep_requests`](TestServerBuilder::keep_requests).
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        lock(&self.state.received).iter().cloned().collect()
    }

    /// The last request, when there is one.
    #[must_use]
    pub fn last_request(&self) -> Option<Received> {
        lock(&self.state.received).iter().next_back().cloned()
    }

    /// Asserts how many requests were received, and gives them.
    ///
    /// # Panics
    ///
    /// When there were more or fewer; the message lists them.
    #[track_caller]
    pub fn assert_requests(&self, count: usize) -> Vec<Received> {
        let requests = self.requests();
        let listed: Vec<_> = requests
            .iter()
            .map(|request| format!("{} {}", request.method, request.path))
            .collect();
        assert!(
            requests.len() == count,
            "expected {count} requests, received {}:\n  {}",
            requests.len(),
            listed.join("\n  ")
        );
        requests
    }

    /// Adds a turn to the end of the script.
    pub fn push_turn(&self, answer: Answer) {
        lock(&self.state.turns).push_back(answer);
    }

    /// How many turns of the script are left.
    #[must_use]
    pub fn turns_left(&self) -> usize {
        lock(&self.state.turns).len()
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        *self.state.open.borrow()
    }

    /// Waits until no connection is open, as after a client has dropped a stream.
    ///
    /// # Cancellation
    ///
    /// Dropping the future changes nothing.
    pub async fn all_closed(&self) {
        let mut open = self.state.open.subscribe();
        // The sender lives as long as the server.
        let _ = open.wait_for(|open| *open == 0).await;
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// A panic in one test does not matter to what the others see.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
