//! Searching the list of models.

use openrouter_routing::catalog::{Capabilities, ModelSearch};
use openrouter_routing::price::UsdPerMillion;
use openrouter_types as types;
use types::{Decode, InputModality, Model, ModelSort, OutputModality, Parameter};

fn models() -> Vec<Model> {
    let json = br#"{"data": [
        {"id": "acme/large", "name": "Acme Large", "created": 30, "context_length": 200000, "supported_parameters": ["tools", "structured_outputs", "reasoning"],
         "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]}, "top_provider": {"max_completion_tokens": 64000},
         "reasoning": {"mandatory": true}, "pricing": {"prompt": "0.00001", "completion": "0.00003"},
         "benchmarks": {"artificial_analysis": {"intelligence_index": 50.5, "coding_index": 40}}},
        {"id": "acme/small:free", "name": "Acme Small", "created": 20, "context_length": 32000, "supported_parameters": ["tools"],
         "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]}, "top_provider": {"max_completion_tokens": 4000},
         "pricing": {"prompt": "0", "completion": "0", "request": "0"},
         "benchmarks": {"artificial_analysis": {"intelligence_index": 12, "coding_index": 45}}},
        {"id": "~acme/large-latest", "name": "Acme Large Latest", "alias_target": {"slug": "acme/large"}, "pricing": {"prompt": "0.00001", "completion": "0.00003"}},
        {"id": "other/painter", "name": "Other Painter", "created": 40, "architecture": {"input_modalities": ["text"], "output_modalities": ["image"]}},
        {"name": "no id at all"}
    ]}"#;
    types::ModelsListResponse::decode(json).unwrap().data
}

#[track_caller]
fn finds(search: ModelSearch, ids: &[&str]) {
    let models = models();
    let found: Vec<_> = search
        .search(&models)
        .iter()
        .map(|model| model.id.as_deref().unwrap_or("-"))
        .collect();
    assert_eq!(found, ids, "{search:?}");
    let matching = models.iter().filter(|model| search.matches(model)).count();
    assert_eq!(matching, ids.len());
}

#[test]
fn each_condition_narrows_the_list() {
    let all = ModelSearch::new;
    finds(
        all(),
        &[
            "acme/large",
            "acme/small:free",
            "~acme/large-latest",
            "other/painter",
            "-",
        ],
    );
    finds(
        all().with_text("LARGE acme"),
        &["acme/large", "~acme/large-latest"],
    );
    finds(all().with_text("painter").with_text("acme"), &[]);
    finds(
        all().with_author("acme"),
        &["acme/large", "acme/small:free", "~acme/large-latest"],
    );
    finds(
        all().with_author("acme").without_aliases(),
        &["acme/large", "acme/small:free"],
    );
    finds(
        all()
            .with_parameter(Parameter::TOOLS)
            .with_parameter("structured_outputs"),
        &["acme/large"],
    );
    finds(all().with_input(InputModality::Image), &["acme/large"]);
    finds(all().with_output(OutputModality::Image), &["other/painter"]);
    finds(
        all().with_min_context(32_000),
        &["acme/large", "acme/small:free"],
    );
    finds(all().with_min_context(32_001), &["acme/large"]);
    finds(
        all().with_min_output(4_001).with_input("text"),
        &["acme/large", "other/painter"],
    );
    finds(
        all().with_max_prompt_price(UsdPerMillion::from(10)),
        &["acme/large", "acme/small:free", "~acme/large-latest"],
    );
    finds(
        all().with_max_prompt_price(UsdPerMillion::from(9)),
        &["acme/small:free"],
    );
    finds(
        all().with_max_completion_price(UsdPerMillion::from(29)),
        &["acme/small:free"],
    );
    finds(all().only_free(), &["acme/small:free"]);
    finds(all().only_reasoning(), &["acme/large"]);
}

#[test]
fn models_without_the_number_come_last() {
    let by = |sort| ModelSearch::new().without_aliases().sorted_by(sort);
    finds(
        by(ModelSort::Newest),
        &["other/painter", "acme/large", "acme/small:free", "-"],
    );
    finds(
        by(ModelSort::PricingLowToHigh),
        &["acme/small:free", "acme/large", "other/painter", "-"],
    );
    finds(
        by(ModelSort::PricingHighToLow),
        &["acme/large", "acme/small:free", "other/painter", "-"],
    );
    finds(
        by(ModelSort::ContextHighToLow),
        &["acme/large", "acme/small:free", "other/painter", "-"],
    );
    finds(
        by(ModelSort::IntelligenceHighToLow),
        &["acme/large", "acme/small:free", "other/painter", "-"],
    );
    finds(
        by(ModelSort::CodingHighToLow),
        &["acme/small:free", "acme/large", "other/painter", "-"],
    );
    finds(
        by(ModelSort::MostPopular),
        &["acme/large", "acme/small:free", "other/painter", "-"],
    );
}

#[test]
fn capabilities_are_read_from_the_list() {
    let models = models();
    let large = Capabilities::of(&models[0]);
    assert!(
        large.has_tools()
            && large.has_structured_outputs()
            && large.reasons()
            && large.must_reason()
    );
    assert!(large.takes_input(&InputModality::Image) && !large.takes_input(&InputModality::Audio));
    assert!(large.makes_output(&OutputModality::Text) && !large.is_free());
    assert_eq!(
        (large.context_length(), large.max_output_tokens()),
        (Some(200_000), Some(64_000))
    );
    assert_eq!(large.model().id.as_deref(), Some("acme/large"));
    let small = Capabilities::of(&models[1]);
    assert!(small.is_free() && !small.reasons() && !small.must_reason());
    assert_eq!(
        Capabilities::of(&models[2]).alias_target(),
        Some("acme/large")
    );
}
