//! The parser.

use std::mem;
use std::time::Duration;

use bytes::Bytes;
use memchr::memchr2;

use super::event::EventFields;
use super::{SseError, SseEvent, SseItem, SseLimits};

/// Splits bytes into events: [`push`](Self::push) what arrived, then pull with
/// [`next_item`](Self::next_item) until it returns `None`.
///
/// See the [module](super) for an example and the costs.
#[derive(Debug)]
pub struct SseParser {
    /// What has been pushed and not yet read.
    input: Bytes,
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    block: Block,
    limits: SseLimits,
    last_event_id: Bytes,
    retry: Option<Duration>,
    /// The last line ended with CR at the end of the input: a LF that follows belongs to it.
    skip_line_feed: bool,
    /// No line has ended yet, so a byte order mark may come.
    at_start: bool,
    /// An event was too large: everything up to the next blank line is dropped.
    dropping: bool,
}

/// The fields of the event that is being read.
#[derive(Debug, Default)]
struct Block {
    data: Data,
    fields: Option<Box<EventFields>>,
    /// Bytes of the block's lines so far.
    bytes: usize,
}

#[derive(Debug, Default)]
enum Data {
    #[default]
    None,
    One(Bytes),
    Joined(Vec<u8>),
}

impl SseParser {
    /// A parser with the default [limits](SseLimits).
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(SseLimits::default())
    }

    /// A parser with these limits.
    #[must_use]
    pub fn with_limits(limits: SseLimits) -> Self {
        Self {
            input: Bytes::new(),
            line: Vec::new(),
            block: Block::default(),
            limits,
            last_event_id: Bytes::new(),
            retry: None,
            skip_line_feed: false,
            at_start: true,
            dropping: false,
        }
    }

    /// Takes in the next bytes of the stream.
    ///
    /// Events that lie inside `bytes` will be slices of it. Pull until there is nothing left before pushing
    /// more: what has not been read is copied.
    #[inline]
    pub fn push(&mut self, bytes: Bytes) {
        if self.input.is_empty() {
            self.input = bytes;
        } else {
            self.input = [&self.input[..], &bytes[..]].concat().into();
        }
    }

    /// The next event or comment, or `None` when more input is needed.
    ///
    /// # Errors
    ///
    /// When an event is larger than the limit. The parser goes on behind it.
    // For each event, and without it depends on what else is in the unit of code whether it is.
    #[inline(always)]
    pub fn next_item(&mut self) -> Option<Result<SseItem, SseError>> {
        while !self.input.is_empty() {
            if self.line.is_empty()
                && !self.skip_line_feed
                && let Some(item) = self.whole_event()
            {
                return Some(Ok(item));
            }
            if let Some(item) = self.next_line() {
                return Some(item);
            }
        }
        // What is empty still keeps the whole buffer alive that it was read into, until the next read.
        self.input = Bytes::new();
        None
    }

    /// Ends the stream, and returns the event whose blank line never came, if there was one.
    ///
    /// The standard drops such an event. It is handed out so that callers can say what was lost; do not
    /// treat it as received, since its data may have been cut anywhere. The parser is then as new, except
    /// for [`last_event_id`](Self::last_event_id) and [`retry`](Self::retry).
    pub fn finish(&mut self) -> Option<SseEvent> {
        while self.next_item().is_some() {}
        if !self.line.is_empty() {
            let line = mem::take(&mut self.line).into();
            let _comment = self.field(line);
        }
        let event = mem::take(&mut self.block).into_event();
        self.skip_line_feed = false;
        self.at_start = true;
        let dropped = mem::take(&mut self.dropping);
        event.filter(|_| !dropped)
    }

    /// The id that the stream gave last, empty when it gave none. It comes into force with the blank line that ends its
    /// event, and stays until another does.
    #[must_use]
    pub fn last_event_id(&self) -> &Bytes {
        &self.last_event_id
    }

    /// The reconnection time that the stream gave last.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Bytes that are held because the line or the event they belong to has not ended.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.input.len() + self.line.len() + self.block.bytes
    }

    /// The common case: an event of one `data` line, whole and alone, at the start of the input.
    #[inline]
    fn whole_event(&mut self) -> Option<SseItem> {
        let value = self.input.strip_prefix(DATA_PREFIX)?;
        if self.block.bytes != 0 || self.dropping {
            return None;
        }
        let len = memchr2(b'\n', b'\r', value)?;
        let blank = match value[len..] {
            [b'\n', b'\n', ..] => 2,
            [b'\r', b'\n', b'\r', b'\n', ..] => 4,
            _ => return None,
        };
        let start = DATA_PREFIX.len();
        if start + len > self.limits.max_event_bytes {
            return None;
        }
        self.at_start = false;
        let data = self.input.slice(start..start + len);
        bytes::Buf::advance(&mut self.input, start + len + blank);
        Some(SseItem::Event(SseEvent { data, fields: None }))
    }

    /// Reads up to the end of one line, or all of the input when no line ends in it.
    fn next_line(&mut self) -> Option<Result<SseItem, SseError>> {
        if mem::take(&mut self.skip_line_feed) && self.input[0] == b'\n' {
            bytes::Buf::advance(&mut self.input, 1);
            if self.input.is_empty() {
                return None;
            }
        }
        let Some(len) = memchr2(b'\n', b'\r', &self.input) else {
            let rest = mem::take(&mut self.input);
            return self.hold(&rest);
        };
        let end = self.input[len];
        let rest = &self.input[len + 1..];
        let line_end = if end == b'\r' && rest.first() == Some(&b'\n') {
            2
        } else {
            1
        };
        self.skip_line_feed = end == b'\r' && rest.is_empty();

        if self.block.bytes + self.line.len() + len > self.limits.max_event_bytes && !self.dropping
        {
            let error = self.drop_block();
            // The line that was too much ends here, and is dropped with the others.
            bytes::Buf::advance(&mut self.input, len + line_end);
            self.at_start = false;
            return Some(Err(error));
        }
        let line = if self.line.is_empty() {
            self.input.slice(..len)
        } else {
            self.line.extend_from_slice(&self.input[..len]);
            // The common case again: one `data` line, of which the first part had come before.
            if end == b'\n'
                && rest.first() == Some(&b'\n')
                && self.block.bytes == 0
                && !self.dropping
                && self.line.starts_with(DATA_PREFIX)
            {
                self.at_start = false;
                bytes::Buf::advance(&mut self.input, len + 2);
                let data = take_line(&mut self.line, DATA_PREFIX.len());
                return Some(Ok(SseItem::Event(SseEvent { data, fields: None })));
            }
            take_line(&mut self.line, 0)
        };
        bytes::Buf::advance(&mut self.input, len + line_end);
        self.end_line(line)
    }

    /// Keeps the beginning of a line.
    #[inline]
    fn hold(&mut self, part: &[u8]) -> Option<Result<SseItem, SseError>> {
        if self.dropping {
            // One byte is enough to know that the line is not blank.
            self.line.clear();
            self.line.push(b':');
            return None;
        }
        if self.block.bytes + self.line.len() + part.len() > self.limits.max_event_bytes {
            let error = self.drop_block();
            self.line.push(b':');
            return Some(Err(error));
        }
        self.line.extend_from_slice(part);
        None
    }

    fn drop_block(&mut self) -> SseError {
        self.dropping = true;
        self.block = Block::default();
        self.line = Vec::new();
        SseError::EventTooLarge {
            max_bytes: self.limits.max_event_bytes,
        }
    }

    fn end_line(&mut self, mut line: Bytes) -> Option<Result<SseItem, SseError>> {
        if mem::take(&mut self.at_start) && line.starts_with(BYTE_ORDER_MARK) {
            bytes::Buf::advance(&mut line, BYTE_ORDER_MARK.len());
        }
        if line.is_empty() {
            self.dropping = false;
            let block = mem::take(&mut self.block);
            if let Some(id) = block.fields.as_ref().and_then(|fields| fields.id.as_ref()) {
                self.last_event_id = id.clone();
            }
            return Some(Ok(SseItem::Event(block.into_event()?)));
        }
        if self.dropping {
            return None;
        }
        self.field(line)
            .map(|comment| Ok(SseItem::Comment(comment)))
    }

    /// Takes in one line that is not blank; hands out the text of a comment.
    fn field(&mut self, line: Bytes) -> Option<Bytes> {
        let colon = memchr::memchr(b':', &line);
        if colon == Some(0) {
            return Some(line.slice(1..));
        }
        self.block.bytes += line.len();
        let value = match colon {
            None => Bytes::new(),
            Some(at) if line.get(at + 1) == Some(&b' ') => line.slice(at + 2..),
            Some(at) => line.slice(at + 1..),
        };
        match &line[..colon.unwrap_or(line.len())] {
            b"data" => self.block.data.push(value),
            b"event" => self.block.fields().name = owned(value),
            b"id" if !value.contains(&0) => {
                self.block.fields().id = Some(owned(value));
            }
            b"retry" => {
                if let Some(time) = milliseconds(&value) {
                    self.retry = Some(time);
                    self.block.fields().retry = Some(time);
                }
            }
            _ => {}
        }
        None
    }
}

