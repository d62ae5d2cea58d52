//! A server that says one thing, cut as it is told.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server answers with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Each piece is a chunk of the transfer encoding, and so a read of the client.
    pub(crate) pieces: Vec<Vec<u8>>,
}

/// The server. It ends with the runtime.
#[derive(Debug)]
pub(crate) struct CaseServer {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl CaseServer {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let script = shared
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone();
                tokio::spawn(answer(stream, script));
            }
        });
        Ok(Self { address, script })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }

    pub(crate) fn say(&self, script: Script) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = script;
    }
}

async fn answer(mut stream: TcpStream, script: Script) -> io::Result<()> {
    stream.set_nodelay(true)?;
    read_request(&mut stream).await?;
    let mut head = format!(
        "HTTP/1.1 {} Case\r\nconnection: close\r\ntransfer-encoding: chunked\r\n",
        script.status
    );
    for (name, value) in &script.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut body = Vec::new();
    for piece in &script.pieces {
        body.extend(format!("{:x}\r\n", piece.len()).bytes());
        body.extend(piece);
        body.extend(b"\r\n");
    }
    body.extend(b"0\r\n\r\n");
    stream.write_all(&body).await?;
    stream.shutdown().await
}

/// Reads a request to the end of its body, which these clients always give a length.
async fn read_request(stream: &mut TcpStream) -> io::Result<()> {
    let mut seen = Vec::new();
    let head_end = loop {
        if let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut seen).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8_lossy(&seen[..head_end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| {
        line.strip_prefix("content-length:")?
            .trim()
            .parse::<usize>()
            .ok()
    });
    while seen.len() < head_end + length.unwrap_or(0) {
        if stream.read_buf(&mut seen).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}
