//! The filters: an endpoint that fails one is never tried.

use openrouter_types as types;

use super::rank::{Survivor, canonical};
use super::reason::CappedPrice;
use super::{
    CaveatKind, Caveats, Endpoint, Exclusion, Market, ModelView, Modifier, Reason, Request, Tier,
};
use crate::preferences::text_lists;
use crate::price::{PriceKey, Usd, UsdPerMillion};
use crate::provider::{EndpointTag, entry_matches};

/// A request's filters, read once.
pub(super) struct Filter<'a> {
    request: &'a Request,
    market: &'a Market,
    pub(super) order: Vec<&'a str>,
    only: Vec<&'a str>,
    ignore: Vec<&'a str>,
    pub(super) tier: Option<Tier>,
    pub(super) allows_fallbacks: bool,
    zdr: bool,
    denies_data_collection: bool,
    distillable: bool,
    quantizations: Vec<types::Quantization>,
    caps: Vec<(PriceKey, CappedPrice)>,
    required: Vec<types::Parameter>,
    output: Option<u64>,
    context: Option<u64>,
}

impl<'a> Filter<'a> {
    pub(super) fn new(request: &'a Request, market: &'a Market, caveats: &mut Caveats) -> Self {
        let wire = &request.preferences;
        let account = request.account.as_ref();
        let [order, only, ignore] = text_lists(wire).map(Option::unwrap_or_default);
        for entry in order.iter().chain(&only).chain(&ignore) {
            if entry.contains(|character: char| character.is_uppercase() || character == ' ') {
                caveats.about(CaveatKind::DisplayName, entry);
            }
        }
        let output = request.max_tokens.max(request.max_completion_tokens);
        let context = request
            .prompt_tokens
            .map(|prompt| prompt.saturating_add(output.unwrap_or_default()));
        if context.is_some() {
            caveats.add(CaveatKind::ContextEstimate);
        }
        let tier = service_tier(request, caveats);
        if tier.is_some()
            && !(order.is_empty() && only.is_empty() && ignore.is_empty() && wire.sort.is_none())
        {
            caveats.add(CaveatKind::TierCombination);
        }
        Self {
            request,
            market,
            order,
            only,
            ignore,
            tier,
            allows_fallbacks: wire.allow_fallbacks.unwrap_or(true),
            zdr: wire.zdr == Some(true)
                || account.is_some_and(|account| account.zero_data_retention),
            denies_data_collection: wire.data_collection == Some(types::DataCollection::Deny)
                || account.is_some_and(|account| account.denies_data_collection),
            distillable: wire.enforce_distillable_text == Some(true),
            quantizations: wire.quantizations.clone().unwrap_or_default(),
            caps: caps(wire, caveats),
            required: if wire.require_parameters == Some(true) {
                request.all_parameters()
            } else {
                Vec::new()
            },
            output,
            context,
        }
    }

    /// Whether only the endpoints of `order` may be used.
    pub(super) fn is_closed(&self) -> bool {
        !self.order.is_empty() && !self.allows_fallbacks
    }

    /// Sorts a model's endpoints into those that may answer and those that may not.
    pub(super) fn model(
        &self,
        at: usize,
        model: &ModelView<'_>,
        survivors: &mut Vec<Survivor>,
        excluded: &mut Vec<Exclusion>,
        caveats: &mut Caveats,
        modifiers: &mut Vec<Modifier>,
    ) {
        let mut items: Vec<_> = model
            .endpoints
            .iter()
            .map(|endpoint| {
                let (reasons, doubts) = self.endpoint(model, endpoint, caveats);
                (Survivor::new(at, endpoint.clone(), doubts), reasons)
            })
            .collect();
        items.sort_by(|(a, _), (b, _)| canonical(&a.endpoint, &b.endpoint));

        self.soft_parameters(&mut items, caveats, modifiers);
        self.small_contexts(&mut items);
        self.flex_only(model, &mut items, caveats, modifiers);
        if self.is_closed() {
            for (item, reasons) in &mut items {
                if !self.is_listed(&item.endpoint.tag) {
                    reasons.push(Reason::Unlisted);
                }
            }
        }
        for (item, reasons) in items {
            if reasons.is_empty() {
                self.survivor_caveats(&item.endpoint, caveats);
                for doubt in &item.doubts {
                    caveats.about(*doubt, item.endpoint.tag.as_str());
                }
                survivors.push(item);
            } else {
                excluded.push(Exclusion {
                    model: model.name.clone(),
                    endpoint: item.endpoint,
                    reasons,
                });
            }
        }
    }

