//! The least that can talk to a server.

use openrouter_testkit::TestServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::watchdog::in_time;

/// Sends a chat request and reads the connection to its end: header and body, chunk sizes included.
pub(crate) async fn post(server: &TestServer, key: &str, body: &str) -> String {
    let mut stream = send(server, key, body).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    in_time("the end of an answer", read).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// Sends a chat request and leaves the answer unread.
pub(crate) async fn send(server: &TestServer, key: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST /api/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         authorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

/// The JSON of every event of a streamed answer.
pub(crate) fn events(answer: &str) -> Vec<serde_json::Value> {
    answer
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter_map(|data| serde_json::from_str(data).ok())
        .collect()
}

/// Sends any request and reads the connection to its end; the header fields are whole lines.
pub(crate) async fn call(
    server: &TestServer,
    method: &str,
    path: &str,
    fields: &[&str],
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for field in fields {
        head.push_str(field);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.push_str(body);
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    in_time("the end of an answer", read).await.unwrap();
    Answer::new(&bytes)
}

/// Asks a question with a key, and reads the answer.
pub(crate) async fn ask(server: &TestServer, body: &serde_json::Value) -> Answer {
    let key = "authorization: Bearer k";
    let path = "/api/v1/chat/completions";
    call(server, "POST", path, &[key], &body.to_string()).await
}

/// Reads a list or a page of the account.
pub(crate) async fn get(server: &TestServer, path: &str) -> Answer {
    call(server, "GET", path, &["authorization: Bearer k"], "").await
}

/// An answer, its chunks put together.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = match head.contains("transfer-encoding: chunked") {
            true => unchunked(body),
            false => body.to_owned(),
        };
        Self {
            status,
            head: head.to_owned(),
            body,
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.body) {
            Ok(json) => json,
            Err(error) => panic!("{error}: {self:?}"),
        }
    }

    pub(crate) fn events(&self) -> Vec<serde_json::Value> {
        events(&self.body)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            (field == name).then_some(value)
        })
    }
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        let Some(chunk) = rest.get(..size) else {
            whole.push_str(rest);
            break;
        };
        whole.push_str(chunk);
        body = rest.get(size + 2..).unwrap_or_default();
    }
    whole
}
