//! What a payload is: from its content first, then from its file name.

use std::borrow::Cow;
use std::fmt;

/// How many bytes from the start of a payload are looked at.
pub const SNIFF_BYTES: usize = 4096;

/// A media type such as `image/png`, in lower case and without parameters.
///
/// ```
/// use openrouter_chat::media::{MediaKind, MediaType};
///
/// let png = MediaType::of_content(b"\x89PNG\r\n\x1a\n").unwrap();
/// assert_eq!(png.as_str(), "image/png");
/// assert_eq!(png.kind(), MediaKind::Image);
/// assert_eq!(MediaType::of_name("talk.MP3").unwrap().as_str(), "audio/mpeg");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MediaType(Cow<'static, str>);

/// What a media type is good for in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// Everything else: PDF, office documents, text.
    Document,
}

impl MediaType {
    /// Takes a media type as it is written, in lower case and without its parameters.
    pub fn new(text: impl Into<String>) -> Self {
        let text: String = text.into();
        let essence = text.split(';').next().unwrap_or_default().trim();
        Self(Cow::Owned(essence.to_ascii_lowercase()))
    }

    pub(crate) const fn known(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The type of a payload, from its first [`SNIFF_BYTES`] bytes; more bytes are not looked at.
    ///
    /// Answers `None` when nothing is recognised. Text in UTF-8 is `text/plain`.
    #[must_use]
    pub fn of_content(content: &[u8]) -> Option<Self> {
        let start = &content[..content.len().min(SNIFF_BYTES)];
        let is_whole = start.len() == content.len();
        of_signature(start)
            .or_else(|| of_container(start))
            .or_else(|| of_audio_frame(start))
            .or_else(|| is_text(start, is_whole).then_some("text/plain"))
            .map(Self::known)
    }

    /// The type that a file name, a path or a URL without its query stands for.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        let extension = extension.to_ascii_lowercase();
        EXTENSIONS
            .iter()
            .find(|(known, _)| *known == extension)
            .map(|(_, media_type)| Self::known(media_type))
    }

    /// The type of a payload: from its content, made more exact by its name where the content leaves that open.
    ///
    /// A CSV file is text by its content and CSV by its name; an office document is at least a ZIP archive.
    #[must_use]
    pub fn detect(content: &[u8], name: Option<&str>) -> Option<Self> {
        let by_name = name.and_then(Self::of_name);
        match (Self::of_content(content), by_name) {
            (Some(content), Some(name)) if content.leaves_open(&name) => Some(name),
            (content, name) => content.or(name),
        }
    }

