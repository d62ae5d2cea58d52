//! How plain values are read: leniently where servers are known to differ.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

use super::{ReadAs, Value};
use crate::number::whole;
use crate::{BulkText, Decimal, Extra, Map, Number, RawJson, Secret, UnknownMember};

impl Value for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Value for BulkText {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Value for Secret {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Value for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Value for () {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::skip(deserializer)
    }
}

impl Value for RawJson {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Value for UnknownMember {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Value for Extra {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Value for Number {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Box<RawValue> = Box::deserialize(deserializer)?;
        Self::from_raw(raw.into()).ok_or_else(|| de::Error::custom("expected a number"))
    }
}

impl Value for Decimal {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Box<RawValue> = Box::deserialize(deserializer)?;
        raw.get()
            .trim_matches('"')
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A number, also as a float or in quotes.
macro_rules! lenient_integer {
    ($type:ty) => {
        impl Value for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Lenient::<$type>(PhantomData))
            }
        }

        impl Visitor<'_> for Lenient<$type> {
            type Value = $type;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<$type, E> {
                number
                    .try_into()
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<$type, E> {
                number
                    .try_into()
                    .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<$type, E> {
                // `12.5` tokens do not exist; a server that writes them means some 12.
                whole(round_down(number))
                    .and_then(|number| number.try_into().ok())
                    .ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<$type, E> {
                let text = text.trim();
                if let Ok(number) = text.parse() {
                    return Ok(number);
                }
                match text.parse() {
                    Ok(number) => self.visit_f64(number),
                    Err(_) => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }
    };
}

struct Lenient<T>(PhantomData<T>);

lenient_integer!(u64);
lenient_integer!(i64);

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

impl Value for f64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<f64>(PhantomData))
    }
}

impl Visitor<'_> for Lenient<f64> {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    #[allow(
        clippy::cast_precision_loss,
        reason = "the nearest float is what is asked for"
    )]
    fn visit_u64<E>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    #[allow(
        clippy::cast_precision_loss,
        reason = "the nearest float is what is asked for"
    )]
    fn visit_i64<E>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_f64<E>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
        // Rust would read `NaN` and `inf`, which cannot be written as JSON.
        match text.trim().parse() {
            Ok(number) if f64::is_finite(number) => Ok(number),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

/// A map. Its `null` values are left out; read tolerantly, so are those of the wrong kind, unless none is left: then the
/// map as a whole is of the wrong kind, and is kept in `extra`.
impl<T: Value> Value for Map<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Value> Visitor<'de> for Entries<T> {
            type Value = Map<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Option<ReadAs<T>>>()? {
                    entries.extend(value.map(|value| (name, value.0)));
                }
                Ok(entries.into())
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }

    fn from_raw(raw: &RawValue) -> Option<Self> {
        let entries: Extra = serde_json::from_str(raw.get()).ok()?;
        let fitting: Vec<(String, T)> = entries
            .iter()
            .filter_map(|(name, value)| Some((name.into(), T::from_raw(value.as_raw())?)))
            .collect();
        (entries.is_empty() || !fitting.is_empty()).then(|| fitting.into())
    }
}
