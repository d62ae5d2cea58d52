//! Searching the list of models.

use std::cmp::Reverse;

use openrouter_types as types;

use crate::price::{Prices, UsdPerMillion};

/// What a model can do, as far as the model list says.
///
/// The list's `supported_parameters` are the union over the model's endpoints: a single endpoint may lack some. The
/// planner looks at endpoints.
///
/// ```
/// use openrouter_routing::catalog::Capabilities;
/// use openrouter_types::{Decode, Model, Parameter};
///
/// let model = Model::decode(br#"{"id": "acme/model", "supported_parameters": ["tools"]}"#)?;
/// let capabilities = Capabilities::of(&model);
/// assert!(capabilities.has_tools());
/// assert!(!capabilities.reasons());
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Capabilities<'a> {
    model: &'a types::Model,
    prices: Prices,
}

/// Which models are wanted, and in which order. Without a condition, all are.
///
/// ```
/// use openrouter_routing::catalog::ModelSearch;
/// use openrouter_routing::price::UsdPerMillion;
/// use openrouter_types::{Decode, ModelsListResponse, Parameter, ModelSort};
///
/// let json = br#"{"data": [
///     {"id": "acme/large", "supported_parameters": ["tools"], "pricing": {"prompt": "0.00001", "completion": "0.00003"}},
///     {"id": "acme/small", "supported_parameters": ["tools"], "pricing": {"prompt": "0.000001", "completion": "0.000003"}},
///     {"id": "acme/plain", "pricing": {"prompt": "0", "completion": "0"}}
/// ]}"#;
/// let models = ModelsListResponse::decode(json)?.data;
/// let found = ModelSearch::new()
///     .with_parameter(Parameter::TOOLS)
///     .with_max_prompt_price(UsdPerMillion::from(5))
///     .search(&models);
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].id.as_deref(), Some("acme/small"));
///
/// let cheapest = ModelSearch::new().sorted_by(ModelSort::PricingLowToHigh).search(&models);
/// assert_eq!(cheapest[0].id.as_deref(), Some("acme/plain"));
/// # Ok::<(), openrouter_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ModelSearch {
    words: Vec<String>,
    author: Option<String>,
    parameters: Vec<types::Parameter>,
    inputs: Vec<types::InputModality>,
    outputs: Vec<types::OutputModality>,
    min_context: Option<u64>,
    min_output: Option<u64>,
    max_prompt_price: Option<UsdPerMillion>,
    max_completion_price: Option<UsdPerMillion>,
    only_free: bool,
    only_reasoning: bool,
    without_aliases: bool,
    sort: Option<types::ModelSort>,
}

impl<'a> Capabilities<'a> {
    /// Reads what the list says of a model.
    #[must_use]
    pub fn of(model: &'a types::Model) -> Self {
        Self {
            model,
            prices: model.pricing.as_ref().map(Prices::from).unwrap_or_default(),
        }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &'a types::Model {
        self.model
    }

    /// The prices of the model's top provider; other endpoints may ask for more or less.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// Tokens of input and output together; `None` when it is not listed.
    #[must_use]
    pub fn context_length(&self) -> Option<u64> {
        self.model.context_length
    }

    /// Most output tokens at the top provider; `None` when there is no limit or it is not listed.
    #[must_use]
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.model.max_output_tokens()
    }

    /// Whether some endpoint takes a request parameter.
    #[must_use]
    pub fn takes(&self, parameter: &types::Parameter) -> bool {
        self.model.supports(parameter)
    }

    /// Whether it takes a kind of input.
    #[must_use]
    pub fn takes_input(&self, kind: &types::InputModality) -> bool {
        self.model.takes(kind)
    }

    /// Whether it makes a kind of output.
    #[must_use]
    pub fn makes_output(&self, kind: &types::OutputModality) -> bool {
        self.model.gives(kind)
    }

    /// Whether it calls tools.
    #[must_use]
    pub fn has_tools(&self) -> bool {
        self.model.calls_tools()
    }

    /// Whether its answers can be made to follow a JSON Schema.
    #[must_use]
    pub fn has_structured_outputs(&self) -> bool {
        self.model.follows_schemas()
    }

    /// Whether it can reason before it answers.
    #[must_use]
    pub fn reasons(&self) -> bool {
        self.model.reasons()
    }

    /// Whether reasoning cannot be switched off.
    #[must_use]
    pub fn must_reason(&self) -> bool {
        self.model.must_reason()
    }

    /// Whether it costs nothing.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.prices.is_free()
    }

    /// The concrete model that an alias stands for now.
    #[must_use]
    pub fn alias_target(&self) -> Option<&'a str> {
        self.model.alias_target.as_ref()?.slug.as_deref()
    }
}

