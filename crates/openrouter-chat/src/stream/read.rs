//! Reads chunks, and reads only what changed.
//!
//! The chunks of one stream are equal but for their delta, and the deltas of one run of text are equal but for one
//! string. So a chunk that has been read in full is kept as a pattern: the next one is compared with it, and where only
//! the delta, or only that string, differs, nothing else is read. A chunk of any other shape is read in full, and the
//! second in a row becomes the new pattern.
//!
//! That is sound because what stands around the gap is byte for byte what was read before, and what stands in the gap is
//! one whole JSON value: the text as a whole is JSON, and says what the one before said, but for the gap. A pattern is
//! only made of a chunk whose other parts add nothing when they come again. Where chunks also differ in an id or a time,
//! of which an answer keeps the first, those are passed over.

use std::borrow::Cow;
use std::collections::VecDeque;

use bytes::Bytes;
use openrouter_types::{
    ChatStreamChunk, ChatStreamDelta, Decode as _, DecodeError, ReasoningDetailUnion,
};

use super::accumulate::Accumulator;
use super::calls::LEGACY_CALL;
use super::event::{StreamEvent, Text};
use crate::payloads;
use pattern::Pattern;

mod pattern;
mod scan;
#[cfg(test)]
mod tests;

/// Reads the chunks of one stream.
#[derive(Debug, Default)]
pub(crate) struct ChunkReader {
    pattern: Pattern,
    /// The position of the choice that the pattern speaks of.
    choice: usize,
    /// How many chunks in a row fitted no pattern.
    misses: u32,
    /// How many that were when the pattern was made.
    tried_at: u32,
    /// The last chunk fitted the pattern, but not its string.
    strayed: bool,
}

/// What the string of a pattern is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    Text,
    Reasoning,
    /// Reasoning that a block of text says as well, in the same words: one gap of two places.
    ReasoningAndText,
    /// The same with a summary.
    ReasoningAndSummary,
    /// Arguments of the call in this slot.
    Arguments(usize),
}

impl Hole {
    /// Whether its string goes on with something that began before, a call or a block of reasoning.
    pub(super) fn continues(self) -> bool {
        !matches!(self, Self::Text | Self::Reasoning)
    }

    fn event(self, choice: u64, text: Text) -> StreamEvent {
        match self {
            Self::Text => StreamEvent::Text { choice, text },
            Self::Reasoning | Self::ReasoningAndText | Self::ReasoningAndSummary => {
                StreamEvent::Reasoning { choice, text }
            }
            Self::Arguments(call) => StreamEvent::ToolCallArguments { choice, call, text },
        }
    }
}

impl ChunkReader {
    /// Reads a chunk that says what the one before said, but for one string: nothing else is looked at. What is new is
    /// told, unless the string is empty; `None` for any other chunk, which is then to be [read](Self::read).
    pub(crate) fn reread(
        &mut self,
        data: &Bytes,
        answer: &mut Accumulator,
    ) -> Option<Option<StreamEvent>> {
        let (place, hole) = self.pattern.string(data)?;
        let text = scan::string(&data[place.clone()])?;
        self.hit();
        self.strayed = false;
        if text.is_empty() {
            return Some(None);
        }
        let choice = answer.fill(self.choice, hole, &text);
        let text = match text {
            Cow::Borrowed(_) => Text::checked(data.slice(place)),
            Cow::Owned(text) => text.into(),
        };
        Some(Some(hole.event(choice, text)))
    }

    /// Reads any other chunk, and tells what is new in it.
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
        let can_be_pattern = data.len() <= MAX_PATTERN_BYTES;
        if can_be_pattern
            && let Some(delta) = self.pattern.delta(data)
            && let Ok(delta) = str::from_utf8(&delta)
            && let Some(delta) = ChatStreamDelta::decode_exactly(delta)
        {
            self.hit();
            let kind = only_string(&delta);
            if opens_anything(&delta) {
                self.pattern.forget_continued();
            }
            answer.delta(self.choice, delta, events);
            // One delta of another kind leaves the string alone: the next may have it again.
            if self.strayed || !self.pattern.has_string() {
                let hole = kind.and_then(|kind| kind.hole(answer, self.choice));
                self.pattern.learn_string(data, hole);
                self.strayed = false;
            } else {
                self.strayed = true;
            }
            return Ok(());
        }
        let chunk: ChatStreamChunk = payloads::decode(data)?;
        self.misses = self.misses.saturating_add(1);
        // One that is unlike a pattern which others fit leaves it alone: the next may fit again.
        let is_tried = is_worth_trying(self.misses) && (self.misses > 1 || self.pattern.is_empty());
        let becomes_pattern = can_be_pattern && is_tried && says_nothing_twice(&chunk);
        let seen = becomes_pattern.then(|| {
            let choice = &chunk.choices[0];
            (
                choice.index.unwrap_or_default(),
                choice.delta.as_ref().and_then(only_string),
            )
        });
        // The last one counts: what the pattern says of it would be new if it came again.
        let tells_tier = chunk.service_tier.is_some();
        let mut deltas = chunk
            .choices
            .iter()
            .filter_map(|choice| choice.delta.as_ref());
        if deltas.any(opens_anything) {
            self.pattern.forget_continued();
        }
        answer.chunk(chunk, events);
        if let Some((index, kind)) = seen {
            self.choice = answer.position_of(index);
            let hole = kind.and_then(|kind| kind.hole(answer, self.choice));
            self.pattern.learn(data, hole, self.misses > 1);
            self.tried_at = self.misses;
        } else if tells_tier || self.misses - self.tried_at > PATIENCE {
            self.pattern.forget();
        }
        Ok(())
    }

    fn hit(&mut self) {
        self.misses = 0;
        self.tried_at = 0;
    }
}

