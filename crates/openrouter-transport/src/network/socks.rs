//! A connection through a SOCKS 5 proxy (RFC 1928), with a user and a password where it wants them (RFC 1929).

use std::io;
use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connect::ByteStream;
use crate::error::{Error, ErrorKind};

/// Whom the proxy shall connect to.
pub(super) enum Target<'a> {
    Address(IpAddr),
    /// Resolved at the proxy.
    Name(&'a str),
}

/// Asks the proxy at the other end for a connection to a server.
pub(super) async fn open(
    mut io: ByteStream,
    target: Target<'_>,
    port: u16,
    user: Option<(&str, &str)>,
) -> Result<ByteStream, Error> {
    let broken = |error: io::Error| {
        let text = "the proxy ended the connection, or does not speak SOCKS 5";
        Error::new(ErrorKind::Proxy, text).with_source(error)
    };
    let offered: &[u8] = if user.is_some() {
        &[VERSION, 2, NO_CREDENTIALS, USER_AND_PASSWORD]
    } else {
        &[VERSION, 1, NO_CREDENTIALS]
    };
    io.write_all(offered).await.map_err(broken)?;
    io.flush().await.map_err(broken)?;
    let mut chosen = [0; 2];
    io.read_exact(&mut chosen).await.map_err(broken)?;
    match (chosen, user) {
        ([VERSION, NO_CREDENTIALS], _) => {}
        ([VERSION, USER_AND_PASSWORD], Some((user, password))) => {
            io.write_all(&credentials(user, password)?)
                .await
                .map_err(broken)?;
            io.flush().await.map_err(broken)?;
            let mut verdict = [0; 2];
            io.read_exact(&mut verdict).await.map_err(broken)?;
            if verdict[1] != SUCCESS {
                return Err(refusal("the proxy refused its user and password"));
            }
        }
        ([VERSION, _], None) => {
            return Err(refusal(
                "the proxy wants a user and a password; put them into its URL",
            ));
        }
        ([VERSION, _], Some(_)) => {
            return Err(refusal(
                "the proxy takes neither no credentials nor a user and a password",
            ));
        }
        _ => return Err(refusal("what answers does not speak SOCKS 5")),
    }
    io.write_all(&request(&target, port)?)
        .await
        .map_err(broken)?;
    io.flush().await.map_err(broken)?;
    let mut reply = [0; 4];
    io.read_exact(&mut reply).await.map_err(broken)?;
    if reply[1] != SUCCESS {
        let text = format!("the proxy did not connect: {}", words(reply[1]));
        return Err(refusal(&text));
    }
    // The address that the proxy connects from; nobody wants to know.
    let rest = match reply[3] {
        IPV4 => 4,
        IPV6 => 16,
        NAME => usize::from(io.read_u8().await.map_err(broken)?),
        _ => return Err(refusal("what answers does not speak SOCKS 5")),
    };
    let mut rest = vec![0; rest + 2];
    io.read_exact(&mut rest).await.map_err(broken)?;
    Ok(io)
}

fn credentials(user: &str, password: &str) -> Result<Vec<u8>, Error> {
    let mut message = vec![1];
    for text in [user, password] {
        let Ok(len) = u8::try_from(text.len()) else {
            return Err(refusal(
                "SOCKS 5 takes at most 255 bytes of a user and of a password",
            ));
        };
        message.push(len);
        message.extend_from_slice(text.as_bytes());
    }
    Ok(message)
}

fn request(target: &Target<'_>, port: u16) -> Result<Vec<u8>, Error> {
    let mut message = vec![VERSION, CONNECT, 0];
    match target {
        Target::Address(IpAddr::V4(address)) => {
            message.push(IPV4);
            message.extend_from_slice(&address.octets());
        }
        Target::Address(IpAddr::V6(address)) => {
            message.push(IPV6);
            message.extend_from_slice(&address.octets());
        }
        Target::Name(name) => {
            let Ok(len) = u8::try_from(name.len()) else {
                return Err(refusal(
                    "the server's name is longer than SOCKS 5 can carry",
                ));
            };
            message.extend_from_slice(&[NAME, len]);
            message.extend_from_slice(name.as_bytes());
        }
    }
    message.extend_from_slice(&port.to_be_bytes());
    Ok(message)
}

fn refusal(text: &str) -> Error {
    Error::new(ErrorKind::Proxy, text)
}

/// What a reply code means.
fn words(reply: u8) -> String {
    let words = match reply {
        1 => "something failed in it",
        2 => "its rules do not allow it",
        3 => "the network cannot be reached",
        4 => "the server cannot be reached",
        5 => "the connection was refused",
        6 => "its time ran out",
        7 => "it does not know the command",
        8 => "it does not know this kind of address",
        other => return format!("code {other}"),
    };
    words.to_owned()
}

const VERSION: u8 = 5;
const NO_CREDENTIALS: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const CONNECT: u8 = 1;
const SUCCESS: u8 = 0;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;
