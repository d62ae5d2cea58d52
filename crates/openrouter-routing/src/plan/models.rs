//! Which models a request names, and what their variants do.

use std::collections::HashSet;
use std::sync::Arc;

use openrouter_types as types;

use super::{CaveatKind, Caveats, Endpoint, Market, ModelSlug, Modifier, Request, Tier, Variant};

/// A model of the request.
pub(super) struct ModelView<'a> {
    /// The name by which it is listed.
    pub(super) name: String,
    pub(super) endpoints: &'a [Arc<Endpoint>],
    /// The sort of its variant.
    pub(super) sort: Option<types::ProviderSort>,
    /// The tiers that its variants admit.
    pub(super) admits: Vec<Tier>,
}

pub(super) fn resolve<'a>(
    request: &Request,
    market: &'a Market,
    caveats: &mut Caveats,
    modifiers: &mut Vec<Modifier>,
) -> Vec<ModelView<'a>> {
    let mut seen = HashSet::new();
    let mut views = Vec::new();
    for text in &request.models {
        let slug = match text.parse::<ModelSlug>() {
            Ok(slug) => Some(slug),
            Err(_) => {
                caveats.about(CaveatKind::SlugUnreadable, text);
                None
            }
        };
        let listed = slug
            .as_ref()
            .map_or_else(|| text.clone(), ModelSlug::listed);
        let found = market.find(&listed);
        let name = found.map_or(listed.as_str(), |(name, _)| name).to_owned();
        if let Some(slug) = &slug {
            describe(slug, text, found.is_some(), caveats);
        } else if found.is_none() {
            caveats.about(CaveatKind::NoEndpoints, text);
        }
        if !seen.insert(name.clone()) {
            caveats.about(CaveatKind::RepeatedModel, text);
            continue;
        }
        let endpoints = found.map_or(&[][..], |(_, endpoints)| endpoints);
        views.push(view(
            name,
            endpoints,
            slug.as_ref(),
            request,
            caveats,
            modifiers,
        ));
    }
    views
}

fn describe(slug: &ModelSlug, text: &str, found: bool, caveats: &mut Caveats) {
    if slug.preset().is_some() {
        caveats.about(CaveatKind::PresetUnknown, text);
    }
    if slug.has(&Variant::Free) {
        caveats.about(CaveatKind::FreePolicy, text);
    }
    if slug.router().is_some() {
        caveats.about(CaveatKind::RouterPicks, text);
    } else if slug.is_alias() && !found {
        caveats.about(CaveatKind::AliasUnresolved, text);
    } else if !found && !slug.is_preset_alone() {
        caveats.about(CaveatKind::NoEndpoints, text);
    }
}

fn view<'a>(
    name: String,
    endpoints: &'a [Arc<Endpoint>],
    slug: Option<&ModelSlug>,
    request: &Request,
    caveats: &mut Caveats,
    modifiers: &mut Vec<Modifier>,
) -> ModelView<'a> {
    let variants = slug.map_or(&[][..], ModelSlug::variants);
    let sorting: Vec<_> = variants
        .iter()
        .filter(|variant| variant.sort().is_some())
        .collect();
    if sorting.len() > 1 {
        caveats.about(CaveatKind::StackedVariants, &name);
    }
    // `order` cancels the admission that comes with a variant, and so does the service tier `default`.
    let ordered = request
        .preferences
        .order
        .as_ref()
        .is_some_and(|order| !order.is_empty());
    let default_tier = request.service_tier == Some(types::ChatRequestServiceTier::Default);
    let mut admits = Vec::new();
    for variant in &sorting {
        modifiers.push(Modifier::Variant {
            model: name.clone(),
            variant: (*variant).clone(),
        });
        match variant {
            _ if ordered || default_tier => {}
            Variant::Nitro => admits.push(Tier::Priority),
            Variant::Floor => admits.push(Tier::Flex),
            _ => {}
        }
    }
    let sort = sorting.first().and_then(|variant| variant.sort());
    ModelView {
        name,
        endpoints,
        sort,
        admits,
    }
}
