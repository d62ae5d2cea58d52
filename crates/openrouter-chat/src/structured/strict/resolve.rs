//! Where references lead.

use crate::structured::json::{Node, Object};

/// What a reference leads to, with the pointer to it; `None` when it leads nowhere or out of the schema.
///
/// A target that is nothing but another reference is followed to its end.
pub(super) fn resolve<'a>(root: &'a Node, reference: &str) -> Option<(String, &'a Node)> {
    let mut reference = reference.to_owned();
    for _ in 0..LONGEST_CHAIN {
        let (pointer, target) = resolve_once(root, &reference)?;
        match target.as_object().and_then(|target| only_reference(target)) {
            Some(next) if !pointer.is_empty() => next.clone_into(&mut reference),
            _ => return Some((pointer, target)),
        }
    }
    None
}

fn only_reference(schema: &Object) -> Option<&str> {
    let (_, reference) = reference_of(schema)?;
    Some(reference).filter(|_| schema.iter().count() == 1)
}

/// What a schema refers to, and by which keyword. Within one document a reference that depends on who refers to it leads
/// where it says.
pub(super) fn reference_of(schema: &Object) -> Option<(&'static str, &str)> {
    ["$ref", "$dynamicRef", "$recursiveRef"]
        .into_iter()
        .find_map(|keyword| Some((keyword, schema.text(keyword)?)))
}

fn resolve_once<'a>(root: &'a Node, reference: &str) -> Option<(String, &'a Node)> {
    let id = root.as_object().and_then(|root| root.text("$id"));
    let local = match id.and_then(|id| reference.strip_prefix(id.trim_end_matches('#'))) {
        Some(local) if local.is_empty() || local.starts_with('#') => local,
        _ => reference,
    };
    match local.strip_prefix('#') {
        Some("") => Some((String::new(), root)),
        Some(pointer) if pointer.starts_with('/') => at_pointer(root, pointer),
        Some(anchor) => find(root, String::new(), &|schema| {
            schema.text("$anchor") == Some(anchor)
                || schema.text("$dynamicAnchor") == Some(anchor)
                || schema.text("$id").and_then(|id| id.strip_prefix('#')) == Some(anchor)
        }),
        None if local.is_empty() => Some((String::new(), root)),
        None => find(root, String::new(), &|schema| {
            schema.text("$id") == Some(local)
        }),
    }
}

fn at_pointer<'a>(root: &'a Node, pointer: &str) -> Option<(String, &'a Node)> {
    let mut node = root;
    for token in pointer.split('/').skip(1) {
        let token = unescaped(token);
        node = match node {
            Node::Object(object) => object.get(&token)?,
            Node::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some((pointer.to_owned(), node))
}

fn find<'a>(
    node: &'a Node,
    pointer: String,
    is_it: &dyn Fn(&Object) -> bool,
) -> Option<(String, &'a Node)> {
    match node {
        Node::Object(object) if is_it(object) => Some((pointer, node)),
        Node::Object(object) => object
            .iter()
            .find_map(|(key, child)| find(child, extended(&pointer, key), is_it)),
        Node::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(place, child)| {
                find(child, extended(&pointer, &place.to_string()), is_it)
            })
        }
        _ => None,
    }
}

/// A pointer with one more token. Source: RFC 6901.
pub(super) fn extended(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// The last token of a pointer.
pub(super) fn last_token(pointer: &str) -> String {
    unescaped(pointer.rsplit('/').next().unwrap_or_default())
}

fn unescaped(token: &str) -> String {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token;
    // In a URL's fragment other characters than letters and digits may be percent-encoded.
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes)
        .replace("~1", "/")
        .replace("~0", "~")
}

/// References that lead to references are followed this far.
const LONGEST_CHAIN: usize = 32;
