//! Images, audio, video and documents: made from bytes, a path, a URL or base64, and read back from answers.
//!
//! ```
//! use openrouter_chat::media::Image;
//!
//! let linked = Image::from_url("https://example.org/cat.jpg");
//! let held = Image::from_bytes(&b"\x89PNG\r\n\x1a\n"[..]);
//! assert_eq!(held.encode()?.text().to_string(), "data:image/png;base64,iVBORw0KGgo=");
//! # Ok::<(), openrouter_chat::media::MediaError>(())
//! ```
//!
//! Nothing is read or encoded when a value is made. [`encode`](Image::encode) decides the type of the payload (the one
//! that was set, else the one its content shows, else the one its name stands for) and gives a text that produces
//! itself while it is written into the request body, so that a payload costs its own size and its place in the body,
//! or its place alone when it is read from a file. Payloads are shared: cloning a value copies none.

mod audio;
mod data_url;
mod error;
mod file;
mod image;
mod payload;
mod sniff;
mod text;
mod video;

pub use audio::{Audio, AudioFormat, EncodedAudio};
pub use data_url::{Base64Stream, DecodedMedia};
pub use error::{MediaError, MediaErrorKind};
pub use file::{Document, EncodedDocument};
pub use image::{Image, ImageDetail};
pub use payload::{Mismatch, TypeSource};
pub use sniff::{MediaKind, MediaType, SNIFF_BYTES};
pub use text::EncodedMedia;
pub use video::Video;
