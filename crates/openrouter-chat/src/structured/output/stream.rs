//! Values that grow.

use std::fmt;
use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::attempts::Attempts;
use super::error::OutputError;
use super::growing::Growing;
use super::response::StructuredResponse;
use crate::structured::partial::PartialJsonError;
use crate::{ChatModel, ChatResponse, ChatStream, Error, ErrorKind, StreamEvent};

/// A value that grows while its answer is streamed.
///
/// ```no_run
/// # async fn example<T: serde::de::DeserializeOwned>(model: openrouter_chat::structured::StructuredModel<T>) -> Result<T, openrouter_chat::Error> {
/// let mut stream = model.stream("Three facts about the moon.").await?;
/// while let Some(value) = stream.next().await {
///     println!("{}", value?["facts"]);
/// }
/// let facts: T = stream.finish().await?;
/// # Ok(facts)
/// # }
/// ```
///
/// The work grows with the length of the text. In strict mode, `null` may stand for what is absent until the end.
///
/// With [repair turns](super::OutputFormat::with_repairs), an answer that does not do is followed by another one, and the
/// value begins anew: [`attempt`](Self::attempt) counts them, and [`next_event`](Self::next_event) tells of them.
///
/// # Cancellation
///
/// Dropping the stream closes the request at once. Dropping the future of [`next`](Self::next) loses nothing.
pub struct StructuredStream<T> {
    model: ChatModel,
    attempts: Attempts<'static, T>,
    growing: Growing,
    /// The value has grown, and that has not been told.
    has_grown: bool,
    state: State<T>,
}

enum State<T> {
    Reading(Box<ChatStream>),
    /// The model is asked again.
    Asking(Asking),
    /// The answer has come.
    Done(Box<StructuredResponse<T>>),
    /// The failure has been told; the stream, if there was one, knows what had arrived.
    Failed(Option<Box<ChatStream>>),
}

/// Held here, so that a future that is dropped while it waits for the server does not ask, and pay, once more.
type Asking = Pin<Box<dyn Future<Output = Result<ChatStream, Error>> + Send>>;

/// Something new in an answer that has a form.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StructuredEvent {
    /// More of the reply: its text or calls, the model's thinking, what it took.
    Model(StreamEvent),
    /// The value has grown: see [`StructuredStream::value`].
    Grown,
    /// The answer does not do. The model is told why, and answers again: the value begins anew.
    Repair {
        /// The number of the attempt that begins, from 1: the first answer is attempt 0.
        attempt: usize,
        /// What is wrong with the answer before.
        error: OutputError,
    },
}

impl<T> StructuredStream<T> {
    pub(super) fn new(model: ChatModel, attempts: Attempts<'_, T>, stream: ChatStream) -> Self {
        Self {
            model,
            growing: attempts.growing(),
            attempts: attempts.into_owned(),
            has_grown: false,
            state: State::Reading(Box::new(stream)),
        }
    }

    /// The value, each time there is more in it to see; `None` at the end of the answer.
    ///
    /// # Errors
    ///
    /// What made the stream fail, with what had arrived; nothing follows.
    pub async fn next(&mut self) -> Option<Result<&Value, Error>> {
        loop {
            match self.next_event().await? {
                Err(error) => return Some(Err(error)),
                Ok(StructuredEvent::Grown) => break,
                Ok(_) => {}
            }
        }
        self.value().map(Ok)
    }