    fn is_listed(&self, tag: &EndpointTag) -> bool {
        self.order.iter().any(|entry| entry_matches(entry, tag))
    }

    /// The hard filters, and those whose outcome is not known.
    fn endpoint(
        &self,
        model: &ModelView<'_>,
        endpoint: &Endpoint,
        caveats: &mut Caveats,
    ) -> (Vec<Reason>, Vec<CaveatKind>) {
        let mut reasons = Vec::new();
        let mut doubts = Vec::new();
        if let Some(tier) = endpoint.tag.tier()
            && !self.admits(model, &endpoint.tag, tier)
        {
            reasons.push(Reason::TierNotRequested(tier));
        }
        self.providers(model, &endpoint.tag, &mut reasons);
        self.policies(model, endpoint, &mut reasons, &mut doubts);
        self.capabilities(model, endpoint, &mut reasons, &mut doubts);
        self.prices(endpoint, &mut reasons, caveats);
        (reasons, doubts)
    }

    fn admits(&self, model: &ModelView<'_>, tag: &EndpointTag, tier: Tier) -> bool {
        let named = |entries: &[&str]| entries.contains(&tag.as_str());
        self.tier == Some(tier)
            || model.admits.contains(&tier)
            || named(&self.only)
            || named(&self.order)
    }

    fn providers(&self, model: &ModelView<'_>, tag: &EndpointTag, reasons: &mut Vec<Reason>) {
        if !self.only.is_empty() && !self.only.iter().any(|entry| entry_matches(entry, tag)) {
            reasons.push(Reason::NotInOnly);
        }
        if let Some(entry) = self.ignore.iter().find(|entry| entry_matches(entry, tag)) {
            reasons.push(Reason::IgnoredBy((*entry).to_owned()));
        }
        let Some(account) = &self.request.account else {
            return;
        };
        // The account's lists name providers; a tier's endpoints belong to their provider here.
        let of_account = |entry: &str| entry == tag.as_str() || entry == tag.provider();
        if let Some(allowed) = &account.allowed_providers
            && !allowed.iter().any(|entry| of_account(entry.as_str()))
        {
            reasons.push(Reason::NotAllowedByAccount);
        }
        if let Some(entry) = account
            .ignored_providers
            .iter()
            .find(|entry| of_account(entry.as_str()))
        {
            reasons.push(Reason::IgnoredByAccount(entry.as_str().to_owned()));
        }
        if let Some(allowed) = &account.allowed_models
            && !allowed.contains(&model.name)
        {
            reasons.push(Reason::ModelNotAllowedByAccount);
        }
    }

    fn policies(
        &self,
        model: &ModelView<'_>,
        endpoint: &Endpoint,
        reasons: &mut Vec<Reason>,
        doubts: &mut Vec<CaveatKind>,
    ) {
        let is_zdr = self.market.is_zdr(&model.name, endpoint);
        if self.zdr {
            match is_zdr {
                Some(true) => {}
                Some(false) => reasons.push(Reason::NotZdr),
                None => doubts.push(CaveatKind::ZdrUnknown),
            }
        }
        // Zero retention implies that nothing is trained on; of all others nothing is known.
        if self.denies_data_collection && is_zdr != Some(true) {
            doubts.push(CaveatKind::DataPolicyUnknown);
        }
        if self.distillable {
            match self.market.is_distillable(&model.name, endpoint) {
                Some(true) => {}
                Some(false) => reasons.push(Reason::NotDistillable),
                None => doubts.push(CaveatKind::DistillableUnknown),
            }
        }
    }

