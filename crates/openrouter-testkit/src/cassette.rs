//! Exchanges recorded in a file of plain text.

mod record;
mod replay;
mod scrub;
mod text;

use std::io;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;

pub use record::Recorder;
pub(crate) use replay::Replay;
pub use replay::ReplayPace;

/// Recorded exchanges, in order.
///
/// A cassette is plain text that can be read, reviewed and edited. Each exchange is a request and an answer, their header
/// fields, and their bodies line by line; an answer's body says when each piece of it came. Keys, cookies and everything
/// that looks like a key were replaced before it was written.
///
/// ```
/// use openrouter_testkit::Cassette;
///
/// let cassette = Cassette::parse("\
/// cassette 1
///
/// request POST /api/v1/chat/completions
/// |{\"model\":\"acme/model\"}
///
/// answer 200
/// content-type: text/event-stream
/// +0
/// |: OPENROUTER PROCESSING
/// +250
/// |data: [DONE]
/// ")?;
/// assert_eq!(cassette.len(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// A line of a body begins with `|`; with `-` when it has no line feed at its end; with `\` when it has escapes (`\r`,
/// `\\`, `\xFF`) and a line feed; with `/` when it has escapes and no line feed. `+250` says that what follows came 250
/// milliseconds after the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cassette {
    pub(crate) exchanges: Vec<Recorded>,
}

/// One exchange.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) request_fields: Vec<(String, String)>,
    pub(crate) request_body: Bytes,
    pub(crate) status: u16,
    pub(crate) answer_fields: Vec<(String, String)>,
    pub(crate) answer_body: Vec<Frame>,
}

/// A piece of an answer's body, and when it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Frame {
    pub(crate) after: Duration,
    pub(crate) bytes: Bytes,
}

impl Cassette {
    /// Reads a cassette.
    ///
    /// # Errors
    ///
    /// When the text is none, with the line: [`io::ErrorKind::InvalidData`].
    pub fn parse(text: &str) -> io::Result<Self> {
        text::parse(text)
    }

    /// Reads a cassette from a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no cassette; the message begins with its name.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        std::fs::read_to_string(path)
            .and_then(|text| Self::parse(&text))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    /// How many exchanges it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }
}
