//! Schemas as they are met: tools of MCP servers, what pydantic, zod and TypeBox write, the JSON Schema Store, and each
//! keyword of each draft. `wild.json` has them, written anew after what those projects publish.

use std::fmt::Write as _;

use openrouter_chat::structured::strict::{Dialect, StrictSchema};
use openrouter_types::RawJson;
use serde_json::Value;

use super::judge::{DIALECTS, Dice, assert_in_subset};
use super::model;

/// So many values are written for each schema and dialect.
const VALUES: u64 = 60;

fn wild() -> Vec<(String, Value)> {
    serde_json::from_str(include_str!("wild.json")).unwrap()
}

/// Fails unless what a model may write to the strict schema fits the original once it is mapped back.
pub(super) fn check_answers(name: &str, original: &Value, strict: &StrictSchema, dialect: Dialect) {
    let schema = strict.schema().to_value();
    let judge = jsonschema::validator_for(&schema).unwrap();
    let original_judge = jsonschema::validator_for(original).unwrap();
    let is_exact = strict.report().losses().next().is_none();
    let mut written = 0;
    for seed in 0..VALUES {
        let Some(answer) = model::writes(&schema, &mut Dice(seed * 7919)) else {
            continue;
        };
        assert!(
            judge.is_valid(&answer),
            "the model of this test is wrong: {name}, {dialect:?}: {answer} is not of {schema}"
        );
        written += 1;
        let restored = strict.restore(&answer.to_string()).unwrap().to_value();
        if is_exact {
            assert!(
                original_judge.is_valid(&restored),
                "{name}, {dialect:?}: {answer} became {restored}, which is not of {original}; the report:\n{}",
                strict.report()
            );
        }
    }
    assert!(
        written > 0,
        "{name}, {dialect:?}: nothing was written of {schema}"
    );
}

#[test]
fn whatever_a_strict_model_writes_fits_the_original_where_nothing_was_lost() {
    for (name, original) in wild() {
        for dialect in DIALECTS {
            let strict = StrictSchema::compile(&RawJson::from(&original), dialect).unwrap();
            if !strict.is_strict() {
                assert!(strict.clone().require_strict().is_err());
                continue;
            }
            assert_in_subset(&strict.schema().to_value(), dialect);
            check_answers(&name, &original, &strict, dialect);
        }
    }
}

#[test]
fn what_becomes_of_each_is_told() {
    let mut shown = String::new();
    for (name, original) in wild() {
        writeln!(shown, "{name}").unwrap();
        let mut before = String::new();
        for dialect in DIALECTS {
            let strict = StrictSchema::compile(&RawJson::from(&original), dialect).unwrap();
            let mut told: Vec<String> = strict
                .report()
                .obstacles
                .iter()
                .map(|obstacle| format!("not strict: {obstacle}"))
                .collect();
            let losses = strict.report().losses();
            told.extend(losses.map(|loss| format!("loses: {loss}")));
            told.truncate(6);
            let told = told.join("\n      ");
            match told.as_str() {
                "" => writeln!(shown, "  {dialect:?}: all of it"),
                told if told == before => writeln!(shown, "  {dialect:?}: the same"),
                told => writeln!(shown, "  {dialect:?}:\n      {told}"),
            }
            .unwrap();
            before = told;
        }
    }
    insta::assert_snapshot!(shown);
}
