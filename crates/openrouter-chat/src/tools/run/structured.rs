//! A run that ends in a value.

use super::state::{InFlight, Step};
use super::stop::StopReason;
use super::stream::Sink;
use super::{RunOutcome, ToolRun};
use crate::structured::{OutputFormat, StructuredResponse};
use crate::{ChatResponse, Error, Message};

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
    /// As [`finish`](Self::finish); what is wrong with the answer is in the result.
    ///
    /// # Cancellation
    ///
    /// See [`ToolRun`].
    pub async fn finish_as<T>(
        &mut self,
        format: &OutputFormat<T>,
    ) -> Result<StructuredOutcome<T>, Error> {
        self.is_structured = true;
        let mut reason = self.drive_to_stop(&Sink::default()).await?;
        let wants_answer = reason.is_complete() || (self.has_last_word && reason.allows_answer());
        let answer = if wants_answer {
            // Whoever goes on after a cancellation or a failure is to ask for the answer, and not to run another step.
            self.state.stopping = Some(reason.clone());
            let answer = Box::pin(self.ask_for(format)).await?;
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

    /// Asks for the answer. `None` when the time was over before it came.
    async fn ask_for<T>(
        &mut self,
        format: &OutputFormat<T>,
    ) -> Result<Option<StructuredResponse<T>>, Error> {
        let (model, mut options) = self.next_request(self.state.steps.len(), true);
        if format.is_called() {
            // The format chooses its own tool.
            options.request.tool_choice = None;
        }
        let name = options.request.model.as_deref().unwrap_or(model.model());
        let name = name.to_owned();
        self.state.in_flight = Some(InFlight {
            model: name.clone(),
            generation_id: None,
        });
        let mut messages = self.state.conversation.clone();
        messages.push(Message::user(if format.is_described() {
            ASK.to_owned()
        } else {
            format!("{ASK} {}", format.instructions())
        }));
        let model = model.with_output_format(format.clone());
        let clock = self.clock();
        let mut earlier = Vec::new();
        let asked = model.ask(messages.into(), &options, &mut earlier);
        let answer = clock.within(Box::pin(asked)).await.transpose();
        self.state.elapsed = clock.elapsed();
        for response in &earlier {
            self.note(&name, Some(response.clone()), None);
        }
        match &answer {
            Ok(None) => self.state.note_cancelled(),
            Ok(Some(answer)) => self.note(&name, Some(answer.response.clone()), None),
            Err(error) => self.note(&name, error.partial().cloned(), Some(error)),
        }
        self.state.in_flight = None;
        let mut answer = answer?;
        if let Some(answer) = &mut answer {
            answer.earlier = earlier;
        }
        Ok(answer)
    }

    fn note(&mut self, model: &str, response: Option<ChatResponse>, error: Option<&Error>) {
        self.state.steps.push(Step {
            model: model.to_owned(),
            response,
            failure: error.map(ToString::to_string),
            generation_id: error.and_then(Error::generation_id).map(str::to_owned),
            is_final: true,
            calls: Vec::new(),
        });
    }
}

/// What asks for the answer. A request that ends in the model's own words would ask it to continue them.
const ASK: &str = "Give the final answer now, in the form that is asked for.";
