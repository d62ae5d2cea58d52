//! Why an endpoint is out.

use std::fmt;

use openrouter_types as types;

use crate::price::{PriceKey, Usd, UsdPerMillion};
use crate::provider::Tier;

/// One reason for which an endpoint cannot answer; each is enough alone.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// It belongs to a service tier that nobody asked for.
    TierNotRequested(Tier),
    /// It is not in the request's `only`.
    NotInOnly,
    /// An entry of the request's `ignore` matches it.
    IgnoredBy(String),
    /// The account does not allow the provider.
    NotAllowedByAccount,
    /// An entry of the account's list of ignored providers matches it.
    IgnoredByAccount(String),
    /// The account does not allow the model.
    ModelNotAllowedByAccount,
    /// It has no zero data retention.
    NotZdr,
    /// The model's author does not allow training on its output.
    NotDistillable,
    /// Its quantization is not among those wanted.
    Quantization {
        /// What it declares.
        have: Option<types::Quantization>,
        /// What would do.
        want: Vec<types::Quantization>,
    },
    /// It costs more than `max_price` says.
    MaxPrice {
        /// The price in question.
        key: PriceKey,
        /// What it asks for.
        have: CappedPrice,
        /// The cap.
        want: CappedPrice,
    },
    /// It cannot answer at the length that is asked for.
    MaxOutput {
        /// Most output tokens.
        have: u64,
        /// Output tokens asked for.
        want: u64,
    },
    /// Prompt and answer do not fit its context.
    ContextLength {
        /// Its context in tokens.
        have: u64,
        /// Tokens needed.
        want: u64,
    },
    /// It lacks parameters, and all are required.
    MissingParameters(Vec<types::Parameter>),
    /// The model cannot take kinds of input that the request has.
    ModelLacksInput(Vec<types::InputModality>),
    /// `reasoning.mode: "pro"` is served by OpenAI and Azure only.
    ReasoningMode,
    /// It lacks a parameter that other endpoints of the model have.
    LacksSoft(types::Parameter),
    /// The prompt is to be compressed, and other endpoints have more room.
    SmallContext {
        /// Its context in tokens.
        have: u64,
        /// Tokens of context that are preferred.
        want: u64,
    },
    /// The flex tier was asked for, which uses nothing else where it exists.
    NotFlex,
    /// It is not in `order`, and fallbacks are not allowed.
    Unlisted,
    /// Another endpoint comes first, and fallbacks are not allowed.
    NoFallbacks,
    /// The account uses its own key for this provider, always.
    OwnKeyOnly,
}

/// A price in the unit of its cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CappedPrice {
    /// For a million tokens.
    PerMillion(UsdPerMillion),
    /// For one request, image or unit of audio.
    PerUnit(Usd),
}

impl Reason {
    /// A short name, the same in every release.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TierNotRequested(_) => "tier_not_requested",
            Self::NotInOnly => "not_in_only",
            Self::IgnoredBy(_) => "ignored_by",
            Self::NotAllowedByAccount => "not_allowed_by_account",
            Self::IgnoredByAccount(_) => "ignored_by_account",
            Self::ModelNotAllowedByAccount => "model_not_allowed_by_account",
            Self::NotZdr => "not_zdr",
            Self::NotDistillable => "not_distillable",
            Self::Quantization { .. } => "quantization",
            Self::MaxPrice { .. } => "max_price",
            Self::MaxOutput { .. } => "max_output",
            Self::ContextLength { .. } => "context_length",
            Self::MissingParameters(_) => "missing_parameters",
            Self::ModelLacksInput(_) => "model_lacks_input",
            Self::ReasoningMode => "reasoning_mode",
            Self::LacksSoft(_) => "lacks_soft",
            Self::SmallContext { .. } => "small_context",
            Self::NotFlex => "not_flex",
            Self::Unlisted => "unlisted",
            Self::NoFallbacks => "no_fallbacks",
            Self::OwnKeyOnly => "own_key_only",
        }
    }

    /// What the endpoint has, for reasons that compare.
    #[must_use]
    pub fn have(&self) -> Option<String> {
        Some(match self {
            Self::TierNotRequested(tier) => tier.to_string(),
            Self::Quantization { have, .. } => have
                .as_ref()
                .map_or("undeclared", |have| have.as_str())
                .to_owned(),
            Self::MaxPrice { have, .. } => have.to_string(),
            Self::MaxOutput { have, .. }
            | Self::ContextLength { have, .. }
            | Self::SmallContext { have, .. } => have.to_string(),
            _ => return None,
        })
    }

    /// What the request wants, for reasons that compare.
    #[must_use]
    pub fn want(&self) -> Option<String> {
        Some(match self {
            Self::IgnoredBy(entry) | Self::IgnoredByAccount(entry) => format!("not {entry}"),
            Self::Quantization { want, .. } => joined(want, types::Quantization::as_str),
            Self::MaxPrice { want, .. } => want.to_string(),
            Self::MaxOutput { want, .. }
            | Self::ContextLength { want, .. }
            | Self::SmallContext { want, .. } => want.to_string(),
            Self::MissingParameters(parameters) => joined(parameters, types::Parameter::as_str),
            Self::LacksSoft(parameter) => parameter.as_str().to_owned(),
            Self::ModelLacksInput(kinds) => joined(kinds, types::InputModality::as_str),
            Self::ReasoningMode => "openai or azure".to_owned(),
            _ => return None,
        })
    }
}

fn joined<T>(items: &[T], text: impl Fn(&T) -> &str) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let have = self.have().unwrap_or_default();
        let want = self.want().unwrap_or_default();
        match self {
            Self::TierNotRequested(_) => write!(f, "tier {have} not requested"),
            Self::NotInOnly => f.write_str("not in `only`"),
            Self::IgnoredBy(entry) => write!(f, "ignored by `{entry}`"),
            Self::NotAllowedByAccount => f.write_str("provider not allowed by the account"),
            Self::IgnoredByAccount(entry) => write!(f, "ignored by the account's `{entry}`"),
            Self::ModelNotAllowedByAccount => f.write_str("model not allowed by the account"),
            Self::NotZdr => f.write_str("no zero data retention"),
            Self::NotDistillable => f.write_str("model not distillable"),
            Self::Quantization { .. } => write!(f, "quantization {have}, want {want}"),
            Self::MaxPrice { key, .. } => write!(f, "{key} price {have}, want at most {want}"),
            Self::MaxOutput { .. } => write!(f, "at most {have} output tokens, want {want}"),
            Self::ContextLength { .. } => write!(f, "context of {have} tokens, want {want}"),
            Self::MissingParameters(_) => write!(f, "lacks {want}"),
            Self::ModelLacksInput(_) => write!(f, "model does not take {want}"),
            Self::ReasoningMode => write!(f, "reasoning mode pro is served by {want} only"),
            Self::LacksSoft(_) => write!(f, "lacks {want}, which others support"),
            Self::SmallContext { .. } => write!(f, "context of {have} tokens, prefer {want}"),
            Self::NotFlex => f.write_str("not of the flex tier"),
            Self::Unlisted => f.write_str("not in `order`, and no fallbacks allowed"),
            Self::NoFallbacks => f.write_str("not first, and no fallbacks allowed"),
            Self::OwnKeyOnly => f.write_str("only the account's own key is used here"),
        }
    }
}

impl fmt::Display for CappedPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerMillion(price) => write!(f, "${price}/M"),
            Self::PerUnit(price) => write!(f, "${price}"),
        }
    }
}
