//! Token probabilities, made up.

use openrouter_types as types;

/// The probabilities of these tokens, each with so many alternatives, the first of which is the token itself.
pub(super) fn made_up(tokens: &[&str], alternatives: u64) -> types::ChatTokenLogprobs {
    let content = tokens.iter().map(|token| {
        let others = (0..alternatives).map(|rank| {
            let text = match rank {
                0 => (*token).to_owned(),
                rank => format!(" other{rank}"),
            };
            #[allow(clippy::cast_precision_loss, reason = "at most 20 alternatives")]
            let logprob = -0.1 - rank as f64;
            types::ChatTopLogprob::default()
                .with_bytes(bytes(&text))
                .with_token(text)
                .with_logprob(logprob)
        });
        types::ChatTokenLogprob::default()
            .with_token(*token)
            .with_logprob(-0.1)
            .with_bytes(bytes(token))
            .with_top_logprobs(others)
    });
    types::ChatTokenLogprobs::default().with_content(content)
}

fn bytes(text: &str) -> Vec<u64> {
    text.bytes().map(u64::from).collect()
}