    /// Everything that happens, the model's thinking and repair turns included; `None` at the end of the answer.
    ///
    /// # Errors
    ///
    /// What made a request fail, with what had arrived, and the replies before as [`earlier`](Error::earlier); nothing
    /// follows.
    pub async fn next_event(&mut self) -> Option<Result<StructuredEvent, Error>> {
        if std::mem::take(&mut self.has_grown) {
            return Some(Ok(StructuredEvent::Grown));
        }
        loop {
            match &mut self.state {
                State::Reading(stream) => match stream.next().await {
                    Some(Ok(event)) => {
                        self.has_grown = self.growing.take(&event);
                        return Some(Ok(StructuredEvent::Model(event)));
                    }
                    Some(Err(error)) => return Some(Err(self.fail(error))),
                    None => {}
                },
                State::Asking(asking) => {
                    match asking.await {
                        Ok(stream) => self.state = State::Reading(Box::new(stream)),
                        Err(error) => return Some(Err(self.fail(error))),
                    }
                    continue;
                }
                State::Done(_) | State::Failed(_) => return None,
            }
            // The reply is whole. Nothing is waited for from here on.
            let State::Reading(stream) = std::mem::replace(&mut self.state, State::Failed(None))
            else {
                return None;
            };
            match stream.finish().await.map(|reply| self.attempts.take(reply)) {
                Err(error) => return Some(Err(self.attempts.with_earlier(error))),
                Ok(Ok(answer)) => {
                    self.state = State::Done(Box::new(answer));
                    return None;
                }
                Ok(Err(error)) => {
                    self.state = State::Asking(self.ask());
                    self.growing = self.attempts.growing();
                    let attempt = self.attempt();
                    return Some(Ok(StructuredEvent::Repair { attempt, error }));
                }
            }
        }
    }

    /// What the value is so far; `None` while it has not begun.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.growing.value()
    }

    /// What the value is so far, as a type in which everything that may be missing is optional.
    ///
    /// Each call costs as much as the value is large.
    ///
    /// # Errors
    ///
    /// When it does not fit the type, or has not begun.
    pub fn get<P: DeserializeOwned>(&mut self) -> Result<P, PartialJsonError> {
        self.growing.get()
    }

    /// Which answer is being read: 0, and one more with each repair turn.
    #[must_use]
    pub fn attempt(&self) -> usize {
        match &self.state {
            State::Done(answer) => answer.earlier.len(),
            _ => self.earlier().len(),
        }
    }

    /// The replies that did not do. They were paid for.
    #[must_use]
    pub fn earlier(&self) -> &[ChatResponse] {
        match &self.state {
            State::Done(answer) => &answer.earlier,
            _ => self.attempts.earlier(),
        }
    }

    /// Reads to the end, and returns the value: the same that `invoke` would have returned.
    ///
    /// # Errors
    ///
    /// As [`StructuredModel::invoke`](super::StructuredModel::invoke) and [`ChatStream::finish`].
    pub async fn finish(self) -> Result<T, Error> {
        self.finish_raw().await?.into_value()
    }

    /// Reads to the end, and returns the raw reply together with the value, or with what is wrong.
    ///
    /// # Errors
    ///
    /// As [`ChatStream::finish`].
    pub async fn finish_raw(mut self) -> Result<StructuredResponse<T>, Error> {
        while let Some(event) = self.next_event().await {
            event?;
        }
        match self.state {
            State::Done(answer) => Ok(*answer),
            State::Failed(Some(stream)) => {
                let partial = stream.into_partial();
                Err(self
                    .attempts
                    .with_earlier(told_before().with_partial(partial)))
            }
            _ => Err(self.attempts.with_earlier(told_before())),
        }
    }

    fn ask(&self) -> Asking {
        let model = self.model.clone();
        let messages = self.attempts.messages().to_vec();
        let options = self.attempts.options().clone();
        Box::pin(async move { model.stream_with(messages, &options).await })
    }

    /// Keeps what had arrived.
    fn fail(&mut self, error: Error) -> Error {
        let stream = match std::mem::replace(&mut self.state, State::Failed(None)) {
            State::Reading(stream) => Some(stream),
            _ => None,
        };
        self.state = State::Failed(stream);
        self.attempts.with_earlier(error)
    }
}

fn told_before() -> Error {
    Error::new(ErrorKind::Call, "the stream has failed, as it told before")
}

impl<T> fmt::Debug for StructuredStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Reading(_) => "reading",
            State::Asking(_) => "asking again",
            State::Done(_) => "done",
            State::Failed(_) => "failed",
        };
        f.debug_struct("StructuredStream")
            .field("attempt", &self.attempt())
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
