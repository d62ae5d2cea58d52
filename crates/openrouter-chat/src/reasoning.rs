//! Reasoning: how streamed fragments of it become blocks that can be sent back.

use openrouter_types::{
    ChatContentItems, Decode as _, Extra, ReasoningDetailText, ReasoningDetailUnion as Detail,
    UnknownMember,
};

/// Adds a fragment to the blocks of a message.
///
/// A fragment continues the last block when both have the same type and the same index; its text, summary or data is
/// appended, the last signature that is not empty wins, and every other field keeps the first value that it had. A
/// fragment without an index is a block of its own, and so is one of a type that is not known. Blocks stay in the order
/// in which they began: signatures cover the sequence.
pub(crate) fn merge(blocks: &mut Vec<Detail>, fragment: Detail) {
    match blocks.last_mut() {
        Some(last) => {
            if let Err(fragment) = continues(last, fragment) {
                blocks.push(*fragment);
            }
        }
        None => blocks.push(fragment),
    }
}

fn continues(last: &mut Detail, fragment: Detail) -> Result<(), Box<Detail>> {
    match (last, fragment) {
        (Detail::Text(last), Detail::Text(more))
            if last.index.is_some() && last.index == more.index =>
        {
            append_text(last, more);
        }
        (Detail::Summary(last), Detail::Summary(more))
            if last.index.is_some() && last.index == more.index =>
        {
            last.summary.push_str(&more.summary);
            last.id = last.id.take().or(more.id);
            last.format = last.format.take().or(more.format);
            keep_first(&mut last.extra, &more.extra);
        }
        (Detail::Encrypted(last), Detail::Encrypted(more))
            if last.index.is_some() && last.index == more.index =>
        {
            last.data.push_str(&more.data);
            last.id = last.id.take().or(more.id);
            last.format = last.format.take().or(more.format);
            keep_first(&mut last.extra, &more.extra);
        }
        (_, fragment) => return Err(Box::new(fragment)),
    }
    Ok(())
}

/// Adds text to a block that has begun.
pub(crate) fn go_on(block: Option<&mut Detail>, more: &str) {
    match block {
        Some(Detail::Text(block)) => block.text.get_or_insert_default().push_str(more),
        Some(Detail::Summary(block)) => block.summary.push_str(more),
        _ => {}
    }
}

/// Adds a piece to the block of text that it belongs to.
pub(crate) fn append_text(block: &mut ReasoningDetailText, more: ReasoningDetailText) {
    append(&mut block.text, more.text);
    if more
        .signature
        .as_ref()
        .is_some_and(|signature| !signature.is_empty())
    {
        block.signature = more.signature;
    }
    block.id = block.id.take().or(more.id);
    block.format = block.format.take().or(more.format);
    keep_first(&mut block.extra, &more.extra);
}

fn append(text: &mut Option<String>, more: Option<String>) {
    match (text, more) {
        (Some(text), Some(more)) => text.push_str(&more),
        (text @ None, more) => *text = more,
        (Some(_), None) => {}
    }
}

/// Adds the fields that are not there yet, or only as `null`.
pub(crate) fn keep_first(fields: &mut Extra, more: &Extra) {
    for (name, value) in more.iter() {
        if fields
            .get(name)
            .is_none_or(openrouter_types::RawJson::is_null)
        {
            fields.insert(name, value.clone());
        }
    }
}

/// Reasoning in plain text, under either of its two names; an empty one says nothing.
pub(crate) fn plain<'a>(
    reasoning: &'a Option<String>,
    reasoning_content: &'a Option<String>,
) -> Option<&'a str> {
    let mut texts = [reasoning, reasoning_content].into_iter().flatten();
    texts.find(|text| !text.is_empty()).map(String::as_str)
}

/// What a part of the content thinks, as some servers write it: a text, or a list of texts.
pub(crate) fn thought(part: &UnknownMember) -> Option<String> {
    let json = part.get("thinking")?.as_str();
    if let Ok(text) = serde_json::from_str::<String>(json) {
        return Some(text);
    }
    let texts = Vec::<ChatContentItems>::decode(json.as_bytes()).ok()?;
    let texts = texts.into_iter().map(|part| match part {
        ChatContentItems::Text(part) => Some(part.text),
        _ => None,
    });
    texts.collect()
}

/// The part of a block that a person may read.
pub(crate) fn readable(block: &Detail) -> Option<&str> {
    match block {
        Detail::Text(block) => block.text.as_deref(),
        Detail::Summary(block) => Some(&block.summary),
        _ => None,
    }
}
