//! Where a payload comes from, and what type it has.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use bytes::Bytes;
use openrouter_types::BulkText;

use super::data_url::{FORGIVING, split_data_url};
use super::error::MediaError;
use super::sniff::{MediaKind, MediaType, SNIFF_BYTES};
use super::text::{BytesText, EncodedMedia, FileText, PrefixedText, SharedFileText};

/// What the type of a payload was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeSource {
    /// It was set, or stands in the data URL.
    Explicit,
    /// The first bytes of the payload show it.
    Content,
    /// The name of the file stands for it.
    Name,
    /// Nothing shows it; this is what such a value is sent as then.
    Default,
}

/// A payload whose content shows another type than the one that was set, or that its name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The type that was set or named.
    pub stated: MediaType,
    /// The type that the content shows.
    pub found: MediaType,
    /// The type that is sent: a set type wins over the content, the content over a name.
    pub sent: MediaType,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "said to be {}, looks like {}, sent as {}",
            self.stated, self.found, self.sent
        )
    }
}

/// The content of a media value, shared by its clones.
#[derive(Clone, PartialEq)]
pub(super) struct Payload {
    pub(super) source: Source,
    pub(super) media_type: Option<MediaType>,
    pub(super) name: Option<String>,
}

#[derive(Clone, PartialEq)]
pub(super) enum Source {
    /// An address or a whole data URL, passed on as it is.
    Url(Arc<String>),
    Base64(Arc<String>),
    Bytes(Bytes),
    Path(PathBuf),
}

/// What a kind of value is, and what it is sent as when nothing shows its type.
#[derive(Clone, Copy)]
pub(super) struct Expect {
    pub(super) kind: MediaKind,
    pub(super) default: Option<&'static str>,
}

/// The decision about a payload's type.
pub(super) struct Typed {
    pub(super) media_type: MediaType,
    pub(super) source: TypeSource,
    pub(super) mismatch: Option<Mismatch>,
}

impl Payload {
    fn new(source: Source) -> Self {
        Self {
            source,
            media_type: None,
            name: None,
        }
    }

    pub(super) fn url(url: String) -> Self {
        Self::new(Source::Url(Arc::new(url)))
    }

