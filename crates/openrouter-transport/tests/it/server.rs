//! A server that does what a test says, byte by byte.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server on loopback; each connection is handled by the function that it was started with.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

/// One connection, read and written by hand.
pub(crate) struct Connection {
    /// How many connections came before.
    pub(crate) number: usize,
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Received {
    /// Request line and header fields, as text.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Server {
    pub(crate) async fn start<F, T>(handle: F) -> Self
    where
        F: Fn(Connection) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(handle(Connection {
                    number,
                    stream,
                    read: Vec::new(),
                }));
            }
        });
        Self {
            address,
            connections,
            task,
        }
    }

    /// Answers each request of each connection with the same bytes, and keeps connections open.
    pub(crate) async fn answering(answer: impl AsRef<[u8]>) -> Self {
        let answer: Arc<[u8]> = answer.as_ref().into();
        Self::start(move |mut connection| {
            let answer = answer.clone();
            async move {
                while connection.request().await.is_some() {
                    connection.write(&answer).await;
                }
            }
        })
        .await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    /// The next request, or `None` when the client has closed the connection.
    pub(crate) async fn request(&mut self) -> Option<Received> {
        let head_len = loop {
            if let Some(at) = self
                .read
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break at + 4;
            }
            self.more().await?;
        };
        let head =
            String::from_utf8(self.read.drain(..head_len).collect()).expect("a head of text");
        let length =
            field(&head, "content-length").map_or(0, |length| length.parse().expect("a number"));
        while self.read.len() < length {
            self.more().await?;
        }
        Some(Received {
            head,
            body: self.read.drain(..length).collect(),
        })
    }

    async fn more(&mut self) -> Option<()> {
        let mut buffer = [0; 4096];
        let len = self
            .stream
            .read(&mut buffer)
            .await
            .ok()
            .filter(|len| *len > 0)?;
        self.read.extend_from_slice(&buffer[..len]);
        Some(())
    }

    /// Writes, and lets a client that has gone away be.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let _gone = self.stream.write_all(bytes.as_ref()).await;
        let _gone = self.stream.flush().await;
    }

    /// Waits until the client has closed the connection.
    pub(crate) async fn closed(&mut self) {
        while self.more().await.is_some() {}
    }

    /// Closes with a reset, not with an orderly end.
    pub(crate) fn reset(self) {
        // Deprecated in tokio for blocking drops, which zero seconds do not cause.
        #[expect(deprecated)]
        self.stream
            .set_linger(Some(std::time::Duration::ZERO))
            .expect("a socket option");
    }
}

impl Received {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        field(&self.head, name)
    }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        line.split_once(": ")
            .filter(|(have, _)| have.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// A whole answer with a JSON body.
pub(crate) fn json(status: &str, body: &str) -> String {
    json_with(status, "", body)
}

/// The same with more header fields, each ending in CR LF.
pub(crate) fn json_with(status: &str, fields: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{fields}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The head of a streamed answer in chunked encoding.
pub(crate) const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-generation-id: gen-1\r\ntransfer-encoding: chunked\r\n\r\n";

/// One chunk of chunked encoding.
pub(crate) fn chunk(data: &str) -> String {
    format!("{:x}\r\n{data}\r\n", data.len())
}

/// A whole streamed answer of these events.
pub(crate) fn stream_of(events: &[&str]) -> String {
    let body: String = events
        .iter()
        .map(|event| chunk(&format!("data: {event}\n\n")))
        .collect();
    format!("{STREAM_HEAD}{body}0\r\n\r\n")
}
