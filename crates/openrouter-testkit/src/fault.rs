//! What can go wrong on the way.

use serde::Deserialize;

use crate::Refusal;

/// Something that goes wrong with an answer, one line to switch on.
///
/// A fault belongs to an [`Answer`](crate::Answer::fault), or to the nth request of a
/// [server](crate::TestServerBuilder::fault_on). Chunks are counted from 0, bytes are those of the body. In a scenario
/// file a fault is written as its name, or as an object of its name and its value: `"held_open"`, `{"cut_at_byte": 120}`.
///
/// ```
/// use openrouter_testkit::{Answer, Fault};
///
/// let turn = Answer::text("Never heard to its end.").fault(Fault::CutAtByte(120));
/// # let _ = turn;
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Refuses, whatever the script says.
    Refuse(Refusal),
    /// Closes the connection without a word. On HTTP/2 the stream is reset.
    CloseBeforeHeader,
    /// Resets the connection (TCP RST) before the header. On HTTP/2 the stream is reset.
    ResetBeforeHeader,
    /// Resets the connection after the header. On HTTP/2 the stream is reset.
    ResetAfterHeader,
    /// Resets the connection after so many chunks. On HTTP/2 the stream is reset (`RST_STREAM`).
    ResetAfterChunk(usize),
    /// Never answers: the header does not come.
    StallBeforeHeader,
    /// Stops for ever after so many chunks, and keeps the connection open.
    StallAfterChunk(usize),
    /// Closes the connection after so many bytes. On HTTP/1.1 the last chunk of the transfer is missing, on HTTP/2 the
    /// stream is reset.
    CutAtByte(usize),
    /// Ends the body after so many bytes as if that were all.
    EndAtByte(usize),
    /// Announces a chunk of the chunked transfer after so many bytes, sends half of it, and closes. On HTTP/2 like
    /// [`CutAtByte`](Self::CutAtByte).
    TruncatedChunk(usize),
    /// Sends each byte alone.
    SplitEveryByte,
    /// Sends so many bytes at a time, with a pause before each.
    Drip {
        /// Bytes at a time.
        bytes: usize,
        /// The pause, in milliseconds.
        pause_ms: u64,
    },
    /// Keeps the connection open after the last byte.
    HeldOpen,
    /// Sends this after `[DONE]`.
    BytesAfterDone(String),
    /// Leaves `[DONE]` out.
    WithoutDone,
    /// Ends lines with CR LF.
    CrLf,
    /// Ends lines with CR alone.
    Cr,
    /// Begins with a byte order mark.
    ByteOrderMark,
    /// Says so many comments before every event.
    CommentStorm(usize),
    /// Sends a line of so many bytes before the first event, without its end.
    EndlessLine(u64),
    /// Sends an event after so many chunks that is not JSON.
    NotJson(usize),
    /// Declares this content type.
    ContentType(String),
    /// Answers with a page of HTML and this status, as a proxy does.
    HtmlErrorPage(u16),
    /// Writes this to the connection instead of an answer, and closes. On HTTP/2 the stream is reset.
    RawAnswer(String),
    /// Says after so many chunks that the connection is going away (`GOAWAY`, on HTTP/1.1 `connection: close` where the
    /// header is not yet out), and ends this answer in order.
    GoAwayAfterChunk(usize),
    /// Gives every tool call the id of the first.
    DuplicateToolIds,
    /// Gives tool calls no id; an empty one where the answer is not streamed.
    MissingToolIds,
    /// Leaves the index of streamed tool calls out.
    MissingToolIndexes,
    /// Gives every streamed tool call index 0.
    RepeatedToolIndexes,
    /// Sends an event without choices before each other event.
    EmptyChoices,
    /// Leaves `id`, `model` and `created` out.
    MissingIds,
}
