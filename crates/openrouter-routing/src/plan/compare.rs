//! A plan against what really happened.

use std::collections::HashMap;
use std::fmt;

use openrouter_types as types;

use super::{Candidate, Plan, Reason};
use crate::endpoint::Endpoint;
use crate::provider::slug_of_name;

/// Where a plan and a response's `openrouter_metadata` agree and where not.
///
/// A difference is not always a mistake of the plan: an endpoint that was down is skipped, an account's settings
/// remove others, and the plan's caveats say what it could not know.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    differences: Vec<Difference>,
    served_by: Option<Candidate>,
}

/// One difference between plan and reality.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// The router considered or tried an endpoint that the plan had excluded, or did not know.
    NotPlanned {
        /// The provider's display name.
        provider: String,
        /// The model.
        model: String,
        /// Why the plan had excluded it; empty when it did not know it.
        reasons: Vec<Reason>,
    },
    /// The router did not consider a candidate of the plan.
    NotConsidered {
        /// The endpoint's tag.
        tag: String,
        /// The model.
        model: String,
    },
    /// The first endpoint to be tried was not one that the plan had first.
    NotFirst {
        /// The provider's display name.
        provider: String,
        /// The model.
        model: String,
        /// The tags of those that the plan had first.
        planned: Vec<String>,
    },
    /// An endpoint was tried after one that the plan had behind it.
    OutOfOrder {
        /// The provider's display name.
        provider: String,
        /// The model.
        model: String,
    },
}

impl Plan {
    /// Compares the plan with what the router reports of the request, when it was asked to (`X-OpenRouter-Metadata`).
    ///
    /// The report names endpoints by provider and model only; where a provider has several endpoints, the plan's
    /// first of them is taken.
    #[must_use]
    pub fn compare(&self, metadata: &types::OpenRouterMetadata) -> Comparison {
        let reported = |provider: &Option<String>, model: &Option<String>| Reported {
            provider: provider.clone().unwrap_or_default(),
            model: model.clone().unwrap_or_default(),
        };
        let considered: Vec<_> = metadata
            .endpoints
            .iter()
            .flat_map(|endpoints| &endpoints.available)
            .collect();
        let mut differences = Vec::new();
        let mut served_by = None;

        let mut book = Book::new(self);
        for endpoint in &considered {
            let seen = reported(&endpoint.provider, &endpoint.model);
            if book.take(&seen).is_none() {
                differences.push(seen.not_planned(self));
            }
        }
        if !considered.is_empty() {
            differences.extend(book.left().map(|candidate| Difference::NotConsidered {
                tag: candidate.tag().to_string(),
                model: candidate.model.clone(),
            }));
        }

        let selected = considered
            .iter()
            .find(|endpoint| endpoint.selected == Some(true));
        let selected = selected.map(|endpoint| reported(&endpoint.provider, &endpoint.model));
        let mut tried: Vec<_> = metadata
            .attempts
            .iter()
            .map(|attempt| reported(&attempt.provider, &attempt.model))
            .collect();
        // Without a list of attempts, the one that was selected is known to be the first only when it says so.
        if tried.is_empty() && metadata.attempt == Some(1) {
            tried.extend(selected.clone());
        }
        let mut book = Book::new(self);
        let mut deepest = 0;
        for (at, seen) in tried.iter().enumerate() {
            let Some(candidate) = book.take(seen) else {
                let difference = seen.not_planned(self);
                if !differences.contains(&difference) {
                    differences.push(difference);
                }
                continue;
            };
            if at == 0 && candidate.rank > 0 {
                let first = self
                    .candidates
                    .iter()
                    .take_while(|candidate| candidate.rank == 0);
                differences.push(Difference::NotFirst {
                    provider: seen.provider.clone(),
                    model: seen.model.clone(),
                    planned: first.map(|candidate| candidate.tag().to_string()).collect(),
                });
            } else if candidate.rank < deepest {
                differences.push(Difference::OutOfOrder {
                    provider: seen.provider.clone(),
                    model: seen.model.clone(),
                });
            }
            deepest = deepest.max(candidate.rank);
        }
        if let Some(selected) = selected {
            served_by = Book::new(self).take(&selected).cloned();
        }
        Comparison {
            differences,
            served_by,
        }
    }
}

/// An endpoint as the report names it.
#[derive(Clone)]
struct Reported {
    provider: String,
    model: String,
}

impl Reported {
    fn is(&self, model: &str, endpoint: &Endpoint) -> bool {
        self.model.is_empty() || self.model == model || self.model == endpoint.model
    }

    fn not_planned(&self, plan: &Plan) -> Difference {
        let key = slug_of_name(&self.provider);
        let known = plan
            .excluded
            .iter()
            .find(|out| provider_key(&out.endpoint) == key && self.is(&out.model, &out.endpoint));
        Difference::NotPlanned {
            provider: self.provider.clone(),
            model: self.model.clone(),
            reasons: known.map(|out| out.reasons.clone()).unwrap_or_default(),
        }
    }
}

fn provider_key(endpoint: &Endpoint) -> String {
    match endpoint.provider_name.as_str() {
        "" => endpoint.tag.provider().to_owned(),
        name => slug_of_name(name).into_owned(),
    }
}

/// Candidates by provider, each of which is taken once.
struct Book<'a> {
    by_provider: HashMap<String, Vec<&'a Candidate>>,
}

impl<'a> Book<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut by_provider: HashMap<_, Vec<_>> = HashMap::new();
        for candidate in &plan.candidates {
            by_provider
                .entry(provider_key(&candidate.endpoint))
                .or_default()
                .push(candidate);
        }
        Self { by_provider }
    }

    fn take(&mut self, seen: &Reported) -> Option<&'a Candidate> {
        let list = self.by_provider.get_mut(&*slug_of_name(&seen.provider))?;
        let at = list
            .iter()
            .position(|candidate| seen.is(&candidate.model, &candidate.endpoint))?;
        Some(list.remove(at))
    }

    fn left(self) -> impl Iterator<Item = &'a Candidate> {
        let mut left: Vec<_> = self.by_provider.into_values().flatten().collect();
        left.sort_by(|a, b| (a.rank, &a.model, a.tag()).cmp(&(b.rank, &b.model, b.tag())));
        left.into_iter()
    }
}

impl Comparison {
    /// Whether nothing differs.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.differences.is_empty()
    }

    /// What differs.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// The candidate that answered; `None` when the report does not say, or the plan did not have it.
    #[must_use]
    pub fn served_by(&self) -> Option<&Candidate> {
        self.served_by.as_ref()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPlanned {
                provider,
                model,
                reasons,
            } if reasons.is_empty() => {
                write!(
                    f,
                    "{provider} ({model}) was considered, and is not among the endpoints that were given"
                )
            }
            Self::NotPlanned {
                provider,
                model,
                reasons,
            } => {
                let reasons: Vec<_> = reasons.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "{provider} ({model}) was considered; the plan excluded it: {}",
                    reasons.join("; ")
                )
            }
            Self::NotConsidered { tag, model } => {
                write!(f, "{tag} ({model}) was planned and not considered")
            }
            Self::NotFirst {
                provider,
                model,
                planned,
            } => {
                write!(
                    f,
                    "{provider} ({model}) was tried first; planned was {}",
                    planned.join(" or ")
                )
            }
            Self::OutOfOrder { provider, model } => {
                write!(
                    f,
                    "{provider} ({model}) was tried after an endpoint that was planned behind it"
                )
            }
        }
    }
}
