//! What a streamed answer says when: one small note for each chunk, from which the chunk is written when its time comes.

use std::ops::Range;

use super::{Answer, Envelope};

/// What one chunk says of one choice.
#[derive(Clone, Debug)]
pub(super) enum Moment {
    /// The request, as it would have gone on.
    Echo,
    /// A part of the reasoning.
    Reasoning(Range<usize>),
    /// A block of reasoning.
    ReasoningDetail(usize),
    /// A part of the text.
    Text(Range<usize>),
    /// A part of the refusal.
    Refusal(Range<usize>),
    /// The name of a tool call.
    CallStart(usize),
    /// A part of its arguments.
    CallArguments(usize, Range<usize>),
    Image(usize),
    /// A part of the audio's data; it is copied, since the data need not lie in memory as text.
    AudioData(String),
    /// A part of what the audio says.
    AudioTranscript(Range<usize>),
    AudioExpiry,
    Annotations,
    /// Nothing, where there is nothing else.
    Silence,
    Finish,
    Usage,
}

/// A moment of a choice.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) choice: usize,
    pub(super) moment: Moment,
    /// Whether it brings the token probabilities that the answer was given.
    pub(super) brings_logprobs: bool,
}

impl Entry {
    fn new(choice: usize, moment: Moment) -> Self {
        Self {
            choice,
            moment,
            brings_logprobs: false,
        }
    }
}

/// All moments in order; those of several choices take turns.
pub(super) fn moments(answer: &Answer, envelope: &Envelope) -> Vec<Entry> {
    let mut queues: Vec<_> = answer
        .choices(envelope.n)
        .into_iter()
        .enumerate()
        .map(|(at, choice)| of_choice(at, choice, envelope.hides_reasoning).into_iter())
        .collect();
    let mut entries = Vec::new();
    if envelope.echo.is_some() {
        entries.push(Entry::new(0, Moment::Echo));
    }
    loop {
        let before = entries.len();
        entries.extend(queues.iter_mut().filter_map(Iterator::next));
        if entries.len() == before {
            break;
        }
    }
    entries.push(Entry::new(0, Moment::Usage));
    entries
}

fn of_choice(at: usize, answer: &Answer, hides_reasoning: bool) -> Vec<Entry> {
    let mut moments = Vec::new();
    if !hides_reasoning {
        moments.extend(word_ranges(&answer.reasoning).map(Moment::Reasoning));
        moments.extend((0..answer.reasoning_details.len()).map(Moment::ReasoningDetail));
    }
    let before_text = moments.len();
    moments.extend(word_ranges(&answer.text).map(Moment::Text));
    moments.extend(word_ranges(&answer.refusal).map(Moment::Refusal));
    for (at, call) in answer.tool_calls.iter().enumerate() {
        moments.push(Moment::CallStart(at));
        let pieces = pieces(&call.arguments, CHARS_OF_ARGUMENTS);
        moments.extend(pieces.map(|piece| Moment::CallArguments(at, piece)));
    }
    moments.extend((0..answer.images.len()).map(Moment::Image));
    if let Some(audio) = &answer.audio {
        // Data first, in pieces that can be joined before or after decoding; then the transcript; then the end.
        let data = audio.data.as_ref().map(ToString::to_string);
        let data = data.unwrap_or_default();
        let pieces = pieces(&data, CHARS_OF_AUDIO);
        moments.extend(pieces.map(|piece| Moment::AudioData(data[piece].to_owned())));
        let transcript = audio.transcript.as_deref().unwrap_or_default();
        moments.extend(word_ranges(transcript).map(Moment::AudioTranscript));
        moments.extend(audio.expires_at.as_ref().map(|_| Moment::AudioExpiry));
    }
    if !answer.annotations.is_empty() {
        moments.push(Moment::Annotations);
    }
    if moments.is_empty() {
        moments.push(Moment::Silence);
    }
    let first = before_text.min(moments.len() - 1);
    moments.push(Moment::Finish);
    let mut entries: Vec<_> = moments
        .into_iter()
        .map(|moment| Entry::new(at, moment))
        .collect();
    entries[first].brings_logprobs = answer.logprobs.is_some();
    entries
}

/// How much of a tool call's arguments comes at once.
const CHARS_OF_ARGUMENTS: usize = 6;
/// How much of the audio's base64 comes at once: a multiple of four, so that each piece can be decoded alone.
const CHARS_OF_AUDIO: usize = 4096;

/// A text cut before each word, as tokenizers do.
pub(crate) fn words(text: &str) -> Vec<&str> {
    word_ranges(text).map(|word| &text[word]).collect()
}

fn word_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &text[start..];
        let mut blank_before = false;
        let end = rest.char_indices().find_map(|(at, c)| {
            let is_cut = c.is_whitespace() && !blank_before && at > 0;
            blank_before = c.is_whitespace();
            is_cut.then_some(at)
        });
        let word = start..start + end.unwrap_or(rest.len());
        start = word.end;
        (!word.is_empty()).then_some(word)
    })
}

/// A text cut every few characters, wherever that is.
fn pieces(text: &str, chars: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &text[start..];
        let end = rest
            .char_indices()
            .nth(chars)
            .map_or(rest.len(), |(at, _)| at);
        let piece = start..start + end;
        start = piece.end;
        (!piece.is_empty()).then_some(piece)
    })
}
