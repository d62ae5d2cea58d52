//! Reads chunks, and reads only what changed.
//!
//! The chunks of one stream are equal but for their delta, and the deltas of one run of text are equal but for one
//! string. So a chunk that has been read in full is kept as a pattern: the next one is compared with it, and where only
//! the delta, or only that string, differs, nothing else is read. A chunk of any other shape is read in full and becomes
//! the new pattern.
//!
//! That is sound because what stands around the gap is byte for byte what was read before, and what stands in the gap is
//! one whole JSON value: the text as a whole is JSON, and says what the one before said, but for the gap. A pattern is
//! only made of a chunk whose other parts add nothing when they come again.

use std::collections::VecDeque;

use bytes::Bytes;
use openrouter_types::{ChatStreamChunk, ChatStreamDelta, Decode, DecodeError};

use super::accumulate::Accumulator;
use super::event::StreamEvent;

mod scan;
#[cfg(test)]
mod tests;

/// Reads the chunks of one stream.
#[derive(Debug, Default)]
pub(crate) struct ChunkReader {
    pattern: Vec<u8>,
    /// The gap for the delta: how many bytes of the pattern stand before and after it. No gap when both are 0.
    delta: Gap,
    /// The gap for one string inside the delta.
    string: Option<(Gap, Hole)>,
    /// The position of the choice that the pattern speaks of.
    choice: usize,
    /// How many chunks in a row fitted no pattern.
    misses: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Gap {
    before: usize,
    after: usize,
}

/// What the string of a pattern is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    Text,
    Reasoning,
    /// Arguments of the call in this slot.
    Arguments(usize),
}

/// After so many chunks that fit no pattern, only every so many-th is tried as one.
const PATIENCE: u32 = 4;

impl ChunkReader {
    /// Reads a chunk, and tells what is new in it.
    ///
    /// # Errors
    ///
    /// When the chunk is not a JSON object.
    pub(crate) fn read(
        &mut self,
        data: &Bytes,
        answer: &mut Accumulator,
        events: &mut VecDeque<StreamEvent>,
    ) -> Result<(), DecodeError> {
        if let Some((gap, hole)) = self.string
            && let Some(text) = self.gap(data, gap).and_then(scan::string)
        {
            self.misses = 0;
            answer.fill(self.choice, hole, text, events);
            return Ok(());
        }
        if self.delta != Gap::default()
            && let Some(middle) = self.gap(data, self.delta)
            && let Ok(delta) = serde_json::from_slice::<ChatStreamDelta>(&middle)
        {
            self.misses = 0;
            let kind = only_string(&delta);
            answer.delta(self.choice, delta, events);
            self.learn_string(data, kind.map(|kind| kind.hole(answer, self.choice)));
            return Ok(());
        }
        let chunk = ChatStreamChunk::decode(data)?;
        let pattern = says_nothing_twice(&chunk).then(|| {
            let choice = &chunk.choices[0];
            (
                choice.index.unwrap_or_default(),
                choice.delta.as_ref().and_then(only_string),
            )
        });
        answer.chunk(chunk, events);
        self.misses = self.misses.saturating_add(1);
        if let Some((index, kind)) = pattern
            && (self.misses <= PATIENCE || self.misses.is_multiple_of(PATIENCE))
        {
            self.choice = answer.position_of(index);
            self.learn(data);
            self.learn_string(data, kind.map(|kind| kind.hole(answer, self.choice)));
        }
        Ok(())
    }

    /// What stands in a gap, when everything around it is as in the pattern.
    fn gap(&self, data: &Bytes, gap: Gap) -> Option<Bytes> {
        let (before, after) = (
            &self.pattern[..gap.before],
            &self.pattern[self.pattern.len() - gap.after..],
        );
        let end = data.len().checked_sub(gap.after)?;
        (end >= gap.before && data.starts_with(before) && data.ends_with(after))
            .then(|| data.slice(gap.before..end))
    }

    /// Makes a chunk the pattern of the next ones.
    fn learn(&mut self, data: &[u8]) {
        self.string = None;
        self.delta = Gap::default();
        if let Some(range) = scan::only_value_of(data, b"\"delta\":") {
            self.pattern.clear();
            self.pattern.extend_from_slice(data);
            self.delta = Gap {
                before: range.start,
                after: data.len() - range.end,
            };
        }
    }

    /// Makes the only string of a chunk's delta a gap of its own.
    fn learn_string(&mut self, data: &[u8], hole: Option<Hole>) {
        let Some(hole) = hole else { return };
        if self.delta == Gap::default() {
            return;
        }
        let name: &[u8] = match hole {
            Hole::Text => b"\"content\":",
            Hole::Reasoning => b"\"reasoning\":",
            Hole::Arguments(_) => b"\"arguments\":",
        };
        let delta = self.delta.before..data.len() - self.delta.after;
        if let Some(range) = scan::only_value_of(&data[delta.clone()], name)
            && data[delta.start + range.start] == b'"'
        {
            // Inside the quotes.
            let (start, end) = (delta.start + range.start + 1, delta.start + range.end - 1);
            self.pattern.clear();
            self.pattern.extend_from_slice(data);
            self.string = Some((
                Gap {
                    before: start,
                    after: data.len() - end,
                },
                hole,
            ));
        }
    }
}

/// The only string of a delta that brings something new.
#[derive(Clone, Copy, Debug)]
enum OnlyString {
    Text,
    Reasoning,
    Arguments,
}

impl OnlyString {
    fn hole(self, answer: &Accumulator, choice: usize) -> Hole {
        match self {
            Self::Text => Hole::Text,
            Self::Reasoning => Hole::Reasoning,
            Self::Arguments => Hole::Arguments(answer.last_call(choice)),
        }
    }
}

/// Which string of a delta is the only thing in it that would be new if it came again.
fn only_string(delta: &ChatStreamDelta) -> Option<OnlyString> {
    let is_empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    let quiet = is_empty(&delta.refusal)
        && delta.reasoning_content.is_none()
        && delta.reasoning_details.as_ref().is_none_or(Vec::is_empty)
        && delta.images.is_empty()
        && delta.annotations.is_empty()
        && delta.audio.is_none()
        && delta.extra.is_empty();
    if !quiet {
        return None;
    }
    match (
        &delta.tool_calls[..],
        is_empty(&delta.content),
        is_empty(&delta.reasoning),
    ) {
        ([], false, true) => Some(OnlyString::Text),
        ([], true, false) => Some(OnlyString::Reasoning),
        ([call], true, true) if call.extra.is_empty() && is_empty(&call.id) => {
            let function = call.function.as_ref()?;
            let more = is_empty(&function.name)
                && function.extra.is_empty()
                && function.arguments.is_some();
            more.then_some(OnlyString::Arguments)
        }
        _ => None,
    }
}

/// Whether everything of a chunk but its delta may come again without saying anything new.
fn says_nothing_twice(chunk: &ChatStreamChunk) -> bool {
    let [choice] = &chunk.choices[..] else {
        return false;
    };
    let no_logprobs = choice
        .logprobs
        .as_ref()
        .is_none_or(|logprobs| logprobs.content.is_empty() && logprobs.refusal.is_empty());
    no_logprobs
        && choice.finish_reason.is_none()
        && choice.native_finish_reason.is_none()
        && choice.error.is_none()
        && choice.delta.is_some()
        && chunk.usage.is_none()
        && chunk.error.is_none()
        && chunk.debug.is_none()
        && chunk.openrouter_metadata.is_none()
}