    /// The text, such as `image/png`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the type is good for.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        match self.0.split('/').next() {
            Some("image") => MediaKind::Image,
            Some("audio") => MediaKind::Audio,
            Some("video") => MediaKind::Video,
            _ => MediaKind::Document,
        }
    }

    /// Whether two types may stand for the same bytes, spelled or read differently.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        self == other
            || self.leaves_open(other)
            || other.leaves_open(self)
            || SAME
                .iter()
                .any(|same| same.contains(&self.as_str()) && same.contains(&other.as_str()))
    }

    /// Whether the content that shows this type may as well be the other, narrower one.
    fn leaves_open(&self, narrower: &Self) -> bool {
        let narrower = narrower.as_str();
        match self.as_str() {
            "text/plain" => {
                narrower.starts_with("text/")
                    || narrower.ends_with("json")
                    || narrower.ends_with("xml")
                    || matches!(
                        narrower,
                        "application/yaml" | "application/javascript" | "application/toml"
                    )
            }
            "application/zip" => {
                narrower.starts_with("application/vnd.") || narrower == "application/epub+zip"
            }
            // One container for sound alone and for sound with pictures.
            "video/mp4" => matches!(narrower, "audio/mp4" | "audio/m4a" | "audio/x-m4a"),
            "video/webm" => narrower == "audio/webm" || narrower == "video/x-matroska",
            "audio/ogg" => narrower == "video/ogg",
            _ => false,
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&str> for MediaType {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for MediaType {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

fn of_signature(start: &[u8]) -> Option<&'static str> {
    SIGNATURES
        .iter()
        .find(|(signature, _)| start.starts_with(signature))
        .map(|(_, media_type)| *media_type)
}

/// Formats that wear another format's coat: RIFF, AIFF, ISO base media, Matroska, ZIP, Ogg.
fn of_container(start: &[u8]) -> Option<&'static str> {
    let tag = |offset: usize| start.get(offset..offset + 4);
    // What begins with a size begins with a zero, which no text does.
    let is_sized = start.first() == Some(&0);
    match (
        tag(0)?,
        tag(4).unwrap_or_default(),
        tag(8).unwrap_or_default(),
    ) {
        (b"RIFF", _, b"WAVE") => Some("audio/wav"),
        (b"RIFF", _, b"WEBP") => Some("image/webp"),
        (b"RIFF", _, b"AVI ") => Some("video/x-msvideo"),
        (b"FORM", _, b"AIFF" | b"AIFC") => Some("audio/aiff"),
        (_, b"ftyp", brand) if is_sized => Some(of_brand(brand)),
        // Old QuickTime files start with their data instead of a brand.
        (_, b"moov" | b"mdat" | b"wide", _) if is_sized => Some("video/quicktime"),
        // A bitmap has four reserved zero bytes after its size.
        ([b'B', b'M', ..], [_, _, 0, 0], [0, 0, ..]) => Some("image/bmp"),
        // A tag's version is a small number; `ID3` alone may begin a text.
        ([b'I', b'D', b'3', 0..0x10], ..) => Some("audio/mpeg"),
        (b"\x1a\x45\xdf\xa3", ..) if contains(start, b"webm") => Some("video/webm"),
        (b"\x1a\x45\xdf\xa3", ..) => Some("video/x-matroska"),
        (b"OggS", ..) if contains(start, b"theora") => Some("video/ogg"),
        (b"OggS", ..) => Some("audio/ogg"),
        (b"PK\x03\x04", ..) => Some(of_zip(start)),
        _ => None,
    }
}

fn of_brand(brand: &[u8]) -> &'static str {
    match brand {
        b"avif" | b"avis" => "image/avif",
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => "image/heic",
        b"mif1" | b"msf1" => "image/heif",
        b"M4A " | b"M4B " | b"M4P " => "audio/mp4",
        b"qt  " => "video/quicktime",
        _ => "video/mp4",
    }
}

fn of_zip(start: &[u8]) -> &'static str {
    // The names of the first entries stand in clear in the archive.
    let parts: [(&[u8], _); 4] = [
        (
            b"word/",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            b"xl/",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            b"ppt/",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        (b"mimetypeapplication/epub+zip", "application/epub+zip"),
    ];
    parts
        .iter()
        .find(|(part, _)| contains(start, part))
        .map_or("application/zip", |(_, media_type)| media_type)
}

/// MP3 and AAC without a header: told by the bits of their first frame.
fn of_audio_frame(start: &[u8]) -> Option<&'static str> {
    let &[first, second, third, ..] = start else {
        return None;
    };
    if first != 0xff {
        return None;
    }
    // ADTS: twelve sync bits, layer 0. Source: ISO/IEC 13818-7, 6.2.
    if second & 0xf6 == 0xf0 {
        return Some("audio/aac");
    }
    // MPEG audio: eleven sync bits, layer III, no reserved version, bit rate or sampling rate. Source: ISO/IEC 11172-3, 2.4.1.3.
    let (version, layer) = (second >> 3 & 0b11, second >> 1 & 0b11);
    let (bit_rate, sampling_rate) = (third >> 4, third >> 2 & 0b11);
    let is_frame = second & 0xe0 == 0xe0
        && version != 0b01
        && layer == 0b01
        && !matches!(bit_rate, 0 | 0b1111)
        && sampling_rate != 0b11;
    is_frame.then_some("audio/mpeg")
}

fn is_text(start: &[u8], is_whole: bool) -> bool {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // A character may be cut where the look stops.
        Err(error) if !is_whole && error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty()
        && !text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1b'))
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"fLaC", "audio/flac"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"\0\0\x01\xb3", "video/mpeg"),
    (b"{\\rtf", "application/rtf"),
];

const EXTENSIONS: &[(&str, &str)] = &[
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("bmp", "image/bmp"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("avif", "image/avif"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("svg", "image/svg+xml"),
    ("wav", "audio/wav"),
    ("mp3", "audio/mpeg"),
    ("flac", "audio/flac"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("m4a", "audio/mp4"),
    ("aif", "audio/aiff"),
    ("aiff", "audio/aiff"),
    ("aac", "audio/aac"),
    ("pcm", "audio/pcm"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("mkv", "video/x-matroska"),
    ("mpg", "video/mpeg"),
    ("mpeg", "video/mpeg"),
    ("avi", "video/x-msvideo"),
    ("ogv", "video/ogg"),
    ("pdf", "application/pdf"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("epub", "application/epub+zip"),
    ("zip", "application/zip"),
    ("rtf", "application/rtf"),
    ("txt", "text/plain"),
    ("log", "text/plain"),
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("css", "text/css"),
    ("rs", "text/x-rust"),
    ("py", "text/x-python"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("toml", "application/toml"),
];

/// Spellings of one type.
const SAME: &[&[&str]] = &[
    &["image/jpeg", "image/jpg", "image/pjpeg"],
    &["image/heic", "image/heif"],
    &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    &["audio/mpeg", "audio/mp3", "audio/x-mp3"],
    &["audio/flac", "audio/x-flac"],
    &["audio/mp4", "audio/m4a", "audio/x-m4a"],
    &["audio/ogg", "application/ogg", "audio/opus", "audio/vorbis"],
    &["audio/aiff", "audio/x-aiff"],
    &["audio/aac", "audio/x-aac", "audio/aacp"],
    &["video/quicktime", "video/mov"],
    &["video/mpeg", "video/mpg"],
    &["video/x-msvideo", "video/avi"],
    &["application/rtf", "text/rtf"],
];
