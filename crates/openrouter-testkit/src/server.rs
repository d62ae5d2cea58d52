//! The server.

mod paced;
mod respond;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::{Answer, Pace, Received};

/// An OpenRouter on loopback. Dropping it closes every connection.
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

/// How a [`TestServer`] behaves.
///
/// # Defaults
///
/// A free port of 127.0.0.1, any key, no script, and answers as fast as they can be sent.
#[derive(Clone, Debug, Default)]
pub struct TestServerBuilder {
    port: u16,
    key: Option<String>,
    turns: VecDeque<Answer>,
    pace: Pace,
}

/// What the connections share.
#[derive(Debug)]
struct State {
    key: Option<String>,
    pace: Pace,
    turns: Mutex<VecDeque<Answer>>,
    received: Mutex<Vec<Received>>,
    answered: AtomicUsize,
    open: watch::Sender<usize>,
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

    /// What to give a client as its base URL: `http://127.0.0.1:…/api/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything received so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        lock(&self.state.received).clone()
    }

    /// Adds a turn to the end of the script.
    pub fn push_turn(&self, answer: Answer) {
        lock(&self.state.turns).push_back(answer);
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        *self.state.open.borrow()
    }

    /// Waits until no connection is open, as after a client has dropped a stream.
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

impl TestServerBuilder {
    /// Listens on this port of 127.0.0.1; 0 takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Takes only this key. Otherwise any key will do, but there must be one.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds a turn to the script. When the script is over, answers are made up.
    #[must_use]
    pub fn turn(mut self, answer: Answer) -> Self {
        self.turns.push_back(answer);
        self
    }

    /// Streams answers that have no pace of their own this fast.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Starts the server on the current runtime.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound.
    pub async fn start(self) -> io::Result<TestServer> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            key: self.key,
            pace: self.pace,
            turns: Mutex::new(self.turns),
            received: Mutex::default(),
            answered: AtomicUsize::new(0),
            open: watch::Sender::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(TestServer {
            address,
            state,
            accepting,
        })
    }
}

/// Takes connections until it is aborted, which ends them as well.
async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                state.open.send_modify(|open| *open += 1);
                connections.spawn(serve(stream, number, Open(Arc::clone(&state))));
                number += 1;
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A connection that counts as open.
struct Open(Arc<State>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

/// What an HTTP/2 client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

async fn serve(stream: TcpStream, connection: usize, open: Open) {
    // A delta that waits for its successor would not be a stream.
    let _ = stream.set_nodelay(true);
    let mut start = [0; PREFACE.len()];
    let is_http2 = loop {
        match stream.peek(&mut start).await {
            Ok(0) | Err(_) => return,
            Ok(seen) if seen < start.len() && PREFACE.starts_with(&start[..seen]) => {
                tokio::task::yield_now().await;
            }
            Ok(seen) => break PREFACE.starts_with(&start[..seen]),
        }
    };
    let state = Arc::clone(&open.0);
    let service =
        service_fn(move |request| respond::respond(Arc::clone(&state), connection, request));
    let io = TokioIo::new(stream);
    // A client that goes away is no news to the server.
    let _ = if is_http2 {
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .serve_connection(io, service)
            .await
    } else {
        http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(io, service)
            .await
    };
}

impl State {
    fn next_turn(&self) -> Option<Answer> {
        lock(&self.turns).pop_front()
    }

    fn next_id(&self) -> String {
        format!(
            "gen-testkit-{:04}",
            self.answered.fetch_add(1, Ordering::Relaxed) + 1
        )
    }
}

/// A panic in one test does not matter to what the others see.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
