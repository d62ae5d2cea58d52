//! What the model says in one turn.

mod chunks;
mod whole;

use std::time::Duration;

use openrouter_types as types;

use crate::Refusal;

pub(crate) use chunks::{Piece, chunks};
pub(crate) use whole::{Envelope, whole};

/// One turn of the model: what it thinks, says and calls, and how fast.
///
/// ```
/// use openrouter_testkit::Answer;
///
/// let turn = Answer::new().reasoning("A city is named.").tool_call("weather", r#"{"city":"Oslo"}"#);
/// # let _ = turn;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub(crate) reasoning: String,
    pub(crate) text: String,
    pub(crate) tool_calls: Vec<(String, String)>,
    pub(crate) refusal: String,
    pub(crate) finish_reason: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) usage: Option<types::ChatUsage>,
    pub(crate) pace: Pace,
    pub(crate) comments: usize,
    pub(crate) break_off_after: Option<usize>,
    pub(crate) error_after: Option<(usize, Refusal)>,
    pub(crate) refused: Option<Refusal>,
}

/// How fast a streamed answer comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// From the header of the answer to the first delta.
    pub time_to_first_token: Duration,
    /// Between deltas.
    pub between_tokens: Duration,
}

impl Pace {
    /// So many deltas each second.
    ///
    /// # Panics
    ///
    /// When `tokens` is not positive.
    #[must_use]
    pub fn tokens_per_second(tokens: f64) -> Self {
        Self {
            time_to_first_token: Duration::ZERO,
            between_tokens: Duration::from_secs_f64(1.0 / tokens),
        }
    }

    /// Sets [`time_to_first_token`](Self::time_to_first_token).
    #[must_use]
    pub fn with_time_to_first_token(mut self, time: Duration) -> Self {
        self.time_to_first_token = time;
        self
    }
}

impl Answer {
    /// A turn in which nothing is said yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A turn that says this.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A turn in which the server refuses to answer.
    #[must_use]
    pub fn refused(refusal: Refusal) -> Self {
        Self {
            refused: Some(refusal),
            ..Self::default()
        }
    }

    /// Says something.
    #[must_use]
    pub fn say(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// Thinks something.
    #[must_use]
    pub fn reasoning(mut self, text: impl Into<String>) -> Self {
        self.reasoning = text.into();
        self
    }

    /// Calls a tool; `arguments` is sent as it is, JSON or not.
    #[must_use]
    pub fn tool_call(mut self, name: impl Into<String>, arguments: impl Into<String>) -> Self {
        self.tool_calls.push((name.into(), arguments.into()));
        self
    }

    /// Ends for another reason than `stop` or `tool_calls`.
    #[must_use]
    pub fn finish_reason(mut self, reason: impl Into<String>) -> Self {
        self.finish_reason = Some(reason.into());
        self
    }

    /// Is answered by this model instead of the one that was asked.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Is answered by this provider; `Testkit` when not set.
    #[must_use]
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Takes this instead of a count of words.
    #[must_use]
    pub fn usage(mut self, usage: types::ChatUsage) -> Self {
        self.usage = Some(usage);
        self
    }

    /// Comes this fast when it is streamed.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Says `: OPENROUTER PROCESSING` so many times before the first delta of a stream.
    #[must_use]
    pub fn comments(mut self, comments: usize) -> Self {
        self.comments = comments;
        self
    }

    /// Ends the stream after so many chunks, as a proxy does that gives up: without an end mark.
    #[must_use]
    pub fn break_off_after(mut self, chunks: usize) -> Self {
        self.break_off_after = Some(chunks);
        self
    }

    /// Fails inside the stream after so many chunks.
    #[must_use]
    pub fn error_after(mut self, chunks: usize, error: Refusal) -> Self {
        self.error_after = Some((chunks, error));
        self
    }

    pub(crate) fn finish(&self) -> String {
        match &self.finish_reason {
            Some(reason) => reason.clone(),
            None if self.tool_calls.is_empty() => "stop".to_owned(),
            None => "tool_calls".to_owned(),
        }
    }
}
