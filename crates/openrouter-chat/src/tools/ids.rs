//! Ids of calls: made up where a server gave none, and of their own where two calls would share one.
//!
//! What a server gave is decoded as it came. Calls that are to be answered are another matter: two that share an id
//! could not be told apart, neither by whoever answers them nor by the model. So the later one gets an id of its own
//! wherever calls are handed out, in the message that goes back, and in a conversation that is sent.

use std::borrow::Cow;
use std::collections::HashSet;

use openrouter_types::{ChatToolCall, ChatToolCallFunction};

/// Makes up ids for calls that came without one.
///
/// `reply` is the reply's own id, or empty: the same call in two replies is two calls.
pub(crate) fn give_ids<'a>(calls: impl Iterator<Item = &'a mut ChatToolCall>, reply: &str) {
    let mut calls: Vec<_> = calls.collect();
    if calls.iter().all(|call| !call.id.is_empty()) {
        return;
    }
    let mut taken: HashSet<String> = calls.iter().map(|call| call.id.clone()).collect();
    for call in calls.iter_mut().filter(|call| call.id.is_empty()) {
        call.id = made_up_id(&call.function, reply, |id| taken.contains(id));
        taken.insert(call.id.clone());
    }
}

/// Gives calls of one reply that have the id of a call before them ids of their own.
pub(crate) fn set_apart(calls: &mut [ChatToolCall]) {
    // Nearly always there is one at most.
    if calls.len() > 1 {
        for (at, id) in UsedIds::default().take(calls) {
            calls[at].id = id;
        }
    }
}

/// The ids of a conversation, as far as it has been looked at.
#[derive(Debug, Default)]
pub(crate) struct UsedIds<'a>(HashSet<Cow<'a, str>>);

impl<'a> UsedIds<'a> {
    /// Takes in the calls of a message. Tells the places of those whose id is empty or was used before, and their new ids:
    /// always the same after the same calls, so that a conversation that grows keeps its beginning.
    pub(crate) fn take(&mut self, calls: &'a [ChatToolCall]) -> Vec<(usize, String)> {
        // All that were given come first, so that none of them is made up for another call.
        let is_new = |call: &'a ChatToolCall, used: &mut HashSet<_>| {
            !call.id.is_empty() && used.insert(Cow::Borrowed(call.id.as_str()))
        };
        let wanting: Vec<usize> = (0..calls.len())
            .filter(|&at| !is_new(&calls[at], &mut self.0))
            .collect();
        let named = wanting.into_iter().map(|at| {
            let id = made_up_id(&calls[at].function, "", |id| self.0.contains(id));
            self.0.insert(Cow::Owned(id.clone()));
            (at, id)
        });
        named.collect()
    }
}

/// An id made from what a call says, so that the same answer has the same ids however it was delivered: nine letters and
/// digits, which every provider takes.
fn made_up_id(
    function: &ChatToolCallFunction,
    reply: &str,
    is_taken: impl Fn(&str) -> bool,
) -> String {
    let mut seed = 0_u64;
    loop {
        let id = hashed([&function.name, &function.arguments, reply], seed);
        if !is_taken(&id) {
            return id;
        }
        seed += 1;
    }
}

/// The digits of a hash.
fn hashed(texts: [&str; 3], seed: u64) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let bytes = texts
        .into_iter()
        .flat_map(|text| text.bytes().chain([0]))
        .chain(seed.to_le_bytes());
    let mut hash = fnv(bytes);
    (0..9)
        .map(|_| {
            let digit = usize::try_from(hash % 62).unwrap_or_default();
            hash /= 62;
            char::from(ALPHABET[digit])
        })
        .collect()
}

/// A number for an id; other ids nearly always have other numbers.
pub(crate) fn hash_of_id(id: &str) -> u64 {
    fnv(id.bytes())
}

/// FNV-1a: what it is made for needs to differ, not to be secret.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
