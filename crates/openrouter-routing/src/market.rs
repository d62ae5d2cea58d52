//! What is on offer: the endpoints of models, and what public lists say of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use openrouter_types as types;

use crate::endpoint::Endpoint;

/// Everything that is known of models and endpoints when a plan is made.
///
/// Only the endpoints are needed. What else is known makes a plan more certain: without the list of endpoints with
/// zero data retention, for example, a request that demands it gets a plan full of doubts.
///
/// ```
/// use openrouter_routing::Market;
/// use openrouter_types::{Decode, ModelEndpointsResponse};
///
/// let json = br#"{"data": {"id": "acme/model", "endpoints": [{"model_id": "acme/model-1", "tag": "alpha"}]}}"#;
/// let answer = ModelEndpointsResponse::decode(json)?;
/// let market = Market::new().with_answer(&answer);
/// assert_eq!(market.endpoints("acme/model").len(), 1);
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Market {
    offers: HashMap<String, Offer>,
    // Other names of the models: permanent slugs, and aliases with what they stand for now.
    aliases: HashMap<String, String>,
    inputs: HashMap<String, Vec<types::InputModality>>,
    zdr: Option<HashMap<String, HashSet<String>>>,
    distillable: Option<HashSet<String>>,
}

#[derive(Clone, Debug, Default)]
struct Offer {
    endpoints: Vec<Arc<Endpoint>>,
}

impl Market {
    /// Nothing on offer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a model under the slug by which requests name it, without the variants that only change routing. Replaces
    /// what was there.
    #[must_use]
    pub fn with_model(
        mut self,
        slug: impl Into<String>,
        endpoints: impl IntoIterator<Item = Endpoint>,
    ) -> Self {
        let slug = slug.into();
        let endpoints: Vec<_> = endpoints.into_iter().map(Arc::new).collect();
        if let Some(first) = endpoints.first()
            && !first.model.is_empty()
            && first.model != slug
        {
            self.aliases.insert(first.model.clone(), slug.clone());
        }
        self.offers.insert(slug, Offer { endpoints });
        self
    }

    /// Adds the answer of `GET /models/{author}/{slug}/endpoints`.
    #[must_use]
    pub fn with_answer(self, answer: &types::ModelEndpointsResponse) -> Self {
        match &answer.data {
            Some(model) => self.with_endpoints(model),
            None => self,
        }
    }

    /// Adds the `data` of that answer.
    #[must_use]
    pub fn with_endpoints(mut self, model: &types::ListEndpointsResponse) -> Self {
        let Some(id) = &model.id else { return self };
        if let Some(architecture) = &model.architecture
            && !architecture.input_modalities.is_empty()
        {
            self.inputs
                .insert(id.clone(), architecture.input_modalities.clone());
        }
        self.with_model(id, model.endpoints.iter().map(Endpoint::from))
    }

    /// Adds the answer of `GET /endpoints/zdr`: every endpoint with zero data retention.
    #[must_use]
    pub fn with_zdr_answer(self, answer: &types::ZdrEndpointsResponse) -> Self {
        let pairs = answer
            .data
            .iter()
            .filter_map(|endpoint| Some((endpoint.model_id.clone()?, endpoint.tag.clone()?)));
        self.with_zdr(pairs)
    }

    /// Says which endpoints have zero data retention, as pairs of permanent model slug and tag; all others have not.
    #[must_use]
    pub fn with_zdr(
        mut self,
        pairs: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        let known = self.zdr.get_or_insert_default();
        for (model, tag) in pairs {
            known.entry(model.into()).or_default().insert(tag.into());
        }
        self
    }

    /// Says whose output may be trained on, by the slugs of `GET /models?distillable=true`; all others' may not.
    #[must_use]
    pub fn with_distillable(mut self, slugs: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.distillable
            .get_or_insert_default()
            .extend(slugs.into_iter().map(Into::into));
        self
    }

    /// Adds what `GET /models` says: kinds of input, permanent slugs, and what aliases stand for.
    #[must_use]
    pub fn with_catalog<'a>(mut self, models: impl IntoIterator<Item = &'a types::Model>) -> Self {
        for model in models {
            let Some(id) = &model.id else { continue };
            let inputs = model.input_modalities();
            if !inputs.is_empty() {
                self.inputs.insert(id.clone(), inputs.to_vec());
            }
            let target = model
                .alias_target
                .as_ref()
                .and_then(|target| target.slug.clone());
            match (target, &model.canonical_slug) {
                (Some(target), _) => {
                    self.aliases.insert(id.clone(), target);
                }
                (None, Some(canonical)) if canonical != id => {
                    self.aliases.insert(canonical.clone(), id.clone());
                }
                _ => {}
            }
        }
        self
    }

    /// The endpoints of a model, by any of its names; empty when it is not known.
    #[must_use]
    pub fn endpoints(&self, slug: &str) -> &[Arc<Endpoint>] {
        self.find(slug).map_or(&[], |(_, endpoints)| endpoints)
    }

    /// The name under which a model is kept, and its endpoints.
    pub(crate) fn find(&self, slug: &str) -> Option<(&str, &[Arc<Endpoint>])> {
        // An alias may stand for a permanent slug, which is another name of the model: two steps at most.
        let mut name = slug;
        for _ in 0..3 {
            if let Some((name, offer)) = self.offers.get_key_value(name) {
                return Some((name, &offer.endpoints));
            }
            name = self.aliases.get(name)?;
        }
        None
    }

    /// What the model takes; `None` when it is not known.
    pub(crate) fn inputs(&self, name: &str) -> Option<&[types::InputModality]> {
        self.inputs.get(name).map(Vec::as_slice)
    }

    /// Whether an endpoint has zero data retention; `None` when no list was given.
    pub(crate) fn is_zdr(&self, name: &str, endpoint: &Endpoint) -> Option<bool> {
        let zdr = self.zdr.as_ref()?;
        let listed = |model: &str| {
            zdr.get(model)
                .is_some_and(|tags| tags.contains(endpoint.tag.as_str()))
        };
        Some(listed(&endpoint.model) || listed(name))
    }

    /// Whether the model's output may be trained on; `None` when no list was given.
    pub(crate) fn is_distillable(&self, name: &str, endpoint: &Endpoint) -> Option<bool> {
        let slugs = self.distillable.as_ref()?;
        Some(slugs.contains(name) || slugs.contains(&endpoint.model))
    }
}
