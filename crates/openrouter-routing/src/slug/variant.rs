//! The `:variant` of a slug and what it does to routing.

use std::fmt;

use openrouter_types as types;

/// A variant of a model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Variant {
    /// `:free`: its own endpoints at no price, with low limits.
    Free,
    /// `:extended`: its own endpoints with a longer context.
    Extended,
    /// `:thinking`: its own endpoints with reasoning on.
    Thinking,
    /// `:batch`: endpoints of the batch API.
    Batch,
    /// `:nitro`: sorts by throughput and admits endpoints of the priority tier.
    Nitro,
    /// `:floor`: sorts by price and admits endpoints of the flex tier.
    Floor,
    /// `:exacto`: sorts by the quality of tool calls.
    Exacto,
    /// `:online`: adds the web search plugin; deprecated by OpenRouter.
    Online,
    /// Any other; [`as_str`](Self::as_str) tells its text.
    Unknown(UnknownVariant),
}

/// The text of a [`Variant`] that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownVariant(Box<str>);

/// Whether a variant is a model row of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VariantKind {
    /// Listed as a model with its own endpoints.
    Static,
    /// Works on any model and changes only how a request to it is routed.
    Dynamic,
    /// Not known to this version; treated as static, since that is how it would be listed.
    Unknown,
}

impl Variant {
    /// The text behind the colon.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Free => "free",
            Self::Extended => "extended",
            Self::Thinking => "thinking",
            Self::Batch => "batch",
            Self::Nitro => "nitro",
            Self::Floor => "floor",
            Self::Exacto => "exacto",
            Self::Online => "online",
            Self::Unknown(text) => &text.0,
        }
    }

    /// Whether the variant is a model row of its own.
    #[must_use]
    pub fn kind(&self) -> VariantKind {
        match self {
            Self::Free | Self::Extended | Self::Thinking | Self::Batch => VariantKind::Static,
            Self::Nitro | Self::Floor | Self::Exacto | Self::Online => VariantKind::Dynamic,
            Self::Unknown(_) => VariantKind::Unknown,
        }
    }

    /// The sort that the variant stands for.
    #[must_use]
    pub fn sort(&self) -> Option<types::ProviderSort> {
        match self {
            Self::Nitro => Some(types::ProviderSort::Throughput),
            Self::Floor => Some(types::ProviderSort::Price),
            Self::Exacto => Some(types::ProviderSort::Exacto),
            _ => None,
        }
    }

    /// What the variant does, in a sentence.
    #[must_use]
    pub fn effect(&self) -> &'static str {
        match self {
            Self::Free => "uses the model's free endpoints, which have low limits",
            Self::Extended => "uses endpoints with a longer context",
            Self::Thinking => "uses endpoints that reason before they answer",
            Self::Batch => "names endpoints of the batch API",
            Self::Nitro => "sorts endpoints by throughput and admits the priority tier",
            Self::Floor => "sorts endpoints by price and admits the flex tier",
            Self::Exacto => "sorts endpoints by the quality of their tool calls",
            Self::Online => "adds the web search plugin (deprecated)",
            Self::Unknown(_) => "not known to this version",
        }
    }
}

impl From<&str> for Variant {
    fn from(text: &str) -> Self {
        match text {
            "free" => Self::Free,
            "extended" => Self::Extended,
            "thinking" => Self::Thinking,
            "batch" => Self::Batch,
            "nitro" => Self::Nitro,
            "floor" => Self::Floor,
            "exacto" => Self::Exacto,
            "online" => Self::Online,
            text => Self::Unknown(UnknownVariant(text.into())),
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
