//! Numbers whose text matters.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{DecodeError, RawJson};

/// A number in a value that travels both ways: it goes back with the text with which it came.
///
/// ```
/// use openrouter_types::Number;
///
/// let index = Number::from(2);
/// assert_eq!(index.as_u64(), Some(2));
/// ```
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    Integer(i64),
    // Anything whose text is not that of an `i64`: floats, exponents, numbers in quotes.
    Text(RawJson),
}

impl Number {
    pub(crate) fn from_raw(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        if let Ok(integer) = text.parse::<i64>()
            && text.len() == decimal_len(integer)
        {
            return Some(Self(Repr::Integer(integer)));
        }
        parse_f64(text)?;
        Some(Self(Repr::Text(raw.into())))
    }

    /// The integer, or the text of what is none.
    pub(crate) fn as_raw(&self) -> Result<i64, &RawJson> {
        match &self.0 {
            Repr::Integer(integer) => Ok(*integer),
            Repr::Text(raw) => Err(raw),
        }
    }

    /// The number, when it is whole and not negative; `2.0` counts as 2.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_i64().and_then(|integer| integer.try_into().ok())
    }

    /// The number, when it is whole; `2.0` counts as 2.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Integer(integer) => Some(*integer),
            Repr::Text(raw) => whole(parse_f64(raw.as_str())?),
        }
    }

    /// The nearest floating-point number.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            #[allow(
                clippy::cast_precision_loss,
                reason = "the nearest float is what is asked for"
            )]
            Repr::Integer(integer) => *integer as f64,
            // Only texts that parse are kept.
            Repr::Text(raw) => parse_f64(raw.as_str()).unwrap_or_default(),
        }
    }
}

/// The length of an integer's text, without writing it.
fn decimal_len(integer: i64) -> usize {
    let digits = integer.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
    usize::from(integer < 0) + digits as usize
}

fn parse_f64(text: &str) -> Option<f64> {
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// The integer that a float stands for.
pub(crate) fn whole(number: f64) -> Option<i64> {
    // Every whole float below this is exact; above it, texts of counts are not what is being read.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation, reason = "checked to be in range")]
    let integer = number as i64;
    #[allow(clippy::cast_precision_loss, reason = "exact below the limit")]
    let same = integer as f64 == number;
    (number.abs() <= LIMIT && same).then_some(integer)
}

impl Default for Number {
    fn default() -> Self {
        Self(Repr::Integer(0))
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self(Repr::Integer(integer))
    }
}

impl From<i32> for Number {
    fn from(integer: i32) -> Self {
        Self::from(i64::from(integer))
    }
}

impl From<u32> for Number {
    fn from(integer: u32) -> Self {
        Self::from(i64::from(integer))
    }
}

/// Compares the values: `2` equals `2.0`.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Integer(a), Repr::Integer(b)) => a == b,
            _ => self.as_f64() == other.as_f64(),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Integer(integer) => integer.fmt(f),
            Repr::Text(raw) => f.write_str(raw.as_str().trim_matches('"')),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Integer(integer) => serializer.serialize_i64(*integer),
            Repr::Text(raw) => raw.serialize(serializer),
        }
    }
}

/// A decimal number kept as text, so that prices do not drift: `"0.00000015"` stays what it is.
///
/// The API writes prices as strings; a JSON number is accepted too, with its text. Written as a JSON string.
/// Equality compares the text.
///
/// ```
/// use openrouter_types::Decimal;
///
/// let price: Decimal = "0.00000015".parse()?;
/// assert_eq!(price.as_str(), "0.00000015");
/// assert_eq!(price.to_f64(), 1.5e-7);
/// assert!("cheap".parse::<Decimal>().is_err());
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Decimal(Box<str>);

impl Decimal {
    /// The text of the number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest floating-point number.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or_default()
    }

    /// Whether the number is zero, which for a price means free.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.to_f64() == 0.0
    }
}

impl FromStr for Decimal {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Self(text.into())),
            _ => Err(DecodeError::new(format!(
                "`{text}` is not a decimal number"
            ))),
        }
    }
}

impl From<u32> for Decimal {
    fn from(number: u32) -> Self {
        Self(number.to_string().into())
    }
}

/// Zero.
impl Default for Decimal {
    fn default() -> Self {
        Self("0".into())
    }
}

impl From<Decimal> for String {
    fn from(decimal: Decimal) -> Self {
        decimal.0.into()
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
