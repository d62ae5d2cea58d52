//! A tunnel through an HTTP proxy, as CONNECT asks for one.

use http::HeaderValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connect::ByteStream;
use crate::error::{Error, ErrorKind};

/// Asks the proxy at the other end for a tunnel to a server, which is `host:port`.
pub(super) async fn open(
    mut io: ByteStream,
    server: &str,
    authorization: Option<&HeaderValue>,
) -> Result<ByteStream, Error> {
    let mut request = format!("CONNECT {server} HTTP/1.1\r\nhost: {server}\r\n").into_bytes();
    if let Some(authorization) = authorization {
        request.extend_from_slice(b"proxy-authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let broken = |error| {
        let text = format!("the proxy ended the connection before a tunnel to {server}");
        Error::new(ErrorKind::Proxy, text).with_source(error)
    };
    io.write_all(&request).await.map_err(broken)?;
    io.flush().await.map_err(broken)?;
    let mut head = Vec::new();
    // Byte by byte, since what comes behind the head is the server's already.
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        if head.len() == MAX_HEAD_BYTES {
            let text = "the proxy's answer is larger than 16 KiB";
            return Err(Error::new(ErrorKind::Proxy, text));
        }
        head.push(io.read_u8().await.map_err(broken)?);
    }
    match status(&head) {
        Some((200..=299, _)) => Ok(io),
        Some((status, reason)) => {
            let mut text = format!("the proxy opened no tunnel to {server}: {status} {reason}");
            text.truncate(text.trim_end().len());
            match authorization {
                None if status == 407 => text.push_str("; put a user and a password into its URL"),
                Some(_) if status == 407 => text.push_str("; check its user and password"),
                _ => {}
            }
            Err(Error::new(ErrorKind::Proxy, text))
        }
        None => Err(Error::new(
            ErrorKind::Proxy,
            "what answers is no HTTP proxy",
        )),
    }
}

/// The status of an answer and the proxy's words for it.
fn status(head: &[u8]) -> Option<(u16, String)> {
    let head = String::from_utf8_lossy(head);
    let (version, rest) = head.lines().next()?.split_once(' ')?;
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    if !version.starts_with("HTTP/1.") || status.len() != 3 {
        return None;
    }
    let reason = reason.chars().filter(|c| !c.is_control()).take(MAX_REASON);
    Some((status.parse().ok()?, reason.collect()))
}

/// Most bytes of a proxy's answer.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Most characters of its words that an error repeats.
const MAX_REASON: usize = 200;
