//! No two calls of a conversation that is sent share an id.
//!
//! Some servers count their calls anew in each reply, or give parallel calls one id, and conversations saved by other
//! programs have such ids too, or empty ones. Providers refuse them ("`tool_use` ids must be unique"), or give one call the
//! result of another. So the first call with an id keeps it, and a later one is sent with another; and of the results after
//! a reply, the first with an id answers the first call that had it, and so on.

use openrouter_types::ChatToolCall;

use crate::message::Message;
use crate::tools::{UsedIds, hash_of_id};

/// Whether two calls of a conversation may share an id, or one has none. Cheap, and nearly always it is not so.
pub(super) fn may_repeat(messages: &[Message]) -> bool {
    let replies = messages.iter().filter_map(Message::as_assistant);
    let calls = replies.flat_map(|reply| reply.tool_calls.iter().flatten());
    let mut hashes: Vec<u64> = calls.map(|call| hash_of_id(&call.id)).collect();
    hashes.sort_unstable();
    let is_empty = hashes.binary_search(&hash_of_id("")).is_ok();
    is_empty || hashes.windows(2).any(|pair| pair[0] == pair[1])
}

/// What has been sent under which id.
#[derive(Debug, Default)]
pub(super) struct CallIds<'a> {
    used: UsedIds<'a>,
    /// The calls of the last reply, where one of them is sent under another id.
    turn: Vec<Call<'a>>,
}

#[derive(Debug)]
struct Call<'a> {
    given: &'a str,
    sent: Option<String>,
    is_answered: bool,
}

impl<'a> CallIds<'a> {
    /// Takes in the calls of a reply. Tells the places of those that are sent under another id, and the ids.
    pub(super) fn calls(&mut self, calls: &'a [ChatToolCall]) -> Vec<(usize, String)> {
        if calls.is_empty() {
            return Vec::new();
        }
        self.turn.clear();
        let renamed = self.used.take(calls);
        if !renamed.is_empty() {
            self.turn.extend(calls.iter().map(|call| Call {
                given: &call.id,
                sent: None,
                is_answered: false,
            }));
            for (at, id) in &renamed {
                self.turn[*at].sent = Some(id.clone());
            }
        }
        renamed
    }

    /// The id under which a result is sent, where it is another than its own.
    pub(super) fn answer(&mut self, given: &str) -> Option<String> {
        let mut waiting = self.turn.iter_mut().filter(|call| !call.is_answered);
        let call = waiting.find(|call| call.given == given)?;
        call.is_answered = true;
        call.sent.clone()
    }
}
