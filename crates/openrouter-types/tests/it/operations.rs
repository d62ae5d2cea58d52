//! API calls, printed.

use std::fmt::Write;

use openrouter_types::operations::{
    ChatCompletion, CountModels, CreateAuthCode, CreateEmbeddings, CreatePresetFromChat,
    ExchangeAuthCode, GetCredits, GetCurrentKey, GetGeneration, GetGenerationContent, GetModel,
    ListEmbeddingModels, ListEndpoints, ListModels, ListProviders, ListUserModels,
    ListZdrEndpoints,
};
use openrouter_types::{
    ChatRequest, CodeChallengeMethod, CreateAuthCodeRequest, Decode, EmbeddingInput,
    EmbeddingsRequest, ExchangeAuthCodeRequest, ExchangeAuthCodeResponse, MetadataLevel,
    ModelCategory, ModelRegion, ModelSort, Operation, UsageLimitType,
};

/// The call as it goes out: name, key, request line, header fields of its own, body.
fn printed<O: Operation>(call: &O) -> String {
    let mut text = format!(
        "{} (key: {:?})\n{} {}",
        O::NAME,
        O::CREDENTIAL,
        O::METHOD,
        call.path()
    );
    let query = call.query();
    if !query.is_empty() {
        text.push('?');
        text.push_str(&query);
    }
    for (name, value) in call.headers() {
        write!(text, "\n{name}: {value}").unwrap();
    }
    if let Some(body) = call.body() {
        write!(text, "\n\n{}", serde_json::to_string(body).unwrap()).unwrap();
    }
    text
}

fn chat() -> ChatRequest {
    ChatRequest::decode(br#"{"messages":[{"role":"user","content":"Name one prime."}],"model":"openai/gpt-4o-mini"}"#)
        .unwrap()
}

#[test]
fn every_call_says_where_it_goes_with_which_key_and_what() {
    let calls = [
        printed(&ChatCompletion::new(chat())),
        printed(
            &ChatCompletion::new(chat())
                .with_metadata(MetadataLevel::Enabled)
                .with_cache(true)
                .with_cache_ttl(600)
                .with_cache_clear(false)
                .with_session_id("s-1")
                .with_anthropic_beta("interleaved-thinking-2025-05-14"),
        ),
        printed(&CreatePresetFromChat::new("my-preset", chat())),
        printed(&ListModels::new()),
        printed(&CountModels::new().with_output_modalities("all")),
        printed(&ListUserModels::new().with_offset(0).with_limit(10)),
        printed(&GetModel::new("meta-llama", "llama-3.1-8b-instruct:free")),
        printed(&ListEndpoints::new("anthropic", "claude-sonnet-4.5")),
        printed(&ListZdrEndpoints::new()),
        printed(&ListProviders::new()),
        printed(&GetGeneration::new("gen-1")),
        printed(&GetGenerationContent::new("gen-1")),
        printed(&GetCredits::new()),
        printed(&GetCurrentKey::new()),
        printed(
            &CreateEmbeddings::new(EmbeddingsRequest::new(
                "openai/text-embedding-3-small",
                "alpha",
            ))
            .with_cache(true),
        ),
        printed(&ListEmbeddingModels::new()),
        printed(&ExchangeAuthCode::new(
            ExchangeAuthCodeRequest::new("code")
                .with_code_verifier("verifier")
                .with_code_challenge_method("S256"),
        )),
        printed(&CreateAuthCode::new(
            CreateAuthCodeRequest::new("http://localhost:3000/back?a=b")
                .with_code_challenge("challenge")
                .with_code_challenge_method(CodeChallengeMethod::S256)
                .with_usage_limit_type(UsageLimitType::Weekly)
                .with_limit(2.5),
        )),
    ];
    insta::assert_snapshot!(calls.join("\n\n---\n\n"));
}

#[test]
fn every_filter_of_the_list_of_models_can_be_given() {
    let call = ListModels::new()
        .with_q("gpt & co")
        .with_category(ModelCategory::MarketingSeo)
        .with_supported_parameters("tools,reasoning")
        .with_input_modalities("text,image")
        .with_output_modalities("all")
        .with_context(128_000)
        .with_min_price(0.0)
        .with_max_price(2.5)
        .with_min_output_price(0.0)
        .with_max_output_price(10.0)
        .with_arch("GPT")
        .with_model_authors("openai,anthropic")
        .with_providers("OpenAI,Anthropic")
        .with_distillable(false)
        .with_zdr(true)
        .with_region(ModelRegion::Eu)
        .with_min_age_days(0)
        .with_max_age_days(90)
        .with_min_intelligence_index(50.0)
        .with_max_intelligence_index(100.0)
        .with_min_coding_index(50.5)
        .with_max_coding_index(100.0)
        .with_min_agentic_index(50.0)
        .with_max_agentic_index(100.0)
        .with_min_tool_success_rate(0.25)
        .with_max_tool_success_rate(1.0)
        .with_sort(ModelSort::PricingLowToHigh)
        .with_offset(500)
        .with_limit(500)
        .with_use_rss(true)
        .with_use_rss_chat_links(true);
    insta::assert_snapshot!(call.query().replace('&', "\n"));
}

#[test]
fn text_in_a_path_stays_one_segment() {
    let call = ListEndpoints::new("a/b", "c?d#e f%ä");
    assert_eq!(
        call.path(),
        "/models/a%2Fb/c%3Fd%23e%20f%25%C3%A4/endpoints"
    );
}

#[test]
fn each_kind_of_embedding_input_is_written_as_the_api_takes_it() {
    for json in [
        r#""alpha""#,
        r#"["alpha","beta"]"#,
        "[1,2,3]",
        "[[1,2],[3]]",
        r#"[{"content":[{"type":"text","text":"alpha"},{"type":"image_url","image_url":{"url":"https://example.org/a.png"}},{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},{"type":"input_video","input_video":{"data":"AAAA"}},{"type":"input_file","input_file":{"data":"JVBERi0=","format":"pdf"}}]}]"#,
    ] {
        let input = EmbeddingInput::decode(json.as_bytes()).unwrap();
        assert!(!matches!(input, EmbeddingInput::Unknown(_)), "{json}");
        assert_eq!(serde_json::to_string(&input).unwrap(), json);
    }
    let texts = EmbeddingInput::Texts(vec!["alpha".into()]);
    assert_eq!(EmbeddingInput::decode(br#"["alpha"]"#).unwrap(), texts);
    assert_eq!(
        EmbeddingInput::decode(b"[1]").unwrap(),
        EmbeddingInput::Tokens(vec![1])
    );
}

#[test]
fn codes_and_keys_are_not_shown_by_debug() {
    let answer =
        ExchangeAuthCodeResponse::decode(br#"{"key":"sk-or-v1-not-a-key","user_id":"user_1"}"#)
            .unwrap();
    let request = ExchangeAuthCodeRequest::new("not-a-code").with_code_verifier("not-a-verifier");
    let shown = format!("{answer:?} {request:?}");
    assert!(!shown.contains("not-a-"), "{shown}");
    assert!(shown.contains("user_1"), "{shown}");
}
