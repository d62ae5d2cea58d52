//! What a chunk has in common with those after it.

use std::ops::Range;

use bytes::Bytes;

use super::Hole;
use super::scan;

/// A chunk that was read in full, and the gaps in it that the next ones may fill.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    /// Empty while there is no pattern.
    text: Vec<u8>,
    /// Where the delta stands.
    delta: Range<usize>,
    /// The one string inside the delta.
    string: Option<OneString>,
    /// Where values stand that are new in each chunk, in this order, quotes included. Most streams have none.
    passing: Vec<Range<usize>>,
}

/// The string of a pattern that changes.
#[derive(Debug)]
struct OneString {
    what: Hole,
    /// Where it stands, without its quotes.
    place: Range<usize>,
    /// Where it stands once more, further on.
    again: Option<Range<usize>>,
}

impl Pattern {
    /// Where the new string of a chunk stands that is like the pattern but for that string. It may turn out to be more or
    /// less than one string.
    pub(super) fn string(&self, data: &[u8]) -> Option<(Range<usize>, Hole)> {
        let OneString { what, place, again } = self.string.as_ref()?;
        // The gap is between the quotes, and the length is the one with them.
        let len = |from: usize| scan::string_len(&data[from - 1..])?.checked_sub(2);
        let found = match again {
            _ if !self.passing.is_empty() => self.walk(data, place, again.as_ref(), len)?,
            Some(again) => self.twice(data, place, again)?,
            None => self.between(data, place)?,
        };
        Some((found, *what))
    }

    /// The delta of a chunk that is like the pattern but for its delta. It may turn out to be no JSON.
    pub(super) fn delta(&self, data: &Bytes) -> Option<Bytes> {
        let found = if self.passing.is_empty() {
            self.between(data, &self.delta)?
        } else {
            self.walk(data, &self.delta, None, |from| {
                scan::value_len(&data[from..])
            })?
        };
        Some(data.slice(found))
    }

    /// Makes a chunk the pattern of the next ones. `varies` says that more than the delta is new in each chunk.
    pub(super) fn learn(&mut self, data: &[u8], hole: Option<Hole>, varies: bool) {
        self.forget();
        let Some(delta) = scan::only_value_of(data, b"\"delta\"") else {
            return;
        };
        if scan::has_disguise(&data[..delta.start]) || scan::has_disguise(&data[delta.end..]) {
            return;
        }
        self.text.extend_from_slice(data);
        if varies {
            self.passing.extend(passing(data, 0..delta.start));
            self.passing.extend(passing(data, delta.end..data.len()));
            self.passing.sort_unstable_by_key(|range| range.start);
        }
        self.string = hole.and_then(|hole| only_string(data, &delta, hole));
        self.delta = delta;
    }

    /// Makes a chunk whose delta filled the gap the pattern, now with a gap for the one string of its delta.
    pub(super) fn learn_string(&mut self, data: &[u8], hole: Option<Hole>) {
        if hole.is_some() {
            self.learn(data, hole, !self.passing.is_empty());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Forgets the text and all that is known of it.
    pub(super) fn forget(&mut self) {
        self.string = None;
        self.passing.clear();
        self.text.clear();
        // A gap in a text that is no longer there would be looked for.
        self.delta = 0..0;
    }

    /// Forgets the gap for the string, if it goes on with what is now followed by something else.
    pub(super) fn forget_continued(&mut self) {
        self.string.take_if(|string| string.what.continues());
    }

    pub(super) fn has_string(&self) -> bool {
        self.string.is_some()
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.text.len()
    }

    /// What stands in a gap, when everything around it is as in the pattern.
    fn between(&self, data: &[u8], gap: &Range<usize>) -> Option<Range<usize>> {
        let (before, after) = (&self.text[..gap.start], &self.text[gap.end..]);
        let end = data.len().checked_sub(after.len())?;
        (!self.text.is_empty()
            && end >= gap.start
            && data.starts_with(before)
            && data.ends_with(after))
        .then_some(gap.start..end)
    }

    /// The same for a gap of two places, in which the same stands.
    // Apart, for the sake of the many gaps of one place.
    #[inline(never)]
    fn twice(&self, data: &[u8], gap: &Range<usize>, again: &Range<usize>) -> Option<Range<usize>> {
        let (len, pattern_len) = (data.len() + 2 * gap.len(), self.text.len());
        let found = gap.start..gap.start + len.checked_sub(pattern_len)? / 2;
        let [before, between, after] = [
            &self.text[..gap.start],
            &self.text[gap.end..again.start],
            &self.text[again.end..],
        ];
        let rest = data.strip_prefix(before)?;
        let (text, rest) = rest.split_at_checked(found.len())?;
        let rest = rest.strip_prefix(between)?.strip_prefix(text)?;
        (rest == after).then_some(found)
    }

    /// The same for either where other values are new, too. `len` tells how long what stands in the gap is.
    fn walk(
        &self,
        data: &[u8],
        gap: &Range<usize>,
        again: Option<&Range<usize>>,
        len: impl FnOnce(usize) -> Option<usize>,
    ) -> Option<Range<usize>> {
        let mut walk = Walk {
            pattern: &self.text,
            data,
            in_pattern: 0,
            in_data: 0,
        };
        let (before, after) = self.passing.split_at(
            self.passing
                .partition_point(|passing| passing.end <= gap.start),
        );
        before.iter().try_for_each(|passing| walk.pass(passing))?;
        walk.same_until(gap.start)?;
        let start = walk.in_data;
        walk.in_data += len(start)?;
        let end = walk.in_data;
        walk.in_pattern = gap.end;
        if let Some(again) = again {
            walk.same_until(again.start)?;
            walk.repeat(again, start..end)?;
        }
        after.iter().try_for_each(|passing| walk.pass(passing))?;
        walk.same_until(self.text.len())?;
        (walk.in_data == data.len()).then_some(start..end)
    }
}

/// Goes through a pattern and a chunk side by side.
struct Walk<'a> {
    pattern: &'a [u8],
    data: &'a [u8],
    in_pattern: usize,
    in_data: usize,
}

impl Walk<'_> {
    /// Both are the same up to here.
    fn same_until(&mut self, end: usize) -> Option<()> {
        let same = &self.pattern[self.in_pattern..end];
        self.data[self.in_data..].starts_with(same).then(|| {
            self.in_pattern = end;
            self.in_data += same.len();
        })
    }

