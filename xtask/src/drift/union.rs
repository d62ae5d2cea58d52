//! Unions: which published member is which of ours.

use super::Change;
use super::compare::Comparison;
use crate::schema::document::{Document, Node};
use crate::schema::facts::{Facts, stripped};

/// Compares members, whatever their order. One schema beside a union counts as a union of one.
pub(super) fn compare<'d>(comparison: &mut Comparison<'d>, theirs: &Facts<'d>, ours: &Facts<'d>) {
    let mut there = members(theirs);
    let mut here = members(ours);
    words(comparison, &mut there, &mut here);
    let mut missing = Vec::new();
    // The most certain matches first, so that a vague one never takes a certain one's partner.
    let mut open: Vec<Node<'d>> = there;
    for least in [Likeness::Name, Likeness::Tag, Likeness::Kind] {
        missing.clear();
        for member in open.drain(..) {
            let best = here
                .iter()
                .position(|candidate| likeness(comparison, &member, candidate) >= Some(least));
            match best {
                Some(index) => {
                    let partner = here.remove(index);
                    comparison.report.counts.members += 1;
                    if member.place != theirs.node.place && partner.place != ours.node.place {
                        comparison.node(member, partner);
                    }
                }
                None => missing.push(member),
            }
        }
        open.append(&mut missing);
    }
    for member in open {
        let change = match ours.members.is_empty() {
            true => Change::Replace(stripped(theirs.outer.value)),
            false => Change::AddMember(stripped(member.value)),
        };
        comparison.missing(&ours.node.place, &name(&member), "member".into(), change);
    }
    for member in here {
        let evidence = ours.evidence || Facts::of(member.clone()).evidence;
        comparison.unknown(evidence, &ours.node.place, &name(&member), "member".into());
    }
}

/// Members that are lists of words are one list, however many members it is spread over.
fn words<'d>(comparison: &mut Comparison<'d>, there: &mut Vec<Node<'d>>, here: &mut Vec<Node<'d>>) {
    let (published, ours) = (comparison.published, comparison.ours);
    let take = |members: &mut Vec<Node<'d>>, document: &'d Document| -> Vec<Node<'d>> {
        members
            .extract_if(.., |member| is_words(member, document))
            .collect()
    };
    let (their_lists, our_lists) = (take(there, published), take(here, ours));
    if their_lists.len() == our_lists.len() || their_lists.is_empty() || our_lists.is_empty() {
        there.extend(their_lists);
        here.extend(our_lists);
        return;
    }
    comparison.words(&their_lists, &our_lists);
}

fn is_words(member: &Node<'_>, document: &Document) -> bool {
    let facts = Facts::resolved(member.clone(), document);
    facts.types.iter().eq(["string"]) && facts.values.is_some() && facts.settings.is_empty()
}

/// How sure it is that two members are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// The same JSON types, and nothing to tell them apart.
    Kind,
    /// A field of one value has the same value.
    Tag,
    /// The same component.
    Name,
}

fn likeness<'d>(
    comparison: &Comparison<'d>,
    theirs: &Node<'d>,
    ours: &Node<'d>,
) -> Option<Likeness> {
    let (there, here) = (Facts::of(theirs.clone()), Facts::of(ours.clone()));
    if let (Some(there), Some(here)) = (&there.reference, &here.reference)
        && (there == here || comparison.alias(there) == here)
    {
        return Some(Likeness::Name);
    }
    // A member that has a partner of its own name on the other side waits for it.
    let there_waits = there
        .reference
        .as_deref()
        .is_some_and(|name| comparison.ours.component(name).is_some());
    let here_waits = here
        .reference
        .as_deref()
        .is_some_and(|name| comparison.published.component(name).is_some());
    if there_waits && here_waits {
        return None;
    }
    let there = Facts::resolved(theirs.clone(), comparison.published);
    let here = Facts::resolved(ours.clone(), comparison.ours);
    let (there_tags, here_tags) = (there.tags(), here.tags());
    let shared = there_tags
        .iter()
        .filter(|(name, _)| here_tags.contains_key(*name));
    let shared: Vec<bool> = shared
        .map(|(name, value)| here_tags.get(name) == Some(value))
        .collect();
    if !shared.is_empty() {
        return shared.iter().all(|same| *same).then_some(Likeness::Tag);
    }
    let plain = there.types == here.types && there.members.is_empty() == here.members.is_empty();
    let values = there.values.is_some() == here.values.is_some();
    (plain && values).then_some(Likeness::Kind)
}

fn members<'d>(facts: &Facts<'d>) -> Vec<Node<'d>> {
    if facts.members.is_empty() {
        vec![facts.node.clone()]
    } else {
        facts.members.clone()
    }
}

/// How a report names a member.
fn name(member: &Node<'_>) -> String {
    let facts = Facts::of(member.clone());
    if let Some(name) = facts.reference {
        return name;
    }
    let tags = facts.tags();
    if let Some((field, value)) = tags.iter().next() {
        return format!("{field}={value}");
    }
    let types: Vec<&str> = facts.types.iter().map(String::as_str).collect();
    if types.is_empty() {
        "a schema without type".to_owned()
    } else {
        types.join(" or ")
    }
}
