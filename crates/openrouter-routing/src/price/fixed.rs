//! Decimal numbers that do not drift: a count of 10⁻²⁴ in an `i128`.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

/// Decimals kept. Per-token prices have 7 to 12 of them; the rest is room for prices per million tokens.
const SCALE: u32 = 24;
const ONE: i128 = 10_i128.pow(SCALE);

/// A decimal number, exact to 24 decimals, up to about 1.7 × 10¹⁴. Sums and products saturate at the ends.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Fixed(i128);

impl Fixed {
    pub(crate) const ZERO: Self = Self(0);

    /// `number × 10^-decimals`; `decimals` is at most [`SCALE`].
    pub(crate) const fn scaled(number: i64, decimals: u32) -> Self {
        Self((number as i128).saturating_mul(10_i128.pow(SCALE - decimals)))
    }

    /// Reads `12`, `-0.5`, `.5`, `1.5e-7`. Digits beyond the 24th decimal are rounded, halves away from zero.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (digits, exponent) = match digits.split_once(['e', 'E']) {
            Some((digits, exponent)) => {
                (digits, exponent.parse::<i32>().map_err(|_| "bad exponent")?)
            }
            None => (digits, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err("no digits");
        }

        // `value` is the digits read so far, `unit` the power of ten of the last of them.
        let mut value: i128 = 0;
        let mut unit = i64::from(exponent) + whole.len() as i64;
        let mut rounded = false;
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return Err("not a decimal number");
            }
            unit -= 1;
            let digit = i128::from(byte - b'0');
            if unit >= -i64::from(SCALE) {
                value = value
                    .checked_mul(10)
                    .and_then(|value| value.checked_add(digit))
                    .ok_or("too large")?;
            } else if !rounded {
                rounded = true;
                // Only the first digit beyond the last decimal decides, and only when it is next to it.
                if unit == -i64::from(SCALE) - 1 && digit >= 5 {
                    value += 1;
                }
            }
        }
        let shift = if rounded { 0 } else { unit + i64::from(SCALE) };
        if value != 0 && shift > 0 {
            let factor = u32::try_from(shift)
                .ok()
                .and_then(|shift| 10_i128.checked_pow(shift))
                .ok_or("too large")?;
            value = value.checked_mul(factor).ok_or("too large")?;
        }
        Ok(Self(if negative { -value } else { value }))
    }

    pub(crate) const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count as i128))
    }

    /// Rounds at the 24th decimal.
    pub(crate) const fn divided_by(self, count: u32) -> Self {
        let count = count as i128;
        let half = if self.0 < 0 { -(count / 2) } else { count / 2 };
        Self(self.0.saturating_add(half) / count)
    }

    pub(crate) const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub(crate) const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The nearest floating-point number.
    pub(crate) fn to_f64(self) -> f64 {
        // Printing and parsing rounds once; dividing two floats would round twice.
        self.to_string().parse().unwrap_or_default()
    }

    /// A fast quotient for odds: both sides are rounded to `f64` first.
    #[allow(
        clippy::cast_precision_loss,
        reason = "odds are floating-point numbers"
    )]
    pub(crate) fn ratio(self, other: Self) -> f64 {
        self.0 as f64 / other.0 as f64
    }

    /// This share of the amount, for expectations; the share is a float, so the result is rounded to 12 decimals.
    pub(crate) fn share(self, share: f64) -> Self {
        const STEP: i128 = 10_i128.pow(SCALE - 12);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "rounded on purpose"
        )]
        let steps = (self.0 as f64 * share / STEP as f64).round() as i128;
        Self(steps.saturating_mul(STEP))
    }
}

impl Add for Fixed {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Fixed {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Fixed {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// All decimals that are not zero, and no exponent.
impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = ONE.unsigned_abs();
        let (whole, fraction) = (self.0.unsigned_abs() / one, self.0.unsigned_abs() % one);
        let mut digits = String::new();
        if fraction != 0 {
            digits = format!(".{fraction:024}");
            digits.truncate(digits.trim_end_matches('0').len());
        }
        f.pad_integral(self.0 >= 0, "", &format!("{whole}{digits}"))
    }
}

impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
