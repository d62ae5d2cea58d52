//! Looking at the bytes as they come.

use std::time::Duration;

/// One read of an answer's body.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RawFrame<'a> {
    /// The bytes, as they came off the connection.
    pub bytes: &'a [u8],
    /// Time since the call began.
    pub elapsed: Duration,
    /// The operation's name.
    pub operation: &'static str,
    /// The generation's id, where the headers told it.
    pub generation_id: Option<&'a str>,
}

pub(crate) trait FrameTap: Send + Sync {
    fn frame(&self, frame: &RawFrame<'_>);
}

impl<F: Fn(&RawFrame<'_>) + Send + Sync> FrameTap for F {
    fn frame(&self, frame: &RawFrame<'_>) {
        self(frame);
    }
}
