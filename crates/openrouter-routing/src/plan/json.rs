//! A plan as JSON.
//!
//! Prices are strings in dollars per million tokens; codes are the same in every release.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{Advice, Billing, Candidate, Caveat, Certainty, Exclusion, Modifier, Plan, Reason};
use crate::preferences::Warning;
use crate::price::UsdPerMillion;

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("models", &self.models)?;
        map.serialize_entry("rules", &self.modifiers)?;
        map.serialize_entry("candidates", &self.candidates)?;
        map.serialize_entry("excluded", &self.excluded)?;
        map.serialize_entry("advice", &self.advice)?;
        map.serialize_entry("warnings", &self.warnings)?;
        map.serialize_entry("caveats", &self.caveats)?;
        map.end()
    }
}

impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("rank", &self.rank)?;
        map.serialize_entry("model", &self.model)?;
        map.serialize_entry("tag", self.tag().as_str())?;
        map.serialize_entry("provider", &self.endpoint.provider_name)?;
        map.serialize_entry("place", self.certainty.code())?;
        if let Certainty::Weighted(odds) = self.certainty {
            map.serialize_entry("odds", &odds)?;
        }
        map.serialize_entry("meets_thresholds", &self.meets_thresholds)?;
        let doubts: Vec<_> = self.doubts.iter().map(|doubt| doubt.code()).collect();
        map.serialize_entry("doubts", &doubts)?;
        map.serialize_entry("own_key", &(self.billing == Billing::OwnKey))?;
        let prices = &self.endpoint.prices;
        let price = |price: Option<_>| price.map(|price| UsdPerMillion::from(price).to_string());
        map.serialize_entry("prompt_usd_per_million", &price(prices.prompt()))?;
        map.serialize_entry("completion_usd_per_million", &price(prices.completion()))?;
        map.end()
    }
}

impl Serialize for Exclusion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", &self.model)?;
        map.serialize_entry("tag", self.tag().as_str())?;
        map.serialize_entry("provider", &self.endpoint.provider_name)?;
        map.serialize_entry("reasons", &self.reasons)?;
        map.end()
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.code())?;
        if let Self::MaxPrice { key, .. } = self {
            map.serialize_entry("field", key.as_str())?;
        }
        if let Some(have) = self.have() {
            map.serialize_entry("have", &have)?;
        }
        if let Some(want) = self.want() {
            map.serialize_entry("want", &want)?;
        }
        map.serialize_entry("text", &self.to_string())?;
        map.end()
    }
}

impl Serialize for Caveat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.kind().code())?;
        map.serialize_entry("reading", &self.kind().is_reading())?;
        map.serialize_entry("subjects", self.subjects())?;
        map.serialize_entry("text", self.kind().text())?;
        map.end()
    }
}

impl Serialize for Advice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let changes: Vec<_> = self.changes().iter().map(ToString::to_string).collect();
        map.serialize_entry("changes", &changes)?;
        map.serialize_entry("model", self.model())?;
        map.serialize_entry("tag", self.tag().as_str())?;
        map.serialize_entry("request_only", &self.is_for_request())?;
        map.end()
    }
}

/// The text.
impl Serialize for Modifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text.
impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Certainty {
    /// A short name, the same in every release.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Weighted(_) => "weighted",
            Self::Assumed => "assumed",
            Self::Unknown => "unknown",
        }
    }
}
