//! Parts of a message's content.

use openrouter_types as types;
use types::{AnthropicCacheControlDirective, ChatContentItems, ChatContentText};

use crate::media::{Audio, Document, EncodedMedia, Image, MediaError, Video};

/// One part of a message: text, an image, audio, video or a file.
///
/// ```
/// use openrouter_chat::{Message, Part};
///
/// let question = Message::user_parts([
///     Part::text("What is in this picture?"),
///     Part::image_url("https://example.org/cat.png"),
/// ]);
/// # let _ = question;
/// ```
#[derive(Clone, Debug)]
pub struct Part {
    wire: ChatContentItems,
    /// What says why a payload could not be written.
    media: Option<EncodedMedia>,
}

impl Part {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::from(ChatContentItems::Text(ChatContentText::new(text.into())))
    }

    /// An image at an address, `https:` or `data:`.
    pub fn image_url(url: impl Into<types::BulkText>) -> Self {
        let image = types::ChatContentImage::new(types::ChatContentImageUrl::new(url.into()));
        Self::from(ChatContentItems::from(image))
    }

    /// An image.
    ///
    /// # Errors
    ///
    /// When the image cannot be what it says, for instance because its file cannot be opened.
    pub fn image(image: &Image) -> Result<Self, MediaError> {
        let encoded = image.encode()?;
        let mut url = types::ChatContentImageUrl::new(encoded.text().clone());
        url.detail = image.detail().map(|detail| detail.as_str().into());
        Ok(Self {
            wire: types::ChatContentImage::new(url).into(),
            media: Some(encoded),
        })
    }

    /// Audio.
    ///
    /// # Errors
    ///
    /// When the audio is of no format that the API takes, or its file cannot be opened.
    pub fn audio(audio: &Audio) -> Result<Self, MediaError> {
        let encoded = audio.encode()?;
        let format = encoded.format().as_str().to_owned();
        let data = encoded.media().text().clone();
        let input = types::ChatContentAudioInput::new(data, format);
        Ok(Self {
            wire: types::ChatContentAudio::new(input).into(),
            media: Some(encoded.media().clone()),
        })
    }

    /// Video.
    ///
    /// # Errors
    ///
    /// When the video cannot be what it says, for instance because its file cannot be opened.
    pub fn video(video: &Video) -> Result<Self, MediaError> {
        let encoded = video.encode()?;
        let input = types::ChatContentVideoInput::new(encoded.text().clone());
        Ok(Self {
            wire: types::ChatContentVideo::new(input).into(),
            media: Some(encoded),
        })
    }

    /// A PDF or another document.
    ///
    /// # Errors
    ///
    /// When the document cannot be what it says, for instance because its file cannot be opened.
    pub fn document(document: &Document) -> Result<Self, MediaError> {
        let encoded = document.encode()?;
        let mut file = types::ChatContentFileData::new();
        file.filename = encoded.file_name().map(str::to_owned);
        file.file_data = encoded.media().map(|media| media.text().clone());
        file.file_id = encoded.file_id().map(str::to_owned);
        Ok(Self {
            wire: types::ChatContentFile::new(file).into(),
            media: encoded.media().cloned(),
        })
    }

    /// Sets a cache breakpoint: the provider may cache the prompt up to and including this part.
    #[must_use]
    pub fn with_cache_control(
        mut self,
        control: impl Into<AnthropicCacheControlDirective>,
    ) -> Self {
        self.wire.set_cache_control(control.into());
        self
    }

    /// The part as the wire has it.
    #[must_use]
    pub fn as_wire(&self) -> &ChatContentItems {
        &self.wire
    }

    pub(crate) fn into_parts(self) -> (ChatContentItems, Option<EncodedMedia>) {
        (self.wire, self.media)
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<ChatContentItems> for Part {
    fn from(wire: ChatContentItems) -> Self {
        Self { wire, media: None }
    }
}

impl From<Part> for ChatContentItems {
    fn from(part: Part) -> Self {
        part.wire
    }
}

/// The parts of a message whose parts may be of any kind.
pub(crate) fn parts_of(message: &types::ChatMessages) -> &[ChatContentItems] {
    use types::ChatMessages::{Assistant, Tool, User};
    match message {
        User(message) => match &message.content {
            types::ChatUserMessageContent::Parts(parts) => parts,
            _ => &[],
        },
        Tool(message) => match &message.content {
            types::ChatToolMessageContent::Parts(parts) => parts,
            _ => &[],
        },
        Assistant(message) => match &message.content {
            Some(types::ChatAssistantMessageContent::Parts(parts)) => parts,
            _ => &[],
        },
        _ => &[],
    }
}

/// How long the payload of a part is that is held as text.
pub(super) fn held_bytes(part: &ChatContentItems) -> usize {
    let payload = match part {
        ChatContentItems::ImageUrl(part) => Some(&part.image_url.url),
        ChatContentItems::InputAudio(part) => Some(&part.input_audio.data),
        ChatContentItems::VideoUrl(part) => Some(&part.video_url.url),
        ChatContentItems::InputVideo(part) => Some(&part.video_url.url),
        ChatContentItems::File(part) => part.file.file_data.as_ref(),
        _ => None,
    };
    payload
        .and_then(types::BulkText::as_str)
        .map_or(0, str::len)
}

/// Content that is text or text parts, as system messages have it.
pub(crate) trait Content {
    /// The text, parts one after another.
    fn text(&self) -> String;

    /// Sets a cache breakpoint on the last part; text becomes a part for that.
    fn set_cache_control(&mut self, control: ChatCacheControl);

    /// How many parts carry a cache breakpoint.
    fn breakpoints(&self) -> usize;
}

type ChatCacheControl = AnthropicCacheControlDirective;

macro_rules! content {
    ($type:ident, $part:ty, $text:expr, $cache:expr, $has:expr) => {
        impl Content for types::$type {
            fn text(&self) -> String {
                match self {
                    Self::Text(text) => text.clone(),
                    Self::Parts(parts) => parts.iter().filter_map($text).collect(),
                    _ => String::new(),
                }
            }

            fn set_cache_control(&mut self, control: ChatCacheControl) {
                if let Self::Text(text) = self {
                    let part: $part = ChatContentText::new(std::mem::take(text)).into();
                    *self = Self::Parts(vec![part]);
                }
                if let Self::Parts(parts) = self
                    && let Some(last) = parts.last_mut()
                {
                    $cache(last, control);
                }
            }

            fn breakpoints(&self) -> usize {
                match self {
                    Self::Parts(parts) => parts.iter().filter(|part| $has(part)).count(),
                    _ => 0,
                }
            }
        }
    };
}

fn part_text(part: &ChatContentText) -> Option<&str> {
    Some(&part.text)
}

fn cache_text(part: &mut ChatContentText, control: ChatCacheControl) {
    part.cache_control = Some(control);
}

fn part_has(part: &ChatContentText) -> bool {
    part.cache_control.is_some()
}

fn item_has(item: &ChatContentItems) -> bool {
    item.cache_control().is_some()
}

content!(
    ChatSystemMessageContent,
    ChatContentText,
    part_text,
    cache_text,
    part_has
);
content!(
    ChatDeveloperMessageContent,
    ChatContentText,
    part_text,
    cache_text,
    part_has
);
content!(
    ChatUserMessageContent,
    ChatContentItems,
    ChatContentItems::text,
    ChatContentItems::set_cache_control,
    item_has
);
content!(
    ChatAssistantMessageContent,
    ChatContentItems,
    ChatContentItems::text,
    ChatContentItems::set_cache_control,
    item_has
);
content!(
    ChatToolMessageContent,
    ChatContentItems,
    ChatContentItems::text,
    ChatContentItems::set_cache_control,
    item_has
);
