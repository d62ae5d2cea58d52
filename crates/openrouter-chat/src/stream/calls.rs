//! Tool calls that arrive in fragments.

use std::collections::VecDeque;

use openrouter_types as types;
use serde::de::IgnoredAny;
use types::{
    ChatAssistantMessage, ChatStreamToolCall, ChatStreamToolCallFunction, ChatToolCall, Decode,
    Extra,
};

use super::event::{StreamEvent, Text};
use crate::reasoning::keep_first;
use crate::tools::{ToolCall, give_ids, set_apart};

/// The calls of one choice, in the order in which they began.
#[derive(Clone, Debug, Default)]
pub(super) struct CallSlots {
    slots: Vec<Slot>,
    /// The slot that the last fragment went to.
    last: usize,
}

#[derive(Clone, Debug)]
struct Slot {
    index: Option<u64>,
    call: ChatToolCall,
    complete: bool,
}

/// Where a fragment belongs.
enum Place {
    Slot(usize),
    New,
    /// It says what this call says already.
    Said(usize),
}

impl Slot {
    /// Whether a fragment that points here is of this call.
    fn is_continued_by(&self, id: Option<&str>, name: Option<&str>, arguments: &str) -> bool {
        let known = &self.call.function;
        let Some(name) = name.filter(|_| !known.name.is_empty()) else {
            return true;
        };
        let has_other_id = id.is_some_and(|id| !self.call.id.is_empty() && id != self.call.id);
        let has_other_name = !known.arguments.is_empty() && name != known.name;
        // As JSON, or as JSON within JSON.
        let begins_anew = || arguments.trim_start().starts_with(['{', '"']) && self.is_whole();
        !has_other_id && !has_other_name && !begins_anew()
    }

    /// Whether a fragment without index and id, but with this name, is of this call.
    fn is_named(&self, name: &str) -> bool {
        let known = &self.call.function;
        known.name.is_empty() || (known.name == name && !known.arguments.is_empty())
    }

    fn is_open(&self) -> bool {
        self.call.id.is_empty() || !self.is_whole()
    }

    /// Whether the arguments are all there, as far as can be told.
    fn is_whole(&self) -> bool {
        let arguments = self.call.function.arguments.trim_end();
        // Cheap, and nearly always enough.
        arguments.ends_with('}') && serde_json::from_str::<IgnoredAny>(arguments).is_ok()
    }

    /// Whether a fragment says the arguments that are known, as they are or as JSON within JSON.
    fn says(&self, arguments: &str) -> bool {
        let known = self.call.function.arguments.trim();
        let arguments = arguments.trim();
        let is_inside = || {
            let inner = serde_json::from_str::<String>(arguments);
            inner.is_ok_and(|inner| inner.trim() == known)
        };
        known == arguments || (arguments.starts_with('"') && is_inside())
    }

    /// Takes arguments, or a piece of them.
    fn take_arguments(&mut self, text: &str) {
        let known = &mut self.call.function.arguments;
        // Some servers send an empty object first, to be replaced.
        if known == "{}" && text.trim_start().starts_with('{') {
            known.clear();
        }
        known.push_str(text);
    }

    /// Takes a name, or a piece of one: whole as a rule, in pieces or from its beginning again with some servers.
    fn take_name(&mut self, name: String) {
        let known = &mut self.call.function;
        if known.name.is_empty() || (known.arguments.is_empty() && name.starts_with(&known.name)) {
            known.name = name;
        } else if known.arguments.is_empty() && !known.name.ends_with(&name) {
            known.name.push_str(&name);
        }
    }
}

