//! What to change when no endpoint is left.

use std::collections::BTreeMap;
use std::fmt;

use openrouter_types as types;

use super::reason::CappedPrice;
use super::{Exclusion, Market, ModelSlug, Plan, Reason, Request, Tier, draft};
use crate::preferences::{Preferences, text_lists};
use crate::price::{PriceKey, UsdPerToken};
use crate::provider::{EndpointTag, entry_matches};

/// Changes that, made together, would leave an endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    changes: Vec<Change>,
    model: String,
    tag: EndpointTag,
    price: UsdPerToken,
}

/// One change to a request, or to the account.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// Add this endpoint to `only`.
    AddToOnly(EndpointTag),
    /// Add this endpoint to `order`.
    AddToOrder(EndpointTag),
    /// Take these entries out of `ignore`.
    StopIgnoring(Vec<String>),
    /// Ask for this service tier.
    AskForTier(Tier),
    /// Do not demand zero data retention.
    DropZdr,
    /// Do not demand distillable models.
    DropDistillable,
    /// Take this quantization too; `unknown` for endpoints that declare none.
    AddQuantization(types::Quantization),
    /// Raise a price cap.
    RaiseMaxPrice {
        /// The price in question.
        key: PriceKey,
        /// What the endpoint asks for.
        to: CappedPrice,
    },
    /// Ask for no more output tokens than this.
    LowerMaxTokens(u64),
    /// Shorten prompt and answer together by this many tokens.
    ShortenBy(u64),
    /// Do not require that all parameters are supported; these would be dropped.
    AllowMissingParameters(Vec<types::Parameter>),
    /// Leave this parameter out of the request.
    DropParameter(types::Parameter),
    /// Leave `reasoning.mode` out of the request.
    DropReasoningMode,
    /// Allow fallbacks.
    AllowFallbacks,
    /// Change the account's settings: what stands in the way there.
    ChangeAccount(&'static str),
}

impl Advice {
    /// The changes.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The model that could then answer.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// An endpoint that could then answer: the cheapest one that these changes would leave.
    #[must_use]
    pub fn tag(&self) -> &EndpointTag {
        &self.tag
    }

    /// Whether the request alone has to change, and nothing of the account.
    #[must_use]
    pub fn is_for_request(&self) -> bool {
        !self
            .changes
            .iter()
            .any(|change| matches!(change, Change::ChangeAccount(_)))
    }

    /// Makes the changes to a request. Those of the account are left to the user.
    pub fn apply(&self, request: &mut Request) {
        for change in &self.changes {
            change.apply(request);
        }
    }
}

impl Change {
    fn apply(&self, request: &mut Request) {
        let wire = &mut request.preferences;
        match self {
            Self::AddToOnly(tag) => extend(&mut wire.only, tag),
            Self::AddToOrder(tag) => extend(&mut wire.order, tag),
            Self::StopIgnoring(entries) => {
                wire.ignore
                    .iter_mut()
                    .for_each(|ignored| ignored.retain(|entry| !entries.contains(entry)));
            }
            Self::AskForTier(Tier::Flex) => {
                request.service_tier = Some(types::ChatRequestServiceTier::Flex);
            }
            Self::AskForTier(Tier::Priority) => {
                request.service_tier = Some(types::ChatRequestServiceTier::Priority);
            }
            Self::DropZdr => wire.zdr = None,
            Self::DropDistillable => wire.enforce_distillable_text = None,
            Self::AddQuantization(quantization) => {
                wire.quantizations
                    .get_or_insert_default()
                    .push(quantization.clone());
            }
            Self::RaiseMaxPrice { key, to } => raise(wire, *key, *to),
            Self::LowerMaxTokens(to) => {
                for limit in [&mut request.max_tokens, &mut request.max_completion_tokens] {
                    *limit = limit.map(|limit| limit.min(*to));
                }
            }
            Self::ShortenBy(tokens) => {
                let (prompt, rest) = match request.prompt_tokens {
                    Some(prompt) => (
                        prompt.saturating_sub(*tokens),
                        tokens.saturating_sub(prompt),
                    ),
                    None => (0, *tokens),
                };
                request.prompt_tokens = request.prompt_tokens.map(|_| prompt);
                for limit in [&mut request.max_tokens, &mut request.max_completion_tokens] {
                    *limit = limit.map(|limit| limit.saturating_sub(rest));
                }
            }
            Self::AllowMissingParameters(_) => wire.require_parameters = None,
            Self::DropParameter(parameter) => request.parameters.retain(|set| set != parameter),
            Self::DropReasoningMode => request.reasoning_mode = None,
            Self::AllowFallbacks => wire.allow_fallbacks = None,
            Self::ChangeAccount(_) => {}
        }
    }

