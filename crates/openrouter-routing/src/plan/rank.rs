//! The order in which endpoints are tried.

use std::cmp::Ordering;
use std::sync::Arc;

use openrouter_types as types;

use super::filter::Filter;
use super::{
    Billing, Candidate, CaveatKind, Caveats, Certainty, Endpoint, Exclusion, ModelView, Modifier,
    Reason,
};
use super::{Request, Tier};
use crate::endpoint::Health;
use crate::provider::entry_matches;
use crate::request::KeySection;

mod cut;
mod draw;
mod own_keys;
mod sort;
mod thresholds;

use thresholds::Thresholds;

/// An endpoint that passed every filter.
#[derive(Clone, Debug)]
pub(super) struct Survivor {
    pub(super) model: usize,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) doubts: Vec<CaveatKind>,
    meets_thresholds: bool,
}

impl Survivor {
    pub(super) fn new(model: usize, endpoint: Arc<Endpoint>, doubts: Vec<CaveatKind>) -> Self {
        Self {
            model,
            endpoint,
            doubts,
            meets_thresholds: true,
        }
    }
}

/// Compares everything by which two endpoints can be told apart for certain, so that the order of the input never shows.
pub(super) fn canonical(a: &Endpoint, b: &Endpoint) -> Ordering {
    let rest = |endpoint: &'_ Endpoint| (endpoint.prices.blended(), endpoint.context_length);
    let quantization = |endpoint: &Endpoint| {
        endpoint
            .quantization
            .as_ref()
            .map(|it| it.as_str().to_owned())
    };
    a.tag
        .cmp(&b.tag)
        .then_with(|| rest(a).cmp(&rest(b)))
        .then_with(|| a.provider_name.cmp(&b.provider_name))
        .then_with(|| quantization(a).cmp(&quantization(b)))
}

/// How the endpoints of a list are ordered: the first rule that applies.
#[derive(Clone, Debug, PartialEq)]
enum Rule {
    Order,
    Tier(Tier),
    Sort(types::ProviderSort),
    AutoExacto,
    Draw,
}

/// An endpoint in its place.
#[derive(Clone, Copy, Debug)]
struct Placed {
    survivor: usize,
    certainty: Certainty,
    billing: Billing,
}

/// Endpoints that are not ordered among themselves.
type Group = Vec<Placed>;

/// A list in order: those that meet the preferred thresholds, then the others.
#[derive(Default)]
struct Ranked {
    meeting: Vec<Group>,
    missing: Vec<Group>,
}

pub(super) fn order(
    request: &Request,
    filter: &Filter<'_>,
    models: &[ModelView<'_>],
    mut survivors: Vec<Survivor>,
    excluded: &mut Vec<Exclusion>,
    caveats: &mut Caveats,
    modifiers: &mut Vec<Modifier>,
) -> Vec<Candidate> {
    let thresholds = Thresholds::new(request, caveats);
    let mut moved = 0;
    for survivor in &mut survivors {
        survivor.meets_thresholds = thresholds.are_met_by(&survivor.endpoint, caveats);
        moved += usize::from(!survivor.meets_thresholds);
    }
    if thresholds.are_given() {
        modifiers.push(Modifier::Thresholds { moved });
    }

    let mut ranking = Ranking {
        request,
        filter,
        models,
        survivors: &survivors,
        caveats,
        modifiers,
    };
    let lists = ranking.lists();
    let mut groups: Vec<Group> = Vec::new();
    let (meeting, missing): (Vec<_>, Vec<_>) = lists
        .into_iter()
        .map(|list| (list.meeting, list.missing))
        .unzip();
    groups.extend(meeting.into_iter().flatten());
    groups.extend(missing.into_iter().flatten());

    ranking.own_keys_only(&mut groups, excluded);
    ranking.cut(&mut groups, excluded);
    ranking.candidates(groups, thresholds.are_given())
}

struct Ranking<'a> {
    request: &'a Request,
    filter: &'a Filter<'a>,
    models: &'a [ModelView<'a>],
    survivors: &'a [Survivor],
    caveats: &'a mut Caveats,
    modifiers: &'a mut Vec<Modifier>,
}