impl CallSlots {
    /// Adds a fragment to the call that it belongs to, or begins a new one.
    pub(super) fn fragment(
        &mut self,
        choice: u64,
        fragment: ChatStreamToolCall,
        events: &mut VecDeque<StreamEvent>,
    ) {
        let id = fragment.id.filter(|id| !id.is_empty());
        let (name, arguments, mut function_extra) = match fragment.function {
            Some(function) => (function.name, function.arguments, function.extra),
            None => Default::default(),
        };
        let name = name.filter(|name| !name.is_empty());
        let arguments = arguments
            .or_else(|| loose_arguments(&mut function_extra))
            .unwrap_or_default();
        let position = match self.find(fragment.index, id.as_deref(), name.as_deref(), &arguments) {
            Place::Slot(position) => position,
            Place::Said(position) => {
                self.last = position;
                return;
            }
            Place::New => {
                let call =
                    ChatToolCall::new(String::new(), types::ChatToolCallFunction::new("", ""));
                self.slots.push(Slot {
                    index: fragment.index,
                    call,
                    complete: false,
                });
                self.slots.len() - 1
            }
        };
        self.last = position;
        let slot = &mut self.slots[position];
        let started = !slot.call.function.name.is_empty();
        if slot.call.id.is_empty()
            && let Some(id) = id
        {
            slot.call.id = id;
        }
        if let Some(name) = name {
            slot.take_name(name);
        }
        keep_first(&mut slot.call.extra, &fragment.extra);
        keep_first(&mut slot.call.function.extra, &function_extra);
        if !started && !slot.call.function.name.is_empty() {
            events.push_back(StreamEvent::ToolCallStarted {
                choice,
                call: position,
                id: slot.call.id.clone(),
                name: slot.call.function.name.clone(),
            });
        }
        if !arguments.is_empty() {
            slot.take_arguments(&arguments);
            events.push_back(StreamEvent::ToolCallArguments {
                choice,
                call: position,
                text: Text::from(arguments),
            });
        }
    }

    /// Takes a piece of the one call that models could make before there were several, if there is one.
    pub(super) fn legacy(
        &mut self,
        choice: u64,
        extra: &mut Extra,
        events: &mut VecDeque<StreamEvent>,
    ) {
        if let Some(function) = legacy_call(extra) {
            let fragment = ChatStreamToolCall::default()
                .with_index(LEGACY)
                .with_function(function);
            self.fragment(choice, fragment, events);
        }
    }

