//! The model handle.

mod batch;

use std::pin::Pin;

use bytes::Bytes;
use http::Request;
use openrouter_transport::{Client, Error as CallError, ErrorKind as CallErrorKind, Reply};

use crate::message::{Input, Message};
use crate::options::{ChatOptions, request_setters};
use crate::outlined::OutlinedArc;
use crate::request::ChatCall;
use crate::request::written::write_away;
use crate::response::{ChatResponse, Timing};
use crate::stream::ChatStream;
use crate::trace::CallSpan;
use crate::{Error, ErrorKind};

pub use batch::Batch;

/// A model to talk to: a client, the model's name, and what is asked for unless a call says otherwise.
///
/// Cheap to clone; clones share the client and its connections.
///
/// ```no_run
/// # async fn example() -> Result<(), openrouter_chat::Error> {
/// use openrouter_chat::{ChatModel, Client};
///
/// let model = ChatModel::new(Client::from_env()?, "openai/gpt-4o-mini").with_temperature(0.2);
/// let answer = model.invoke("Why is the sky blue?").await?;
/// println!("{}", answer.text());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ChatModel {
    client: Client,
    options: OutlinedArc<ChatOptions>,
}

impl ChatModel {
    /// A handle on a model, such as `anthropic/claude-sonnet-4.5`.
    ///
    /// Its calls belong to the client's session, else to that of `OPENROUTER_SESSION_ID`; an empty value is as good as
    /// none.
    pub fn new(client: Client, model: impl Into<String>) -> Self {
        Self::named(client, model.into())
    }

    fn named(client: Client, model: String) -> Self {
        let session = client
            .session_id()
            .map(str::to_owned)
            .or_else(|| std::env::var("OPENROUTER_SESSION_ID").ok())
            .filter(|id| !id.is_empty());
        let mut options = ChatOptions::new();
        options.request.model = Some(model);
        options.request.session_id = session;
        Self {
            client,
            options: OutlinedArc::new(options),
        }
    }

    request_setters!();

    /// Sets everything that `options` sets, and leaves the rest as it is.
    #[must_use]
    pub fn with_options(mut self, mut options: ChatOptions) -> Self {
        options.fill_from(&self.options);
        self.options = OutlinedArc::new(options);
        self
    }

    /// The name of the model that is asked.
    #[must_use]
    pub fn model(&self) -> &str {
        self.options.request.model.as_deref().unwrap_or_default()
    }

    /// What is asked for unless a call says otherwise.
    #[must_use]
    pub fn options(&self) -> &ChatOptions {
        &self.options
    }

