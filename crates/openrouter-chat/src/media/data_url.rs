//! Payloads in answers: data URLs, base64, and base64 that arrives in pieces.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::error::MediaError;
use super::sniff::MediaType;

/// A payload taken out of an answer.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodedMedia {
    /// The stated type, else what the content shows; `application/octet-stream` when neither is known.
    pub media_type: MediaType,
    /// The payload.
    pub bytes: Bytes,
}

impl DecodedMedia {
    /// Reads a data URL, such as an image in an answer.
    ///
    /// ```
    /// use openrouter_chat::media::DecodedMedia;
    ///
    /// let image = DecodedMedia::from_data_url("data:image/png;base64,iVBORw0KGgo=")?;
    /// assert_eq!(image.media_type.as_str(), "image/png");
    /// assert_eq!(&image.bytes[..], b"\x89PNG\r\n\x1a\n");
    /// # Ok::<(), openrouter_chat::media::MediaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotBase64`](super::MediaErrorKind::NotBase64) when the text is no data URL or its payload does not decode.
    /// An answer may hold an `https:` address instead of a payload; that is an error here too.
    pub fn from_data_url(url: &str) -> Result<Self, MediaError> {
        let parts = split_data_url(url)
            .ok_or_else(|| MediaError::not_base64("the text is not a data URL", None))?;
        let bytes = if parts.is_base64 {
            match parts.data.contains('%') {
                true => decode_base64(&percent_decoded(parts.data))?,
                false => decode_base64(parts.data.as_bytes())?,
            }
        } else {
            percent_decoded(parts.data)
        };
        Ok(Self {
            media_type: parts.media_type(),
            bytes: bytes.into(),
        })
    }

    /// Reads base64 with or without padding, and takes the type from the content.
    ///
    /// # Errors
    ///
    /// [`NotBase64`](super::MediaErrorKind::NotBase64) when it does not decode.
    pub fn from_base64(text: &str) -> Result<Self, MediaError> {
        let bytes = decode_base64(text.as_bytes())?;
        let media_type = MediaType::of_content(&bytes).unwrap_or(MediaType::known(UNKNOWN));
        Ok(Self {
            media_type,
            bytes: bytes.into(),
        })
    }
}

/// Shows the type and the length, not the payload.
impl fmt::Debug for DecodedMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}, {} bytes>", self.media_type, self.bytes.len())
    }
}

/// Base64 that arrives in pieces, such as the sound of a streamed answer.
///
/// The pieces are one text cut anywhere; they are decoded as they come, with at most three characters held back. Where
/// a server encodes each piece by itself, padding ends one text and the next piece begins another.
///
/// ```
/// use openrouter_chat::media::Base64Stream;
///
/// let mut sound = Base64Stream::new();
/// let mut bytes = sound.push("UklG")?.to_vec();
/// bytes.extend(sound.push("Rg=")?);
/// bytes.extend(sound.push("=")?);
/// bytes.extend(sound.finish()?);
/// assert_eq!(bytes, b"RIFF");
/// # Ok::<(), openrouter_chat::media::MediaError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Base64Stream {
    /// The characters of the last, incomplete group of four.
    held: Vec<u8>,
}

impl Base64Stream {
    /// Starts with nothing received.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece and gives the bytes that it completes.
    ///
    /// # Errors
    ///
    /// [`NotBase64`](super::MediaErrorKind::NotBase64). What came before stays valid; the piece is dropped.
    pub fn push(&mut self, piece: &str) -> Result<Bytes, MediaError> {
        let mut text = std::mem::take(&mut self.held);
        text.extend(piece.bytes().filter(|byte| !byte.is_ascii_whitespace()));

        let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
        let mut rest = &text[..];
        while let Some(padding) = rest.iter().position(|&byte| byte == b'=') {
            decode_into(&rest[..padding], &mut decoded)?;
            let end = rest[padding..]
                .iter()
                .position(|&byte| byte != b'=')
                .map_or(rest.len(), |more| padding + more);
            rest = &rest[end..];
        }
        let (whole, held) = rest.split_at(rest.len() / 4 * 4);
        decode_into(whole, &mut decoded)?;
        self.held = held.to_vec();
        Ok(decoded.into())
    }

    /// The bytes in what was held back, when the text ended without padding.
    ///
    /// # Errors
    ///
    /// [`NotBase64`](super::MediaErrorKind::NotBase64) when a single character is left: the text was cut.
    pub fn finish(self) -> Result<Bytes, MediaError> {
        Ok(decode_base64(&self.held)?.into())
    }
}

/// The parts of a data URL. Source: RFC 2397.
pub(super) struct DataUrlParts<'a> {
    stated_type: &'a str,
    is_base64: bool,
    data: &'a str,
}

impl DataUrlParts<'_> {
    pub(super) fn media_type(&self) -> MediaType {
        match self.stated_type.trim() {
            "" => MediaType::known("text/plain"),
            stated => MediaType::new(stated),
        }
    }
}

pub(super) fn split_data_url(url: &str) -> Option<DataUrlParts<'_>> {
    let scheme = url.get(..5)?;
    if !scheme.eq_ignore_ascii_case("data:") {
        return None;
    }
    let (head, data) = url.get(5..)?.split_once(',')?;
    let mut parameters = head.split(';');
    let stated_type = parameters.next().unwrap_or_default();
    let is_base64 = parameters.any(|parameter| parameter.trim().eq_ignore_ascii_case("base64"));
    Some(DataUrlParts {
        stated_type,
        is_base64,
        data,
    })
}

fn decode_base64(text: &[u8]) -> Result<Vec<u8>, MediaError> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3 + 3);
    if text.iter().any(u8::is_ascii_whitespace) {
        let text: Vec<u8> = text
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        decode_into(&text, &mut decoded)?;
    } else {
        decode_into(text, &mut decoded)?;
    }
    Ok(decoded)
}

fn decode_into(text: &[u8], decoded: &mut Vec<u8>) -> Result<(), MediaError> {
    let engine = if text.iter().any(|byte| matches!(byte, b'-' | b'_')) {
        &FORGIVING_URL
    } else {
        &FORGIVING
    };
    engine
        .decode_vec(text, decoded)
        .map_err(|error| MediaError::not_base64("the payload is not base64", Some(error)))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    while let Some(at) = bytes.iter().position(|&byte| byte == b'%') {
        decoded.extend_from_slice(&bytes[..at]);
        let code = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        let code = code.filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                bytes = &bytes[at + 3..];
            }
            None => {
                decoded.push(b'%');
                bytes = &bytes[at + 1..];
            }
        }
    }
    decoded.extend_from_slice(bytes);
    decoded
}

/// Padding may be there or not, and unused bits may be set: what can be read is read.
const FORGIVING_CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
pub(super) const FORGIVING: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, FORGIVING_CONFIG);
const FORGIVING_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING_CONFIG);

const UNKNOWN: &str = "application/octet-stream";
