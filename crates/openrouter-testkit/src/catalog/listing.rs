//! Lists of models, filtered and cut into pages as the query says.

use openrouter_routing::catalog::{Capabilities, ModelSearch};
use openrouter_routing::price::UsdPerMillion;
use openrouter_types as types;

use super::Catalog;
use crate::{Refusal, nulls};

/// The models that the query asks for: kinds of input and output, parameters, text, context, price, ZDR, order and page.
/// What else a query may hold is not looked at.
pub(crate) fn list(
    catalog: &Catalog,
    query: &[(String, String)],
    default_output: &str,
) -> Result<types::ModelsListResponse, Refusal> {
    let value = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let number = |name: &str, least: u64, most: u64| {
        let Some(text) = value(name) else {
            return Ok(None);
        };
        match text.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(Refusal::bad_request(format!(
                "{name}: expected a number of {least} to {most}"
            ))),
        }
    };
    let mut search = ModelSearch::new();
    for parameter in items(value("supported_parameters")) {
        search = search.with_parameter(types::Parameter::from(parameter));
    }
    for kind in items(value("input_modalities")) {
        search = search.with_input(kind);
    }
    if let Some(text) = value("q") {
        search = search.with_text(text);
    }
    for author in items(value("model_authors")) {
        search = search.with_author(author);
    }
    if let Some(tokens) = number("context", 1, u64::MAX)? {
        search = search.with_min_context(tokens);
    }
    for name in ["max_price", "max_output_price"] {
        if let Some(text) = value(name) {
            let price: UsdPerMillion = text
                .parse()
                .map_err(|_| Refusal::bad_request(format!("{name}: expected a number")))?;
            search = match name {
                "max_price" => search.with_max_prompt_price(price),
                _ => search.with_max_completion_price(price),
            };
        }
    }
    if let Some(sort) = value("sort") {
        search = search.sorted_by(types::ModelSort::from(sort));
    }
    let outputs: Vec<_> = items(Some(value("output_modalities").unwrap_or(default_output)))
        .map(types::OutputModality::from)
        .collect();
    let is_all = outputs.iter().any(|kind| kind.as_str() == "all");
    let wants_zdr = value("zdr") == Some("true");
    let mut found: Vec<&types::Model> = search
        .search(&catalog.models)
        .into_iter()
        .filter(|model| {
            let can = Capabilities::of(model);
            is_all || outputs.iter().any(|kind| can.makes_output(kind))
        })
        .filter(|model| !wants_zdr || has_zdr(catalog, model))
        .filter(|model| match value("distillable") {
            Some(wanted) => (wanted == "true") == is_distillable(catalog, model),
            None => true,
        })
        .collect();

    let total = found.len();
    let (offset, limit) = (number("offset", 0, u64::MAX)?, number("limit", 1, 1000)?);
    let mut next = None;
    if offset.is_some() || limit.is_some() {
        let offset = usize::try_from(offset.unwrap_or(0)).unwrap_or(usize::MAX);
        let limit = usize::try_from(limit.unwrap_or(500)).unwrap_or(500);
        found = found.into_iter().skip(offset).take(limit).collect();
        let after = offset.saturating_add(limit);
        next = (after < total).then(|| format!("/api/v1/models?offset={after}&limit={limit}"));
    }
    let mut links = types::ModelsListLinks::default();
    links.next = next;
    let mut list = types::ModelsListResponse::default()
        .with_data(found.into_iter().cloned().collect::<Vec<_>>())
        .with_total_count(total as u64)
        .with_links(links);
    nulls::list(&mut list);
    Ok(list)
}

fn items(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.into_iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

fn has_zdr(catalog: &Catalog, model: &types::Model) -> bool {
    catalog
        .zdr
        .iter()
        .any(|endpoint| endpoint.model_id == model.canonical_slug)
}

fn is_distillable(catalog: &Catalog, model: &types::Model) -> bool {
    model
        .id
        .as_ref()
        .is_some_and(|id| catalog.distillable.contains(id))
}