impl Ranking<'_> {
    /// One ranked list for each model, or one for all.
    fn lists(&mut self) -> Vec<Ranked> {
        let all: Vec<usize> = (0..self.survivors.len()).collect();
        if self.is_one_list() {
            self.modifiers.push(Modifier::AcrossModels);
            let rule = self.rule(
                &all,
                self.models.first().and_then(|model| model.sort.as_ref()),
            );
            return vec![self.ranked(&rule, &all)];
        }
        let mut lists = Vec::new();
        // Survivors come model by model.
        for of_model in all.chunk_by(|a, b| self.survivors[*a].model == self.survivors[*b].model) {
            let model = &self.models[self.survivors[of_model[0]].model];
            let rule = self.rule(of_model, model.sort.as_ref());
            lists.push(self.ranked(&rule, of_model));
        }
        lists
    }

    fn is_one_list(&mut self) -> bool {
        let config = sort_config(self.request);
        let partition = config.and_then(|config| config.partition.as_ref());
        let wanted = match partition {
            Some(partition) => *partition == types::ProviderSortConfigPartition::None,
            None => self.request.route == Some(types::DeprecatedRoute::Sort),
        };
        if !wanted
            || self.models.len() < 2
            || !self.filter.order.is_empty()
            || self.filter.tier.is_some()
        {
            return false;
        }
        let same = self
            .models
            .windows(2)
            .all(|pair| pair[0].sort == pair[1].sort);
        if !same && explicit_sort(self.request).is_none() {
            self.caveats.add(CaveatKind::PartitionWithVariants);
            return false;
        }
        true
    }

    /// The rule for a list, the first that applies.
    fn rule(&mut self, list: &[usize], variant: Option<&types::ProviderSort>) -> Rule {
        if !self.filter.order.is_empty() {
            return Rule::Order;
        }
        if let Some(tier) = self.filter.tier {
            let is_left = list
                .iter()
                .any(|at| self.survivors[*at].endpoint.tag.tier() == Some(tier));
            if is_left {
                return Rule::Tier(tier);
            }
            if tier == Tier::Priority {
                self.caveats.about(
                    CaveatKind::TierFallback,
                    &self.models[self.survivors[list[0]].model].name,
                );
            }
        }
        let explicit = explicit_sort(self.request);
        if sort_config(self.request).is_some_and(|config| config.by.is_none()) {
            self.caveats.add(CaveatKind::SortWithoutBy);
        }
        if explicit.is_some() && variant.is_some() && explicit.as_ref() != variant {
            self.caveats.add(CaveatKind::VariantAgainstSort);
        }
        let account = self
            .request
            .account
            .as_ref()
            .and_then(|account| account.default_sort.clone());
        match explicit.or_else(|| variant.cloned()).or(account) {
            Some(sort) => Rule::Sort(sort),
            None if self.request.sets(&types::Parameter::TOOLS) => Rule::AutoExacto,
            None => Rule::Draw,
        }
    }

    fn ranked(&mut self, rule: &Rule, list: &[usize]) -> Ranked {
        let modifier = match rule {
            Rule::Order => Modifier::Order,
            Rule::Tier(tier) => Modifier::Tier(*tier),
            Rule::Sort(sort) => Modifier::Sort(sort.clone()),
            Rule::AutoExacto => Modifier::AutoExacto,
            Rule::Draw => Modifier::Draw,
        };
        if !list.is_empty() && !self.modifiers.contains(&modifier) {
            self.modifiers.push(modifier);
        }
        let (meeting, missing): (Vec<_>, Vec<_>) = list
            .iter()
            .partition::<Vec<usize>, _>(|at| self.survivors[**at].meets_thresholds);
        // The draw is taken once: among those that come first.
        let draws_late = meeting.is_empty();
        let mut ranked = Ranked {
            meeting: self.groups(rule, meeting, true),
            missing: self.groups(rule, missing, draws_late),
        };
        self.own_keys(list, &mut ranked);
        ranked
    }

    fn groups(&mut self, rule: &Rule, list: Vec<usize>, draws: bool) -> Vec<Group> {
        if list.is_empty() {
            return Vec::new();
        }
        match rule {
            Rule::Order => self.by_order(list),
            Rule::Tier(Tier::Priority) => {
                let (tier, rest) = list.iter().partition::<Vec<usize>, _>(|at| {
                    self.survivors[**at].endpoint.tag.tier() == Some(Tier::Priority)
                });
                let mut groups = self.sorted(&types::ProviderSort::Throughput, tier);
                groups.extend(self.sorted(&types::ProviderSort::Throughput, rest));
                groups
            }
            Rule::Tier(Tier::Flex) => self.sorted(&types::ProviderSort::Price, list),
            Rule::Sort(sort) => self.sorted(sort, list),
            Rule::AutoExacto => {
                self.caveats.add(CaveatKind::AutoExacto);
                vec![unknown(list)]
            }
            Rule::Draw if draws => self.drawn(list),
            Rule::Draw => self.by_default(list),
        }
    }

    /// The entries of `order`, then the rest.
    fn by_order(&mut self, mut list: Vec<usize>) -> Vec<Group> {
        let mut groups = Vec::new();
        for entry in &self.filter.order {
            let (matching, rest) = list.iter().partition::<Vec<usize>, _>(|at| {
                entry_matches(entry, &self.survivors[**at].endpoint.tag)
            });
            list = rest;
            if let [only] = matching[..] {
                groups.push(vec![Placed {
                    survivor: only,
                    certainty: Certainty::Exact,
                    billing: Billing::Credits,
                }]);
            } else if !matching.is_empty() {
                self.caveats.add(CaveatKind::OrderRest);
                groups.extend(self.by_default(matching));
            }
        }
        if !list.is_empty() {
            self.caveats.add(CaveatKind::OrderRest);
            groups.extend(self.by_default(list));
        }
        groups
    }

    /// Health, then price, without a draw.
    fn by_default(&mut self, list: Vec<usize>) -> Vec<Group> {
        if list.is_empty() {
            return Vec::new();
        }
        self.caveats.add(CaveatKind::Health);
        let key = |at: usize| {
            (
                self.survivors[at].endpoint.health(),
                self.survivors[at].endpoint.prices.blended(),
            )
        };
        let groups = grouped(list, |a, b| key(a).cmp(&key(b)));
        self.placed(groups)
    }

    /// Groups of one have a place by a reading; larger ones are ties.
    fn placed(&mut self, groups: Vec<Vec<usize>>) -> Vec<Group> {
        let mut placed = Vec::with_capacity(groups.len());
        for group in groups {
            if group.len() > 1 {
                self.caveats.add(CaveatKind::Ties);
                placed.push(unknown(group));
            } else {
                placed.extend(group.first().map(|only| vec![assumed(*only)]));
            }
        }
        placed
    }

    fn candidates(&self, groups: Vec<Group>, has_thresholds: bool) -> Vec<Candidate> {
        let total: usize = groups.iter().map(Vec::len).sum();
        let mut candidates = Vec::with_capacity(total);
        for group in groups {
            let rank = candidates.len();
            for placed in group {
                let survivor = &self.survivors[placed.survivor];
                let certainty = match placed.certainty {
                    _ if total == 1 && survivor.doubts.is_empty() => Certainty::Exact,
                    Certainty::Exact if has_thresholds || !survivor.doubts.is_empty() => {
                        Certainty::Assumed
                    }
                    certainty => certainty,
                };
                candidates.push(Candidate {
                    model: self.models[survivor.model].name.clone(),
                    endpoint: survivor.endpoint.clone(),
                    rank,
                    certainty,
                    meets_thresholds: survivor.meets_thresholds,
                    doubts: survivor.doubts.clone(),
                    billing: placed.billing,
                });
            }
        }
        candidates
    }
}