    pub(super) fn base64(mut text: String) -> Self {
        if text.starts_with("data:") {
            return Self::url(text);
        }
        // Base64 from mail and from command-line tools comes in lines.
        if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
            text.retain(|c| !c.is_ascii_whitespace());
        }
        // The alphabet for URLs differs in two characters; servers read the standard one.
        if text.contains(['-', '_']) {
            text = text.replace('-', "+").replace('_', "/");
        }
        Self::new(Source::Base64(Arc::new(text)))
    }

    pub(super) fn bytes(bytes: Bytes) -> Self {
        Self::new(Source::Bytes(bytes))
    }

    pub(super) fn path(path: PathBuf) -> Self {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        Self {
            name,
            ..Self::new(Source::Path(path))
        }
    }

    /// The address, or the data URL with the type that was found.
    pub(super) fn encode_as_url(&self, expect: Expect) -> Result<EncodedMedia, MediaError> {
        if let Source::Url(url) = &self.source {
            if url.is_empty() {
                return Err(MediaError::empty());
            }
            return Ok(pass_on(url));
        }
        let (start, file_bytes) = self.start()?;
        let typed = self.decide(&start, expect)?;
        let prefix = format!("data:{};base64,", typed.media_type);
        Ok(self.encode(prefix, typed, file_bytes))
    }

    /// Base64 alone. An address is refused by the caller before; a data URL loses what stands before its comma.
    pub(super) fn encode_as_base64(&self, expect: Expect) -> Result<EncodedMedia, MediaError> {
        let (start, file_bytes) = self.start()?;
        let typed = self.decide(&start, expect)?;
        Ok(self.encode(String::new(), typed, file_bytes))
    }

    fn encode(&self, prefix: String, typed: Typed, file_bytes: u64) -> EncodedMedia {
        let mut file = None;
        let (text, text_bytes) = match &self.source {
            Source::Url(url) => (BulkText::from(url.as_str()), url.len()),
            Source::Base64(base64) => {
                let text_bytes = prefix.len() + base64.len();
                (
                    BulkText::deferred(PrefixedText {
                        prefix,
                        base64: Arc::clone(base64),
                    }),
                    text_bytes,
                )
            }
            Source::Bytes(bytes) => {
                let text = BytesText {
                    prefix,
                    bytes: bytes.clone(),
                };
                let text_bytes = text.text_bytes();
                (BulkText::deferred(text), text_bytes)
            }
            Source::Path(path) => {
                let text = Arc::new(FileText::new(prefix, path, file_bytes));
                let text_bytes = text.text_bytes();
                file = Some(Arc::clone(&text));
                (BulkText::deferred(SharedFileText(text)), text_bytes)
            }
        };
        let media_type = Some((typed.media_type, typed.source));
        EncodedMedia {
            text,
            text_bytes,
            media_type,
            mismatch: typed.mismatch,
            file,
        }
    }

    /// The first bytes of the payload, and the size of a file.
    fn start(&self) -> Result<(Vec<u8>, u64), MediaError> {
        let (start, file_bytes) = self.read_start()?;
        if start.is_empty() && !matches!(self.source, Source::Url(_)) {
            return Err(MediaError::empty().at(self.file_path()));
        }
        Ok((start, file_bytes))
    }

    fn read_start(&self) -> Result<(Vec<u8>, u64), MediaError> {
        match &self.source {
            Source::Url(_) => Ok((Vec::new(), 0)),
            Source::Base64(text) => {
                // Four characters hold three bytes.
                let end = text.len().min(SNIFF_BYTES / 3 * 4);
                let start = text.as_bytes().get(..end).unwrap_or_default();
                let start = FORGIVING.decode(start).map_err(|error| {
                    MediaError::not_base64("the text is not base64", Some(error))
                })?;
                Ok((start, 0))
            }
            Source::Bytes(bytes) => Ok((bytes[..bytes.len().min(SNIFF_BYTES)].to_vec(), 0)),
            Source::Path(path) => read_start(path).map_err(|error| MediaError::read(path, error)),
        }
    }

    /// What was set wins, then the content, then the name.
    fn decide(&self, start: &[u8], expect: Expect) -> Result<Typed, MediaError> {
        let by_name = self.name.as_deref().and_then(MediaType::of_name);
        let by_content = MediaType::of_content(start);
        let found = MediaType::detect(start, self.name.as_deref());

        let (media_type, source) = match (&self.media_type, &found) {
            (Some(set), _) => (set.clone(), TypeSource::Explicit),
            (None, Some(found)) => {
                let by_content = by_content.is_some();
                (
                    found.clone(),
                    if by_content {
                        TypeSource::Content
                    } else {
                        TypeSource::Name
                    },
                )
            }
            (None, None) => match expect.default {
                Some(default) => (MediaType::known(default), TypeSource::Default),
                None => return Err(MediaError::unknown_type(expect.kind).at(self.file_path())),
            },
        };
        // Text is the last guess of all, and SVG is text; only a recognised format is held against the value.
        let is_foreign = expect.kind != MediaKind::Document
            && media_type.kind() != expect.kind
            && !shares_container(&media_type, expect.kind);
        if is_foreign && source != TypeSource::Explicit {
            return Err(MediaError::wrong_kind(expect.kind, &media_type).at(self.file_path()));
        }
        let mismatch = self
            .media_type
            .as_ref()
            .or(by_name.as_ref())
            .zip(by_content)
            .and_then(|(stated, found)| {
                let sent = media_type.clone();
                (!stated.agrees_with(&found)).then(|| Mismatch {
                    stated: stated.clone(),
                    found,
                    sent,
                })
            });
        Ok(Typed {
            media_type,
            source,
            mismatch,
        })
    }

    pub(super) fn file_path(&self) -> Option<&Path> {
        match &self.source {
            Source::Path(path) => Some(path),
            _ => None,
        }
    }
}

/// Whether a format holds either kind, so that its first bytes cannot tell.
fn shares_container(media_type: &MediaType, expected: MediaKind) -> bool {
    match expected {
        MediaKind::Audio => matches!(
            media_type.as_str(),
            "video/mp4" | "video/webm" | "video/ogg" | "application/ogg"
        ),
        MediaKind::Video => matches!(
            media_type.as_str(),
            "audio/mp4" | "audio/ogg" | "application/ogg"
        ),
        _ => false,
    }
}

fn pass_on(url: &Arc<String>) -> EncodedMedia {
    let media_type = split_data_url(url).map(|parts| (parts.media_type(), TypeSource::Explicit));
    let text = match media_type {
        None => BulkText::from(url.as_str()),
        Some(_) => BulkText::deferred(PrefixedText {
            prefix: String::new(),
            base64: Arc::clone(url),
        }),
    };
    EncodedMedia {
        text,
        text_bytes: url.len(),
        media_type,
        mismatch: None,
        file: None,
    }
}

fn read_start(path: &Path) -> std::io::Result<(Vec<u8>, u64)> {
    let file = File::open(path)?;
    let file_bytes = file.metadata()?.len();
    let mut start = Vec::with_capacity(SNIFF_BYTES);
    file.take(SNIFF_BYTES as u64).read_to_end(&mut start)?;
    Ok((start, file_bytes))
}

/// Shows where a payload comes from and how long it is, never what it holds.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Url(url) if url.starts_with("data:") => {
                write!(f, "<data URL, {} bytes>", url.len())?;
            }
            Source::Url(url) => fmt::Debug::fmt(url, f)?,
            Source::Base64(text) => write!(f, "<base64, {} bytes>", text.len())?,
            Source::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len())?,
            Source::Path(path) => fmt::Debug::fmt(path, f)?,
        }
        match &self.media_type {
            Some(media_type) => write!(f, " as {media_type}"),
            None => Ok(()),
        }
    }
}