    /// What stands here is what stood there before.
    fn repeat(&mut self, here: &Range<usize>, there: Range<usize>) -> Option<()> {
        let text = &self.data[there];
        self.data[self.in_data..].starts_with(text).then(|| {
            self.in_pattern = here.end;
            self.in_data += text.len();
        })
    }

    /// Both are the same up to a value that may differ, and have a value of the same kind there.
    fn pass(&mut self, passing: &Range<usize>) -> Option<()> {
        self.same_until(passing.start)?;
        let len = scan::plain_value_len(&self.data[self.in_data..])?;
        let is_text = |json: &[u8], at: usize| json[at] == b'"';
        (is_text(self.data, self.in_data) == is_text(self.pattern, passing.start)).then(|| {
            self.in_pattern = passing.end;
            self.in_data += len;
        })
    }
}

/// Where the one string of a delta stands.
fn only_string(data: &[u8], delta: &Range<usize>, what: Hole) -> Option<OneString> {
    let place_of = |key: &[u8]| {
        let found = scan::only_value_of(&data[delta.clone()], key)?;
        let (start, end) = (delta.start + found.start, delta.start + found.end);
        (data[start] == b'"').then_some(start + 1..end - 1)
    };
    let (key, key_again): (&[u8], Option<&[u8]>) = match what {
        Hole::Text => (b"\"content\"", None),
        Hole::Reasoning => (b"\"reasoning\"", None),
        Hole::ReasoningAndText => (b"\"reasoning\"", Some(b"\"text\"")),
        Hole::ReasoningAndSummary => (b"\"reasoning\"", Some(b"\"summary\"")),
        Hole::Arguments(_) => (b"\"arguments\"", None),
    };
    let mut place = place_of(key)?;
    let mut again = None;
    if let Some(key) = key_again {
        let mut other = place_of(key)?;
        if other.start < place.start {
            std::mem::swap(&mut place, &mut other);
        }
        again = Some(other);
    }
    let behind = again.as_ref().map_or(place.end, |again| again.end);
    let others = [
        delta.start..place.start,
        place.end..again.as_ref().map_or(place.end, |again| again.start),
        behind..delta.end,
    ];
    let is_plain = !others
        .into_iter()
        .any(|part| scan::has_disguise(&data[part]));
    is_plain.then_some(OneString { what, place, again })
}

/// Where values stand, in a part of a chunk outside its delta, of which an answer keeps the first alone: so that it does
/// not matter what they are in later chunks. There has to be one, and not an empty one.
fn passing(data: &[u8], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    PASSING.iter().filter_map(move |name| {
        let found = scan::only_plain_value_of(&data[part.clone()], name)?;
        let is_empty = found.len() <= 2 && data[part.start + found.start] == b'"';
        (!is_empty).then(|| part.start + found.start..part.start + found.end)
    })
}

/// Some providers count or draw the id anew for each chunk, or tell the time; padding hides the length of a token.
const PASSING: [&[u8]; 4] = [b"\"id\"", b"\"created\"", b"\"obfuscation\"", b"\"p\""];
