//! What can go wrong with a payload.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::sniff::{MediaKind, MediaType};

/// A payload that cannot be sent, or one in an answer that cannot be read.
pub struct MediaError(Box<Inner>);

struct Inner {
    kind: MediaErrorKind,
    message: String,
    path: Option<PathBuf>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Why a payload failed. Nothing was sent in any of these cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaErrorKind {
    /// The file could not be read. [`MediaError::path`] names it.
    Read,
    /// The file changed its size between the look at its type and the end of reading it. Try again when it is at rest.
    Changed,
    /// Neither content nor name shows the type. Set it on the value.
    UnknownType,
    /// The content is another kind than the value: a PDF in an image. Use the other value, or set the type to send it anyway.
    WrongKind,
    /// There is nothing in it: no bytes, no base64, no address.
    Empty,
    /// Audio by address: the API takes audio as base64 only. Fetch it and pass the bytes.
    AudioUrl,
    /// Text that should be base64 or a data URL and is not.
    NotBase64,
}

impl MediaError {
    /// Why it failed.
    #[must_use]
    pub fn kind(&self) -> MediaErrorKind {
        self.0.kind
    }

    /// The file that failed, where the payload is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    fn new(kind: MediaErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            path: None,
            source: None,
        }))
    }

    pub(super) fn at(mut self, path: Option<&Path>) -> Self {
        self.0.path = path.map(Path::to_owned);
        self
    }

    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        let mut error = Self::new(MediaErrorKind::Read, "cannot read the file").at(Some(path));
        error.0.source = Some(Box::new(source));
        error
    }

    pub(super) fn changed(path: &Path) -> Self {
        Self::new(
            MediaErrorKind::Changed,
            "the file changed its size while it was read",
        )
        .at(Some(path))
    }

    pub(super) fn unknown_type(kind: MediaKind) -> Self {
        let message = format!(
            "neither content nor name shows the type of this {}, set it",
            word(kind)
        );
        Self::new(MediaErrorKind::UnknownType, message)
    }

    pub(super) fn wrong_kind(expected: MediaKind, found: &MediaType) -> Self {
        let message = format!(
            "this {} holds {found}; set the type to send it anyway",
            word(expected)
        );
        Self::new(MediaErrorKind::WrongKind, message)
    }

    pub(super) fn audio_url() -> Self {
        let message =
            "the API takes no address for audio, only base64: fetch it and pass the bytes";
        Self::new(MediaErrorKind::AudioUrl, message)
    }

    pub(super) fn empty() -> Self {
        let message = "the payload is empty: it has no bytes, no base64 and no address";
        Self::new(MediaErrorKind::Empty, message)
    }

    pub(super) fn not_base64(what: &str, source: Option<base64::DecodeError>) -> Self {
        let mut error = Self::new(MediaErrorKind::NotBase64, what);
        error.0.source = source.map(|source| Box::new(source) as _);
        error
    }
}

impl fmt::Display for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.path {
            Some(path) => write!(f, " ({})", path.display()),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("path", &self.0.path)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for MediaError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

fn word(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
        MediaKind::Document => "document",
    }
}
