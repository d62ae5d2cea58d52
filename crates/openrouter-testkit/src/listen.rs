//! Taking connections, also when that fails for a while.

use std::io;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

/// How long to wait where no connection can be taken: without file descriptors the next try fails at once, and the one
/// after it.
const PAUSE: Duration = Duration::from_millis(100);

/// The next connection. Deltas are written as they come: one that waits for its successor would not be a stream.
///
/// # Cancellation
///
/// No connection is lost.
pub(crate) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Where it fails, the client has gone already.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            // Such a failure is over with the connection that it was about.
            Err(error) if is_of_one_connection(&error) => {}
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
