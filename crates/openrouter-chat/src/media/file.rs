//! PDF and other documents.

use std::path::PathBuf;

use bytes::Bytes;

use super::error::MediaError;
use super::payload::{Expect, Payload};
use super::sniff::{MediaKind, MediaType};
use super::text::EncodedMedia;

/// A document for a model to read: a PDF, an office document, a text.
///
/// OpenRouter turns a PDF into text and pictures for models that do not read it themselves; the `file-parser` plugin
/// says how.
///
/// ```
/// use openrouter_chat::media::Document;
///
/// let report = Document::from_bytes(&b"%PDF-1.7"[..]).with_file_name("report.pdf");
/// assert_eq!(report.encode()?.file_name(), Some("report.pdf"));
/// # Ok::<(), openrouter_chat::media::MediaError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    content: Content,
    file_name: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Payload(Payload),
    Uploaded(String),
}

/// A document ready to be written into a request.
#[derive(Clone, Debug)]
pub struct EncodedDocument {
    media: Option<EncodedMedia>,
    file_id: Option<String>,
    file_name: Option<String>,
}

impl EncodedDocument {
    /// The address or data URL; `None` for an uploaded file.
    #[must_use]
    pub fn media(&self) -> Option<&EncodedMedia> {
        self.media.as_ref()
    }

    /// The id of an uploaded file.
    #[must_use]
    pub fn file_id(&self) -> Option<&str> {
        self.file_id.as_deref()
    }

    /// The name that the model sees: the one that was set, else the one of the path.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }
}

impl Document {
    /// A document at an address, which OpenRouter or the provider fetches, or in a data URL. Passed on as it is.
    pub fn from_url(url: impl Into<String>) -> Self {
        Self::new(Payload::url(url.into()))
    }

    /// A document in base64. White space in the text is dropped; a data URL is taken as one.
    pub fn from_base64(text: impl Into<String>) -> Self {
        Self::new(Payload::base64(text.into()))
    }

    /// A document in memory, shared by the clones of the value.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Payload::bytes(bytes.into()))
    }

    /// A document in a file, which is read each time it is encoded and not held.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        Self::new(Payload::path(path.into()))
    }

    /// A file that was uploaded before, by its id.
    pub fn from_file_id(id: impl Into<String>) -> Self {
        Self {
            content: Content::Uploaded(id.into()),
            file_name: None,
        }
    }

    fn new(payload: Payload) -> Self {
        Self {
            file_name: payload.name.clone(),
            content: Content::Payload(payload),
        }
    }

    /// Sets the name that the model sees. Where the content leaves the type open, the name decides.
    #[must_use]
    pub fn with_file_name(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if let Content::Payload(payload) = &mut self.content {
            payload.name = Some(name.clone());
        }
        self.file_name = Some(name);
        self
    }

    /// Sets the type, whatever the content shows. It has no say over an address or an uploaded file.
    #[must_use]
    pub fn with_media_type(mut self, media_type: impl Into<MediaType>) -> Self {
        if let Content::Payload(payload) = &mut self.content {
            payload.media_type = Some(media_type.into());
        }
        self
    }

    /// The address, data URL or id; `application/octet-stream` when nothing shows the type.
    ///
    /// Opens the file of a path and reads its first bytes, blocking.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or the text is not base64.
    pub fn encode(&self) -> Result<EncodedDocument, MediaError> {
        let expect = Expect {
            kind: MediaKind::Document,
            default: Some("application/octet-stream"),
        };
        let (media, file_id) = match &self.content {
            Content::Payload(payload) => (Some(payload.encode_as_url(expect)?), None),
            Content::Uploaded(id) if id.is_empty() => return Err(MediaError::empty()),
            Content::Uploaded(id) => (None, Some(id.clone())),
        };
        Ok(EncodedDocument {
            media,
            file_id,
            file_name: self.file_name.clone(),
        })
    }
}
