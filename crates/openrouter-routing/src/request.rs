//! What a plan needs to know of a request and of the account that sends it.

use openrouter_types as types;

use crate::preferences::Preferences;
use crate::provider::ProviderEntry;

/// The facts of a request that routing looks at.
///
/// Comes from a whole request with `Request::from(&types::ChatRequest)`, or is put together by hand:
///
/// ```
/// use openrouter_routing::{Request, preferences::Preferences};
///
/// let mut request = Request::new(["acme/model"]).with_preferences(Preferences::cheapest());
/// request.prompt_tokens = Some(12_000);
/// request.max_tokens = Some(2_000);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Request {
    /// The models in the order in which they are to be tried, as written: `model`, then `models`.
    pub models: Vec<String>,
    /// The `provider` object.
    pub preferences: types::ProviderPreferences,
    /// The old spelling of `sort.partition`.
    pub route: Option<types::DeprecatedRoute>,
    /// The parameters that the request sets, but for the two limits of output.
    pub parameters: Vec<types::Parameter>,
    /// `max_tokens`.
    pub max_tokens: Option<u64>,
    /// `max_completion_tokens`.
    pub max_completion_tokens: Option<u64>,
    /// An estimate of the prompt in tokens; without one, context lengths are not looked at.
    pub prompt_tokens: Option<u64>,
    /// `service_tier`; the other spelling `speed: "fast"` is `priority`.
    pub service_tier: Option<types::ChatRequestServiceTier>,
    /// Kinds of input beside text.
    pub inputs: Vec<types::InputModality>,
    /// `reasoning.mode`; `pro` is served by OpenAI and Azure only.
    pub reasoning_mode: Option<types::ReasoningMode>,
    /// Whether the context compression plugin is on.
    pub compresses_context: bool,
    /// Whether a session id or a prompt cache key is set, so that the endpoint of earlier requests is preferred.
    pub is_sticky: bool,
    /// What is known of the account; `None` leaves a caveat.
    pub account: Option<Account>,
}

/// What the account that sends a request has set, as far as its owner knows.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Account {
    /// Providers that the account or its guardrails allow; `None` allows all. The request can only narrow it.
    pub allowed_providers: Option<Vec<ProviderEntry>>,
    /// Providers that the account ignores, in addition to those of the request.
    pub ignored_providers: Vec<ProviderEntry>,
    /// Models that guardrails allow; `None` allows all.
    pub allowed_models: Option<Vec<String>>,
    /// Whether zero data retention is demanded for all requests.
    pub zero_data_retention: bool,
    /// Whether providers that collect data are refused for all requests.
    pub denies_data_collection: bool,
    /// The sort that applies to requests without one.
    pub default_sort: Option<types::ProviderSort>,
    /// Keys of one's own for providers, in the account's order.
    pub own_keys: Vec<OwnKey>,
}

/// A provider key of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnKey {
    /// The provider's slug.
    pub provider: String,
    /// When it is used.
    pub section: KeySection,
    /// Whether the provider is never used with OpenRouter's own key.
    pub always: bool,
}

/// When a key of one's own is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeySection {
    /// Before everything else, even before `order`.
    Prioritized,
    /// After all shared endpoints.
    Fallback,
}

impl Request {
    /// A request to these models, without preferences and parameters.
    #[must_use]
    pub fn new(models: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            models: models.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Sets the provider preferences.
    #[must_use]
    pub fn with_preferences(mut self, preferences: impl Into<types::ProviderPreferences>) -> Self {
        self.preferences = preferences.into();
        self
    }

    /// Adds parameters that the request sets.
    #[must_use]
    pub fn with_parameters(
        mut self,
        parameters: impl IntoIterator<Item = types::Parameter>,
    ) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Says what is known of the account.
    #[must_use]
    pub fn with_account(mut self, account: Account) -> Self {
        self.account = Some(account);
        self
    }

    /// What is odd about the preferences.
    #[must_use]
    pub fn warnings(&self) -> Vec<crate::preferences::Warning> {
        Preferences::from(self.preferences.clone()).warnings()
    }

    /// The parameters that the request sets, the limits of output included.
    pub(crate) fn all_parameters(&self) -> Vec<types::Parameter> {
        let mut all = self.parameters.clone();
        all.extend(self.max_tokens.map(|_| types::Parameter::MAX_TOKENS));
        all.extend(
            self.max_completion_tokens
                .map(|_| types::Parameter::MAX_COMPLETION_TOKENS),
        );
        let mut unique: Vec<types::Parameter> = Vec::new();
        for parameter in all {
            if !unique.contains(&parameter) {
                unique.push(parameter);
            }
        }
        unique
    }

    pub(crate) fn sets(&self, parameter: &types::Parameter) -> bool {
        self.parameters.contains(parameter)
    }
}

impl OwnKey {
    /// A key that is used before everything else.
    #[must_use]
    pub fn prioritized(provider: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            section: KeySection::Prioritized,
            always: false,
        }
    }

    /// A key that is used after all shared endpoints.
    #[must_use]
    pub fn fallback(provider: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            section: KeySection::Fallback,
            always: false,
        }
    }

    /// Never uses the provider with OpenRouter's own key.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }
}

impl From<&types::ChatRequest> for Request {
    fn from(wire: &types::ChatRequest) -> Self {
        let models = wire
            .model
            .iter()
            .chain(wire.models.iter().flatten())
            .cloned()
            .collect();
        let fast = wire.speed.as_deref() == Some("fast");
        Self {
            models,
            preferences: wire.provider.clone().unwrap_or_default(),
            route: wire.route.clone(),
            parameters: parameters(wire),
            max_tokens: wire.max_tokens,
            max_completion_tokens: wire.max_completion_tokens,
            prompt_tokens: None,
            service_tier: wire
                .service_tier
                .clone()
                .or_else(|| fast.then_some(types::ChatRequestServiceTier::Priority)),
            inputs: inputs(&wire.messages),
            reasoning_mode: wire.reasoning.as_ref().and_then(|reasoning| reasoning.mode.clone()),
            compresses_context: wire.plugins.iter().flatten().any(|plugin| {
                matches!(plugin, types::ChatRequestPlugin::ContextCompression(plugin) if plugin.enabled != Some(false))
            }),
            is_sticky: wire.session_id.is_some() || wire.prompt_cache_key.is_some(),
            account: None,
        }
    }
}

/// The fields of a request that endpoints list as parameters, without the limits of output, which are kept as numbers.
fn parameters(wire: &types::ChatRequest) -> Vec<types::Parameter> {
    use types::Parameter as P;

    let mut set = wire.parameters();
    set.retain(|parameter| ![P::MAX_TOKENS, P::MAX_COMPLETION_TOKENS].contains(parameter));
    set
}

fn inputs(messages: &[types::ChatMessages]) -> Vec<types::InputModality> {
    let mut found = Vec::new();
    let parts = messages.iter().flat_map(types::ChatMessages::user_parts);
    for kind in parts.filter_map(types::ChatContentItems::needs) {
        if !found.contains(&kind) {
            found.push(kind);
        }
    }
    found
}
