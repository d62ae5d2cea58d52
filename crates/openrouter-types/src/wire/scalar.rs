//! How plain values are read: leniently where servers are known to differ.

use alloc::string::String;

use super::{Bracket, Came, Fit, Misfit, Open, Shown, Typed, Value, View};
use crate::number::whole;
use crate::{BulkText, Decimal, Extra, Number, RawJson, Secret, UnknownMember};

impl Came<'static> {
    /// A number out of its text.
    pub(super) fn number(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self::Unsigned(number));
        }
        if let Ok(number) = text.parse() {
            return Some(Self::Signed(number));
        }
        let number = text.parse().ok();
        number
            .filter(|number: &f64| number.is_finite())
            .map(Self::Float)
    }
}

impl Came<'_> {
    /// The text of what came, nothing for `null`. That of a fraction is gone: nobody knows any more how many digits it
    /// had, and only the tolerant way has it.
    pub(crate) fn into_json(self) -> Result<Option<RawJson>, Misfit> {
        Ok(Some(match self {
            Self::Text(text) => text.into(),
            Self::Bool(value) => value.into(),
            Self::Unsigned(number) => serde_json::Value::from(number).into(),
            Self::Signed(number) => number.into(),
            Self::Raw(json) => json.into(),
            Self::Null => return Ok(None),
            Self::Float(_) => return Err(Misfit("a number of known digits")),
        }))
    }
}

/// For values that take nothing but objects or lists, and for whatever others do not take.
pub(crate) fn only_null(came: Came<'_>, expected: &'static str) -> Fit {
    match came {
        Came::Null => Ok(()),
        _ => Err(Misfit(expected)),
    }
}

/// What a type takes that is neither an object nor a list: one arm for each kind that it knows.
macro_rules! scalar {
    ($type:ty, $expected:expr, |$value:ident| $view:expr, { $($came:pat => $made:expr,)* } $($raw:tt)*) => {
        impl Value for $type {
            fn take(&mut self, came: Came<'_>) -> Fit {
                *self = match came {
                    $($came => $made,)*
                    came => return only_null(came, $expected),
                };
                Ok(())
            }

            fn open(&mut self, _: Bracket) -> Open<'_> {
                Open::Misfit(Misfit($expected))
            }
        }

        impl Shown for $type {
            fn view(&self) -> View<'_> {
                let $value = self;
                $view
            }
        }

        impl Typed for $type {
            $($raw)*
        }
    };
}

const A_STRING: &str = "a string";
const A_WHOLE_NUMBER: &str = "a whole number";
const A_NUMBER: &str = "a number";

scalar!(String, A_STRING, |text| View::Text(text), { Came::Text(text) => text.into(), });

scalar!(Secret, A_STRING, |secret| View::Secret(secret), { Came::Text(text) => text.into(), });

scalar!(BulkText, A_STRING, |bulk| View::Bulk(bulk), {
    Came::Text(text) => text.into(),
});

scalar!(bool, "a boolean", |value| View::Bool(*value), { Came::Bool(value) => value, });

/// A whole number, also as a float or in quotes.
macro_rules! lenient_integer {
    ($type:ty, $view:ident) => {
        scalar!($type, A_WHOLE_NUMBER, |number| View::$view(*number), {
            Came::Unsigned(number) => number.try_into().map_err(|_| Misfit(A_WHOLE_NUMBER))?,
            Came::Signed(number) => number.try_into().map_err(|_| Misfit(A_WHOLE_NUMBER))?,
            Came::Float(number) => rounded(number)?.try_into().map_err(|_| Misfit(A_WHOLE_NUMBER))?,
            Came::Text(text) => match text.trim().parse() {
                Ok(number) => number,
                Err(_) => {
                    let number = text.trim().parse().map_err(|_| Misfit(A_WHOLE_NUMBER))?;
                    rounded(number)?.try_into().map_err(|_| Misfit(A_WHOLE_NUMBER))?
                }
            },
        });
    };
}

lenient_integer!(u64, Unsigned);
lenient_integer!(i64, Signed);

/// `12.5` tokens do not exist; a server that writes them means some 12.
fn rounded(number: f64) -> Result<i64, Misfit> {
    whole(round_down(number)).ok_or(Misfit(A_WHOLE_NUMBER))
}

/// `f64::trunc` without the standard library.
fn round_down(number: f64) -> f64 {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    if number.is_nan() || number.abs() >= LIMIT {
        return number;
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "exact below the limit"
    )]
    let truncated = number as i64 as f64;
    truncated
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the nearest float is what is asked for"
)]
mod float {
    use super::*;

    scalar!(f64, A_NUMBER, |number| View::Float(*number), {
        Came::Unsigned(number) => number as Self,
        Came::Signed(number) => number as Self,
        Came::Float(number) => number,
        // Rust would read `NaN` and `inf`, which cannot be written as JSON.
        Came::Text(text) => match text.trim().parse() {
            Ok(number) if Self::is_finite(number) => number,
            _ => return Err(Misfit(A_NUMBER)),
        },
    });
}

scalar!(Number, A_NUMBER, |number| number.as_raw().map_or_else(View::Raw, View::Signed), {
    Came::Raw(json) => Self::from_raw(json).ok_or(Misfit(A_NUMBER))?,
    Came::Unsigned(number) => {
        let json = RawJson::from(serde_json::Value::from(number));
        Self::from_raw(json.as_raw()).ok_or(Misfit(A_NUMBER))?
    },
    Came::Signed(number) => number.into(),
} const RAW: bool = true;);

scalar!(Decimal, A_NUMBER, |number| View::Text(number.as_str()), {
    Came::Raw(json) => json.get().trim_matches('"').parse().map_err(|_| Misfit(A_NUMBER))?,
} const RAW: bool = true;);

scalar!(RawJson, "JSON", |json| View::Raw(json), { Came::Raw(json) => json.into(), } const RAW: bool = true;);

scalar!(UnknownMember, "JSON", |member| member.as_raw().map_or_else(View::Raw, View::Extra), {
    Came::Raw(json) => Self::from_json(json.into()),
} const RAW: bool = true;);

// An answer without content: whatever comes is passed over.
scalar!((), "nothing", |_nothing| View::Null, { Came::Raw(_) => (), } const RAW: bool = true;);

impl Value for Extra {
    fn take(&mut self, came: Came<'_>) -> Fit {
        only_null(came, "an object")
    }

    fn open(&mut self, bracket: Bracket) -> Open<'_> {
        if bracket == Bracket::List {
            return Open::Misfit(Misfit("an object"));
        }
        Open::Extra(self)
    }
}

impl Shown for Extra {
    fn view(&self) -> View<'_> {
        View::Extra(self)
    }
}

impl Typed for Extra {}