    fn capabilities(
        &self,
        model: &ModelView<'_>,
        endpoint: &Endpoint,
        reasons: &mut Vec<Reason>,
        doubts: &mut Vec<CaveatKind>,
    ) {
        if !self.quantizations.is_empty() && !self.takes(endpoint.quantization.as_ref()) {
            reasons.push(Reason::Quantization {
                have: endpoint.quantization.clone(),
                want: self.quantizations.clone(),
            });
        }
        if let (Some(want), Some(have)) = (self.output, endpoint.max_completion_tokens)
            && have < want
        {
            reasons.push(Reason::MaxOutput { have, want });
        }
        match (self.context, endpoint.context_length) {
            (None, _) => {}
            (Some(_), None) => doubts.push(CaveatKind::ContextUnknown),
            (Some(want), Some(have)) if have < want && !self.request.compresses_context => {
                reasons.push(Reason::ContextLength { have, want });
            }
            (Some(_), Some(_)) => {}
        }
        let missing: Vec<_> = self
            .required
            .iter()
            .filter(|parameter| !endpoint.supports(parameter))
            .cloned()
            .collect();
        if !missing.is_empty() {
            reasons.push(Reason::MissingParameters(missing));
        }
        if !self.request.inputs.is_empty() {
            match self.market.inputs(&model.name) {
                None => doubts.push(CaveatKind::InputsUnknown),
                Some(takes) => {
                    let missing: Vec<_> = self
                        .request
                        .inputs
                        .iter()
                        .filter(|kind| !takes.contains(kind))
                        .cloned()
                        .collect();
                    if !missing.is_empty() {
                        reasons.push(Reason::ModelLacksInput(missing));
                    }
                }
            }
        }
        if self.request.reasoning_mode == Some(types::ReasoningMode::Pro)
            && !matches!(endpoint.tag.provider(), "openai" | "azure")
        {
            reasons.push(Reason::ReasoningMode);
        }
    }

    fn takes(&self, have: Option<&types::Quantization>) -> bool {
        use types::Quantization as Q;

        self.quantizations.iter().any(|want| match (want, have) {
            (Q::Unspecified, None) => true,
            (_, None) => false,
            (Q::Fp4, Some(Q::Mxfp4 | Q::Nvfp4)) | (Q::Fp8, Some(Q::Mxfp8)) => true,
            (want, Some(have)) => want == have,
        })
    }

    fn prices(&self, endpoint: &Endpoint, reasons: &mut Vec<Reason>, caveats: &mut Caveats) {
        for &(key, want) in &self.caps {
            let listed = endpoint.prices.get(key);
            if listed.is_none() {
                caveats.about(CaveatKind::MissingPrice, endpoint.tag.as_str());
            }
            let price = listed.unwrap_or_default();
            let have = match want {
                CappedPrice::PerMillion(_) => CappedPrice::PerMillion(
                    endpoint.prices.per_token(key).unwrap_or_default().into(),
                ),
                CappedPrice::PerUnit(_) => CappedPrice::PerUnit(price),
            };
            let is_over = match (have, want) {
                (CappedPrice::PerMillion(have), CappedPrice::PerMillion(want)) => have > want,
                (CappedPrice::PerUnit(have), CappedPrice::PerUnit(want)) => have > want,
                _ => false,
            };
            if is_over {
                reasons.push(Reason::MaxPrice { key, have, want });
            }
            if endpoint.prices.discount() != 0.0 || !endpoint.prices.overrides().is_empty() {
                caveats.about(CaveatKind::PriceConditions, endpoint.tag.as_str());
            }
        }
    }

    /// Drops endpoints that lack tools, response format or verbosity, where others of the model have it.
    fn soft_parameters(
        &self,
        items: &mut [(Survivor, Vec<Reason>)],
        caveats: &mut Caveats,
        modifiers: &mut Vec<Modifier>,
    ) {
        use types::Parameter as P;

        for parameter in [
            P::TOOLS,
            P::RESPONSE_FORMAT,
            P::STRUCTURED_OUTPUTS,
            P::VERBOSITY,
        ] {
            if !self.request.sets(&parameter) {
                continue;
            }
            let supports = |endpoint: &Endpoint| {
                endpoint.supports(&parameter)
                    || (parameter == P::TOOLS && endpoint.supports(&P::TOOL_CHOICE))
            };
            let left = || items.iter().filter(|(_, reasons)| reasons.is_empty());
            let any = left().any(|(item, _)| supports(&item.endpoint));
            let all = left().all(|(item, _)| supports(&item.endpoint));
            if !any || all {
                continue;
            }
            caveats.add(CaveatKind::SoftFilter);
            let modifier = Modifier::SoftFilter(parameter.clone());
            if !modifiers.contains(&modifier) {
                modifiers.push(modifier);
            }
            for (item, reasons) in items.iter_mut().filter(|(_, reasons)| reasons.is_empty()) {
                if !supports(&item.endpoint) {
                    reasons.push(Reason::LacksSoft(parameter.clone()));
                }
            }
        }
    }