/// Whether a chunk is made the pattern of the next ones, after so many that fitted none: each of the first, and then
/// ever more seldom, since chunks that had nothing in common so far will not have much.
fn is_worth_trying(misses: u32) -> bool {
    misses <= PATIENCE || misses.is_power_of_two() || misses.is_multiple_of(SELDOM)
}

/// So many chunks in a row are made patterns without success, and so long is a pattern kept that none fits.
const PATIENCE: u32 = 4;

/// At least every so many-th chunk is made a pattern.
const SELDOM: u32 = 256;

/// Longer chunks hold images or whole answers: none like them follows, and a pattern is kept as long as its stream.
const MAX_PATTERN_BYTES: usize = 16 * 1024;

/// The only string of a delta that brings something new.
#[derive(Clone, Copy, Debug)]
enum OnlyString {
    Text,
    Reasoning,
    ReasoningAndText,
    ReasoningAndSummary,
    /// Of a fragment with this index.
    Arguments(Option<u64>),
}

impl OnlyString {
    /// `None` where it is told anew for each fragment to which call it belongs.
    fn hole(self, answer: &Accumulator, choice: usize) -> Option<Hole> {
        Some(match self {
            Self::Text => Hole::Text,
            Self::Reasoning => Hole::Reasoning,
            Self::ReasoningAndText => Hole::ReasoningAndText,
            Self::ReasoningAndSummary => Hole::ReasoningAndSummary,
            Self::Arguments(index) => Hole::Arguments(answer.call_of(choice, index)?),
        })
    }
}

/// Which string of a delta is the only thing in it that would be new if it came again.
fn only_string(delta: &ChatStreamDelta) -> Option<OnlyString> {
    let is_empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    let quiet = is_empty(&delta.refusal)
        && delta.reasoning_content.is_none()
        && delta.images.is_empty()
        && delta.annotations.is_empty()
        && delta.audio.is_none()
        // Of all else that is unknown, the first is kept; content that is no text is read from there.
        && !has_legacy_call(delta)
        && delta.extra.get("content").is_none();
    if !quiet {
        return None;
    }
    match (
        &delta.tool_calls[..],
        blocks(delta),
        is_empty(&delta.content),
        is_empty(&delta.reasoning),
    ) {
        ([], [], false, true) => Some(OnlyString::Text),
        ([], [], true, false) => Some(OnlyString::Reasoning),
        ([], [block], true, false) => goes_on(block),
        ([call], [], true, true) if call.extra.is_empty() && is_empty(&call.id) => {
            let function = call.function.as_ref()?;
            let more = is_empty(&function.name)
                && function.extra.is_empty()
                && function.arguments.is_some();
            more.then_some(OnlyString::Arguments(call.index))
        }
        _ => None,
    }
}

fn blocks(delta: &ChatStreamDelta) -> &[ReasoningDetailUnion] {
    delta.reasoning_details.as_deref().unwrap_or_default()
}

/// What the text of a block of reasoning is, when another block that differs in it alone adds its text to this one and
/// nothing else.
fn goes_on(block: &ReasoningDetailUnion) -> Option<OnlyString> {
    let (kind, index) = match block {
        ReasoningDetailUnion::Text(block) => (OnlyString::ReasoningAndText, &block.index),
        ReasoningDetailUnion::Summary(block) => (OnlyString::ReasoningAndSummary, &block.index),
        _ => return None,
    };
    index.is_some().then_some(kind)
}

/// Whether a delta may begin something that later ones go on with, a call or a block of reasoning: a string that went on
/// with the one before belongs elsewhere from then on.
fn opens_anything(delta: &ChatStreamDelta) -> bool {
    !delta.tool_calls.is_empty() || !blocks(delta).is_empty() || has_legacy_call(delta)
}

fn has_legacy_call(delta: &ChatStreamDelta) -> bool {
    delta
        .extra
        .get(LEGACY_CALL)
        .is_some_and(|call| !call.is_null())
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