    /// The client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Asks, and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// Whatever went wrong; see [`Error`]. An error that the server puts into a success is an error, with the part of
    /// the answer that came beside it.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the call. A request that was sent may still run and be billed in full: only streams can
    /// be cancelled at the server.
    pub async fn invoke<'a>(&self, input: impl Into<Input<'a>>) -> Result<ChatResponse, Error> {
        self.ask(input.into(), None).await
    }

    /// Asks with options of this call alone; what they set wins over the handle's.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    pub async fn invoke_with<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<ChatResponse, Error> {
        self.ask(input.into(), Some(options)).await
    }

    fn ask<'a>(
        &'a self,
        input: Input<'a>,
        options: Option<&'a ChatOptions>,
    ) -> Calling<'a, ChatResponse> {
        Box::pin(async move {
            let written = match self.writing(&input, options, false)? {
                Some(writing) => Some(writing.await?),
                None => None,
            };
            let (span, reply) = {
                let call = self.call(&input, options)?.with_written(written);
                (
                    CallSpan::new(&call, input.messages(), false),
                    self.client.send_raw(&call, &call.options().call_options()),
                )
            };
            let result = match span.run(reply).await {
                Ok(reply) => read_answer(reply),
                Err(error) => Err(explain(error, &input)),
            };
            match &result {
                Ok(answer) => span.answer(answer),
                Err(error) => {
                    span.error(error);
                    if let Some(partial) = error.partial() {
                        span.answer(partial);
                    }
                }
            }
            result
        })
    }

    /// Asks, and returns as soon as the answer begins to come.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke), until the stream has begun; afterwards the stream has them as its last item.
    ///
    /// # Cancellation
    ///
    /// Dropping the future or the stream closes the request at once.
    pub async fn stream<'a>(&self, input: impl Into<Input<'a>>) -> Result<ChatStream, Error> {
        self.begin(input.into(), None).await
    }

    /// Asks for a stream with options of this call alone; what they set wins over the handle's.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub async fn stream_with<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<ChatStream, Error> {
        self.begin(input.into(), Some(options)).await
    }

    fn begin<'a>(
        &'a self,
        input: Input<'a>,
        options: Option<&'a ChatOptions>,
    ) -> Calling<'a, ChatStream> {
        Box::pin(async move {
            let written = match self.writing(&input, options, true)? {
                Some(writing) => Some(writing.await?),
                None => None,
            };
            let (span, begun) = {
                let call = self.call(&input, options)?.with_written(written);
                let options = call.options().clone();
                (
                    CallSpan::new(&call, input.messages(), true),
                    self.client.stream_raw(call, &options.call_options()),
                )
            };
            match span.run(begun).await {
                Ok(events) => Ok(ChatStream::new(events, span)),
                Err(error) => {
                    let error = explain(error, &input);
                    span.error(&error);
                    Err(error)
                }
            }
        })
    }

    /// The request that a call would send, to the byte, without sending it.
    ///
    /// The key is in it, marked as sensitive, so that `Debug` does not show it. Files are read in blocking calls.
    ///
    /// # Errors
    ///
    /// When the request cannot be written.
    pub fn encode<'a>(
        &self,
        input: impl Into<Input<'a>>,
        options: &ChatOptions,
    ) -> Result<Request<Bytes>, Error> {
        let input = input.into();
        let call = self.call(&input, Some(options))?;
        self.client
            .encode(&call, &call.options().call_options())
            .map_err(|error| explain(error, &input))
    }

    /// What is asked. A plain function, so that what it needs is gone before anything is waited for.
    fn call<'a>(
        &self,
        input: &'a Input<'_>,
        options: Option<&ChatOptions>,
    ) -> Result<ChatCall<'a>, Error> {
        Ok(ChatCall::new(self.merged(options)?, input.messages()))
    }

    /// The body of a call whose messages have files in them, which have to be waited for; `None` without files.
    fn writing(
        &self,
        input: &Input<'_>,
        options: Option<&ChatOptions>,
        streaming: bool,
    ) -> Result<Option<Writing>, Error> {
        if !input.messages().iter().any(Message::has_files) {
            return Ok(None);
        }
        let options = self.merged(options)?;
        let messages = input.messages().to_vec();
        Ok(Some(Box::pin(write_away(messages, options, streaming))))
    }

    /// The handle's options under those of a call, checked for what no server could take. Without those of a call they
    /// are the handle's own, and nothing is copied.
    pub(crate) fn merged(
        &self,
        options: Option<&ChatOptions>,
    ) -> Result<OutlinedArc<ChatOptions>, Error> {
        let merged = match options {
            None if self.options.is_ready() => self.options.clone(),
            _ => {
                let mut merged = options.cloned().unwrap_or_default();
                merged.fill_from(&self.options);
                merged.make_ready();
                OutlinedArc::new(merged)
            }
        };
        merged.check()?;
        Ok(merged)
    }

    fn options_mut(&mut self) -> &mut ChatOptions {
        self.options.make_mut()
    }
}

/// On the heap, and of one type for all: else each program would compile the whole call anew, and move it about.
type Calling<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// On the heap, since hardly any call has files, and each would be as large as one that has.
type Writing = Pin<Box<dyn Future<Output = Result<Vec<u8>, Error>> + Send>>;

fn read_answer(reply: Reply<Bytes>) -> Result<ChatResponse, Error> {
    let Reply {
        answer: body,
        metadata,
        ..
    } = reply;
    let timing = Timing {
        first_event: None,
        total: metadata.head_after(),
    };
    let response = match ChatResponse::read(&body) {
        Ok(response) => response,
        Err(error) => {
            let said = CallError::from_envelope(&body, Some(&metadata));
            return Err(said.map_or(error, Error::from));
        }
    };
    let failed = response.has_failed();
    let response = response.with_exchange(metadata, timing);
    let failure = failed
        .then(|| CallError::from_envelope(&body, response.metadata()))
        .flatten();
    match failure {
        Some(error) => Err(Error::from(error).with_partial(response)),
        None if response.as_wire().choices.is_empty() => {
            let error = Error::new(ErrorKind::NoChoices, "the answer has no choices");
            Err(error.with_partial(response))
        }
        None => Ok(response),
    }
}

/// Says which file could not be read, where that is why a request could not be written.
fn explain(error: CallError, input: &Input<'_>) -> Error {
    let failure = match error.kind() {
        CallErrorKind::Encode => input.messages().iter().find_map(Message::media_failure),
        _ => None,
    };
    failure.map_or_else(|| error.into(), Error::from)
}
