//! Sound.

use std::borrow::Cow;
use std::path::PathBuf;

use bytes::Bytes;

use super::data_url::split_data_url;
use super::error::MediaError;
use super::payload::{Expect, Payload, Source};
use super::sniff::{MediaKind, MediaType};
use super::text::EncodedMedia;

/// Sound for a model to listen to. The API takes it as base64 with the name of its format, never by address.
///
/// ```
/// use openrouter_chat::media::Audio;
///
/// let question = Audio::from_bytes(&b"RIFF\0\0\0\0WAVEfmt "[..]);
/// assert_eq!(question.encode()?.format().as_str(), "wav");
/// # Ok::<(), openrouter_chat::media::MediaError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Audio {
    payload: Payload,
    format: Option<AudioFormat>,
}

/// The format of sound as the API names it: text, with the known values as constants.
///
/// Source: <https://openrouter.ai/docs/guides/overview/multimodal/audio>.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AudioFormat(Cow<'static, str>);

impl AudioFormat {
    /// WAV.
    pub const WAV: Self = Self(Cow::Borrowed("wav"));
    /// MP3.
    pub const MP3: Self = Self(Cow::Borrowed("mp3"));
    /// FLAC.
    pub const FLAC: Self = Self(Cow::Borrowed("flac"));
    /// AAC in an MP4 container.
    pub const M4A: Self = Self(Cow::Borrowed("m4a"));
    /// Vorbis or Opus in an Ogg container.
    pub const OGG: Self = Self(Cow::Borrowed("ogg"));
    /// AIFF.
    pub const AIFF: Self = Self(Cow::Borrowed("aiff"));
    /// AAC.
    pub const AAC: Self = Self(Cow::Borrowed("aac"));
    /// Samples of 16 bits without a header. Nothing in the content shows it: it must be set.
    pub const PCM16: Self = Self(Cow::Borrowed("pcm16"));
    /// Samples of 24 bits without a header. Nothing in the content shows it: it must be set.
    pub const PCM24: Self = Self(Cow::Borrowed("pcm24"));

    /// The format that a media type stands for. The part after the slash, where the API has no name for it.
    #[must_use]
    pub fn of_media_type(media_type: &MediaType) -> Self {
        let (_, subtype) = media_type.as_str().split_once('/').unwrap_or_default();
        match subtype {
            "wav" | "x-wav" | "wave" | "vnd.wave" => Self::WAV,
            "mpeg" | "mp3" | "x-mp3" => Self::MP3,
            "flac" | "x-flac" => Self::FLAC,
            "mp4" | "m4a" | "x-m4a" => Self::M4A,
            "ogg" | "opus" | "vorbis" => Self::OGG,
            "aiff" | "x-aiff" => Self::AIFF,
            "aac" | "x-aac" | "aacp" => Self::AAC,
            "pcm" => Self::PCM16,
            other => Self(other.to_owned().into()),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AudioFormat {
    fn from(text: &str) -> Self {
        Self(text.to_owned().into())
    }
}

/// Sound ready to be written into a request.
#[derive(Clone, Debug)]
pub struct EncodedAudio {
    media: EncodedMedia,
    format: AudioFormat,
}

impl EncodedAudio {
    /// The base64 text, its length, and what the type was taken from.
    #[must_use]
    pub fn media(&self) -> &EncodedMedia {
        &self.media
    }

    /// The format: the one that was set, else the one of the media type.
    #[must_use]
    pub fn format(&self) -> &AudioFormat {
        &self.format
    }
}

impl Audio {
    /// Sound in a data URL.
    ///
    /// # Errors
    ///
    /// [`AudioUrl`](super::MediaErrorKind::AudioUrl) for any other address: nothing would fetch it.
    pub fn from_url(url: impl Into<String>) -> Result<Self, MediaError> {
        let url = url.into();
        let Some(parts) = split_data_url(&url) else {
            return Err(MediaError::audio_url());
        };
        let media_type = parts.media_type();
        let (_, data) = url.split_once(',').unwrap_or_default();
        Ok(Self::new(Payload::base64(data.to_owned())).with_media_type(media_type))
    }

    /// Sound in base64. White space in the text is dropped; a data URL is taken as one.
    ///
    /// An address passed here by mistake is told when it is encoded.
    pub fn from_base64(text: impl Into<String>) -> Self {
        let text = text.into();
        if let Ok(audio) = Self::from_url(text.as_str()) {
            return audio;
        }
        let is_address = text.starts_with("https:") || text.starts_with("http:");
        Self::new(if is_address {
            Payload::url(text)
        } else {
            Payload::base64(text)
        })
    }

    /// Sound in memory, shared by the clones of the value.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Payload::bytes(bytes.into()))
    }

    /// Sound in a file, which is read each time it is encoded and not held.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        Self::new(Payload::path(path.into()))
    }

    fn new(payload: Payload) -> Self {
        Self {
            payload,
            format: None,
        }
    }

    /// Sets the format, whatever the content shows. Sound without a header needs it.
    #[must_use]
    pub fn with_format(mut self, format: impl Into<AudioFormat>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// Sets the media type, and with it the format.
    #[must_use]
    pub fn with_media_type(mut self, media_type: impl Into<MediaType>) -> Self {
        self.payload.media_type = Some(media_type.into());
        self
    }

    /// The base64 text, ready to be written, and its format.
    ///
    /// Opens the file of a path and reads its first bytes, blocking.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, the content shows no format or no sound, the text is not base64, or it is an
    /// address.
    pub fn encode(&self) -> Result<EncodedAudio, MediaError> {
        if matches!(self.payload.source, Source::Url(_)) {
            return Err(MediaError::audio_url());
        }
        // A set format takes the place of a type that nothing shows.
        let stated = self
            .format
            .as_ref()
            .map(|format| MediaType::new(format!("audio/{}", format.as_str())));
        let payload = Payload {
            media_type: self.payload.media_type.clone().or(stated),
            ..self.payload.clone()
        };
        let media = payload.encode_as_base64(Expect {
            kind: MediaKind::Audio,
            default: None,
        })?;
        let format = match (&self.format, media.media_type()) {
            (Some(format), _) => format.clone(),
            (None, Some(media_type)) => AudioFormat::of_media_type(media_type),
            (None, None) => return Err(MediaError::unknown_type(MediaKind::Audio)),
        };
        Ok(EncodedAudio { media, format })
    }
}
