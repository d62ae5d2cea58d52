//! What can go wrong with a conversation.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use openrouter_transport as transport;

use crate::ChatResponse;
use crate::media::MediaError;
use crate::outlined::Outlined;
use crate::structured::OutputError;
use crate::tools::RunUsage;

/// What went wrong with a call, and what had been answered by then.
///
/// The text is one line for a person: what happened, in the upstream provider's own words where there are any. It never
/// holds a key or a whole body.
pub struct Error(Outlined<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Source,
    partial: Option<ChatResponse>,
    /// Whole replies that came before.
    earlier: Vec<ChatResponse>,
}

enum Source {
    None,
    Call(transport::Error),
    Media(MediaError),
    Output(OutputError),
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call failed, on the way or at the server: [`Error::call`] has the details, and its kind tells whether the
    /// request may have run and been billed, and what to do.
    Call,
    /// The request could not be written, for instance because a file could not be read to its end. Nothing was sent.
    Encode,
    /// A setting cannot be what it was set to. Nothing was sent.
    Config,
    /// Part of the stream was not JSON. The rest was read, and is in [`Error::partial`].
    Decode,
    /// The answer has no choice in it. It may have been billed.
    NoChoices,
    /// The answer does not hold a value of the form that was asked for: [`Error::output`] says why, and
    /// [`Error::partial`] is the answer. It was billed.
    Output,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Outlined::new(Inner {
            kind,
            message: message.into(),
            source: Source::None,
            partial: None,
            earlier: Vec::new(),
        }))
    }

    pub(crate) fn with_partial(mut self, partial: ChatResponse) -> Self {
        self.0.partial = Some(partial);
        self
    }

    pub(crate) fn with_earlier(mut self, earlier: Vec<ChatResponse>) -> Self {
        self.0.earlier = earlier;
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The failure of the call, with status, code, provider, waiting time and the server's own words.
    #[must_use]
    pub fn call(&self) -> Option<&transport::Error> {
        match &self.0.source {
            Source::Call(error) => Some(error),
            _ => None,
        }
    }

    /// Why an answer does not hold a value of the form that was asked for.
    #[must_use]
    pub fn output(&self) -> Option<&OutputError> {
        match &self.0.source {
            Source::Output(error) => Some(error),
            _ => None,
        }
    }

    /// What had been answered when it went wrong: text so far, usage if it was told.
    #[must_use]
    pub fn partial(&self) -> Option<&ChatResponse> {
        self.0.partial.as_ref()
    }

    /// Takes out what had been answered.
    #[must_use]
    pub fn into_partial(mut self) -> Option<ChatResponse> {
        self.0.partial.take()
    }

    /// The replies that came before, where one call makes several requests: answers that did not do and were to be
    /// repaired, and the steps of a [run](crate::tools::ToolRun). They were paid for.
    #[must_use]
    pub fn earlier(&self) -> &[ChatResponse] {
        &self.0.earlier
    }

    /// What all replies took that this error holds, [`earlier`](Self::earlier) and [`partial`](Self::partial).
    #[must_use]
    pub fn usage(&self) -> RunUsage {
        RunUsage::of_replies(self.0.earlier.iter().chain(&self.0.partial))
    }

    /// The HTTP status, or the status that an error inside a success stands for.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.call()?.effective_status()
    }

    /// The generation's id, when the server got as far as giving one: its cost can be looked up with it.
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.call()
            .and_then(transport::Error::generation_id)
            .or_else(|| self.partial()?.id())
    }

    /// Whether the request may have run, and been billed.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        match &self.0.source {
            Source::Call(error) => error.may_have_run(),
            _ => matches!(
                self.0.kind,
                ErrorKind::Decode | ErrorKind::NoChoices | ErrorKind::Output
            ),
        }
    }

    /// Whether the same call may succeed later. It says nothing of whether it would be billed twice.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.call().is_some_and(transport::Error::is_retryable)
    }

    /// How long the server asked to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.call()?.retry_after()
    }

    /// Whether a rate limit was hit.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.call().is_some_and(transport::Error::is_rate_limited)
    }

    /// Whether the account's or the key's credits are used up.
    #[must_use]
    pub fn is_out_of_credits(&self) -> bool {
        self.call().is_some_and(transport::Error::is_out_of_credits)
    }

    /// Whether the conversation is too long for the model.
    #[must_use]
    pub fn is_context_length(&self) -> bool {
        self.call().is_some_and(transport::Error::is_context_length)
    }

    /// Whether the stream broke off: it ended without its end mark, or its connection was lost.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        use transport::ErrorKind::{Disconnected, Truncated};
        self.call()
            .is_some_and(|error| matches!(error.kind(), Truncated | Disconnected))
    }
}

impl From<transport::Error> for Error {
    fn from(error: transport::Error) -> Self {
        let kind = match error.kind() {
            transport::ErrorKind::Encode => ErrorKind::Encode,
            transport::ErrorKind::Config => ErrorKind::Config,
            _ => ErrorKind::Call,
        };
        Self(Outlined::new(Inner {
            kind,
            message: String::new(),
            source: Source::Call(error),
            partial: None,
            earlier: Vec::new(),
        }))
    }
}

impl From<OutputError> for Error {
    fn from(error: OutputError) -> Self {
        Self(Outlined::new(Inner {
            kind: ErrorKind::Output,
            message: String::new(),
            source: Source::Output(error),
            partial: None,
            earlier: Vec::new(),
        }))
    }
}

impl From<MediaError> for Error {
    fn from(error: MediaError) -> Self {
        Self(Outlined::new(Inner {
            kind: ErrorKind::Encode,
            message: String::new(),
            source: Source::Media(error),
            partial: None,
            earlier: Vec::new(),
        }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.source {
            Source::None => f.write_str(&self.0.message),
            Source::Call(error) => error.fmt(f),
            Source::Media(error) => error.fmt(f),
            Source::Output(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind);
        match &self.0.source {
            Source::None => debug.field("message", &self.0.message),
            Source::Call(error) => debug.field("call", error),
            Source::Media(error) => debug.field("media", error),
            Source::Output(error) => debug.field("output", error),
        };
        debug
            .field("partial", &self.0.partial.is_some())
            .field("earlier", &self.0.earlier.len())
            .finish()
    }
}

impl std::error::Error for Error {
    /// What the call's own error gives as its cause: the texts of both are the same.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.source {
            Source::None => None,
            Source::Call(error) => error.source(),
            Source::Media(error) => error.source(),
            // It has no cause.
            Source::Output(_) => None,
        }
    }
}