    /// Adds to the arguments of a call that has begun.
    pub(super) fn arguments(&mut self, slot: usize, text: &str) {
        self.slots[slot].take_arguments(text);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The slot that the last fragment went to, unless its index is another: then it also depends on the arguments where
    /// the next one goes.
    pub(super) fn last_with(&self, index: Option<u64>) -> Option<usize> {
        let slot = self.slots.get(self.last)?;
        (index.is_none() || index == slot.index).then_some(self.last)
    }

    /// Where a fragment belongs.
    ///
    /// By index; a new id with a name on a used index is another call, and an index that is new, with neither, goes on with
    /// the last call. Without an index, by id, and without either and without a name, the last call. A name for a call
    /// that has its arguments already begins another one.
    fn find(
        &self,
        index: Option<u64>,
        id: Option<&str>,
        name: Option<&str>,
        arguments: &str,
    ) -> Place {
        let by_id = |id: &str| self.slots.iter().rposition(|slot| slot.call.id == id);
        let last = self.slots.len().checked_sub(1);
        let goes_on = |at: usize| arguments.trim().is_empty() || !self.slots[at].is_whole();
        let position = match (index, id, name) {
            (Some(index), ..) => {
                let by_index = |slot: &Slot| slot.index == Some(index);
                // A known id without a name, under an index that was not seen: that call goes on.
                self.slots
                    .iter()
                    .rposition(by_index)
                    .or_else(|| id.filter(|_| name.is_none()).and_then(by_id))
                    // Neither: some servers count on within a call.
                    .or_else(|| {
                        last.filter(|&last| id.is_none() && name.is_none() && goes_on(last))
                    })
            }
            // An id that was not seen before, without a name: some servers make up one for every fragment.
            (None, Some(id), None) => {
                by_id(id).or_else(|| last.filter(|&last| self.slots[last].is_open()))
            }
            (None, Some(id), Some(_)) => by_id(id),
            (None, None, Some(name)) => last.filter(|&last| self.slots[last].is_named(name)),
            (None, None, None) => last,
        };
        let Some(position) = position else {
            return Place::New;
        };
        let known = &self.slots[position];
        if known.is_continued_by(id, name, arguments) {
            return Place::Slot(position);
        }
        // Some servers say the whole call once more at the end.
        let is_said = known.index == index
            && id.is_some_and(|id| known.call.id == id)
            && name == Some(known.call.function.name.as_str())
            && known.says(arguments);
        if is_said {
            Place::Said(position)
        } else {
            Place::New
        }
    }

    /// Reports every call that has not been reported as complete.
    pub(super) fn complete_all(
        &mut self,
        choice: u64,
        reply: &str,
        events: &mut VecDeque<StreamEvent>,
    ) {
        give_ids(self.slots.iter_mut().map(|slot| &mut slot.call), reply);
        // What is told is to be answered; what is kept stays as it came.
        let mut told: Vec<_> = self.slots.iter().map(|slot| slot.call.clone()).collect();
        set_apart(&mut told);
        for ((call, slot), told) in self.slots.iter_mut().enumerate().zip(told) {
            if !std::mem::replace(&mut slot.complete, true) {
                let tool_call = ToolCall::from_wire(told);
                events.push_back(StreamEvent::ToolCall {
                    choice,
                    call,
                    tool_call,
                });
            }
        }
    }

    pub(super) fn into_calls(self) -> Vec<ChatToolCall> {
        self.slots.into_iter().map(|slot| slot.call).collect()
    }
}

/// Brings the calls of a reply into their one form: as a list, with an id each, and with arguments that are a text.
///
/// `reply` is the reply's own id, or empty.
pub(crate) fn complete_calls(message: &mut ChatAssistantMessage, reply: &str) {
    if let Some(function) = legacy_call(&mut message.extra)
        && message.tool_calls.as_ref().is_none_or(Vec::is_empty)
    {
        let name = function.name.unwrap_or_default();
        let function =
            types::ChatToolCallFunction::new(name, function.arguments.unwrap_or_default());
        message.tool_calls = Some(vec![ChatToolCall::new(String::new(), function)]);
    }
    for call in message.tool_calls.iter_mut().flatten() {
        if call.function.arguments.is_empty() {
            if let Some(arguments) = loose_arguments(&mut call.function.extra) {
                call.function.arguments = arguments;
            }
            call.function.claim_arguments();
        }
    }
    give_ids(message.tool_calls.iter_mut().flatten(), reply);
}

/// Arguments that are no text, as some servers write them: their JSON is the text.
fn loose_arguments(extra: &mut Extra) -> Option<String> {
    let is_value = extra.get("arguments").is_some_and(|json| !json.is_null());
    let json = extra.remove("arguments").filter(|_| is_value)?;
    Some(json.as_str().to_owned())
}

/// The field of the one call that a message could make before there were `tool_calls`.
pub(super) const LEGACY_CALL: &str = "function_call";

/// The call of that field, if there is one.
fn legacy_call(extra: &mut Extra) -> Option<ChatStreamToolCallFunction> {
    let json = extra.remove(LEGACY_CALL)?;
    if json.is_null() {
        return None;
    }
    let mut function = ChatStreamToolCallFunction::decode(json.as_str().as_bytes()).ok();
    if let Some(function) = &mut function {
        let loose = loose_arguments(&mut function.extra);
        function.arguments = function.arguments.take().or(loose);
    }
    function.filter(|function| function.name.is_some() || function.arguments.is_some())
}

/// The index that the call of `function_call` is kept under.
const LEGACY: u64 = u64::MAX;
