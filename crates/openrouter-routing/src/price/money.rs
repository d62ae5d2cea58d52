//! Dollars, in three units that cannot be mixed up.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};
use std::str::FromStr;

use super::fixed::Fixed;
use crate::{Error, ErrorKind};

/// An amount of US dollars: the cost of a request, or a price per request, image or search.
///
/// Exact to 24 decimals. OpenRouter's credits are US dollars.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(pub(crate) Fixed);

/// A price in US dollars per token: what the API lists for models and endpoints.
///
/// ```
/// use openrouter_routing::price::{UsdPerMillion, UsdPerToken};
///
/// let listed: UsdPerToken = "0.00000015".parse()?;
/// assert_eq!(UsdPerMillion::from(listed), "0.15".parse()?);
/// # Ok::<(), openrouter_routing::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsdPerToken(pub(crate) Fixed);

/// A price in US dollars per million tokens: what `max_price` and the filters of the model list take.
///
/// ```
/// use openrouter_routing::price::{UsdPerMillion, UsdPerToken};
///
/// assert_eq!(UsdPerMillion::from_cents(250), "2.5".parse()?);
/// assert_eq!(UsdPerMillion::from(2).to_string(), "2");
/// assert_eq!(UsdPerToken::from(UsdPerMillion::from(2)), "0.000002".parse()?);
/// # Ok::<(), openrouter_routing::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsdPerMillion(pub(crate) Fixed);

impl Usd {
    /// A whole number of cents.
    #[must_use]
    pub const fn from_cents(cents: i64) -> Self {
        Self(Fixed::scaled(cents, 2))
    }

    /// A whole number of millionths of a dollar.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(Fixed::scaled(micros, 6))
    }
}

impl UsdPerMillion {
    /// A whole number of cents per million tokens.
    #[must_use]
    pub const fn from_cents(cents: i64) -> Self {
        Self(Fixed::scaled(cents, 2))
    }

    /// A whole number of millionths of a dollar per million tokens.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(Fixed::scaled(micros, 6))
    }
}

/// The same price for another number of tokens; exact.
impl From<UsdPerToken> for UsdPerMillion {
    fn from(price: UsdPerToken) -> Self {
        Self(price.0.times(1_000_000))
    }
}

/// The same price for another number of tokens; exact up to 18 decimals.
impl From<UsdPerMillion> for UsdPerToken {
    fn from(price: UsdPerMillion) -> Self {
        Self(price.0.divided_by(1_000_000))
    }
}

/// The price of that many tokens.
impl Mul<u64> for UsdPerToken {
    type Output = Usd;

    fn mul(self, tokens: u64) -> Usd {
        Usd(self.0.times(tokens))
    }
}

/// The price of that many units.
impl Mul<u64> for Usd {
    type Output = Self;

    fn mul(self, count: u64) -> Self {
        Self(self.0.times(count))
    }
}

macro_rules! money {
    ($($name:ident: $unit:literal;)*) => {$(
        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(Fixed::ZERO);

            /// Whether this is exactly zero, which for a price means free.
            #[must_use]
            pub const fn is_zero(self) -> bool {
                self.0.is_zero()
            }

            /// Whether this is below zero.
            #[must_use]
            pub const fn is_negative(self) -> bool {
                self.0.is_negative()
            }

            /// The nearest floating-point number, for charts and logs.
            #[must_use]
            pub fn to_f64(self) -> f64 {
                self.0.to_f64()
            }
        }

        /// Whole dollars.
        impl From<u32> for $name {
            fn from(dollars: u32) -> Self {
                Self(Fixed::scaled(dollars.into(), 0))
            }
        }

        /// The decimal number that the float prints as: `0.1` is exactly one tenth. Not a number, infinite, or too
        /// large: an error.
        impl TryFrom<f64> for $name {
            type Error = Error;

            fn try_from(dollars: f64) -> Result<Self, Error> {
                dollars.to_string().parse()
            }
        }

        /// A decimal number such as `0.15` or `1.5e-7`.
        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                Fixed::parse(text).map(Self).map_err(|problem| Error::new(ErrorKind::Price, text, problem))
            }
        }

        impl Add for $name {
            type Output = Self;

            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;

            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
                Self(amounts.map(|amount| amount.0).sum())
            }
        }

        /// The number alone, without a unit and without an exponent.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{} ", $unit), self.0)
            }
        }
    )*};
}

money! {
    Usd: "USD";
    UsdPerToken: "USD/token";
    UsdPerMillion: "USD/M tokens";
}
