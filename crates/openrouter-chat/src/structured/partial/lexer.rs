//! From growing text to tokens; everything about the grammar is here.

use serde_json::{Number, Value};

use super::PartialJsonError;

/// What a piece of text holds. Strings come in parts, so that they can be shown while they grow.
pub(super) enum Token<'a> {
    Scalar(Value),
    StringStart,
    StringPiece(&'a str),
    StringChar(char),
    StringEnd,
    Key(String),
    Open(Bracket),
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Array,
    Object,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Lexer {
    expect: Expect,
    /// The arrays and objects that are open, outermost first.
    open: Vec<Bracket>,
    /// A key or a number that is not whole yet.
    held: String,
    offset: usize,
}

/// What may come next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Expect {
    #[default]
    Value,
    /// After `[`.
    ItemOrEnd,
    /// After `{`.
    KeyOrEnd,
    /// After a comma in an object.
    Key,
    Colon,
    CommaOrEnd,
    Number,
    /// The rest of `true`, `false` or `null`.
    Literal(&'static str, Value),
    InString(Escape, IsKey),
}

type IsKey = bool;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    None,
    Backslash,
    /// Digits seen, their value, and the first half of a pair where one came before.
    Unicode(u8, u32, Option<u32>),
    /// The first half of a pair: `\` must follow, then `u`.
    SecondBackslash(u32),
    SecondU(u32),
}

