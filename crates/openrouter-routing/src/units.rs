//! Measurements whose unit is their type.

use std::fmt;
use std::time::Duration;

use crate::{Error, ErrorKind};

/// Output tokens per second.
///
/// ```
/// use openrouter_routing::TokensPerSecond;
///
/// assert_eq!(TokensPerSecond::from(50).get(), 50.0);
/// assert!(TokensPerSecond::try_from(f64::NAN).is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct TokensPerSecond(f64);

/// A latency in seconds. OpenRouter takes latencies in seconds and lists them, as far as its text goes, in milliseconds;
/// this type is always seconds.
///
/// ```
/// use std::time::Duration;
/// use openrouter_routing::Seconds;
///
/// assert_eq!(Seconds::from(Duration::from_millis(1500)).get(), 1.5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Seconds(f64);

/// A unit in which cutoffs over percentiles are given: [`Seconds`] or [`TokensPerSecond`].
pub trait Measure: Copy {
    /// The number, in the type's unit.
    fn number(self) -> f64;
}

impl From<Duration> for Seconds {
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs_f64())
    }
}

macro_rules! measure {
    ($($name:ident: $unit:literal;)*) => {$(
        impl $name {
            /// The number.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number.into())
            }
        }

        /// Takes finite numbers from zero up.
        impl TryFrom<f64> for $name {
            type Error = Error;

            fn try_from(number: f64) -> Result<Self, Error> {
                if number.is_finite() && number >= 0.0 {
                    return Ok(Self(number));
                }
                Err(Error::new(ErrorKind::Unit, number.to_string(), "it has to be finite and not negative"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{} ", $unit), self.0)
            }
        }

        impl Measure for $name {
            fn number(self) -> f64 {
                self.0
            }
        }
    )*};
}

measure! {
    TokensPerSecond: "tok/s";
    Seconds: "s";
}
