//! Models, endpoints, providers, the account: from data, and by the rules of routing.

use openrouter_testkit::{Answer, Catalog, TestServer};
use serde_json::{Value, json};

use crate::raw_client::{ask, call, get};

fn question(model: &str, provider: Value) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "Hi"}], "provider": provider})
}

#[tokio::test]
async fn the_built_in_models_are_listed_with_their_endpoints() {
    let server = TestServer::start().await.unwrap();
    let models = get(&server, "/api/v1/models").await.json();
    let ids: Vec<_> = models["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert_eq!(
        ids,
        [
            "testkit/small",
            "testkit/small:free",
            "testkit/thinker",
            "testkit/painter"
        ]
    );
    assert_eq!(
        get(&server, "/api/v1/models/count").await.json()["data"]["count"],
        4
    );
    let one = get(&server, "/api/v1/model/testkit/small%3Afree")
        .await
        .json();
    assert_eq!(one["data"]["name"], "Testkit Small (free)");
    let endpoints = get(&server, "/api/v1/models/testkit/small/endpoints")
        .await
        .json();
    assert_eq!(endpoints["data"]["endpoints"].as_array().unwrap().len(), 3);
    assert_eq!(
        get(&server, "/api/v1/endpoints/zdr").await.json()["data"][0]["tag"],
        "together"
    );
    assert_eq!(
        get(&server, "/api/v1/providers").await.json()["data"][0]["slug"],
        "deepinfra"
    );
    let embedders = get(&server, "/api/v1/embeddings/models").await.json();
    assert_eq!(embedders["data"][0]["id"], "testkit/embedder");
    assert_eq!(
        get(&server, "/api/v1/models/no/such/endpoints")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn lists_are_filtered_and_cut_into_pages() {
    let server = TestServer::start().await.unwrap();
    let ids = async |query: &str| -> Vec<String> {
        let list = get(&server, &format!("/api/v1/models?{query}"))
            .await
            .json();
        let data = list["data"].as_array().unwrap().clone();
        data.iter()
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ids("supported_parameters=reasoning,tools").await,
        ["testkit/thinker"]
    );
    assert_eq!(ids("output_modalities=image").await, ["testkit/painter"]);
    assert_eq!(ids("q=free&zdr=false").await, ["testkit/small:free"]);
    assert_eq!(ids("zdr=true").await, ["testkit/small", "testkit/thinker"]);
    let page = get(&server, "/api/v1/models?offset=1&limit=2").await.json();
    assert_eq!(page["data"].as_array().unwrap().len(), 2);
    assert_eq!(page["links"]["next"], "/api/v1/models?offset=3&limit=2");
    assert_eq!(get(&server, "/api/v1/models?limit=0").await.status, 400);
}

#[tokio::test]
async fn an_unknown_model_is_refused_where_a_catalog_is_given() {
    let open = TestServer::start().await.unwrap();
    assert_eq!(
        ask(&open, &question("no/such", Value::Null)).await.status,
        200
    );
    let closed = TestServer::builder()
        .catalog(Catalog::built_in())
        .start()
        .await
        .unwrap();
    let refused = ask(&closed, &question("no/such", Value::Null)).await;
    assert_eq!(refused.status, 400);
    let error = &refused.json()["error"];
    assert_eq!(error["message"], "no/such is not a valid model ID");
    assert_eq!(error["availability"]["code"], "model_not_found");
    assert_eq!(error["availability"]["retryable"], false);
}

#[tokio::test]
async fn preferences_choose_the_provider_and_may_leave_none() {
    let server = TestServer::start().await.unwrap();
    let by = ask(
        &server,
        &question("testkit/small", json!({"order": ["groq"]})),
    )
    .await
    .json();
    assert_eq!(by["provider"], "Groq");
    for (provider, code, words) in [
        (
            json!({"only": ["mistral"]}),
            "no_endpoints",
            "permits only: mistral",
        ),
        (
            json!({"max_price": {"prompt": "0.01"}}),
            "constraint_filtered",
            "max_price",
        ),
        (
            json!({"quantizations": ["int4"]}),
            "constraint_filtered",
            "quantization",
        ),
        (
            json!({"zdr": true, "only": ["groq"]}),
            "no_endpoints",
            "permits only: groq",
        ),
        (
            json!({"zdr": true, "ignore": ["together"]}),
            "privacy_restricted",
            "data policy",
        ),
    ] {
        let refused = ask(&server, &question("testkit/small", provider.clone())).await;
        assert_eq!(refused.status, 404, "{provider}: {refused:?}");
        let error = &refused.json()["error"];
        assert_eq!(error["availability"]["code"], code, "{provider}: {error}");
        assert!(error.to_string().contains(words), "{provider}: {error}");
    }
}

#[tokio::test]
async fn preferences_hold_for_models_that_are_not_listed_too() {
    let server = TestServer::start().await.unwrap();
    for (provider, name) in [
        (Value::Null, "Testkit"),
        (json!({"zdr": true, "data_collection": "deny"}), "Testkit"),
        (
            json!({"sort": "price", "require_parameters": true}),
            "Testkit",
        ),
        (json!({"enforce_distillable_text": true}), "Testkit"),
        (
            json!({"max_price": {"prompt": 1, "completion": "1"}}),
            "Testkit",
        ),
        (json!({"order": ["azure", "together"]}), "azure"),
        (json!({"order": ["no-such-provider"]}), "Testkit"),
        (json!({"only": ["openai"]}), "OpenAI"),
        (
            json!({"only": ["deepinfra/turbo"], "quantizations": ["fp8"]}),
            "DeepInfra",
        ),
        (json!({"ignore": ["openai"]}), "Testkit"),
    ] {
        let answer = ask(&server, &question("acme/model", provider.clone())).await;
        assert_eq!(answer.status, 200, "{provider}: {answer:?}");
        assert_eq!(answer.json()["provider"], name, "{provider}");
        assert_eq!(answer.json()["model"], "acme/model", "{provider}");
    }
    for (provider, code, words) in [
        (
            json!({"only": ["no-such-provider"]}),
            "no_endpoints",
            "Providers serving acme/model: testkit, but your",
        ),
        (
            json!({"only": ["openai"], "ignore": ["openai"]}),
            "no_endpoints",
            "openai",
        ),
        (
            json!({"order": ["azuer"], "allow_fallbacks": false}),
            "no_endpoints",
            "testkit (",
        ),
        (json!({"ignore": ["testkit"]}), "no_endpoints", "ignore"),
        (
            json!({"max_price": {"prompt": "0.5"}}),
            "constraint_filtered",
            "max_price",
        ),
        (
            json!({"quantizations": ["int4"]}),
            "constraint_filtered",
            "quantization",
        ),
    ] {
        let refused = ask(&server, &question("acme/model", provider.clone())).await;
        assert_eq!(refused.status, 404, "{provider}: {refused:?}");
        let error = &refused.json()["error"];
        assert_eq!(error["availability"]["code"], code, "{provider}: {error}");
        assert!(error.to_string().contains(words), "{provider}: {error}");
    }
    // A price cap does not keep out what is free.
    let free = question(
        "acme/model:free",
        json!({"max_price": {"prompt": 0, "completion": 0}}),
    );
    assert_eq!(ask(&server, &free).await.status, 200);
}

#[tokio::test]
async fn anything_that_names_a_model_is_answered_where_no_catalog_is_given() {
    let server = TestServer::start().await.unwrap();
    for model in [
        "gpt-4",
        "acme/model:nitro",
        "acme/model:online",
        "~acme/model-latest",
        "openrouter/auto",
        "@preset/mine",
        "acme/model@preset/mine",
        "",
    ] {
        let answer = ask(&server, &question(model, Value::Null)).await;
        assert_eq!(answer.status, 200, "{model}: {answer:?}");
    }
    for tier in ["flex", "priority", "auto"] {
        let mut body = question("acme/model", Value::Null);
        body["service_tier"] = json!(tier);
        assert_eq!(ask(&server, &body).await.status, 200, "{tier}");
    }
    // Of a listed and an unlisted model the first answers, unless its endpoints are kept out.
    let mut body = question("testkit/small", json!({"only": ["azure"]}));
    body["models"] = json!(["acme/model"]);
    assert_eq!(ask(&server, &body).await.json()["model"], "acme/model");
}

#[tokio::test]
async fn a_catalog_of_ones_own_replaces_the_built_in() {
    let catalog = Catalog::from_json(
        r#"{"models": [{"id": "acme/model", "architecture": {"output_modalities": ["text"]}}],
            "endpoints": [{"id": "acme/model", "endpoints": [{"model_id": "acme/model", "tag": "alpha", "provider_name": "Alpha"}]}]}"#,
    )
    .unwrap();
    let server = TestServer::builder()
        .catalog(catalog)
        .start()
        .await
        .unwrap();
    assert_eq!(
        get(&server, "/api/v1/models").await.json()["data"][0]["id"],
        "acme/model"
    );
    let answer = ask(&server, &question("acme/model", Value::Null))
        .await
        .json();
    assert_eq!(answer["provider"], "Alpha");
    assert!(Catalog::from_json(r#"{"model": []}"#).is_err());
}

#[tokio::test]
async fn a_generation_is_remembered_and_paid_for() {
    let server = TestServer::builder()
        .turn(Answer::text("four words it is"))
        .start()
        .await
        .unwrap();
    let answer = ask(&server, &question("testkit/small", Value::Null)).await;
    let id = answer.field("x-generation-id").unwrap();
    let generation = get(&server, &format!("/api/v1/generation?id={id}"))
        .await
        .json();
    assert_eq!(generation["data"]["tokens_completion"], 4);
    assert_eq!(
        generation["data"]["total_cost"],
        answer.json()["usage"]["cost"]
    );
    let content = get(&server, &format!("/api/v1/generation/content?id={id}"))
        .await
        .json();
    assert_eq!(content["data"]["output"]["completion"], "four words it is");
    assert_eq!(content["data"]["input"]["messages"][0]["content"], "Hi");
    assert_eq!(
        get(&server, "/api/v1/generation?id=gen-other").await.status,
        404
    );
    assert_eq!(get(&server, "/api/v1/generation").await.status, 400);
    let key = get(&server, "/api/v1/key").await.json();
    assert_eq!(key["data"]["usage"], answer.json()["usage"]["cost"]);
}

#[tokio::test]
async fn credits_are_for_management_keys_and_inference_is_not() {
    let server = TestServer::builder()
        .management_key("boss")
        .start()
        .await
        .unwrap();
    let boss = ["authorization: Bearer boss"];
    assert_eq!(get(&server, "/api/v1/credits").await.status, 403);
    let credits = call(&server, "GET", "/api/v1/credits", &boss, "").await;
    assert_eq!(credits.json()["data"]["total_credits"], 100.0);
    let body = question("a/b", Value::Null).to_string();
    let chat = call(&server, "POST", "/api/v1/chat/completions", &boss, &body).await;
    assert_eq!(chat.status, 401);
    assert_eq!(
        call(&server, "GET", "/api/v1/key", &[], "").await.status,
        401
    );
    assert_eq!(
        call(&server, "POST", "/api/v1/models", &[], "")
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn the_same_text_has_the_same_vector_in_numbers_and_in_base64() {
    let server = TestServer::start().await.unwrap();
    let embed = async |body: Value| {
        let key = ["authorization: Bearer k"];
        call(
            &server,
            "POST",
            "/api/v1/embeddings",
            &key,
            &body.to_string(),
        )
        .await
    };
    let body = json!({"model": "a/b", "input": ["x", "y", "x"], "dimensions": 4});
    let answer = embed(body).await.json();
    assert_eq!(
        answer["data"][0]["embedding"],
        answer["data"][2]["embedding"]
    );
    assert_ne!(
        answer["data"][0]["embedding"],
        answer["data"][1]["embedding"]
    );
    assert_eq!(answer["data"][0]["embedding"].as_array().unwrap().len(), 4);
    let text =
        embed(json!({"model": "a/b", "input": "x", "dimensions": 4, "encoding_format": "base64"}))
            .await;
    assert_eq!(
        text.json()["data"][0]["embedding"].as_str().unwrap().len(),
        24
    );
    assert_eq!(
        embed(json!({"model": "a/b", "input": ""})).await.status,
        400
    );
}