impl Lexer {
    /// Takes the next token off the front of the text; `None` when the text is used up.
    pub(super) fn next<'a>(
        &mut self,
        text: &mut &'a str,
    ) -> Result<Option<Token<'a>>, PartialJsonError> {
        loop {
            #[cfg(test)]
            super::tests::WORK.add(1);
            let token = match self.expect {
                Expect::InString(Escape::None, is_key) => self.string_piece(text, is_key)?,
                Expect::InString(escape, is_key) => self.escape(text, escape, is_key)?,
                Expect::Number => self.number(text)?,
                Expect::Literal(..) => self.literal(text)?,
                _ => self.structure(text)?,
            };
            match token {
                Step::Token(token) => return Ok(Some(token)),
                Step::Nothing if text.is_empty() => return Ok(None),
                Step::Nothing => {}
            }
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.open.is_empty() && self.expect == Expect::CommaOrEnd
    }

    /// Whether the text may end here. Only its end tells that a number is whole.
    pub(super) fn may_end(&self) -> bool {
        self.open.is_empty() && matches!(self.expect, Expect::CommaOrEnd | Expect::Number)
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    fn structure<'a>(&mut self, text: &mut &'a str) -> Result<Step<'a>, PartialJsonError> {
        let skipped = text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.take(text, skipped);
        let Some(&first) = text.as_bytes().first() else {
            return Ok(Step::Nothing);
        };

        let in_object = self.open.last() == Some(&Bracket::Object);
        match (&self.expect, first) {
            (Expect::KeyOrEnd | Expect::Key, b'"') => {
                self.take(text, 1);
                self.expect = Expect::InString(Escape::None, true);
                Ok(Step::Nothing)
            }
            (Expect::Colon, b':') => {
                self.take(text, 1);
                self.expect = Expect::Value;
                Ok(Step::Nothing)
            }
            (Expect::CommaOrEnd, b',') if !self.open.is_empty() => {
                self.take(text, 1);
                self.expect = if in_object {
                    Expect::Key
                } else {
                    Expect::Value
                };
                Ok(Step::Nothing)
            }
            (Expect::KeyOrEnd, b'}') | (Expect::ItemOrEnd, b']') => Ok(self.close(text)),
            (Expect::CommaOrEnd, b'}') if in_object => Ok(self.close(text)),
            (Expect::CommaOrEnd, b']') if !in_object && !self.open.is_empty() => {
                Ok(self.close(text))
            }
            (Expect::Value | Expect::ItemOrEnd, _) => self.value(text, first),
            _ => Err(self.unexpected()),
        }
    }

    fn value<'a>(&mut self, text: &mut &'a str, first: u8) -> Result<Step<'a>, PartialJsonError> {
        let (expect, token) = match first {
            b'{' => (
                Expect::KeyOrEnd,
                Step::Token(Token::Open(self.nest(Bracket::Object)?)),
            ),
            b'[' => (
                Expect::ItemOrEnd,
                Step::Token(Token::Open(self.nest(Bracket::Array)?)),
            ),
            b'"' => (
                Expect::InString(Escape::None, false),
                Step::Token(Token::StringStart),
            ),
            b't' => (Expect::Literal("true", Value::Bool(true)), Step::Nothing),
            b'f' => (Expect::Literal("false", Value::Bool(false)), Step::Nothing),
            b'n' => (Expect::Literal("null", Value::Null), Step::Nothing),
            b'-' | b'0'..=b'9' => (Expect::Number, Step::Nothing),
            _ => return Err(self.unexpected()),
        };
        if !matches!(expect, Expect::Literal(..) | Expect::Number) {
            self.take(text, 1);
        }
        self.expect = expect;
        Ok(token)
    }

    fn nest(&mut self, bracket: Bracket) -> Result<Bracket, PartialJsonError> {
        if self.open.len() == MAX_DEPTH {
            return Err(PartialJsonError::too_deep(self.offset));
        }
        self.open.push(bracket);
        Ok(bracket)
    }

    fn close<'a>(&mut self, text: &mut &'a str) -> Step<'a> {
        self.take(text, 1);
        self.open.pop();
        self.expect = Expect::CommaOrEnd;
        Step::Token(Token::Close)
    }

    fn literal<'a>(&mut self, text: &mut &'a str) -> Result<Step<'a>, PartialJsonError> {
        let Expect::Literal(rest, value) = &mut self.expect else {
            return Ok(Step::Nothing);
        };
        let common = rest
            .bytes()
            .zip(text.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        if common == rest.len() {
            let value = value.take();
            self.expect = Expect::CommaOrEnd;
            self.take(text, common);
            return Ok(Step::Token(Token::Scalar(value)));
        }
        *rest = &rest[common..];
        let is_cut = common == text.len();
        self.take(text, common);
        if is_cut {
            Ok(Step::Nothing)
        } else {
            Err(self.unexpected())
        }
    }

    fn number<'a>(&mut self, text: &mut &'a str) -> Result<Step<'a>, PartialJsonError> {
        let more = text
            .bytes()
            .take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        self.held.push_str(&text[..more]);
        self.take(text, more);
        if text.is_empty() {
            return Ok(Step::Nothing);
        }
        let number: Number = serde_json::from_str(&self.held)
            .map_err(|_| PartialJsonError::syntax("a number that cannot be read", self.offset))?;
        self.held.clear();
        self.expect = Expect::CommaOrEnd;
        Ok(Step::Token(Token::Scalar(Value::Number(number))))
    }

    fn string_piece<'a>(
        &mut self,
        text: &mut &'a str,
        is_key: IsKey,
    ) -> Result<Step<'a>, PartialJsonError> {
        let plain = text
            .bytes()
            .position(|b| b < b' ' || b == b'"' || b == b'\\')
            .unwrap_or(text.len());
        if plain > 0 {
            let piece = &text[..plain];
            self.take(text, plain);
            return Ok(self.string_text(piece, is_key));
        }
        match text.as_bytes().first() {
            None => Ok(Step::Nothing),
            Some(b'"') => {
                self.take(text, 1);
                self.expect = if is_key {
                    Expect::Colon
                } else {
                    Expect::CommaOrEnd
                };
                let token = if is_key {
                    Token::Key(std::mem::take(&mut self.held))
                } else {
                    Token::StringEnd
                };
                Ok(Step::Token(token))
            }
            Some(b'\\') => {
                self.take(text, 1);
                self.expect = Expect::InString(Escape::Backslash, is_key);
                Ok(Step::Nothing)
            }
            Some(_) => Err(PartialJsonError::syntax(
                "a control character within a string",
                self.offset,
            )),
        }
    }

    fn escape<'a>(
        &mut self,
        text: &mut &'a str,
        escape: Escape,
        is_key: IsKey,
    ) -> Result<Step<'a>, PartialJsonError> {
        let Some(&byte) = text.as_bytes().first() else {
            return Ok(Step::Nothing);
        };
        let broken = || PartialJsonError::syntax("an escape that cannot be read", self.offset);
        let (next, character) = match (escape, byte) {
            (Escape::Backslash, b'u') => (Escape::Unicode(0, 0, None), None),
            (Escape::Backslash, _) => (Escape::None, Some(unescaped(byte).ok_or_else(broken)?)),
            (Escape::SecondBackslash(first), b'\\') => (Escape::SecondU(first), None),
            (Escape::SecondU(first), b'u') => (Escape::Unicode(0, 0, Some(first)), None),
            (Escape::Unicode(digits, code, first), _) => {
                let digit = char::from(byte).to_digit(16).ok_or_else(broken)?;
                let code = code << 4 | digit;
                match (digits, first) {
                    (0..3, _) => (Escape::Unicode(digits + 1, code, first), None),
                    (_, None) if FIRST_HALF.contains(&code) => {
                        (Escape::SecondBackslash(code), None)
                    }
                    (_, None) => (Escape::None, Some(char::from_u32(code).ok_or_else(broken)?)),
                    (_, Some(first)) => {
                        (Escape::None, Some(paired(first, code).ok_or_else(broken)?))
                    }
                }
            }
            _ => return Err(broken()),
        };
        self.take(text, 1);
        self.expect = Expect::InString(next, is_key);
        Ok(match character {
            None => Step::Nothing,
            Some(character) if is_key => {
                self.held.push(character);
                Step::Nothing
            }
            Some(character) => Step::Token(Token::StringChar(character)),
        })
    }

    fn string_text<'a>(&mut self, piece: &'a str, is_key: IsKey) -> Step<'a> {
        if !is_key {
            return Step::Token(Token::StringPiece(piece));
        }
        self.held.push_str(piece);
        Step::Nothing
    }

    fn take(&mut self, text: &mut &str, bytes: usize) {
        *text = &text[bytes..];
        self.offset += bytes;
        #[cfg(test)]
        super::tests::WORK.add(bytes);
    }

    fn unexpected(&self) -> PartialJsonError {
        let expected = match self.expect {
            Expect::Value => "expected a value",
            Expect::ItemOrEnd => "expected a value or `]`",
            Expect::KeyOrEnd => "expected a key or `}`",
            Expect::Key => "expected a key",
            Expect::Colon => "expected `:`",
            Expect::CommaOrEnd if self.open.is_empty() => "expected the end of the text",
            Expect::CommaOrEnd => "expected `,` or the end of an array or object",
            Expect::Number | Expect::Literal(..) | Expect::InString(..) => {
                "expected `true`, `false` or `null`"
            }
        };
        PartialJsonError::syntax(expected, self.offset)
    }
}

enum Step<'a> {
    Token(Token<'a>),
    Nothing,
}

fn unescaped(byte: u8) -> Option<char> {
    Some(match byte {
        b'"' | b'\\' | b'/' => char::from(byte),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

fn paired(first: u32, second: u32) -> Option<char> {
    let second = second.checked_sub(0xdc00).filter(|&half| half < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10 | second))
}

const FIRST_HALF: std::ops::Range<u32> = 0xd800..0xdc00;

/// As deep as `serde_json` reads: its limit is 128, exclusive.
const MAX_DEPTH: usize = 127;
