//! Tests of what must not hang fail instead of hanging.

use std::future::Future;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Long enough for the slowest machine, so that it says nothing about speed.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits for what must come; panics when it does not.
pub(crate) async fn in_time<F: Future>(what: &str, future: F) -> F::Output {
    match tokio::time::timeout(LIMIT, future).await {
        Ok(output) => output,
        Err(_) => panic!("{what}: waited for in vain"),
    }
}

/// Runs a test on a runtime whose clock goes on only when nobody has anything to do, and fails where that never is.
#[track_caller]
pub(crate) fn with_idle_clock<F>(test: impl FnOnce() -> F + Send + 'static)
where
    F: Future<Output = ()>,
{
    let (done, is_done) = channel();
    std::thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(true).build().unwrap();
        runtime.block_on(test());
        let _ = done.send(());
    });
    match is_done.recv_timeout(LIMIT) {
        Ok(()) => {}
        Err(RecvTimeoutError::Timeout) => panic!("the test never ends: something is always busy"),
        Err(RecvTimeoutError::Disconnected) => panic!("the test failed; its words are above"),
    }
}
