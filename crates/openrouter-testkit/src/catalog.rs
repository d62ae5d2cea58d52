//! The models, endpoints and providers that the server knows.

mod admission;
mod listing;
mod unlisted;

use std::io;
use std::path::Path;

use openrouter_routing::Market;
use openrouter_types as types;
use serde::Deserialize;

pub(crate) use admission::{Route, route};
pub(crate) use listing::list;

/// The models, endpoints and providers that the server knows.
///
/// Without one the server lists a few models of its own and lets any other model answer as well: at an endpoint of its own,
/// and at those of the providers that the request's `order` and `only` name. With one it answers only for what is in it,
/// as OpenRouter does. Either way preferences that leave no endpoint are refused with status 404 and the reasons.
///
/// As JSON it is an object with the lists `models` and `providers` as the API gives them, `endpoints` (what
/// `/models/{author}/{slug}/endpoints` gives for each model), `zdr` (what `/endpoints/zdr` gives) and `distillable` (slugs
/// of models). All may be left out.
///
/// ```
/// use openrouter_testkit::Catalog;
///
/// let catalog = Catalog::from_json(r#"{"endpoints": [{"id": "acme/model", "endpoints": [{"tag": "alpha"}]}]}"#)?;
/// # let _ = catalog;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Catalog {
    /// What `/models` lists.
    pub models: Vec<types::Model>,
    /// The endpoints of each model.
    pub endpoints: Vec<types::ListEndpointsResponse>,
    /// What `/endpoints/zdr` lists.
    pub zdr: Vec<types::PublicEndpoint>,
    /// The slugs of models whose output may be trained on.
    pub distillable: Vec<String>,
    /// What `/providers` lists.
    pub providers: Vec<types::ProviderInfo>,
}

impl Catalog {
    /// A few invented models by the author `testkit`: `small`, `small:free`, `thinker`, `painter` and `embedder`.
    #[must_use]
    pub fn built_in() -> Self {
        // A test reads it.
        Self::from_json(include_str!("catalog/built_in.json")).unwrap_or_default()
    }

    /// Reads a catalog from JSON.
    ///
    /// # Errors
    ///
    /// When the text is not such JSON: [`io::ErrorKind::InvalidData`].
    pub fn from_json(json: &str) -> io::Result<Self> {
        serde_json::from_str(json)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Reads a catalog from a file of JSON.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not such JSON; the message begins with its name.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        std::fs::read_to_string(path)
            .and_then(|json| Self::from_json(&json))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    /// Adds a model and its endpoints.
    #[must_use]
    pub fn with_model(
        mut self,
        model: types::Model,
        endpoints: impl IntoIterator<Item = types::PublicEndpoint>,
    ) -> Self {
        let mut listed = types::ListEndpointsResponse::default()
            .with_endpoints(endpoints.into_iter().collect::<Vec<_>>());
        listed.id.clone_from(&model.id);
        listed.name.clone_from(&model.name);
        listed.created = model.created;
        listed.description.clone_from(&model.description);
        listed.architecture.clone_from(&model.architecture);
        self.endpoints.push(listed);
        self.models.push(model);
        self
    }

    pub(crate) fn market(&self) -> Market {
        let mut market = Market::new().with_catalog(&self.models);
        for model in &self.endpoints {
            market = market.with_endpoints(model);
        }
        let zdr = self
            .zdr
            .iter()
            .filter_map(|endpoint| Some((endpoint.model_id.clone()?, endpoint.tag.clone()?)));
        market
            .with_zdr(zdr)
            .with_distillable(self.distillable.iter().cloned())
    }

    /// The model of this slug or permanent slug.
    pub(crate) fn model(&self, slug: &str) -> Option<&types::Model> {
        self.models.iter().find(|model| {
            model.id.as_deref() == Some(slug) || model.canonical_slug.as_deref() == Some(slug)
        })
    }

    /// The endpoints of the model of this slug or permanent slug.
    pub(crate) fn endpoints_of(&self, slug: &str) -> Option<&types::ListEndpointsResponse> {
        let id = self.model(slug).and_then(|model| model.id.as_deref());
        let id = id.unwrap_or(slug);
        self.endpoints
            .iter()
            .find(|listed| listed.id.as_deref() == Some(id))
    }
}
