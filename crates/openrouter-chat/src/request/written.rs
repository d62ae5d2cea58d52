//! Requests with files in them are written where reading may wait.

use openrouter_types::{Operation as _, StreamOperation as _};
use tokio::task::spawn_blocking;

use super::ChatCall;
use crate::message::Message;
use crate::options::ChatOptions;
use crate::outlined::OutlinedArc;
use crate::{Error, ErrorKind};

/// Writes the body of a call on a thread of the runtime that may wait for files, so that nothing else waits for them.
///
/// The messages are copied for that, their payloads are not: those in memory are shared, and files are read piece by
/// piece into the body.
///
/// # Cancellation
///
/// When the future is dropped, the thread still writes to the end of the body, and drops it.
pub(crate) async fn write_away(
    messages: Vec<Message>,
    options: OutlinedArc<ChatOptions>,
    streaming: bool,
) -> Result<Vec<u8>, Error> {
    let write = move || {
        let mut call = ChatCall::new(options, &messages);
        call.set_streaming(streaming);
        let mut body = Vec::with_capacity(call.body_bytes());
        match serde_json::to_writer(&mut body, &call) {
            Ok(()) => Ok(body),
            Err(error) => Err(messages
                .iter()
                .find_map(Message::media_failure)
                .map_or_else(
                    || {
                        Error::new(
                            ErrorKind::Encode,
                            format!("the request cannot be written: {error}"),
                        )
                    },
                    Error::from,
                )),
        }
    };
    spawn_blocking(write).await.unwrap_or_else(|error| {
        Err(Error::new(
            ErrorKind::Encode,
            format!("the request was not written to its end: {error}"),
        ))
    })
}
