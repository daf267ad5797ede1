//! Which addresses are ours? Who writes from one of them is no customer, and who gets a copy there is nobody outside.

use super::{ReplyAddress, Settings, Support, Team};
use crate::mail::Address;

impl Settings {
    /// The team that stands behind an address of ours: that of a member, that of a team's mailbox or second address, and the first one for
    /// the support address itself. `None` where the address is not ours.
    #[must_use]
    pub fn team_behind(&self, address: &Address) -> Option<&Team> {
        let is_of = |team: &&Team| {
            team.address.is_same_as(address)
                || (team.second_address.as_ref()).is_some_and(|second| second.is_same_as(address))
        };
        self.team_of_member(address)
            .or_else(|| self.teams.iter().find(is_of))
            .or_else(|| {
                let is_support = self.support.is_at(address);
                self.teams.first().filter(|_| is_support)
            })
    }

    /// Every address of ours by name: of support, the admin, the teams and their members.
    pub(crate) fn own_addresses(&self) -> impl Iterator<Item = &Address> {
        let of_teams = self.teams.iter().flat_map(|team| {
            let members = team.members.iter().map(|member| &member.address);
            members.chain([&team.address]).chain(&team.second_address)
        });
        of_teams.chain([&self.support.address, &self.support.admin])
    }

    /// Whether an address is ours: of support, a team, a member, or the admin.
    #[must_use]
    pub fn is_ours(&self, address: &Address) -> bool {
        self.team_behind(address).is_some() || self.support.admin.is_same_as(address)
    }
}

impl Support {
    /// Whether mail to an address comes to the support mailbox: the address itself, with anything behind a plus, or with a token.
    #[must_use]
    pub fn is_at(&self, address: &Address) -> bool {
        if self.address.is_same_as(address) {
            return true;
        }
        let (ours, theirs) = (self.address.key(), address.key());
        let halves = |whole: &str| -> Option<(String, String)> {
            let (local, domain) = whole.rsplit_once('@')?;
            Some((local.to_owned(), domain.to_owned()))
        };
        let is_plus = match (halves(&ours), halves(&theirs)) {
            (Some((local, domain)), Some((other, at))) => {
                at == domain
                    && other
                        .strip_prefix(&local)
                        .is_some_and(|rest| rest.starts_with('+'))
            }
            _ => false,
        };
        let is_reply_address = match &self.reply_address {
            ReplyAddress::Pattern { before, after } => {
                theirs.starts_with(&before.to_lowercase())
                    && theirs.ends_with(&after.to_lowercase())
            }
            ReplyAddress::None => false,
        };
        is_plus || is_reply_address
    }
}

#[cfg(test)]
mod tests {
    use crate::decide::test_situation::{address, settings};

    #[test]
    fn ours_are_support_with_all_its_forms_teams_and_members() {
        let settings = settings();
        for ours in [
            "support@shop.example",
            "Support+anything@shop.example",
            "support+k7qf2m9xrt-c-aaaaaaaaaaaaaaaa@shop.example",
            "kim@shop.example",
            "workshop@shop.example",
        ] {
            assert!(settings.is_ours(&address(ours)), "{ours}");
        }
        for other in [
            "ann@a.example",
            "support@other.example",
            "supporter@shop.example",
        ] {
            assert!(!settings.is_ours(&address(other)), "{other}");
        }
        let behind = settings.team_behind(&address("workshop@shop.example"));
        assert_eq!(behind.map(|team| team.name.0.as_str()), Some("workshop"));
    }
}
