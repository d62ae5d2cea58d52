//! A run that ends in a value.

use super::state::Step;
use super::step::StepRequest;
use super::stop::StopReason;
use super::stream::{Sink, StructuredRunStream};
use super::{RunEvent, RunOutcome, ToolRun};
use crate::message::Input;
use crate::structured::{Attempts, OutputFormat, StructuredResponse};
use crate::{ChatModel, ChatOptions, Error, Message};

/// How a run ended, and the value that its answer is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StructuredOutcome<T> {
    /// The final answer; `None` when the run ended before there could be one.
    pub answer: Option<StructuredResponse<T>>,
    /// How the run ended, and what was done. The request for the answer is among its steps, and not in its conversation.
    pub outcome: RunOutcome,
}

/// A structured answer after tools.
impl ToolRun {
    /// Goes on until the run ends, and then asks for the answer in a form of its own.
    ///
    /// The answer is asked for when the model wants no more tools. When a condition ends the run, it is asked for if the
    /// run was made [`with_last_word`](Self::with_last_word), in place of that.
    ///
    /// ```no_run
    /// # async fn example<T: serde::de::DeserializeOwned>(model: openrouter_chat::ChatModel, tools: openrouter_chat::Tools, format: openrouter_chat::structured::OutputFormat<T>) -> Result<(), openrouter_chat::Error> {
    /// let ended = model.run(&tools, "Compare the weather of Oslo and Rome.").finish_as(&format).await?;
    /// if let Some(answer) = ended.answer {
    ///     let comparison: T = answer.into_value()?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish), and before anything is asked when the format cannot be; what is wrong with the answer
    /// is in the result.
    ///
    /// # Cancellation
    ///
    /// See [`ToolRun`].
    pub async fn finish_as<T>(
        &mut self,
        format: &OutputFormat<T>,
    ) -> Result<StructuredOutcome<T>, Error> {
        self.drive_as(format, &Sink::default()).await
    }

    /// The same, and tells what happens: the events of [`stream`](Self::stream), and then the answer as it grows.
    ///
    /// ```no_run
    /// # async fn example<T: serde::de::DeserializeOwned + Send>(model: openrouter_chat::ChatModel, tools: openrouter_chat::Tools, format: openrouter_chat::structured::OutputFormat<T>) -> Result<(), openrouter_chat::Error> {
    /// use openrouter_chat::tools::RunEvent;
    ///
    /// let mut run = model.run(&tools, "Compare the weather of Oslo and Rome.");
    /// let mut stream = run.stream_as(&format);
    /// while let Some(event) = stream.next().await {
    ///     if let RunEvent::AnswerGrown { .. } = event? {
    ///         println!("{:?}", stream.value());
    ///     }
    /// }
    /// let ended = stream.finish().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream_as<'a, T: Send + 'a>(
        &'a mut self,
        format: &OutputFormat<T>,
    ) -> StructuredRunStream<'a, T> {
        StructuredRunStream::new(self, format.clone())
    }

    pub(super) async fn drive_as<T>(
        &mut self,
        format: &OutputFormat<T>,
        sink: &Sink,
    ) -> Result<StructuredOutcome<T>, Error> {
        self.check(format)?;
        self.is_structured = true;
        let mut reason = self.drive_to_stop(sink).await?;
        let wants_answer = reason.is_complete() || (self.has_last_word && reason.allows_answer());
        let answer = if wants_answer {
            // Whoever goes on after a cancellation or a failure is to ask for the answer, and not to run another step.
            self.state.stopping = Some(reason.clone());
            let answer = Box::pin(self.ask_for(format, sink)).await?;
            self.state.stopping = None;
            if answer.is_none() {
                reason = StopReason::Time;
            }
            answer
        } else {
            None
        };
        Ok(StructuredOutcome {
            answer,
            outcome: self.end(reason),
        })
    }

    /// Whether the answer can be asked for, before anything is paid for that leads to it.
    fn check<T>(&self, format: &OutputFormat<T>) -> Result<(), Error> {
        let mut options = self.options.clone();
        if !self.tools.is_empty() {
            options.request.tools = Some(self.tools.iter().map(Into::into).collect());
        }
        let nothing = Input::from(Vec::new());
        Attempts::new(format, &self.model, nothing, &options).map(drop)
    }

    /// Asks for the answer. `None` when the time was over before it came.
    async fn ask_for<T>(
        &mut self,
        format: &OutputFormat<T>,
        sink: &Sink,
    ) -> Result<Option<StructuredResponse<T>>, Error> {
        let mut messages = self.state.conversation.clone();
        messages.push(Message::user(if format.is_described() {
            ASK.to_owned()
        } else {
            format!("{ASK} {}", format.instructions())
        }));
        let (mut model, options) = self.answer_request(format, 0);
        let mut attempts = Attempts::new(format, &model, messages.into(), &options)
            .map_err(|error| error.with_earlier(self.state.responses()))?;
        let clock = self.clock();
        loop {
            let step = self.state.steps.len();
            let attempt = attempts.earlier().len();
            sink.tell(|| RunEvent::StepStarted { step }).await;
            sink.tell_answer(step, attempt, || attempts.growing()).await;
            let request = StepRequest {
                step,
                model: &model,
                messages: attempts.messages(),
                options: attempts.options(),
                is_final: true,
            };
            let asked = Box::pin(request.make(&mut self.state.in_flight, sink, &clock)).await;
            self.state.elapsed = clock.elapsed();
            let Some(response) = self.unless_failed(asked)? else {
                return Ok(None);
            };
            let request = self.state.in_flight.take().unwrap_or_default();
            self.state.steps.push(Step {
                model: request.model,
                generation_id: request.generation_id,
                response: Some(response.clone()),
                failure: None,
                is_final: true,
                calls: Vec::new(),
            });
            sink.tell(|| RunEvent::Reply {
                step,
                response: Box::new(response.clone()),
            })
            .await;
            match attempts.take(response) {
                Ok(answer) => return Ok(Some(answer)),
                Err(error) => sink.tell(|| RunEvent::AnswerRejected { step, error }).await,
            }
            let (next, options) = self.answer_request(format, attempts.earlier().len());
            attempts
                .turn_to(&next, &options)
                .map_err(|error| error.with_earlier(self.state.responses()))?;
            model = next;
        }
    }

    /// The model and options of the next request for the answer.
    fn answer_request<T>(
        &mut self,
        format: &OutputFormat<T>,
        attempt: usize,
    ) -> (ChatModel, ChatOptions) {
        let (model, mut options) = self.next_request(self.state.steps.len(), true, attempt);
        if format.is_called() {
            // The format chooses its own tool.
            options.request.tool_choice = None;
        }
        (model, options)
    }
}

/// What asks for the answer. A request that ends in the model's own words would ask it to continue them.
const ASK: &str = "Give the final answer now, in the form that is asked for.";
