//! What a plan cannot know, and what it assumes where the documentation is silent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Something that a plan does not know, or assumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caveat {
    kind: CaveatKind,
    subjects: Vec<String>,
}

macro_rules! kinds {
    ($($(#[reading = $reading:literal])? $kind:ident: $code:literal, $text:literal;)*) => {
        /// What is not known, or assumed. The text of each says it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum CaveatKind {
            $(#[doc = $text] $kind,)*
        }

        impl CaveatKind {
            /// A short name, the same in every release.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)*
                }
            }

            /// What it means.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)*
                }
            }

            /// Whether the plan took a reading of its own where the documentation is silent or contradicts itself;
            /// otherwise the fact exists but cannot be seen from outside.
            #[must_use]
            pub const fn is_reading(self) -> bool {
                match self {
                    $(Self::$kind => false $(|| $reading)?,)*
                }
            }
        }
    };
}

kinds! {
    AccountUnknown: "account_unknown",
        "The account's settings, guardrails, default sort and own keys are not known; they can remove and reorder.";
    LiveState: "live_state",
        "Capacity, rate limits and outages of the moment are not public; an endpoint that is down is skipped.";
    NoEndpoints: "no_endpoints",
        "No endpoints were given for the model, or it does not exist.";
    RouterPicks: "router_picks",
        "A router picks the model; what it picks cannot be known beforehand.";
    PresetUnknown: "preset_unknown",
        "A preset can change model and preferences; what it holds was not given.";
    AliasUnresolved: "alias_unresolved",
        "The alias stands for the newest model of a family; what it stands for now was not given.";
    SlugUnreadable: "slug_unreadable",
        "The text is not a slug of the known form.";
    #[reading = true]
    RepeatedModel: "repeated_model",
        "The model is named more than once; the first mention counts, with its variants.";
    ZdrUnknown: "zdr_unknown",
        "Zero data retention is demanded, but the list of endpoints that have it was not given.";
    DataPolicyUnknown: "data_policy_unknown",
        "Which endpoints collect data is not public; only those with zero data retention certainly pass.";
    DistillableUnknown: "distillable_unknown",
        "Distillable models are demanded, but the list of them was not given.";
    InputsUnknown: "inputs_unknown",
        "The request has input beside text, and what the model takes was not given.";
    FreePolicy: "free_policy",
        "Free endpoints depend on the account's privacy settings.";
    StatusCode: "status_code",
        "The endpoint's status is not the normal one; what its code means is not published.";
    #[reading = true]
    MissingPrice: "missing_price",
        "The endpoint lists no price for something that `max_price` caps; it counts as zero.";
    #[reading = true]
    AudioUnit: "audio_unit",
        "In which unit `max_price.audio` counts is not documented; it is compared with the price of one token.";
    #[reading = true]
    PriceConditions: "price_conditions",
        "The endpoint has a discount or conditional prices; the listed ones are compared as they are.";
    #[reading = true]
    UndeclaredQuantization: "undeclared_quantization",
        "Endpoints that declare no quantization count as `unknown`.";
    ContextUnknown: "context_unknown",
        "The endpoint lists no context length.";
    #[reading = true]
    ContextEstimate: "context_estimate",
        "The router's own estimate of the prompt and its reserve for the answer are not known.";
    PromptLimit: "prompt_limit",
        "The estimated prompt is longer than the endpoint's limit of input tokens; it may refuse and fall back.";
    SmallContext: "small_context",
        "Endpoints with a context of up to 8192 tokens compress long prompts on their own.";
    #[reading = true]
    SoftFilter: "soft_filter",
        "Endpoints that lack tools, response format or verbosity are dropped where others have it; structured outputs \
         with a strict schema were seen to drop all.";
    #[reading = true]
    DrawPrice: "draw_price",
        "The first endpoint is drawn by the inverse square of a price; here that of prompt and completion together, \
         among all stable endpoints.";
    #[reading = true]
    FreeDraw: "free_draw",
        "How free endpoints are weighted is not documented; here they share all odds equally.";
    #[reading = true]
    Health: "health",
        "Health is judged by the uptime of the last five minutes; the router looks at the last thirty seconds.";
    #[reading = true]
    NothingStable: "nothing_stable",
        "No endpoint is stable; the draw is taken among the best class of health that is there.";
    #[reading = true]
    SortByPrice: "sort_by_price",
        "The price that a sort compares is not documented; here that of prompt and completion together.";
    #[reading = true]
    SortStatistic: "sort_statistic",
        "Throughput and latency are sorted by the median of the last half hour; the router has newer numbers.";
    #[reading = true]
    SortIgnoresHealth: "sort_ignores_health",
        "An explicit sort is taken to ignore health.";
    #[reading = true]
    NoStatistics: "no_statistics",
        "Endpoints without numbers come last; where the router puts them is not documented. Most need a key.";
    #[reading = true]
    LatencyUnit: "latency_unit",
        "Listed latencies are in milliseconds by the text and in seconds by the example; medians below 50 are taken as \
         seconds.";
    Ties: "ties",
        "Equal endpoints are not ordered among themselves.";
    AutoExacto: "auto_exacto",
        "With tools, endpoints are sorted by the quality of their tool calls, which is not public.";
    Exacto: "exacto",
        "The sort by quality of tool calls rests on numbers that are not public.";
    UnknownSort: "unknown_sort",
        "The sort is not known to this version.";
    #[reading = true]
    SortWithoutBy: "sort_without_by",
        "A sort without `by` is taken as no sort.";
    #[reading = true]
    OrderRest: "order_rest",
        "Endpoints beyond `order`, and those of one entry among themselves, come by health, then price, undrawn.";
    #[reading = true]
    VariantAgainstSort: "variant_against_sort",
        "The explicit sort is taken to win over the variant's.";
    #[reading = true]
    StackedVariants: "stacked_variants",
        "Several variants that sort are stacked; the first is taken.";
    #[reading = true]
    PartitionWithVariants: "partition_with_variants",
        "Models with different variants cannot be sorted as one list; they are taken one after the other.";
    #[reading = true]
    TierCombination: "tier_combination",
        "How a service tier combines with `order`, `sort`, or a provider in `only` and `ignore` is not documented; the \
         rules are read one by one.";
    #[reading = true]
    TierFallback: "tier_fallback",
        "No endpoint of the tier is left; the request is routed as if none had been asked for.";
    TierUndescribed: "tier_undescribed",
        "What this service tier does to routing is not described.";
    Thresholds: "thresholds",
        "The router compares a window of five minutes; public numbers are of half an hour.";
    #[reading = true]
    NoFallbackDraw: "no_fallback_draw",
        "Without fallbacks only the endpoint that is drawn is used; each that may be drawn is listed.";
    Sticky: "sticky",
        "An endpoint that answered earlier requests of the session or cached the prompt is tried first.";
    DisplayName: "display_name",
        "An entry looks like a display name; it is compared as written, and slugs are in lower case.";
}

