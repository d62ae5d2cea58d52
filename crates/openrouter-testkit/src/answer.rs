//! What the model says in one turn.

mod chunks;
mod logprobs;
mod moments;
mod pace;
mod usage;
mod whole;

use openrouter_types as types;

use crate::{Fault, Refusal};

pub(crate) use chunks::{Chunks, Piece, duration};
pub(crate) use moments::words;
pub(crate) use usage::usage;
pub(crate) use whole::{Envelope, whole};

pub use pace::Pace;

/// One turn of the model: what it thinks, says and calls, how fast, and what goes wrong.
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
    pub(crate) reasoning_details: Vec<types::ReasoningDetailUnion>,
    pub(crate) text: String,
    pub(crate) tool_calls: Vec<Call>,
    pub(crate) images: Vec<String>,
    pub(crate) audio: Option<types::ChatAudioOutput>,
    pub(crate) annotations: Vec<types::ChatAnnotation>,
    pub(crate) refusal: String,
    pub(crate) logprobs: Option<types::ChatTokenLogprobs>,
    pub(crate) finish_reason: Option<String>,
    pub(crate) native_finish_reason: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) usage: Option<types::ChatUsage>,
    pub(crate) pace: Pace,
    pub(crate) comments: usize,
    pub(crate) break_off_after: Option<usize>,
    pub(crate) error_after: Option<(usize, Refusal)>,
    pub(crate) refused: Option<Refusal>,
    pub(crate) also: Vec<Answer>,
    pub(crate) faults: Vec<Fault>,
}

/// A tool call of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Call {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) arguments: String,
}

impl Call {
    /// The id that it was given, or one of nine digits, which every provider takes.
    pub(crate) fn id(&self, index: u64) -> String {
        self.id
            .clone()
            .unwrap_or_else(|| format!("call_{:09}", index + 1))
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

    /// Adds a block of reasoning as it is, such as a signed or encrypted one. It comes after the text of
    /// [`reasoning`](Self::reasoning), in one piece.
    #[must_use]
    pub fn reasoning_detail(mut self, detail: impl Into<types::ReasoningDetailUnion>) -> Self {
        self.reasoning_details.push(detail.into());
        self
    }

    /// Calls a tool; `arguments` is sent as it is, JSON or not.
    #[must_use]
    pub fn tool_call(mut self, name: impl Into<String>, arguments: impl Into<String>) -> Self {
        self.tool_calls.push(Call {
            id: None,
            name: name.into(),
            arguments: arguments.into(),
        });
        self
    }

    /// Calls a tool with an id of your own.
    #[must_use]
    pub fn tool_call_with_id(
        mut self,
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        self.tool_calls.push(Call {
            id: Some(id.into()),
            name: name.into(),
            arguments: arguments.into(),
        });
        self
    }

    /// Makes an image; `url` is a `data:` URL or a link, and is sent as it is.
    #[must_use]
    pub fn image(mut self, url: impl Into<String>) -> Self {
        self.images.push(url.into());
        self
    }

    /// Speaks: base64 data, and what it says.
    #[must_use]
    pub fn audio(mut self, base64: impl Into<String>, transcript: impl Into<String>) -> Self {
        self.audio = Some(
            types::ChatAudioOutput::new()
                .with_id("audio_testkit")
                .with_data(base64.into())
                .with_transcript(transcript),
        );
        self
    }

    /// Adds an annotation, such as a citation.
    #[must_use]
    pub fn annotation(mut self, annotation: impl Into<types::ChatAnnotation>) -> Self {
        self.annotations.push(annotation.into());
        self
    }

    /// Cites a page.
    #[must_use]
    pub fn citation(self, url: impl Into<String>, title: impl Into<String>) -> Self {
        let citation = types::UrlCitation::new(url).with_title(title);
        self.annotation(types::UrlCitationAnnotation::new(citation))
    }

    /// Declines to answer, in the model's own words.
    #[must_use]
    pub fn refusal(mut self, text: impl Into<String>) -> Self {
        self.refusal = text.into();
        self
    }

    /// Brings these token probabilities, asked for or not. Without this, a request for them gets made-up ones.
    #[must_use]
    pub fn logprobs(mut self, logprobs: types::ChatTokenLogprobs) -> Self {
        self.logprobs = Some(logprobs);
        self
    }

    /// Ends for another reason than `stop` or `tool_calls`.
    #[must_use]
    pub fn finish_reason(mut self, reason: impl Into<String>) -> Self {
        self.finish_reason = Some(reason.into());
        self
    }

    /// Says the provider's own word for the end; the same as the finish reason when not set.
    #[must_use]
    pub fn native_finish_reason(mut self, reason: impl Into<String>) -> Self {
        self.native_finish_reason = Some(reason.into());
        self
    }

    /// Is answered by this model instead of the one that was asked.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Is answered by this provider; otherwise by the first that may answer, or `Testkit`.
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

    /// Adds another choice, for requests with `n`. Those that are missing repeat the first one.
    #[must_use]
    pub fn also(mut self, choice: Answer) -> Self {
        self.also.push(choice);
        self
    }

    /// Comes this fast: streamed piece by piece, otherwise whole when the last piece would have come.
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

    /// Fails inside the stream after so many chunks. An answer that is not streamed fails with what it has: the error
    /// stands in its choice.
    #[must_use]
    pub fn error_after(mut self, chunks: usize, error: Refusal) -> Self {
        self.error_after = Some((chunks, error));
        self
    }

    /// Lets something go wrong on the way.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    pub(crate) fn finish(&self) -> String {
        match &self.finish_reason {
            Some(reason) => reason.clone(),
            None if self.tool_calls.is_empty() => "stop".to_owned(),
            None => "tool_calls".to_owned(),
        }
    }

    pub(crate) fn native_finish(&self) -> String {
        self.native_finish_reason
            .clone()
            .unwrap_or_else(|| self.finish())
    }

    /// This choice and the others, so many as were asked for.
    pub(crate) fn choices(&self, n: u64) -> Vec<&Self> {
        let wanted = usize::try_from(n).unwrap_or(1).max(1 + self.also.len());
        (0..wanted).map(|at| self.choice(at)).collect()
    }

    /// The choice of this index; those that are missing repeat the first.
    pub(crate) fn choice(&self, at: usize) -> &Self {
        let other = at.checked_sub(1).and_then(|at| self.also.get(at));
        other.unwrap_or(self)
    }
}
