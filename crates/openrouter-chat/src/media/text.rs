//! Base64 that is produced while it is written.

use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use openrouter_types::BulkText;

use super::error::MediaError;
use super::payload::{Mismatch, TypeSource};
use super::sniff::MediaType;

/// A payload ready to be written into a request: a URL, a data URL or plain base64.
///
/// The text of a payload in memory or in a file does not exist until it is written, and then only piece by piece.
/// A file is read during the writing, in blocking calls; calls of a model do so on a thread for that.
#[derive(Clone, Debug)]
pub struct EncodedMedia {
    pub(super) text: BulkText,
    pub(super) text_bytes: usize,
    pub(super) media_type: Option<(MediaType, TypeSource)>,
    pub(super) mismatch: Option<Mismatch>,
    pub(super) file: Option<Arc<FileText>>,
}

impl EncodedMedia {
    /// The text, for a field of a wire type.
    #[must_use]
    pub fn text(&self) -> &BulkText {
        &self.text
    }

    /// The length of the text in bytes, known before it is written, so that a buffer for it can be reserved.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// The type of the payload; `None` for an address that was passed on as it is.
    #[must_use]
    pub fn media_type(&self) -> Option<&MediaType> {
        self.media_type.as_ref().map(|(media_type, _)| media_type)
    }

    /// What the type was taken from.
    #[must_use]
    pub fn type_source(&self) -> Option<TypeSource> {
        self.media_type.as_ref().map(|(_, source)| *source)
    }

    /// The type that was used and the one that the content shows, where they disagree.
    #[must_use]
    pub fn mismatch(&self) -> Option<&Mismatch> {
        self.mismatch.as_ref()
    }

    pub(crate) fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// Why writing the text failed, when the payload is a file that could not be read to its end.
    ///
    /// A formatter can only say that it failed; the reason is kept here until it is asked for or the text is written
    /// again.
    #[must_use]
    pub fn failure(&self) -> Option<MediaError> {
        self.file.as_ref()?.take_failure()
    }
}

/// What stands before the payload, then the payload in base64.
pub(super) struct BytesText {
    pub(super) prefix: String,
    pub(super) bytes: Bytes,
}

impl BytesText {
    pub(super) fn text_bytes(&self) -> usize {
        encoded_bytes(&self.prefix, self.bytes.len() as u64)
    }
}

impl Display for BytesText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefix)?;
        Base64Display::new(&self.bytes, &STANDARD).fmt(f)
    }
}

/// What stands before, then a text that is base64 already.
pub(super) struct PrefixedText {
    pub(super) prefix: String,
    pub(super) base64: Arc<String>,
}

impl Display for PrefixedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefix)?;
        f.write_str(&self.base64)
    }
}

/// What stands before, then the content of a file in base64, read while it is written.
#[derive(Debug)]
pub(super) struct FileText {
    pub(super) prefix: String,
    pub(super) path: PathBuf,
    pub(super) file_bytes: u64,
    failure: Mutex<Option<MediaError>>,
}

impl FileText {
    pub(super) fn new(prefix: String, path: &Path, file_bytes: u64) -> Self {
        Self {
            prefix,
            path: path.to_owned(),
            file_bytes,
            failure: Mutex::new(None),
        }
    }

    pub(super) fn text_bytes(&self) -> usize {
        encoded_bytes(&self.prefix, self.file_bytes)
    }

    fn take_failure(&self) -> Option<MediaError> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn keep_failure(&self, failure: Option<MediaError>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> Result<(), Interrupted> {
        let mut file = File::open(&self.path).map_err(|error| self.unreadable(error))?;
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut left = self.file_bytes;
        loop {
            let filled =
                read_full(&mut file, &mut chunk).map_err(|error| self.unreadable(error))?;
            left = left
                .checked_sub(filled as u64)
                .ok_or_else(|| self.changed())?;
            Base64Display::new(&chunk[..filled], &STANDARD)
                .fmt(f)
                .map_err(|_| Interrupted::Writer)?;
            if filled < chunk.len() {
                break;
            }
        }
        if left == 0 {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    fn unreadable(&self, error: io::Error) -> Interrupted {
        Interrupted::File(MediaError::read(&self.path, error))
    }

    fn changed(&self) -> Interrupted {
        Interrupted::File(MediaError::changed(&self.path))
    }
}

enum Interrupted {
    File(MediaError),
    Writer,
}

/// [`FileText`] behind an `Arc`, so that the text and the asker for its failure share it.
pub(super) struct SharedFileText(pub(super) Arc<FileText>);

impl Display for SharedFileText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.keep_failure(None);
        f.write_str(&self.0.prefix)?;
        self.0.write(f).map_err(|interrupted| {
            if let Interrupted::File(failure) = interrupted {
                self.0.keep_failure(Some(failure));
            }
            fmt::Error
        })
    }
}

/// Fills the buffer as far as the file goes.
fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn encoded_bytes(prefix: &str, payload_bytes: u64) -> usize {
    let base64 = payload_bytes.div_ceil(3).saturating_mul(4);
    prefix
        .len()
        .saturating_add(usize::try_from(base64).unwrap_or(usize::MAX))
}

/// How much of a file is held while it is written. A multiple of three, so that no padding falls between two pieces.
const CHUNK_BYTES: usize = 3 * 16 * 1024;