    /// With context compression, endpoints with at least half of the room that is needed, else those with the most.
    fn small_contexts(&self, items: &mut [(Survivor, Vec<Reason>)]) {
        let Some(need) = self.context.filter(|_| self.request.compresses_context) else {
            return;
        };
        let rooms = || {
            items
                .iter()
                .filter(|(_, reasons)| reasons.is_empty())
                .filter_map(|(item, _)| item.endpoint.context_length)
        };
        let half = need.div_ceil(2);
        let want = if rooms().any(|room| room >= half) {
            half
        } else {
            rooms().max().unwrap_or_default()
        };
        for (item, reasons) in items.iter_mut().filter(|(_, reasons)| reasons.is_empty()) {
            if let Some(have) = item.endpoint.context_length
                && have < want
            {
                reasons.push(Reason::SmallContext { have, want });
            }
        }
    }

    /// The flex tier uses nothing else, where any endpoint of it is left.
    fn flex_only(
        &self,
        model: &ModelView<'_>,
        items: &mut [(Survivor, Vec<Reason>)],
        caveats: &mut Caveats,
        modifiers: &mut Vec<Modifier>,
    ) {
        if self.tier != Some(Tier::Flex) {
            return;
        }
        let is_flex = |item: &Survivor| item.endpoint.tag.tier() == Some(Tier::Flex);
        if !items
            .iter()
            .any(|(item, reasons)| reasons.is_empty() && is_flex(item))
        {
            caveats.about(CaveatKind::TierFallback, &model.name);
            return;
        }
        if !modifiers.contains(&Modifier::Tier(Tier::Flex)) {
            modifiers.push(Modifier::Tier(Tier::Flex));
        }
        for (item, reasons) in items {
            if !is_flex(item) {
                reasons.push(Reason::NotFlex);
            }
        }
    }

    /// What is odd about an endpoint that may answer.
    fn survivor_caveats(&self, endpoint: &Endpoint, caveats: &mut Caveats) {
        let tag = endpoint.tag.as_str();
        if endpoint.status.is_some_and(|status| status != 0) {
            caveats.about(CaveatKind::StatusCode, tag);
        }
        if !self.quantizations.is_empty() && endpoint.quantization.is_none() {
            caveats.about(CaveatKind::UndeclaredQuantization, tag);
        }
        let Some(prompt) = self.request.prompt_tokens else {
            return;
        };
        if endpoint.max_prompt_tokens.is_some_and(|most| most < prompt) {
            caveats.about(CaveatKind::PromptLimit, tag);
        }
        if endpoint
            .context_length
            .is_some_and(|length| length <= SMALL_CONTEXT)
        {
            caveats.about(CaveatKind::SmallContext, tag);
        }
    }
}

/// Endpoints with no more context than this compress prompts on their own, in tokens.
/// Source: OpenRouter's documentation of the context-compression plugin.
const SMALL_CONTEXT: u64 = 8192;

fn service_tier(request: &Request, caveats: &mut Caveats) -> Option<Tier> {
    use types::ChatRequestServiceTier as S;

    match request.service_tier.as_ref()? {
        S::Priority | S::Fast => Some(Tier::Priority),
        S::Flex => Some(Tier::Flex),
        S::Default => None,
        other => {
            caveats.about(CaveatKind::TierUndescribed, other.as_str());
            None
        }
    }
}

fn caps(wire: &types::ProviderPreferences, caveats: &mut Caveats) -> Vec<(PriceKey, CappedPrice)> {
    let Some(caps) = &wire.max_price else {
        return Vec::new();
    };
    if caps.audio.is_some() {
        caveats.add(CaveatKind::AudioUnit);
    }
    let named = [
        (PriceKey::Prompt, &caps.prompt),
        (PriceKey::Completion, &caps.completion),
        (PriceKey::Request, &caps.request),
        (PriceKey::Image, &caps.image),
        (PriceKey::Audio, &caps.audio),
    ];
    // A text that is no number caps nothing here; the preferences' warnings name it.
    let read = |(key, cap): (PriceKey, &Option<types::Decimal>)| {
        let text = cap.as_ref()?.as_str();
        let cap = match key {
            PriceKey::Prompt | PriceKey::Completion => {
                CappedPrice::PerMillion(text.parse::<UsdPerMillion>().ok()?)
            }
            _ => CappedPrice::PerUnit(text.parse::<Usd>().ok()?),
        };
        Some((key, cap))
    };
    named.into_iter().filter_map(read).collect()
}
