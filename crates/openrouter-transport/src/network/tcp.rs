//! TCP to a host by its name: its addresses are raced, so that one that does not answer costs little (RFC 8305).

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use http::Uri;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, ErrorKind};

/// The host, an IPv6 address without its brackets, and the port of a URL.
pub(super) fn host_and_port(url: &Uri) -> (&str, u16) {
    let port = url.port_u16().unwrap_or(match url.scheme_str() {
        Some("https") => 443,
        Some("socks5" | "socks5h") => 1080,
        _ => 80,
    });
    let host = url.host().unwrap_or_default();
    (host.trim_matches(['[', ']']), port)
}

/// Connects to the host and port of a URL. Small as a future, since many may be connecting at once.
pub(super) async fn connect(peer: &Uri) -> Result<TcpStream, Error> {
    let (host, port) = host_and_port(peer);
    let stream = match host.parse() {
        Ok(address) => open(SocketAddr::new(address, port)).await,
        Err(_) => Box::pin(to_name(host, port)).await,
    };
    let stream = stream.map_err(|error| failed(host, port, error))?;
    // What cannot be set is no reason to do without the connection.
    let _unset = stream.set_nodelay(true);
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE);
    let _unset = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
    Ok(stream)
}

/// The address of a name that the system prefers.
pub(super) async fn resolve(host: &str, port: u16) -> Result<IpAddr, Error> {
    let first = match lookup_host((host, port)).await {
        Ok(mut addresses) => addresses.next().ok_or_else(no_address),
        Err(error) => Err(error),
    };
    first
        .map(|address| address.ip())
        .map_err(|error| failed(host, port, error))
}

/// The port belongs to the text: with a server of one's own, it is what is wrong most often.
fn failed(host: &str, port: u16, error: io::Error) -> Error {
    let text = if host.contains(':') {
        format!("no connection to [{host}]:{port}: {error}")
    } else {
        format!("no connection to {host}:{port}: {error}")
    };
    Error::new(ErrorKind::Connect, text).with_source(error)
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the name has no address")
}

async fn to_name(host: &str, port: u16) -> io::Result<TcpStream> {
    let addresses = lookup_host((host, port)).await?.collect::<Vec<_>>();
    race(alternating(&addresses), open).await
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.connect(address).await
}

/// The addresses in the order in which to try them: both families in turn, beginning with the one that the system
/// prefers.
fn alternating(addresses: &[SocketAddr]) -> VecDeque<SocketAddr> {
    let prefers_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let of_family = |is_v6: bool| addresses.iter().filter(move |it| it.is_ipv6() == is_v6);
    let (mut first, mut second) = (of_family(prefers_v6), of_family(!prefers_v6));
    let mut order = VecDeque::with_capacity(addresses.len());
    while order.len() < addresses.len() {
        order.extend(first.next().into_iter().chain(second.next()));
    }
    order
}

/// Tries one address after another, without waiting long for any; the first that connects wins, and the others are
/// given up. Fails with the error that came last.
async fn race<T, F>(
    mut addresses: VecDeque<SocketAddr>,
    mut open: impl FnMut(SocketAddr) -> F,
) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let mut attempts: Vec<Pin<Box<F>>> = Vec::new();
    let mut next_at = pin!(sleep_until(Instant::now()));
    let mut last_error = no_address();
    poll_fn(move |cx| {
        loop {
            let mut has_failed = false;
            let mut at = 0;
            while let Some(attempt) = attempts.get_mut(at) {
                match attempt.as_mut().poll(cx) {
                    Poll::Ready(Ok(stream)) => return Poll::Ready(Ok(stream)),
                    Poll::Ready(Err(error)) => {
                        drop(attempts.remove(at));
                        last_error = error;
                        has_failed = true;
                    }
                    Poll::Pending => at += 1,
                }
            }
            if addresses.is_empty() && attempts.is_empty() {
                let error = std::mem::replace(&mut last_error, io::ErrorKind::Other.into());
                return Poll::Ready(Err(error));
            }
            let is_due = !addresses.is_empty()
                && (has_failed || attempts.is_empty() || next_at.as_mut().poll(cx).is_ready());
            if !is_due {
                return Poll::Pending;
            }
            attempts.extend(addresses.pop_front().map(|address| Box::pin(open(address))));
            next_at.as_mut().reset(Instant::now() + ATTEMPT_DELAY);
        }
    })
    .await
}

/// How long an address may keep silent before the next is tried beside it: what RFC 8305 recommends.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// How often an idle connection is probed, so that a dead one is noticed.
const KEEPALIVE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn families_take_turns_beginning_with_the_preferred_one() {
        let order = |list| Vec::from(alternating(&addresses(list)));
        assert_eq!(
            order(&["[::1]:1", "[::2]:1", "1.1.1.1:1", "1.1.1.2:1", "1.1.1.3:1"]),
            addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1", "1.1.1.3:1"])
        );
        assert_eq!(
            order(&["1.1.1.1:1", "[::1]:1"]),
            addresses(&["1.1.1.1:1", "[::1]:1"])
        );
        assert!(alternating(&[]).is_empty());
    }

    /// Races fake addresses whose port says what they do: connect after so many ms, or fail when it is odd. Returns
    /// the outcome, the time it took, and when which address was tried.
    async fn raced(ports: &[u16]) -> (io::Result<u16>, u128, Vec<(u16, u128)>) {
        let began = Instant::now();
        let tried = Mutex::new(Vec::new());
        let list = ports
            .iter()
            .map(|port| SocketAddr::from(([127, 0, 0, 1], *port)));
        let outcome = race(list.collect(), |address| {
            let port = address.port();
            tried
                .lock()
                .unwrap()
                .push((port, began.elapsed().as_millis()));
            async move {
                tokio::time::sleep(Duration::from_millis(port.into())).await;
                if port % 2 == 1 {
                    return Err(io::Error::other(port.to_string()));
                }
                Ok(port)
            }
        })
        .await;
        (
            outcome,
            began.elapsed().as_millis(),
            tried.into_inner().unwrap(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_keeps_silent_is_overtaken() {
        let (outcome, took, tried) = raced(&[60_000, 50_000, 10, 20]).await;
        assert_eq!((outcome.unwrap(), took), (10, 510));
        assert_eq!(tried, [(60_000, 0), (50_000, 250), (10, 500)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_address_may_win_after_others_were_tried() {
        let (outcome, took, tried) = raced(&[300, 60_000]).await;
        assert_eq!((outcome.unwrap(), took, tried.len()), (300, 300, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_lets_the_next_try_at_once() {
        let (outcome, took, tried) = raced(&[1, 3, 4]).await;
        assert_eq!((outcome.unwrap(), took), (4, 8));
        assert_eq!(tried, [(1, 0), (3, 1), (4, 4)]);
        let (outcome, took, tried) = raced(&[60_000, 1, 2]).await;
        assert_eq!((outcome.unwrap(), took), (2, 253));
        assert_eq!(tried, [(60_000, 0), (1, 250), (2, 251)]);
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_fail_the_last_error_is_told() {
        let (outcome, took, _) = raced(&[301, 5]).await;
        assert_eq!(
            (outcome.unwrap_err().to_string(), took),
            ("301".to_owned(), 301)
        );
        let (outcome, ..) = raced(&[]).await;
        assert_eq!(outcome.unwrap_err().to_string(), "the name has no address");
    }
}