impl ModelSearch {
    /// Every model.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Models whose slug or name contains each of these words, in any case.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.words
            .extend(text.split_whitespace().map(str::to_lowercase));
        self
    }

    /// Models of this author, the part of the slug before the slash.
    #[must_use]
    pub fn with_author(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// Models that take this request parameter at some endpoint.
    #[must_use]
    pub fn with_parameter(mut self, parameter: impl Into<types::Parameter>) -> Self {
        self.parameters.push(parameter.into());
        self
    }

    /// Models that take this kind of input.
    #[must_use]
    pub fn with_input(mut self, kind: impl Into<types::InputModality>) -> Self {
        self.inputs.push(kind.into());
        self
    }

    /// Models that make this kind of output. The API lists models without text output only when it is asked to.
    #[must_use]
    pub fn with_output(mut self, kind: impl Into<types::OutputModality>) -> Self {
        self.outputs.push(kind.into());
        self
    }

    /// Models with at least this context, in tokens.
    #[must_use]
    pub fn with_min_context(mut self, tokens: u64) -> Self {
        self.min_context = Some(tokens);
        self
    }

    /// Models that can answer with at least this many tokens at their top provider; no limit is enough.
    #[must_use]
    pub fn with_min_output(mut self, tokens: u64) -> Self {
        self.min_output = Some(tokens);
        self
    }

    /// Models whose input tokens cost at most this at their top provider.
    #[must_use]
    pub fn with_max_prompt_price(mut self, price: UsdPerMillion) -> Self {
        self.max_prompt_price = Some(price);
        self
    }

    /// Models whose output tokens cost at most this at their top provider.
    #[must_use]
    pub fn with_max_completion_price(mut self, price: UsdPerMillion) -> Self {
        self.max_completion_price = Some(price);
        self
    }

    /// Models that cost nothing.
    #[must_use]
    pub fn only_free(mut self) -> Self {
        self.only_free = true;
        self
    }

    /// Models that can reason.
    #[must_use]
    pub fn only_reasoning(mut self) -> Self {
        self.only_reasoning = true;
        self
    }

    /// Leaves out aliases that stand for another model of the list.
    #[must_use]
    pub fn without_aliases(mut self) -> Self {
        self.without_aliases = true;
        self
    }

    /// Sorts what is found; models that lack the number come last, and equal ones keep the list's order.
    ///
    /// Sorts of the API that need numbers which the list does not have (popularity, throughput, latency) keep the
    /// list's order.
    #[must_use]
    pub fn sorted_by(mut self, sort: types::ModelSort) -> Self {
        self.sort = Some(sort);
        self
    }

    /// Whether a model is wanted.
    #[must_use]
    pub fn matches(&self, model: &types::Model) -> bool {
        self.accepts(&Capabilities::of(model))
    }

    /// The models of a list that are wanted.
    #[must_use]
    pub fn search<'a>(&self, models: &'a [types::Model]) -> Vec<&'a types::Model> {
        let mut found: Vec<_> = models
            .iter()
            .map(Capabilities::of)
            .filter(|capabilities| self.accepts(capabilities))
            .collect();
        if let Some(sort) = &self.sort {
            sort_models(&mut found, sort);
        }
        found
            .into_iter()
            .map(|capabilities| capabilities.model)
            .collect()
    }

    fn accepts(&self, capabilities: &Capabilities<'_>) -> bool {
        let model = capabilities.model;
        let cheap = |limit: Option<UsdPerMillion>, price: Option<_>| match (limit, price) {
            (None, _) => true,
            (Some(limit), Some(price)) => UsdPerMillion::from(price) <= limit,
            (Some(_), None) => false,
        };
        let long = |limit: Option<u64>, have: Option<u64>| {
            limit.is_none_or(|limit| have.is_some_and(|have| have >= limit))
        };
        let author = || {
            let id = model.id.as_deref().unwrap_or_default();
            id.trim_start_matches('~')
                .split_once('/')
                .map(|(author, _)| author)
        };
        self.has_words(model)
            && self
                .author
                .as_deref()
                .is_none_or(|wanted| author() == Some(wanted))
            && self
                .parameters
                .iter()
                .all(|parameter| capabilities.takes(parameter))
            && self
                .inputs
                .iter()
                .all(|kind| capabilities.takes_input(kind))
            && self
                .outputs
                .iter()
                .all(|kind| capabilities.makes_output(kind))
            && long(self.min_context, capabilities.context_length())
            && capabilities
                .max_output_tokens()
                .is_none_or(|most| long(self.min_output, Some(most)))
            && cheap(self.max_prompt_price, capabilities.prices.prompt())
            && cheap(self.max_completion_price, capabilities.prices.completion())
            && (!self.only_free || capabilities.is_free())
            && (!self.only_reasoning || capabilities.reasons())
            && (!self.without_aliases || model.alias_target.is_none())
    }

    fn has_words(&self, model: &types::Model) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let text = [&model.id, &model.name]
            .map(|text| text.as_deref().unwrap_or_default())
            .join(" ")
            .to_lowercase();
        self.words.iter().all(|word| text.contains(word))
    }
}

fn sort_models(models: &mut [Capabilities<'_>], sort: &types::ModelSort) {
    use types::ModelSort as S;

    let price = |of: &Capabilities<'_>| of.model.pricing.as_ref().map(|_| of.prices.blended());
    let index = |of: &Capabilities<'_>, pick: fn(&types::AABenchmarkEntry) -> Option<f64>| {
        let benchmarks = of.model.benchmarks.as_ref()?;
        // Whole thousandths order as the floats do, and have a total order.
        #[allow(clippy::cast_possible_truncation, reason = "indices are small numbers")]
        pick(benchmarks.artificial_analysis.as_ref()?).map(|index| (index * 1000.0) as i64)
    };
    match sort {
        S::Newest => models.sort_by_key(|of| Reverse(of.model.created)),
        S::PricingLowToHigh => models.sort_by_key(|of| (price(of).is_none(), price(of))),
        S::PricingHighToLow => models.sort_by_key(|of| Reverse(price(of))),
        S::ContextHighToLow => models.sort_by_key(|of| Reverse(of.model.context_length)),
        S::IntelligenceHighToLow => {
            models.sort_by_key(|of| Reverse(index(of, |entry| entry.intelligence_index)));
        }
        S::CodingHighToLow => {
            models.sort_by_key(|of| Reverse(index(of, |entry| entry.coding_index)));
        }
        S::AgenticHighToLow => {
            models.sort_by_key(|of| Reverse(index(of, |entry| entry.agentic_index)));
        }
        _ => {}
    }
}
