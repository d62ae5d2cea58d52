//! An answer that is asked for, and asked for again while it does not do.

use super::error::OutputError;
use super::format::{OutputFormat, OutputMethod};
use super::growing::Growing;
use super::plan::Plan;
use super::response::StructuredResponse;
use crate::message::Input;
use crate::{ChatModel, ChatOptions, ChatResponse, Error, Message};

/// What is asked next, and what became of the replies before. A function of its input: whoever holds it makes the
/// requests.
pub(crate) struct Attempts<'a, T> {
    format: OutputFormat<T>,
    plan: Plan,
    input: Input<'a>,
    earlier: Vec<ChatResponse>,
}

impl<'a, T> Attempts<'a, T> {
    pub(crate) fn new(
        format: &OutputFormat<T>,
        model: &ChatModel,
        input: Input<'a>,
        options: &ChatOptions,
    ) -> Result<Self, Error> {
        Ok(Self {
            plan: Plan::new(format, model, options)?,
            format: format.clone(),
            input,
            earlier: Vec::new(),
        })
    }

    /// The messages of the next request.
    pub(crate) fn messages(&self) -> &[Message] {
        self.input.messages()
    }

    /// The options of every request.
    pub(crate) fn options(&self) -> &ChatOptions {
        &self.plan.options
    }

    /// What reads the next reply while it comes.
    pub(crate) fn growing(&self) -> Growing {
        let is_called = self.format.is_called();
        let call_name = is_called.then(|| self.plan.name.clone());
        Growing::new(call_name, self.plan.is_wrapped())
    }

    /// Makes the next request with another model, and with other options.
    pub(crate) fn turn_to(
        &mut self,
        model: &ChatModel,
        options: &ChatOptions,
    ) -> Result<(), Error> {
        self.plan = Plan::new(&self.format, model, options)?;
        Ok(())
    }

    /// The replies that did not do.
    pub(crate) fn earlier(&self) -> &[ChatResponse] {
        &self.earlier
    }

    /// Takes in a reply. An error is what the model is to be told; the next request tells it.
    pub(crate) fn take(
        &mut self,
        response: ChatResponse,
    ) -> Result<StructuredResponse<T>, OutputError> {
        let mut answer = self.plan.read(&self.format, response);
        match answer.value {
            Err(error) if error.is_repairable() && self.earlier.len() < self.format.repairs => {
                let told = repair(&self.plan, &answer.response, &error);
                let input = std::mem::replace(&mut self.input, Input::from(Vec::new()));
                let mut messages = input.into_conversation();
                messages.extend(told);
                self.input = Input::from(messages);
                self.earlier.push(answer.response);
                Err(error)
            }
            value => {
                answer.value = value;
                answer.earlier = std::mem::take(&mut self.earlier);
                Ok(answer)
            }
        }
    }
}

impl<T> Attempts<'_, T> {
    /// Gives a failure the replies that came before it. They were paid for.
    pub(crate) fn with_earlier(&self, error: Error) -> Error {
        error.with_earlier(self.earlier.clone())
    }

    /// The same without what is borrowed; messages that no repair turn needs are let go once they were sent.
    pub(crate) fn into_owned(self) -> Attempts<'static, T> {
        let Self {
            format,
            plan,
            input,
            earlier,
        } = self;
        let input = if format.repairs > 0 {
            input.into_owned()
        } else {
            Input::from(Vec::new())
        };
        Attempts {
            format,
            plan,
            input,
            earlier,
        }
    }
}

/// The reply, and what is wrong with it: every call gets its output.
fn repair(plan: &Plan, reply: &ChatResponse, error: &OutputError) -> Vec<Message> {
    let mut messages: Vec<_> = reply.message().into_iter().collect();
    let calls = reply
        .message()
        .map(|message| message.tool_calls())
        .unwrap_or_default();
    for call in &calls {
        let text = if call.name() == plan.name {
            format!(
                "Error: {error}. Call `{}` again with arguments that are right.",
                plan.name
            )
        } else {
            "The call was not run: the answer is all that is wanted now.".to_owned()
        };
        messages.push(Message::tool(call.id(), text));
    }
    if calls.is_empty() {
        let ask = match plan.method {
            OutputMethod::FunctionCalling => format!("Call `{}` with the answer.", plan.name),
            _ => "Answer again, with the corrected JSON alone.".to_owned(),
        };
        // An empty reply cannot go back: some providers refuse it.
        if reply.text().is_empty() {
            messages.clear();
        }
        messages.push(Message::user(format!("Error: {error}. {ask}")));
    }
    messages
}
