//! Content that comes as a list of parts, as some servers write it where a text is expected.

use openrouter_types::{ChatContentItems as Part, Decode as _, Extra, RawJson};

/// What the parts of one delta say.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) text: String,
    pub(super) reasoning: String,
    /// Parts of other kinds.
    pub(super) others: Vec<Part>,
}

/// The parts that a delta has for its content, if it has any, taken from among the fields that are unknown.
pub(super) fn take_parts(extra: &mut Extra) -> Option<Parts> {
    let parts = list(extra.get("content")?)?;
    extra.remove("content");
    let mut said = Parts::default();
    for part in parts {
        match part {
            Part::Text(part) => said.text.push_str(&part.text),
            Part::Unknown(part) => match part.get("thinking").and_then(thought) {
                Some(thought) => said.reasoning.push_str(&thought),
                None => said.others.push(Part::Unknown(part)),
            },
            part => said.others.push(part),
        }
    }
    Some(said)
}

/// A thought is a text, or a list of texts.
fn thought(json: &RawJson) -> Option<String> {
    if let Ok(text) = serde_json::from_str::<String>(json.as_str()) {
        return Some(text);
    }
    let texts = list(json)?.into_iter().map(|part| match part {
        Part::Text(part) => Some(part.text),
        _ => None,
    });
    texts.collect()
}

fn list(json: &RawJson) -> Option<Vec<Part>> {
    let is_list = json.as_str().starts_with('[');
    is_list.then(|| Vec::decode(json.as_str().as_bytes()).ok())?
}
