//! Connections that begin slowly, or cannot be taken.

use std::time::Duration;

use openrouter_testkit::TestServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::watchdog::with_idle_clock;

const HOUR: Duration = Duration::from_secs(3600);

/// Sends the pieces with an hour between them, and reads what comes back.
async fn slowly(server: &TestServer, pieces: &[&[u8]]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    for piece in pieces {
        stream.write_all(piece).await.unwrap();
        // The clock goes on only while the server is idle too.
        tokio::time::sleep(HOUR).await;
    }
    let mut answer = vec![0; 9];
    stream.read_exact(&mut answer).await.unwrap();
    answer
}

#[test]
fn a_client_that_pauses_in_its_first_bytes_keeps_nobody_busy_and_is_answered() {
    with_idle_clock(|| async {
        let server = TestServer::start().await.unwrap();
        let get = b"UT /api/v1/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        assert_eq!(slowly(&server, &[b"P", get]).await, b"HTTP/1.1 ");
        // An HTTP/2 server says its settings first.
        let rest = b"TP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
        let settings = slowly(&server, &[b"P", b"RI * HT", rest]).await;
        assert_eq!(settings[3..5], [4, 0], "{settings:?}");
    });
}

#[test]
fn a_client_that_says_nothing_keeps_nobody_busy() {
    with_idle_clock(|| async {
        let server = TestServer::start().await.unwrap();
        let silent = TcpStream::connect(server.address()).await.unwrap();
        let mut half = TcpStream::connect(server.address()).await.unwrap();
        half.write_all(b"PRI").await.unwrap();
        tokio::time::sleep(HOUR).await;
        assert_eq!(server.open_connections(), 2);
        drop((silent, half));
        server.all_closed().await;
    });
}