impl Default for SseParser {
    fn default() -> Self {
        Self::new()
    }
}

impl Block {
    fn fields(&mut self) -> &mut EventFields {
        self.fields.get_or_insert_default()
    }

    fn into_event(self) -> Option<SseEvent> {
        let data = match self.data {
            Data::None => return None,
            Data::One(data) => data,
            Data::Joined(data) => data.into(),
        };
        Some(SseEvent {
            data,
            fields: self.fields,
        })
    }
}

impl Data {
    fn push(&mut self, value: Bytes) {
        match self {
            Self::None => *self = Self::One(value),
            Self::One(first) => {
                let mut joined = Vec::with_capacity(first.len() + 1 + value.len());
                joined.extend_from_slice(first);
                joined.push(b'\n');
                joined.extend_from_slice(&value);
                *self = Self::Joined(joined);
            }
            Self::Joined(joined) => {
                joined.push(b'\n');
                joined.extend_from_slice(&value);
            }
        }
    }
}

/// Takes the line out from a byte on, and leaves the buffer for the next line unless it has grown large.
fn take_line(line: &mut Vec<u8>, from: usize) -> Bytes {
    if line.capacity() > REUSED_LINE_BYTES {
        return Bytes::from(mem::take(line)).slice(from..);
    }
    let taken = Bytes::copy_from_slice(&line[from..]);
    line.clear();
    taken
}

/// A copy that does not keep the input alive: names and ids outlive their event.
fn owned(value: Bytes) -> Bytes {
    Bytes::copy_from_slice(&value)
}

/// ASCII digits only, as the standard says; a number too large for the type is ignored.
fn milliseconds(value: &[u8]) -> Option<Duration> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value)
        .ok()?
        .parse()
        .ok()
        .map(Duration::from_millis)
}

/// How the lines of nearly every stream begin.
const DATA_PREFIX: &[u8] = b"data: ";

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Line buffers up to this size, in bytes, are kept for the next line.
const REUSED_LINE_BYTES: usize = 4 * 1024;
