//! Explains where a request would go, from saved answers of `GET /models/{author}/{slug}/endpoints`.
//!
//! ```text
//! cargo run -p openrouter-routing --example explain -- --sort price
//! cargo run -p openrouter-routing --example explain -- endpoints.json --only deepinfra --sort price
//! cargo run -p openrouter-routing --example explain -- --help
//! ```
#![allow(clippy::print_stderr, reason = "a program for the terminal")]

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use openrouter_routing::price::Workload;
use openrouter_routing::{Market, Preferences, Request, plan};
use openrouter_types as types;
use types::Decode;

const HELP: &str = "\
usage: explain [FILE...] [options]

FILE is an answer of GET /models/{author}/{slug}/endpoints; several are fallbacks of each other, in order. Without one,
it explains an invented model with four endpoints.

  --model SLUG            the model, such as one with a variant; default: that of each file
  --request FILE          a request body, whose fields the options below replace
  --order, --only, --ignore, --quantizations A,B
  --sort price|throughput|latency|exacto
  --across-models         sort all models as one list
  --no-fallbacks  --require-parameters  --zdr  --deny-data-collection
  --max-price PROMPT,COMPLETION      dollars per million tokens
  --service-tier flex|priority|default
  --parameters A,B        parameters that the request sets, such as tools,temperature
  --prompt-tokens N       an estimate of the prompt
  --max-tokens N          the longest answer; with the estimate it gives costs
  --zdr-list FILE         an answer of GET /endpoints/zdr
  --json                  JSON instead of a table
";

const SAMPLE: &[u8] = include_bytes!("../tests/data/worked_example.json");

fn main() -> ExitCode {
    let explained = explain(std::env::args().skip(1));
    match explained.and_then(|text| Ok(std::io::stdout().write_all(text.as_bytes())?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn explain(mut arguments: impl Iterator<Item = String>) -> Result<String, Box<dyn Error>> {
    let mut market = Market::new();
    let mut files = Vec::new();
    let mut named = Vec::new();
    let mut request = Request::default();
    let mut preferences = Preferences::new();
    let (mut sort, mut across_models, mut json) = (None, false, false);

    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--help" | "-h" => return Ok(HELP.to_owned()),
            "--model" => named.push(value()?),
            "--request" => {
                request = Request::from(&types::ChatRequest::decode(&read(&value()?)?)?);
                preferences = request.preferences.clone().into();
            }
            "--order" => preferences = preferences.with_order(value()?.split(',')),
            "--only" => preferences = preferences.with_only(value()?.split(',')),
            "--ignore" => preferences = preferences.with_ignore(value()?.split(',')),
            "--quantizations" => preferences = preferences.with_quantizations(value()?.split(',')),
            "--sort" => sort = Some(value()?),
            "--across-models" => across_models = true,
            "--no-fallbacks" => preferences = preferences.without_fallbacks(),
            "--require-parameters" => preferences = preferences.with_required_parameters(),
            "--zdr" => preferences = preferences.with_zero_data_retention(),
            "--deny-data-collection" => preferences = preferences.without_data_collection(),
            "--max-price" => {
                let value = value()?;
                let (prompt, completion) = value.split_once(',').unwrap_or((&value, ""));
                if !prompt.is_empty() {
                    preferences = preferences.with_max_prompt_price(prompt.parse()?);
                }
                if !completion.is_empty() {
                    preferences = preferences.with_max_completion_price(completion.parse()?);
                }
            }
            "--service-tier" => request.service_tier = Some(value()?.as_str().into()),
            "--parameters" => request
                .parameters
                .extend(value()?.split(',').map(Into::into)),
            "--prompt-tokens" => request.prompt_tokens = Some(value()?.parse()?),
            "--max-tokens" => request.max_tokens = Some(value()?.parse()?),
            "--zdr-list" => {
                market = market
                    .with_zdr_answer(&types::ZdrEndpointsResponse::decode(&read(&value()?)?)?);
            }
            "--json" => json = true,
            option if option.starts_with("--") => {
                return Err(format!("{option} is not known; see --help").into());
            }
            file => files.push(read(file)?),
        }
    }
    if files.is_empty() {
        files.push(SAMPLE.to_owned());
    }
    let mut listed = Vec::new();
    for file in files {
        let answer = types::ModelEndpointsResponse::decode(&file)?;
        listed.extend(answer.data.as_ref().and_then(|model| model.id.clone()));
        market = market.with_answer(&answer);
    }
    if let Some(sort) = sort.as_deref() {
        preferences = if across_models {
            preferences.with_sort_across_models(sort)
        } else {
            preferences.with_sort(sort)
        };
    }
    if !named.is_empty() {
        request.models = named;
    } else if request.models.is_empty() {
        request.models = listed;
    }
    let request = request.with_preferences(preferences);

    let plan = plan(&request, &market);
    if json {
        return Ok(serde_json::to_string_pretty(&plan)? + "\n");
    }
    let mut text = plan.to_string();
    if let (Some(prompt), Some(answer)) = (request.prompt_tokens, request.max_tokens) {
        let cost = plan.cost(&Workload::new(prompt, answer), None);
        let dollars = |amount: Option<_>| {
            amount.map_or("not known".to_owned(), |amount| format!("${amount}"))
        };
        text += &format!("\ncost, with {prompt} tokens of prompt and {answer} of answer\n");
        text += &format!(
            "  expected {}, at most {}\n",
            dollars(cost.expected()),
            dollars(cost.worst())
        );
    }
    Ok(text)
}

fn read(path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    std::fs::read(path).map_err(|error| format!("{path}: {error}").into())
}
