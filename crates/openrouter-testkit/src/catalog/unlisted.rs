//! What a model is taken to be offered at when no catalog says so.

use openrouter_routing::Market;
use openrouter_routing::endpoint::Endpoint;
use openrouter_routing::slug::ModelSlug;
use openrouter_types as types;

/// The provider that answers for models of which nothing is known.
pub(super) const PROVIDER: &str = "Testkit";
pub(super) const TAG: &str = "testkit";

/// The name under which a model would be listed; `None` for what no list can hold, such as a preset alone.
pub(super) fn listed(slug: &str) -> Option<String> {
    let slug = slug.parse::<ModelSlug>().ok()?;
    (slug.router().is_none() && slug.preset().is_none()).then(|| slug.listed())
}

/// Adds a model at made-up endpoints, which preferences can choose from and exclude: the test server's own, and one of
/// each provider that the request asks for and that exists.
///
/// All take every parameter, keep no data, let their output be trained on, and charge what this server bills: one
/// millionth of a dollar a token, and nothing for `:free`. The server's own has `bf16` weights, the others `fp8`.
pub(super) fn offer(
    market: Market,
    name: &str,
    preferences: &types::ProviderPreferences,
) -> Market {
    let asked = [&preferences.order, &preferences.only];
    let mut tags = vec![TAG];
    for entry in asked.into_iter().flatten().flatten() {
        let entry = entry.as_str();
        if is_provider(entry) && !tags.contains(&entry) {
            tags.push(entry);
        }
    }
    let endpoints = tags.iter().map(|tag| endpoint(name, tag));
    market
        .with_model(name, endpoints)
        .with_zdr(tags.iter().map(|tag| (name, *tag)))
        .with_distillable([name])
}

fn endpoint(model: &str, tag: &str) -> Endpoint {
    let price: types::Decimal = match model.ends_with(":free") {
        true => types::Decimal::default(),
        false => PRICE.parse().unwrap_or_default(),
    };
    let pricing = types::PublicPricing::default()
        .with_prompt(price.clone())
        .with_completion(price);
    let quantization = match tag {
        TAG => types::Quantization::Bf16,
        _ => types::Quantization::Fp8,
    };
    let parameters = PARAMETERS.iter().copied().map(types::Parameter::from);
    let wire = types::PublicEndpoint::default()
        .with_model_id(model)
        .with_tag(tag)
        .with_pricing(pricing)
        .with_quantization(quantization)
        .with_supported_parameters(parameters.collect::<Vec<_>>());
    Endpoint::from(&wire)
}

/// What a token costs, in USD.
const PRICE: &str = "0.000001";

/// Whether an entry of `order` or `only` names a provider, or an endpoint of one.
fn is_provider(entry: &str) -> bool {
    let provider = entry
        .split_once('/')
        .map_or(entry, |(provider, _)| provider);
    PROVIDERS.contains(&provider)
}

/// Source: the published description's `Parameter`.
const PARAMETERS: [&str; 27] = [
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "top_a",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "max_tokens",
    "max_completion_tokens",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "prediction",
    "seed",
    "response_format",
    "structured_outputs",
    "stop",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "include_reasoning",
    "reasoning",
    "reasoning_effort",
    "web_search_options",
    "verbosity",
    "modalities",
];

/// Source: the slugs in the published description's provider options and provider keys.
#[rustfmt::skip]
const PROVIDERS: &[&str] = &[
    "01ai", "ai21", "aion-labs", "akashml", "alibaba", "amazon-bedrock", "amazon-nova", "ambient", "anthropic",
    "anyscale", "arcee-ai", "atlas-cloud", "atoma", "avian", "azure", "baidu", "baseten", "black-forest-labs",
    "byteplus", "centml", "cerebras", "chutes", "cirrascale", "clarifai", "claude-on-aws", "cloudflare", "cohere",
    "coreweave", "crofai", "crucible", "crusoe", "darkbloom", "databricks", "decart", "deepgram", "deepinfra",
    "deepseek", "dekallm", "digitalocean", "enfer", "fake-provider", "featherless", "fireworks", "fish-audio",
    "friendli", "gmicloud", "google-ai-studio", "google-vertex", "gopomelo", "groq", "heygen", "huggingface",
    "hyperbolic", "hyperbolic-quantized", "inception", "inceptron", "inferact-vllm", "inference-net", "infermatic",
    "inflection", "inocloud", "io-net", "ionstream", "klusterai", "krea", "lambda", "lepton", "liquid", "lynn",
    "lynn-private", "makora", "mancer", "mancer-old", "mara", "meta", "minimax", "mistral", "modal", "modelrun",
    "modular", "moonshotai", "morph", "ncompass", "nebius", "nex-agi", "nextbit", "nineteen", "novita", "nvidia",
    "octoai", "open-inference", "openai", "parasail", "perceptron", "perplexity", "phala", "poolside", "quiver",
    "recraft", "recursal", "reflection", "reka", "relace", "replicate", "runway", "sail-research", "sakana",
    "sakana-ai", "sambanova", "sambanova-cloaked", "seed", "sf-compute", "siliconflow", "sourceful", "stealth",
    "stepfun", "streamlake", "switchpoint", "targon", "tencent", "tenstorrent", "thinkingmachines", "together",
    "together-lite", "ubicloud", "upstage", "venice", "voyageai", "wafer", "wandb", "wandb-legacy", "xai", "xiaomi",
    "z-ai",
];