fn assumed(survivor: usize) -> Placed {
    Placed {
        survivor,
        certainty: Certainty::Assumed,
        billing: Billing::Credits,
    }
}

fn unknown(list: Vec<usize>) -> Group {
    let place = |survivor| Placed {
        survivor,
        certainty: Certainty::Unknown,
        billing: Billing::Credits,
    };
    list.into_iter().map(place).collect()
}

/// Sorts, and cuts where neighbours differ. What compares as equal keeps its canonical order.
fn grouped(mut list: Vec<usize>, compare: impl Fn(usize, usize) -> Ordering) -> Vec<Vec<usize>> {
    list.sort_by(|a, b| compare(*a, *b));
    list.chunk_by(|a, b| compare(*a, *b) == Ordering::Equal)
        .map(<[usize]>::to_vec)
        .collect()
}

fn sort_config(request: &Request) -> Option<&types::ProviderSortConfig> {
    match &request.preferences.sort {
        Some(types::ProviderPreferencesSort::ProviderSortConfig(config)) => Some(config),
        _ => None,
    }
}

/// The request's own sort.
fn explicit_sort(request: &Request) -> Option<types::ProviderSort> {
    match request.preferences.sort.as_ref()? {
        types::ProviderPreferencesSort::ProviderSort(sort) => Some(sort.clone()),
        types::ProviderPreferencesSort::ProviderSortConfig(config) => config
            .by
            .as_ref()
            .map(|by| types::ProviderSort::from(by.as_str())),
        _ => Some(types::ProviderSort::from("unknown")),
    }
}
