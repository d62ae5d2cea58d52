//! Taking out what was ranked and cannot be asked all the same.

use std::collections::HashMap;

use super::{CaveatKind, Certainty, Exclusion, Group, Modifier, Placed, Ranking, Reason, Survivor};

impl Ranking<'_> {
    /// Without fallbacks and without `order`, each model keeps what comes first.
    pub(super) fn cut(&mut self, groups: &mut Vec<Group>, excluded: &mut Vec<Exclusion>) {
        if self.filter.allows_fallbacks {
            return;
        }
        self.modifiers.push(Modifier::NoFallbacks);
        if self.filter.is_closed() {
            return;
        }
        let mut first: HashMap<usize, usize> = HashMap::new();
        for (at, group) in groups.iter().enumerate() {
            for placed in group {
                first
                    .entry(self.survivors[placed.survivor].model)
                    .or_insert(at);
            }
            if group
                .iter()
                .filter(|placed| matches!(placed.certainty, Certainty::Weighted(_)))
                .count()
                > 1
            {
                self.caveats.add(CaveatKind::NoFallbackDraw);
            }
        }
        self.take_out(
            groups,
            excluded,
            &Reason::NoFallbacks,
            |survivors, placed, at| first.get(&survivors[placed.survivor].model) != Some(&at),
        );
    }

    /// Removes places; an endpoint that has none left is excluded.
    pub(super) fn take_out(
        &self,
        groups: &mut Vec<Group>,
        excluded: &mut Vec<Exclusion>,
        reason: &Reason,
        is_out: impl Fn(&[Survivor], &Placed, usize) -> bool,
    ) {
        let mut out = Vec::new();
        for (at, group) in groups.iter_mut().enumerate() {
            group.retain(|placed| {
                let is_out = is_out(self.survivors, placed, at);
                if is_out {
                    out.push(placed.survivor);
                }
                !is_out
            });
        }
        let mut is_left = vec![false; self.survivors.len()];
        groups
            .iter()
            .flatten()
            .for_each(|placed| is_left[placed.survivor] = true);
        for at in out {
            // Its own-key copy may be out too: it is told once.
            if !std::mem::replace(&mut is_left[at], true) {
                let survivor = &self.survivors[at];
                excluded.push(Exclusion {
                    model: self.models[survivor.model].name.clone(),
                    endpoint: survivor.endpoint.clone(),
                    reasons: vec![reason.clone()],
                });
            }
        }
        groups.retain(|group| !group.is_empty());
    }
}

/// Makes the odds of those that are left add up to one again.
pub(super) fn reweigh(group: &mut Group) {
    let weight = |placed: &Placed| match placed.certainty {
        Certainty::Weighted(odds) => odds,
        _ => 0.0,
    };
    let total: f64 = group.iter().map(weight).sum();
    let count = group.len();
    for placed in group {
        if let Certainty::Weighted(odds) = &mut placed.certainty {
            #[allow(clippy::cast_precision_loss, reason = "a handful of endpoints")]
            let equal = 1.0 / count as f64;
            *odds = if total > 0.0 { *odds / total } else { equal };
        }
    }
}
