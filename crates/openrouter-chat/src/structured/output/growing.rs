//! The answer in a streamed reply, read while it comes.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::plan::WRAPPER;
use crate::StreamEvent;
use crate::structured::partial::{PartialJson, PartialJsonError};

/// Finds the answer among the events of a reply, and reads it as far as it has come.
#[derive(Clone, Debug)]
pub(crate) struct Growing {
    /// The name of the call whose arguments are the answer; `None` when the answer is text.
    call_name: Option<String>,
    /// The answer is in a property of an object.
    is_wrapped: bool,
    /// Which of the calls is the answer, once it has begun.
    call: Option<usize>,
    partial: PartialJson,
    state: Reading,
    /// How much of the value was there when it was told last.
    told: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// No JSON has begun; there may be words before it.
    Before,
    Within,
    /// It is whole, or cannot be read while it grows. The whole answer may hold a value all the same.
    Over,
}

impl Growing {
    pub(super) fn new(call_name: Option<String>, is_wrapped: bool) -> Self {
        Self {
            call_name,
            is_wrapped,
            call: None,
            partial: PartialJson::new(),
            state: Reading::Before,
            told: 0,
        }
    }

    /// Takes in an event; says whether there is more of the value to see.
    ///
    /// A value in which there is nothing yet is no news, unless it stays like that.
    pub(crate) fn take(&mut self, event: &StreamEvent) -> bool {
        match event {
            StreamEvent::ToolCallStarted {
                choice: 0,
                call,
                name,
                ..
            } if self.call.is_none() && self.call_name.as_ref() == Some(name) => {
                self.call = Some(*call);
            }
            StreamEvent::ToolCallArguments {
                choice: 0,
                call,
                text,
            } if self.call == Some(*call) => self.read(text),
            StreamEvent::Text { choice: 0, text } if self.call_name.is_none() => self.read(text),
            _ => {}
        }
        let shown = self.partial.shown();
        let has_grown = shown != self.told
            && self
                .value()
                .is_some_and(|value| self.partial.is_complete() || !is_empty(value));
        if has_grown {
            self.told = shown;
        }
        has_grown
    }

    /// What the value is so far; `None` while it has not begun.
    pub(crate) fn value(&self) -> Option<&Value> {
        let value = self.partial.value()?;
        match value {
            Value::Object(wrapper) if self.is_wrapped => wrapper.get(WRAPPER),
            // A model may have left the wrapper out.
            value => Some(value),
        }
    }

    /// What the value is so far, as a type.
    pub(crate) fn get<P: DeserializeOwned>(&mut self) -> Result<P, PartialJsonError> {
        if !self.is_wrapped || !self.partial.value().is_some_and(Value::is_object) {
            return self.partial.get();
        }
        let mut wrapper: BTreeMap<String, P> = self.partial.get()?;
        match wrapper.remove(WRAPPER) {
            Some(value) => Ok(value),
            // As from a text in which nothing has begun.
            None => PartialJson::new().get(),
        }
    }

    fn read(&mut self, mut text: &str) {
        loop {
            match self.state {
                Reading::Over => return,
                Reading::Within => {}
                Reading::Before => match self.start(text) {
                    Some(start) => {
                        self.state = Reading::Within;
                        text = &text[start..];
                    }
                    None => return,
                },
            }
            let before = self.partial.offset();
            if self.partial.push(text).is_ok() {
                if self.partial.is_complete() {
                    self.state = Reading::Over;
                }
                return;
            }
            // What looked like a start may have been a bracket in a sentence; whatever follows it is read then. Of a value
            // that has begun, the whole text will say more.
            let has_begun = self.call_name.is_some() || !self.partial.value().is_some_and(is_empty);
            if has_begun {
                self.state = Reading::Over;
                return;
            }
            text = &text[self.partial.offset() - before..];
            self.partial = PartialJson::new();
            self.told = 0;
            self.state = Reading::Before;
        }
    }

    /// Where the value begins in a text; before a call's arguments there are no words.
    fn start(&mut self, text: &str) -> Option<usize> {
        if self.call_name.is_some() {
            let start = text.find(|c: char| !c.is_ascii_whitespace())?;
            if !text[start..].starts_with(['{', '[']) {
                self.state = Reading::Over;
                return None;
            }
            return Some(start);
        }
        // Only what should have been wrapped can begin with a square bracket.
        text.find(|c| c == '{' || (c == '[' && self.is_wrapped))
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