impl Caveat {
    /// What is not known, or assumed.
    #[must_use]
    pub fn kind(&self) -> CaveatKind {
        self.kind
    }

    /// The models, tags or values concerned; empty when it is about the whole plan.
    #[must_use]
    pub fn subjects(&self) -> &[String] {
        &self.subjects
    }
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.text())?;
        match self.subjects.as_slice() {
            [] => Ok(()),
            subjects if subjects.len() <= SHOWN_SUBJECTS => write!(f, " ({})", subjects.join(", ")),
            subjects => {
                let shown = subjects[..SHOWN_SUBJECTS].join(", ");
                write!(f, " ({shown} and {} more)", subjects.len() - SHOWN_SUBJECTS)
            }
        }
    }
}

/// How many subjects the text of a caveat names.
const SHOWN_SUBJECTS: usize = 6;

/// Caveats as they are collected: each kind once, subjects sorted and once.
#[derive(Debug, Default)]
pub(super) struct Caveats(BTreeMap<CaveatKind, BTreeSet<String>>);

impl Caveats {
    pub(super) fn add(&mut self, kind: CaveatKind) {
        self.0.entry(kind).or_default();
    }

    pub(super) fn about(&mut self, kind: CaveatKind, subject: &str) {
        let subjects = self.0.entry(kind).or_default();
        if !subjects.contains(subject) {
            subjects.insert(subject.to_owned());
        }
    }

    pub(super) fn finish(self) -> Vec<Caveat> {
        self.0
            .into_iter()
            .map(|(kind, subjects)| Caveat {
                kind,
                subjects: subjects.into_iter().collect(),
            })
            .collect()
    }
}
