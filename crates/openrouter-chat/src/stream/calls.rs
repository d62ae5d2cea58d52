//! Tool calls that arrive in fragments.

use std::collections::VecDeque;

use openrouter_types as types;
use types::{ChatStreamToolCall, ChatToolCall};

use super::event::{StreamEvent, Text};
use crate::reasoning::keep_first;
use crate::tools::ToolCall;

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

impl CallSlots {
    /// Adds a fragment to the call that it belongs to, or begins a new one.
    pub(super) fn fragment(
        &mut self,
        choice: u64,
        fragment: ChatStreamToolCall,
        events: &mut VecDeque<StreamEvent>,
    ) {
        let id = fragment.id.filter(|id| !id.is_empty());
        let (name, arguments, function_extra) = match fragment.function {
            Some(function) => (function.name, function.arguments, function.extra),
            None => Default::default(),
        };
        let name = name.filter(|name| !name.is_empty());
        let position = match self.find(fragment.index, id.as_deref(), name.as_deref()) {
            Some(position) => position,
            None => {
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
        if slot.call.function.name.is_empty()
            && let Some(name) = name
        {
            slot.call.function.name = name;
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
        if let Some(arguments) = arguments.filter(|arguments| !arguments.is_empty()) {
            slot.call.function.arguments.push_str(&arguments);
            events.push_back(StreamEvent::ToolCallArguments {
                choice,
                call: position,
                text: Text::from(arguments),
            });
        }
    }

    /// Adds to the arguments of a call that has begun.
    pub(super) fn arguments(&mut self, slot: usize, text: &str) {
        self.slots[slot].call.function.arguments.push_str(text);
    }

    /// The slot that the last fragment went to.
    pub(super) fn last(&self) -> usize {
        self.last
    }

    /// The call that a fragment continues.
    ///
    /// By index; a new id with a name on a used index is another call. Without an index, by id, and without either and
    /// without a name, the last call.
    fn find(&self, index: Option<u64>, id: Option<&str>, name: Option<&str>) -> Option<usize> {
        let by_id = |id: &str| self.slots.iter().rposition(|slot| slot.call.id == id);
        let Some(index) = index else {
            return match (id, name) {
                (Some(id), _) => by_id(id),
                (None, Some(_)) => None,
                (None, None) => self.slots.len().checked_sub(1),
            };
        };
        match self
            .slots
            .iter()
            .rposition(|slot| slot.index == Some(index))
        {
            Some(position) => {
                let known = &self.slots[position].call;
                let other_id = id.is_some_and(|id| !known.id.is_empty() && known.id != id);
                let whole = !known.function.name.is_empty() && name.is_some();
                (!(other_id && whole)).then_some(position)
            }
            // A known id without a name, under an index that was not seen: that call goes on.
            None => id.filter(|_| name.is_none()).and_then(by_id),
        }
    }

    /// Reports every call that has not been reported as complete.
    pub(super) fn complete_all(&mut self, choice: u64, events: &mut VecDeque<StreamEvent>) {
        give_ids(self.slots.iter_mut().map(|slot| &mut slot.call));
        for (position, slot) in self
            .slots
            .iter_mut()
            .enumerate()
            .filter(|(_, slot)| !slot.complete)
        {
            slot.complete = true;
            events.push_back(StreamEvent::ToolCall {
                choice,
                call: position,
                tool_call: ToolCall::from_wire(slot.call.clone()),
            });
        }
    }

    pub(super) fn into_calls(self) -> Vec<ChatToolCall> {
        let mut calls: Vec<_> = self.slots.into_iter().map(|slot| slot.call).collect();
        give_ids(calls.iter_mut());
        calls
    }
}

/// Makes up ids for calls that came without one: nine letters and digits, which every provider takes.
pub(crate) fn give_ids<'a>(calls: impl Iterator<Item = &'a mut ChatToolCall>) {
    let mut calls: Vec<_> = calls.collect();
    if calls.iter().all(|call| !call.id.is_empty()) {
        return;
    }
    let mut taken: Vec<String> = calls
        .iter()
        .map(|call| call.id.clone())
        .filter(|id| !id.is_empty())
        .collect();
    let mut seed = 0_u64;
    for call in calls.iter_mut().filter(|call| call.id.is_empty()) {
        let id = loop {
            let id = made_up_id(&call.function.name, &call.function.arguments, seed);
            seed += 1;
            if !taken.contains(&id) {
                break id;
            }
        };
        taken.push(id.clone());
        call.id = id;
    }
}

/// An id made from what the call says, so that the same answer has the same ids however it was delivered.
fn made_up_id(name: &str, arguments: &str, seed: u64) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    // FNV-1a: the ids need to differ, not to be secret.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for byte in name
        .bytes()
        .chain([0])
        .chain(arguments.bytes())
        .chain(seed.to_le_bytes())
    {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (0..9)
        .map(|_| {
            let digit = usize::try_from(hash % 62).unwrap_or_default();
            hash /= 62;
            char::from(ALPHABET[digit])
        })
        .collect()
}
