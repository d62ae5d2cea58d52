//! Content that comes as a list of parts, as some servers write it where a text is expected.

use openrouter_types::{ChatContentItems as Part, Decode as _, Extra, RawJson};

use crate::reasoning;

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
    let json = extra.get("content").map(RawJson::as_str)?;
    if !json.starts_with('[') {
        return None;
    }
    let parts = Vec::decode(json.as_bytes()).ok()?;
    extra.remove("content");
    let mut said = Parts::default();
    for part in parts {
        match part {
            Part::Text(part) => said.text.push_str(&part.text),
            Part::Unknown(part) => match reasoning::thought(&part) {
                Some(thought) => said.reasoning.push_str(&thought),
                None => said.others.push(Part::Unknown(part)),
            },
            part => said.others.push(part),
        }
    }
    Some(said)
}