    /// What is changed, without how much: advice that differs only in that is told once.
    fn shape(&self) -> (u8, String) {
        match self {
            Self::AddToOnly(tag) => (0, tag.as_str().to_owned()),
            Self::AddToOrder(tag) => (1, tag.as_str().to_owned()),
            Self::RaiseMaxPrice { key, .. } => (2, key.as_str().to_owned()),
            Self::LowerMaxTokens(_) => (3, String::new()),
            Self::ShortenBy(_) => (4, String::new()),
            Self::AllowMissingParameters(_) => (5, String::new()),
            change => (6, change.to_string()),
        }
    }
}

fn extend(list: &mut Option<Vec<String>>, tag: &EndpointTag) {
    list.get_or_insert_default().push(tag.to_string());
}

fn raise(wire: &mut types::ProviderPreferences, key: PriceKey, to: CappedPrice) {
    let raised = Preferences::from(std::mem::take(wire));
    let raised = match (key, to) {
        (PriceKey::Prompt, CappedPrice::PerMillion(to)) => raised.with_max_prompt_price(to),
        (PriceKey::Completion, CappedPrice::PerMillion(to)) => raised.with_max_completion_price(to),
        (PriceKey::Request, CappedPrice::PerUnit(to)) => raised.with_max_request_price(to),
        (PriceKey::Image, CappedPrice::PerUnit(to)) => raised.with_max_image_price(to),
        (PriceKey::Audio, CappedPrice::PerUnit(to)) => raised.with_max_audio_price(to),
        _ => raised,
    };
    *wire = raised.into();
}

/// The smallest changes first, of those the ones that lead to the cheapest endpoint; what the account has to change
/// comes last. Each piece of advice that only concerns the request was tried.
pub(super) fn advise(request: &Request, market: &Market, plan: &Plan) -> Vec<Advice> {
    let mut by_shape: BTreeMap<Vec<(u8, String)>, Advice> = BTreeMap::new();
    for out in plan.excluded() {
        let Some(advice) = for_endpoint(request, out) else {
            continue;
        };
        let mut shape: Vec<_> = advice.changes.iter().map(Change::shape).collect();
        shape.sort_unstable();
        match by_shape.get_mut(&shape) {
            Some(known) if (known.price, &known.tag) <= (advice.price, &advice.tag) => {}
            Some(known) => *known = advice,
            None => {
                by_shape.insert(shape, advice);
            }
        }
    }
    let mut all: Vec<_> = by_shape.into_iter().collect();
    all.sort_by(|(_, a), (_, b)| {
        let key = |advice: &Advice| (!advice.is_for_request(), advice.changes.len(), advice.price);
        key(a)
            .cmp(&key(b))
            .then_with(|| (&a.model, &a.tag).cmp(&(&b.model, &b.tag)))
    });

    let mut chosen: Vec<(Vec<(u8, String)>, Advice)> = Vec::new();
    for (shape, advice) in all.into_iter().take(TRIED) {
        let is_more_than_needed = chosen
            .iter()
            .any(|(known, _)| known.iter().all(|change| shape.contains(change)));
        if chosen.len() < SHOWN && !is_more_than_needed && helps(&advice, request, market) {
            chosen.push((shape, advice));
        }
    }
    chosen.into_iter().map(|(_, advice)| advice).collect()
}

/// How much advice is given.
const SHOWN: usize = 5;

/// How much advice is tried, so that the work stays in proportion to that of the plan.
const TRIED: usize = 16;

fn helps(advice: &Advice, request: &Request, market: &Market) -> bool {
    if !advice.is_for_request() {
        return true;
    }
    let mut changed = request.clone();
    // Models do not influence each other, so it is enough to plan this one.
    changed.models.retain(|text| {
        let listed = text
            .parse::<ModelSlug>()
            .map_or_else(|_| text.clone(), |slug| slug.listed());
        market
            .find(&listed)
            .is_some_and(|(name, _)| name == advice.model)
    });
    advice.apply(&mut changed);
    !draft(&changed, market).candidates.is_empty()
}

