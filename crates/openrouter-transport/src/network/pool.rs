//! Connections that wait for their next request.

#[cfg(feature = "http2")]
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::{HeaderMap, HeaderName};
use hyper::client::conn::http1;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use tokio::time::Instant;

use super::body::Lease;
use crate::service::ReplayBody;

#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolSettings {
    pub(crate) max_idle_connections: usize,
    pub(crate) idle_limit: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            max_idle_connections: 64,
            idle_limit: Duration::from_secs(90),
        }
    }
}

const FOR_EVER: Duration = Duration::from_secs(1 << 31);

/// How many seconds a server keeps an unused connection, as far as it says so.
///
/// One that closes a connection while a request is on its way to it has lost that request for all that the client can
/// know, and what may be billed is not sent again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience(u32);

impl Default for Patience {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Patience {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let told = headers
            .get(KEEP_ALIVE)
            .and_then(|value| value.to_str().ok());
        let seconds = told.into_iter().flat_map(|value| value.split(','));
        let seconds = seconds.filter_map(|parameter| parameter.split_once('='));
        let seconds = seconds
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("timeout"))
            .find_map(|(_, seconds)| seconds.trim().trim_matches('"').parse().ok());
        seconds.map_or_else(Self::default, Self)
    }

    /// A second less than the server's time, for requests to arrive in.
    fn trusted(self) -> Duration {
        match self.0 {
            u32::MAX => Duration::MAX,
            seconds => Duration::from_secs(seconds.saturating_sub(1).into()),
        }
    }
}

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

pub(super) struct Pool {
    settings: PoolSettings,
    this: Weak<Pool>,
    connections: Mutex<Connections>,
    /// The server chose HTTP/1.1 before, so nobody need wait to share a connection.
    knows_http1: AtomicBool,
}

#[derive(Default)]
struct Connections {
    /// With the time until which each is trusted; most recently used last.
    idle: Vec<(http1::SendRequest<ReplayBody>, Instant)>,
    #[cfg(feature = "http2")]
    shared: Vec<SharedConnection>,
}

#[cfg(feature = "http2")]
struct SharedConnection {
    sender: http2::SendRequest<ReplayBody>,
    in_use: Arc<AtomicUsize>,
    /// How many streams the server allows at once.
    max_streams: Arc<AtomicUsize>,
    idle_since: Instant,
}

/// One of the streams that a connection allows at once; free again when dropped.
#[cfg(feature = "http2")]
pub(super) struct Place(Arc<AtomicUsize>);

#[cfg(feature = "http2")]
impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    pub(super) fn new(settings: PoolSettings) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            settings,
            this: this.clone(),
            connections: Mutex::default(),
            knows_http1: AtomicBool::new(false),
        })
    }

    /// A connection that can take a request at once.
    pub(super) fn take(&self) -> Option<Lease> {
        let mut connections = self.lock();
        #[cfg(feature = "http2")]
        if let Some(lease) = connections.take_place(self.settings.idle_limit) {
            return Some(lease);
        }
        let now = Instant::now();
        connections
            .idle
            .retain(|(sender, until)| !sender.is_closed() && now < *until);
        let at = connections
            .idle
            .iter()
            .rposition(|(sender, _)| sender.is_ready())?;
        let (sender, _) = connections.idle.swap_remove(at);
        Some(Lease::Http1 {
            sender,
            pool: self.this.clone(),
            patience: Patience::default(),
        })
    }

    /// Whether a kept connection will be free as soon as its driver has had its turn.
    pub(super) fn is_settling(&self) -> bool {
        self.lock()
            .idle
            .iter()
            .any(|(sender, _)| !sender.is_closed())
    }

    /// Keeps a connection whose exchange is over, unless its server is about to close it.
    pub(super) fn put_back(&self, sender: http1::SendRequest<ReplayBody>, patience: Patience) {
        let limit = self.settings.idle_limit.min(patience.trusted());
        let mut connections = self.lock();
        if !sender.is_closed()
            && !limit.is_zero()
            && connections.idle.len() < self.settings.max_idle_connections
        {
            let now = Instant::now();
            // Past the end of time: for ever, or nearly so.
            let until = now.checked_add(limit).unwrap_or(now + FOR_EVER);
            connections.idle.push((sender, until));
        }
    }

    /// Keeps a new HTTP/2 connection and takes the first place on it.
    #[cfg(feature = "http2")]
    pub(super) fn share(
        &self,
        sender: http2::SendRequest<ReplayBody>,
        max_streams: Arc<AtomicUsize>,
    ) -> Lease {
        self.knows_http1.store(false, Ordering::Relaxed);
        let in_use = Arc::new(AtomicUsize::new(1));
        let place = Place(in_use.clone());
        let kept = SharedConnection {
            sender: sender.clone(),
            in_use,
            max_streams,
            idle_since: Instant::now(),
        };
        self.lock().shared.push(kept);
        Lease::Http2 {
            sender,
            _place: place,
        }
    }

    pub(super) fn knows_http1(&self) {
        self.knows_http1.store(true, Ordering::Relaxed);
    }

    /// Whether a connection that is being opened may turn out to serve many requests.
    pub(super) fn may_share(&self) -> bool {
        !self.knows_http1.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        // Nothing in the critical sections leaves the lists half changed.
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "http2")]
impl Connections {
    fn take_place(&mut self, idle_limit: Duration) -> Option<Lease> {
        if self.shared.is_empty() {
            return None;
        }
        let now = Instant::now();
        self.shared.retain_mut(|connection| {
            if connection.in_use.load(Ordering::Relaxed) > 0 {
                connection.idle_since = now;
            }
            !connection.sender.is_closed() && now.duration_since(connection.idle_since) < idle_limit
        });
        let free = self.shared.iter().find(|connection| {
            connection.in_use.load(Ordering::Relaxed)
                < connection.max_streams.load(Ordering::Relaxed)
                && connection.sender.is_ready()
        })?;
        free.in_use.fetch_add(1, Ordering::Relaxed);
        Some(Lease::Http2 {
            sender: free.sender.clone(),
            _place: Place(free.in_use.clone()),
        })
    }
}
