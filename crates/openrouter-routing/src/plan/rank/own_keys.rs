//! The account's own keys.

use super::cut::reweigh;
use super::{
    Billing, Exclusion, Group, KeySection, Modifier, Ranked, Ranking, Reason, assumed, unknown,
};

impl Ranking<'_> {
    /// Puts copies for the account's own keys before and behind the shared endpoints.
    pub(super) fn own_keys(&mut self, list: &[usize], ranked: &mut Ranked) {
        let Some(account) = self
            .request
            .account
            .as_ref()
            .filter(|account| !account.own_keys.is_empty())
        else {
            return;
        };
        let shared: Vec<usize> = ranked
            .meeting
            .iter()
            .chain(&ranked.missing)
            .flatten()
            .map(|placed| placed.survivor)
            .collect();
        debug_assert_eq!(shared.len(), list.len(), "ranking loses nothing");
        let copies = |section: KeySection| -> Vec<Group> {
            account
                .own_keys
                .iter()
                .filter(|key| key.section == section)
                .map(|key| {
                    let of_key =
                        |at: &&usize| self.survivors[**at].endpoint.tag.provider() == key.provider;
                    let group: Vec<usize> = shared.iter().filter(of_key).copied().collect();
                    let mut group = if group.len() == 1 {
                        vec![assumed(group[0])]
                    } else {
                        unknown(group)
                    };
                    group
                        .iter_mut()
                        .for_each(|placed| placed.billing = Billing::OwnKey);
                    group
                })
                .filter(|group| !group.is_empty())
                .collect()
        };
        let (first, last) = (
            copies(KeySection::Prioritized),
            copies(KeySection::Fallback),
        );
        if !first.is_empty() || !last.is_empty() {
            self.modifiers.push(Modifier::OwnKeys);
        }
        ranked.meeting.splice(0..0, first);
        if ranked.missing.is_empty() {
            ranked.meeting.extend(last);
        } else {
            ranked.missing.extend(last);
        }
    }

    /// Takes out the shared endpoints of providers for which the account always uses its own key.
    pub(super) fn own_keys_only(&mut self, groups: &mut Vec<Group>, excluded: &mut Vec<Exclusion>) {
        let Some(account) = &self.request.account else {
            return;
        };
        let always: Vec<_> = account
            .own_keys
            .iter()
            .filter(|key| key.always)
            .map(|key| key.provider.as_str())
            .collect();
        if always.is_empty() {
            return;
        }
        self.take_out(
            groups,
            excluded,
            &Reason::OwnKeyOnly,
            |survivors, placed, _| {
                placed.billing == Billing::Credits
                    && always.contains(&survivors[placed.survivor].endpoint.tag.provider())
            },
        );
        for group in groups {
            reweigh(group);
        }
    }
}