/// What would have to change for one endpoint; `None` when nothing would help.
fn for_endpoint(request: &Request, out: &Exclusion) -> Option<Advice> {
    let tag = out.tag();
    let mut changes: Vec<Change> = Vec::new();
    let is_unlisted = out.reasons().contains(&Reason::Unlisted);
    let is_not_in_only = out.reasons().contains(&Reason::NotInOnly);
    for reason in out.reasons() {
        let change = match reason {
            // Naming the endpoint itself admits its tier.
            Reason::TierNotRequested(_) if is_not_in_only => continue,
            Reason::TierNotRequested(_) if is_unlisted => Change::AddToOrder(tag.clone()),
            Reason::TierNotRequested(tier) => Change::AskForTier(*tier),
            Reason::Unlisted if tag.tier().is_some() => Change::AddToOrder(tag.clone()),
            Reason::Unlisted | Reason::NoFallbacks => Change::AllowFallbacks,
            Reason::NotInOnly => Change::AddToOnly(tag.clone()),
            Reason::IgnoredBy(_) => {
                let [_, _, ignore] =
                    text_lists(&request.preferences).map(Option::unwrap_or_default);
                let matching = ignore
                    .into_iter()
                    .filter(|entry| entry_matches(entry, tag))
                    .map(str::to_owned);
                Change::StopIgnoring(matching.collect())
            }
            Reason::NotZdr
                if request
                    .account
                    .as_ref()
                    .is_some_and(|account| account.zero_data_retention) =>
            {
                Change::ChangeAccount("zero data retention")
            }
            Reason::NotZdr => Change::DropZdr,
            Reason::NotDistillable => Change::DropDistillable,
            Reason::Quantization { have, .. } => {
                Change::AddQuantization(have.clone().unwrap_or(types::Quantization::Unspecified))
            }
            Reason::MaxPrice { key, have, .. } => Change::RaiseMaxPrice {
                key: *key,
                to: *have,
            },
            Reason::MaxOutput { have, .. } => Change::LowerMaxTokens(*have),
            Reason::ContextLength { have, want } => Change::ShortenBy(want - have),
            Reason::MissingParameters(missing) => Change::AllowMissingParameters(missing.clone()),
            Reason::LacksSoft(parameter) => Change::DropParameter(parameter.clone()),
            Reason::ReasoningMode => Change::DropReasoningMode,
            Reason::NotAllowedByAccount => Change::ChangeAccount("allowed providers"),
            Reason::IgnoredByAccount(_) => Change::ChangeAccount("ignored providers"),
            Reason::ModelNotAllowedByAccount => Change::ChangeAccount("allowed models"),
            Reason::ModelLacksInput(_)
            | Reason::SmallContext { .. }
            | Reason::NotFlex
            | Reason::OwnKeyOnly => {
                return None;
            }
        };
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    let price = out.endpoint().prices.blended();
    Some(Advice {
        changes,
        model: out.model().to_owned(),
        tag: tag.clone(),
        price,
    })
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddToOnly(tag) => write!(f, "add `{tag}` to `only`"),
            Self::AddToOrder(tag) => write!(f, "add `{tag}` to `order`"),
            Self::StopIgnoring(entries) => {
                write!(f, "take `{}` out of `ignore`", entries.join("`, `"))
            }
            Self::AskForTier(tier) => write!(f, "ask for the service tier `{tier}`"),
            Self::DropZdr => f.write_str("do not demand zero data retention"),
            Self::DropDistillable => f.write_str("do not demand distillable models"),
            Self::AddQuantization(quantization) => {
                write!(f, "add `{}` to `quantizations`", quantization.as_str())
            }
            Self::RaiseMaxPrice { key, to } => write!(f, "raise `max_price.{key}` to {to}"),
            Self::LowerMaxTokens(to) => write!(f, "ask for at most {to} output tokens"),
            Self::ShortenBy(tokens) => write!(f, "shorten prompt and answer by {tokens} tokens"),
            Self::AllowMissingParameters(missing) => {
                let missing: Vec<_> = missing.iter().map(types::Parameter::as_str).collect();
                write!(
                    f,
                    "do not require parameters; {} would be dropped",
                    missing.join(", ")
                )
            }
            Self::DropParameter(parameter) => write!(f, "leave out `{}`", parameter.as_str()),
            Self::DropReasoningMode => f.write_str("leave out `reasoning.mode`"),
            Self::AllowFallbacks => f.write_str("allow fallbacks"),
            Self::ChangeAccount(setting) => write!(f, "change the account's {setting}"),
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, change) in self.changes.iter().enumerate() {
            write!(f, "{}{change}", if at == 0 { "" } else { ", and " })?;
        }
        write!(f, ": leaves {} of {}", self.tag, self.model)
    }
}
