//! Servers that mean harm: whatever they send, and however long, the call ends in an error that says why, within its
//! clocks and in little memory. A test binary of its own, since it counts what the whole process allocates.

#![cfg(feature = "client")]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[cfg(feature = "http2")]
#[path = "../it/frames.rs"]
mod frames;
mod http1;
#[cfg(feature = "http2")]
mod http2;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use openrouter_transport::{
    Client, ClientBuilder, Error, ErrorKind, Limits, Proxy, RetryPolicy, Timeouts,
};
use openrouter_types::operation::{Credential, Method};
use openrouter_types::{Decode, DecodeError, Operation, StreamOperation};
use peak_alloc::PeakAlloc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Most bytes that a call may have allocated at once: a few times the largest limit of [`client`], for what is being
/// copied from one buffer to the next.
const CEILING_BYTES: usize = 4_000_000_000;

/// The allocations of one test are not to be counted as another's.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Call;

struct Anything;

impl Decode for Anything {
    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl Operation for Call {
    type Answer = Anything;
    type Body = ();
    const NAME: &'static str = "call";
    const METHOD: Method = Method::Post;
    const CREDENTIAL: Credential = Credential::None;
    fn path(&self) -> String {
        "/call".to_owned()
    }
}

impl StreamOperation for Call {
    type Chunk = Anything;
    fn set_streaming(&mut self, _: bool) {}
}

/// What the server does with a connection.
struct Flood {
    /// Sent once.
    first: Vec<u8>,
    /// Sent over and over.
    block: Vec<u8>,
    pause: Duration,
    /// Whether it goes on reading what the client sends.
    listens: bool,
}

impl Flood {
    /// Pieces of this, as fast as they are taken.
    fn of(first: impl Into<Vec<u8>>, piece: impl AsRef<[u8]>) -> Self {
        let piece = piece.as_ref();
        Self {
            first: first.into(),
            block: piece.repeat(16_000 / piece.len() + 1),
            pause: Duration::ZERO,
            listens: true,
        }
    }

    async fn run(self, mut stream: TcpStream) {
        // The tests' requests are smaller than one read.
        let mut request = [0; 4096];
        let _len = stream.read(&mut request).await;
        let (mut reader, mut writer) = stream.into_split();
        let ignore = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while self.listens && reader.read(&mut buffer).await.is_ok_and(|len| len > 0) {}
            std::future::pending::<()>().await;
        });
        let mut alive = writer.write_all(&self.first).await.is_ok();
        while alive {
            alive = writer.write_all(&self.block).await.is_ok();
            tokio::time::sleep(self.pause).await;
        }
        ignore.abort();
    }
}

/// A client with limits of at most a million bytes, and clocks of at most a second and a half.
fn client(url: &str) -> ClientBuilder {
    let limits = Limits::default()
        .with_max_event_bytes(1_000_000)
        .with_max_body_bytes(1_000_000)
        .with_max_error_body_bytes(1_000_000);
    let timeouts = Timeouts::default()
        .with_first_byte(Duration::from_millis(300))
        .with_idle(Duration::from_millis(300))
        .with_content(Duration::from_millis(600))
        .with_total(Duration::from_millis(1_500));
    Client::builder()
        .base_url(url)
        .proxy(Proxy::none())
        .retry(RetryPolicy::none())
        .limits(limits)
        .timeouts(timeouts)
}

/// The error in which a call of this kind ends, when it has stayed below the ceiling.
fn failure(
    name: &str,
    flood: Flood,
    is_stream: bool,
    set_up: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Error {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    // A runtime of its own, so that nothing of one case is left in the next.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outcome = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            flood.run(stream).await;
        });
        let client = set_up(client(&url)).build().unwrap();
        let outcome = tokio::time::timeout(Duration::from_secs(20), call(&client, is_stream)).await;
        // What goes on behind a call that is over counts too.
        tokio::time::sleep(Duration::from_millis(50)).await;
        outcome
    });
    drop(runtime);
    let used = ALLOCATOR.peak_usage().saturating_sub(before);
    let error = outcome.unwrap_or_else(|_| panic!("{name}: the call hangs"));
    let error = error.unwrap_or_else(|| panic!("{name}: the call succeeds"));
    assert!(used < CEILING_BYTES, "{name}: {used} bytes, then {error:?}");
    error
}

async fn call(client: &Client, is_stream: bool) -> Option<Error> {
    if !is_stream {
        return client.send(&Call).await.err();
    }
    let mut stream = match client.stream(Call).await {
        Ok(stream) => stream,
        Err(error) => return Some(error),
    };
    loop {
        match stream.next().await? {
            Ok(Anything) => {}
            Err(error) => return Some(error),
        }
    }
}
