//! Slugs that name no model but something that picks one.

use std::fmt;

use super::ModelSlug;

/// A router of OpenRouter's: a slug that is resolved to a model for each request.
///
/// The `model` of the answer is always the one that was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Router {
    /// `openrouter/auto`: ranks models for the task that the request looks like.
    Auto,
    /// `openrouter/auto-beta`: the next version of [`Auto`](Self::Auto), with settings of its own.
    AutoBeta,
    /// `openrouter/free`: a random free model that can serve the request.
    Free,
    /// `openrouter/pareto-code`: the cheapest model of a coding-quality tier.
    ParetoCode,
    /// `openrouter/fusion`: a panel of models behind one answer.
    Fusion,
    /// `openrouter/fusion-flash`: the fast preset of [`Fusion`](Self::Fusion).
    FusionFlash,
    /// `openrouter/bodybuilder`: answers with request bodies to send.
    BodyBuilder,
}

impl Router {
    /// Every router that this version knows.
    pub const ALL: [Self; 7] = [
        Self::Auto,
        Self::AutoBeta,
        Self::Free,
        Self::ParetoCode,
        Self::Fusion,
        Self::FusionFlash,
        Self::BodyBuilder,
    ];

    /// The slug.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "openrouter/auto",
            Self::AutoBeta => "openrouter/auto-beta",
            Self::Free => "openrouter/free",
            Self::ParetoCode => "openrouter/pareto-code",
            Self::Fusion => "openrouter/fusion",
            Self::FusionFlash => "openrouter/fusion-flash",
            Self::BodyBuilder => "openrouter/bodybuilder",
        }
    }

    /// The `id` of the plugin that carries the router's settings. Those of another router are ignored without a word.
    #[must_use]
    pub const fn settings_plugin(self) -> Option<&'static str> {
        match self {
            Self::Auto => Some("auto-router"),
            Self::AutoBeta => Some("auto-beta-router"),
            Self::ParetoCode => Some("pareto-router"),
            Self::Fusion | Self::FusionFlash => Some("fusion"),
            Self::Free | Self::BodyBuilder => None,
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|router| router.as_str().strip_prefix("openrouter/") == Some(name))
    }
}

impl From<Router> for ModelSlug {
    fn from(router: Router) -> Self {
        let name = router.as_str().trim_start_matches("openrouter/").to_owned();
        Self {
            latest: false,
            author: "openrouter".to_owned(),
            name,
            variants: Vec::new(),
            preset: None,
        }
    }
}

impl fmt::Display for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
