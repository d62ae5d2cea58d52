//! What is odd about preferences.

use std::collections::BTreeSet;
use std::fmt;

use openrouter_types as types;

use crate::price::UsdPerMillion;
use crate::provider::{EndpointTag, entry_matches, slug_of_name};

/// Something in preferences that contradicts itself, does nothing, or looks like a slip.
///
/// Its text says which fields and values, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    kind: WarningKind,
    text: String,
}

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// An entry of `only` is ignored as well: it matches nothing.
    OnlyAndIgnored,
    /// Everything in `only` is ignored as well: nothing can answer.
    NothingLeft,
    /// An entry of `order` is not covered by `only`, or is ignored: it has no effect.
    OrderedButExcluded,
    /// `sort` has no effect beside `order`.
    SortBesideOrder,
    /// A percentile's cutoff is weaker than what another one asks for: it has no effect.
    CutoffsOutOfOrder,
    /// An empty list or object counts as absent.
    Empty,
    /// An entry is covered by an earlier one of the same list.
    Repeated,
    /// An entry looks like a display name; slugs are in lower case.
    DisplayName,
    /// A price cap so low that it looks like a price per token; caps are per million tokens.
    PricePerToken,
    /// A price cap that is not a number or below zero.
    BadPrice,
    /// A latency so high that it looks like milliseconds; the field is in seconds.
    LatencyInMilliseconds,
    /// A cutoff that is not a finite number from zero up, or of an unknown form.
    BadCutoff,
    /// `zdr: false` and `enforce_distillable_text: false` cannot switch off what the account demands.
    NoEffect,
    /// A value that this version does not know; it may be new, or a slip.
    UnknownValue,
    /// A field that this version does not know; the API describes this object as closed.
    UnknownField,
    /// A `sort` object without `by`; what it does is not documented.
    SortWithoutBy,
}

