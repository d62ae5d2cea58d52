//! Moving pictures.

use std::path::PathBuf;

use bytes::Bytes;

use super::error::MediaError;
use super::payload::{Expect, Payload};
use super::sniff::{MediaKind, MediaType};
use super::text::EncodedMedia;

/// A video to show to a model.
///
/// Which addresses a provider fetches differs; YouTube links, for instance, are read by some of Google's models.
///
/// ```
/// use openrouter_chat::media::Video;
///
/// let talk = Video::from_url("https://www.youtube.com/watch?v=abc");
/// assert_eq!(talk.encode()?.text().as_str(), Some("https://www.youtube.com/watch?v=abc"));
/// # Ok::<(), openrouter_chat::media::MediaError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Video {
    payload: Payload,
}

impl Video {
    /// A video at an address, or in a data URL. The text is passed on as it is.
    pub fn from_url(url: impl Into<String>) -> Self {
        Self {
            payload: Payload::url(url.into()),
        }
    }

    /// A video in base64. White space in the text is dropped; a data URL is taken as one.
    pub fn from_base64(text: impl Into<String>) -> Self {
        Self {
            payload: Payload::base64(text.into()),
        }
    }

    /// A video in memory, shared by the clones of the value.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self {
            payload: Payload::bytes(bytes.into()),
        }
    }

    /// A video in a file, which is read each time it is encoded and not held.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        Self {
            payload: Payload::path(path.into()),
        }
    }

    /// Sets the type, whatever the content shows. It has no say over an address.
    #[must_use]
    pub fn with_media_type(mut self, media_type: impl Into<MediaType>) -> Self {
        self.payload.media_type = Some(media_type.into());
        self
    }

    /// The address or data URL, ready to be written; `video/mp4` when nothing shows the type.
    ///
    /// Opens the file of a path and reads its first bytes, blocking.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, the content is something else than a video, or the text is not base64.
    pub fn encode(&self) -> Result<EncodedMedia, MediaError> {
        self.payload.encode_as_url(Expect {
            kind: MediaKind::Video,
            default: Some("video/mp4"),
        })
    }
}
