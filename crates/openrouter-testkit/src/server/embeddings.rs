//! Vectors, made up: the same text has the same vector, and another text another.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use http::StatusCode;
use openrouter_types as types;
use types::EmbeddingInput;

use super::admit;
use super::reply::Reply;
use super::state::State;
use crate::{Received, Refusal};

/// `POST /embeddings`.
pub(super) fn embed(state: &State, received: &Received) -> Result<Reply, Refusal> {
    let request = admit::embeddings(&received.body, state.admission)?;
    if request.model.is_empty() {
        return Err(Refusal::bad_request("model: Required"));
    }
    if !state.is_open && state.catalog.model(&request.model).is_none() {
        return Err(Refusal::unknown_model(&request.model));
    }
    let inputs: Vec<String> = match &request.input {
        EmbeddingInput::Text(text) => vec![text.clone()],
        EmbeddingInput::Texts(texts) => texts.clone(),
        EmbeddingInput::Tokens(tokens) => vec![format!("{tokens:?}")],
        EmbeddingInput::TokenLists(lists) => lists.iter().map(|list| format!("{list:?}")).collect(),
        EmbeddingInput::Contents(contents) => contents
            .iter()
            .map(|content| serde_json::to_string(content).unwrap_or_default())
            .collect(),
        _ => return Err(Refusal::bad_request("input: Invalid input")),
    };
    if inputs.is_empty() || inputs.iter().any(String::is_empty) {
        return Err(Refusal::bad_request("input: must not be empty"));
    }
    let dimensions = request.dimensions.unwrap_or(8).clamp(1, 4096);
    let is_base64 = request
        .encoding_format
        .as_ref()
        .is_some_and(|format| format.as_str() == "base64");
    let data = (0..).zip(&inputs).map(|(index, input)| {
        let vector = vector(input, dimensions);
        let vector = match is_base64 {
            true => types::EmbeddingVector::Base64(base64(&vector).into()),
            false => types::EmbeddingVector::Floats(vector.into_iter().map(f64::from).collect()),
        };
        types::Embedding::default()
            .with_index(index)
            .with_embedding(vector)
    });
    let tokens = inputs
        .iter()
        .map(|input| input.split_whitespace().count() as u64)
        .sum();
    #[allow(clippy::cast_precision_loss, reason = "counts of words are small")]
    let usage = types::EmbeddingsUsage::default()
        .with_prompt_tokens(tokens)
        .with_total_tokens(tokens)
        .with_cost(tokens as f64 / 1e6);
    let id = state.next_id();
    let answer = types::EmbeddingsResponse::default()
        .with_id(id.as_str())
        .with_model(request.model.as_str())
        .with_data(data.collect::<Vec<_>>())
        .with_usage(usage);
    Ok(Reply::json(StatusCode::OK, &answer)
        .header(http::HeaderName::from_static("x-generation-id"), &id))
}

/// Numbers from -1 to 1, drawn from the text, of length one together.
fn vector(text: &str, dimensions: u64) -> Vec<f32> {
    let numbers: Vec<f32> = (0..dimensions)
        .map(|at| {
            let mut hasher = DefaultHasher::new();
            (text, at).hash(&mut hasher);
            #[allow(clippy::cast_possible_truncation, reason = "16 bits are kept")]
            let bits = hasher.finish() as u16;
            f32::from(bits) / f32::from(u16::MAX) * 2.0 - 1.0
        })
        .collect();
    let length = numbers.iter().map(|it| it * it).sum::<f32>().sqrt();
    let length = if length == 0.0 { 1.0 } else { length };
    numbers.into_iter().map(|it| it / length).collect()
}

/// Little-endian 32-bit floats in base64.
fn base64(vector: &[f32]) -> String {
    let bytes: Vec<u8> = vector.iter().flat_map(|it| it.to_le_bytes()).collect();
    crate::base64::encode(&bytes)
}
