//! The answer, the value in it, and what is wrong with it.

use super::error::OutputError;
use crate::structured::extract::Found;
use crate::tools::RunUsage;
use crate::{ChatResponse, Error};

/// An answer that was to have a certain form: the raw reply, and the value or what is wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StructuredResponse<T> {
    /// The value, or why there is none.
    pub value: Result<T, OutputError>,
    /// The reply.
    pub response: ChatResponse,
    /// Where the value was found; `None` when no JSON was.
    pub place: Option<Place>,
    /// The replies before, when repair turns were necessary. They were paid for.
    pub earlier: Vec<ChatResponse>,
}

/// Where in a reply a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the arguments of the call that was asked for.
    Arguments,
    /// In the text: the whole of it, or a part that had to be looked for. With function calling it says that the model
    /// wrote an answer instead of calling.
    Text(Found),
}

impl<T> StructuredResponse<T> {
    /// The value alone.
    ///
    /// # Errors
    ///
    /// When there is none: the error's [`output`](Error::output) says why, its [`partial`](Error::partial) is the reply,
    /// and its [`earlier`](Error::earlier) are the replies before.
    pub fn into_value(self) -> Result<T, Error> {
        self.value.map_err(|error| {
            Error::from(error)
                .with_partial(self.response)
                .with_earlier(self.earlier)
        })
    }

    /// What all of it took: the reply, and the replies before.
    #[must_use]
    pub fn usage(&self) -> RunUsage {
        RunUsage::of_replies(self.earlier.iter().chain([&self.response]))
    }
}
