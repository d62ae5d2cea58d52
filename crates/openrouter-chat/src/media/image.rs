//! Pictures.

use std::path::PathBuf;

use bytes::Bytes;

use super::error::MediaError;
use super::payload::{Expect, Payload};
use super::sniff::{MediaKind, MediaType};
use super::text::EncodedMedia;

/// A picture to show to a model.
///
/// ```
/// use openrouter_chat::media::{Image, ImageDetail};
///
/// let plan = Image::from_path("plan.png").with_detail(ImageDetail::HIGH);
/// # let _ = plan;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    payload: Payload,
    detail: Option<ImageDetail>,
}

/// How closely a model looks at a picture: text, with the known values as constants.
///
/// What a value costs is up to the model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageDetail(std::borrow::Cow<'static, str>);

impl ImageDetail {
    /// The model decides.
    pub const AUTO: Self = Self(std::borrow::Cow::Borrowed("auto"));
    /// A small version of the picture.
    pub const LOW: Self = Self(std::borrow::Cow::Borrowed("low"));
    /// The picture in detail.
    pub const HIGH: Self = Self(std::borrow::Cow::Borrowed("high"));
    /// The picture as it is. OpenRouter's own value; sent on as `high` where the provider does not know it.
    pub const ORIGINAL: Self = Self(std::borrow::Cow::Borrowed("original"));

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ImageDetail {
    fn from(text: &str) -> Self {
        Self(text.to_owned().into())
    }
}

impl Image {
    /// A picture at an address, which the provider fetches, or in a data URL. The text is passed on as it is.
    pub fn from_url(url: impl Into<String>) -> Self {
        Self::new(Payload::url(url.into()))
    }

    /// A picture in base64. White space in the text is dropped; a data URL is taken as one.
    pub fn from_base64(text: impl Into<String>) -> Self {
        Self::new(Payload::base64(text.into()))
    }

    /// A picture in memory, shared by the clones of the value.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Payload::bytes(bytes.into()))
    }

    /// A picture in a file, which is read each time it is encoded and not held.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        Self::new(Payload::path(path.into()))
    }

    fn new(payload: Payload) -> Self {
        Self {
            payload,
            detail: None,
        }
    }

    /// Sets the type, whatever the content shows. It has no say over an address.
    #[must_use]
    pub fn with_media_type(mut self, media_type: impl Into<MediaType>) -> Self {
        self.payload.media_type = Some(media_type.into());
        self
    }

    /// Sets how closely the model looks.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<ImageDetail>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// How closely the model looks, when it was set.
    #[must_use]
    pub fn detail(&self) -> Option<&ImageDetail> {
        self.detail.as_ref()
    }

    /// The address or data URL, ready to be written. Opens the file of a path and reads its first bytes, blocking.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, the content shows no type or that of something else than a picture, or the text is
    /// not base64.
    pub fn encode(&self) -> Result<EncodedMedia, MediaError> {
        self.payload.encode_as_url(Expect {
            kind: MediaKind::Image,
            default: None,
        })
    }
}