impl Warning {
    /// What is odd.
    #[must_use]
    pub fn kind(&self) -> WarningKind {
        self.kind
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

pub(crate) fn check(wire: &types::ProviderPreferences) -> Vec<Warning> {
    let mut found = Found(Vec::new());
    let [order, only, ignore] = text_lists(wire);

    for (field, entries) in [("order", &order), ("only", &only), ("ignore", &ignore)] {
        found.list(field, entries.as_deref());
    }
    let [order, only, ignore] = [order, only, ignore].map(Option::unwrap_or_default);
    found.contradictions(&order, &only, &ignore);
    found.sort(wire, !order.is_empty());
    found.max_price(wire.max_price.as_ref());
    found.cutoffs(wire);
    found.values(wire);
    found.0
}

/// The entries of `order`, `only` and `ignore`, as texts.
pub(crate) fn text_lists(wire: &types::ProviderPreferences) -> [Option<Vec<&str>>; 3] {
    [&wire.order, &wire.only, &wire.ignore].map(|list| {
        list.as_ref()
            .map(|entries| entries.iter().map(String::as_str).collect())
    })
}

/// Whether everything that `entry` can match is matched by `cover` too.
fn covers(cover: &str, entry: &str) -> bool {
    cover == entry || (!cover.contains('/') && entry_matches(cover, &EndpointTag::from(entry)))
}

struct Found(Vec<Warning>);

impl Found {
    fn add(&mut self, kind: WarningKind, text: String) {
        self.0.push(Warning { kind, text });
    }

    fn list(&mut self, field: &str, entries: Option<&[&str]>) {
        let Some(entries) = entries else { return };
        if entries.is_empty() {
            self.add(
                WarningKind::Empty,
                format!("`{field}` is empty, which counts as absent"),
            );
        }
        let mut seen = BTreeSet::new();
        for entry in entries {
            let provider = entry
                .split_once('/')
                .map_or(*entry, |(provider, _)| provider);
            if let Some(cover) = [*entry, provider]
                .into_iter()
                .find(|cover| seen.contains(cover) && covers(cover, entry))
            {
                self.add(
                    WarningKind::Repeated,
                    format!("`{entry}` in `{field}` is covered by `{cover}` before it"),
                );
            }
            seen.insert(entry);
            if entry.contains(|character: char| character.is_uppercase() || character == ' ') {
                let slug = slug_of_name(entry);
                let text = format!(
                    "`{entry}` in `{field}` looks like a display name; the slug would be `{slug}`"
                );
                self.add(WarningKind::DisplayName, text);
            }
        }
    }

    fn contradictions(&mut self, order: &[&str], only: &[&str], ignore: &[&str]) {
        let covered = |by: &[&str], entry: &str| by.iter().any(|cover| covers(cover, entry));
        let both: Vec<_> = only.iter().filter(|entry| covered(ignore, entry)).collect();
        for entry in &both {
            let text = format!("`{entry}` is in `only` and ignored: it matches nothing");
            self.add(WarningKind::OnlyAndIgnored, text);
        }
        if !both.is_empty() && both.len() == only.len() {
            let text = "everything in `only` is ignored: nothing can answer".to_owned();
            self.add(WarningKind::NothingLeft, text);
        }
        for entry in order {
            if covered(ignore, entry) {
                let text = format!("`{entry}` is in `order` and ignored: it has no effect");
                self.add(WarningKind::OrderedButExcluded, text);
            } else if !only.is_empty()
                && !only
                    .iter()
                    .any(|cover| covers(cover, entry) || covers(entry, cover))
            {
                let text = format!("`{entry}` is in `order` but not in `only`: it has no effect");
                self.add(WarningKind::OrderedButExcluded, text);
            }
        }
    }

    fn sort(&mut self, wire: &types::ProviderPreferences, ordered: bool) {
        let Some(sort) = &wire.sort else { return };
        if ordered {
            self.add(
                WarningKind::SortBesideOrder,
                "`sort` has no effect beside `order`".to_owned(),
            );
        }
        match sort {
            types::ProviderPreferencesSort::ProviderSort(types::ProviderSort::Unknown(_))
            | types::ProviderPreferencesSort::Unknown(_) => {
                self.add(
                    WarningKind::UnknownValue,
                    "`sort` has a value that is not known".to_owned(),
                );
            }
            types::ProviderPreferencesSort::ProviderSortConfig(config) => match &config.by {
                Some(types::ProviderSortConfigBy::Unknown(_)) => {
                    self.add(
                        WarningKind::UnknownValue,
                        "`sort.by` has a value that is not known".to_owned(),
                    );
                }
                Some(_) => {}
                None => {
                    let text = "`sort` has no `by`: what it sorts by is not documented".to_owned();
                    self.add(WarningKind::SortWithoutBy, text);
                }
            },
            _ => {}
        }
    }

    fn max_price(&mut self, caps: Option<&types::ProviderMaxPrice>) {
        let Some(caps) = caps else { return };
        let named = [
            ("prompt", &caps.prompt),
            ("completion", &caps.completion),
            ("request", &caps.request),
            ("image", &caps.image),
            ("audio", &caps.audio),
        ];
        if named.iter().all(|(_, cap)| cap.is_none()) && caps.extra.is_empty() {
            self.add(
                WarningKind::Empty,
                "`max_price` is empty, which counts as absent".to_owned(),
            );
        }
        for (key, cap) in named {
            let Some(text) = cap else { continue };
            match text.as_str().parse::<UsdPerMillion>() {
                Ok(price) if price.is_negative() => {
                    self.add(
                        WarningKind::BadPrice,
                        format!("`max_price.{key}` is below zero: nothing can be cheaper"),
                    );
                }
                Ok(price)
                    if matches!(key, "prompt" | "completion")
                        && !price.is_zero()
                        && price < LOWEST_PRICE_PER_MILLION =>
                {
                    let text = format!(
                        "`max_price.{key}` is {price} USD per million tokens; is it meant per token?"
                    );
                    self.add(WarningKind::PricePerToken, text);
                }
                Ok(_) => {}
                Err(error) => {
                    self.add(WarningKind::BadPrice, format!("`max_price.{key}`: {error}"));
                }
            }
        }
    }

    fn cutoffs(&mut self, wire: &types::ProviderPreferences) {
        if let Some(cutoff) = &wire.preferred_min_throughput {
            self.percentiles(
                "preferred_min_throughput",
                throughput_cutoffs(cutoff),
                |weaker, than| weaker <= than,
            );
        }
        if let Some(cutoff) = &wire.preferred_max_latency {
            let cutoffs = latency_cutoffs(cutoff);
            self.percentiles("preferred_max_latency", cutoffs, |weaker, than| {
                weaker >= than
            });
            let highest = cutoffs.into_iter().flatten().flatten().fold(0.0, f64::max);
            if highest >= HIGHEST_LATENCY {
                let text = format!(
                    "`preferred_max_latency` is {highest} seconds; is it meant in milliseconds?"
                );
                self.add(WarningKind::LatencyInMilliseconds, text);
            }
        }
    }

    fn percentiles(
        &mut self,
        field: &str,
        cutoffs: Option<[Option<f64>; 4]>,
        weaker: impl Fn(f64, f64) -> bool,
    ) {
        let Some(cutoffs) = cutoffs else {
            self.add(
                WarningKind::BadCutoff,
                format!("`{field}` has a form that is not known"),
            );
            return;
        };
        let given: Vec<_> = ["p50", "p75", "p90", "p99"]
            .into_iter()
            .zip(cutoffs)
            .filter_map(|(name, cutoff)| Some((name, cutoff?)))
            .collect();
        if given.is_empty() {
            self.add(
                WarningKind::Empty,
                format!("`{field}` has no cutoff, which counts as absent"),
            );
        }
        for (name, cutoff) in &given {
            if !cutoff.is_finite() || *cutoff < 0.0 {
                let text =
                    format!("`{field}.{name}` has to be a finite number that is not negative");
                self.add(WarningKind::BadCutoff, text);
            }
        }
        // Whoever meets the cutoff of a higher percentile meets a weaker one of a lower percentile as well.
        for pair in given.windows(2) {
            let [(low, low_cutoff), (high, high_cutoff)] = pair else {
                continue;
            };
            if weaker(*low_cutoff, *high_cutoff) && low_cutoff.is_finite() {
                let text = format!(
                    "`{field}.{low}` ({low_cutoff}) has no effect beside `{high}` ({high_cutoff})"
                );
                self.add(WarningKind::CutoffsOutOfOrder, text);
            }
        }
    }

    fn values(&mut self, wire: &types::ProviderPreferences) {
        for (field, value) in [
            ("zdr", wire.zdr),
            ("enforce_distillable_text", wire.enforce_distillable_text),
        ] {
            if value == Some(false) {
                let text = format!(
                    "`{field}: false` does nothing: it cannot switch off what the account demands"
                );
                self.add(WarningKind::NoEffect, text);
            }
        }
        if let Some(value @ types::DataCollection::Unknown(_)) = &wire.data_collection {
            let text = format!(
                "`data_collection: {}` is not known; known are `allow` and `deny`",
                value.as_str()
            );
            self.add(WarningKind::UnknownValue, text);
        }
        if let Some(quantizations) = &wire.quantizations {
            if quantizations.is_empty() {
                self.add(
                    WarningKind::Empty,
                    "`quantizations` is empty, which counts as absent".to_owned(),
                );
            }
            for value in quantizations
                .iter()
                .filter(|value| matches!(value, types::Quantization::Unknown(_)))
            {
                let text = format!(
                    "`{}` in `quantizations` is not a quantization that is known",
                    value.as_str()
                );
                self.add(WarningKind::UnknownValue, text);
            }
        }
        for (name, _) in wire.extra.iter() {
            let text = format!(
                "`{name}` is not known here; the API may refuse fields that it does not describe"
            );
            self.add(WarningKind::UnknownField, text);
        }
    }
}

/// The cutoffs by percentile (50, 75, 90, 99); `None` for a form that is not known.
pub(crate) fn throughput_cutoffs(
    cutoff: &types::PreferredMinThroughput,
) -> Option<[Option<f64>; 4]> {
    match cutoff {
        types::PreferredMinThroughput::Number(number) => Some([Some(*number), None, None, None]),
        types::PreferredMinThroughput::PercentileThroughputCutoffs(wire) => {
            Some([wire.p50, wire.p75, wire.p90, wire.p99])
        }
        _ => None,
    }
}

/// The cutoffs by percentile (50, 75, 90, 99) in seconds; `None` for a form that is not known.
pub(crate) fn latency_cutoffs(cutoff: &types::PreferredMaxLatency) -> Option<[Option<f64>; 4]> {
    match cutoff {
        types::PreferredMaxLatency::Number(number) => Some([Some(*number), None, None, None]),
        types::PreferredMaxLatency::PercentileLatencyCutoffs(wire) => {
            Some([wire.p50, wire.p75, wire.p90, wire.p99])
        }
        _ => None,
    }
}

/// Caps below this are taken for a slip of unit: a tenth of a cent for a million tokens.
const LOWEST_PRICE_PER_MILLION: UsdPerMillion = UsdPerMillion::from_micros(1_000);

/// Latencies from here on are taken for a slip of unit, in seconds.
const HIGHEST_LATENCY: f64 = 100.0;
