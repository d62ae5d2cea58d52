//! Answers that fit a type.

mod attempts;
mod error;
mod format;
mod growing;
mod model;
mod plan;
mod read;
mod response;
mod stream;

pub use error::{OutputError, OutputErrorKind};
pub use format::{OutputFormat, OutputMethod};
pub use model::StructuredModel;
pub use response::{Place, StructuredResponse};
pub use stream::{StructuredEvent, StructuredStream};

pub(crate) use attempts::Attempts;
pub(crate) use growing::Growing;
