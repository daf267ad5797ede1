//! Which addresses are ours? Who writes from one of them is no customer, and who gets a copy there is nobody outside.

use super::{ReplyAddress, Settings, Support, Team};
use crate::mail::Address;

impl Settings {
    /// The team that stands behind an address of ours: that of a member, that of a team's mailbox or second address, and the first one for
    /// the support address itself and for that of another mailbox of ours. `None` where the address is not ours.
    #[must_use]
    pub fn team_behind(&self, address: &Address) -> Option<&Team> {
        let is_of = |team: &&Team| {
            team.address.is_same_as(address)
                || (team.second_address.as_ref()).is_some_and(|second| second.is_same_as(address))
        };
        self.team_of_member(address)
            .or_else(|| self.teams.iter().find(is_of))
            .or_else(|| {
                let is_support = self.support.is_at(address) || self.is_other_mailbox(address);
                self.teams.first().filter(|_| is_support)
            })
    }

    /// Whether mail to an address comes to another mailbox of the same configuration.
    #[must_use]
    pub fn is_other_mailbox(&self, address: &Address) -> bool {
        self.others.iter().any(|other| other.is_at(address))
    }

    /// Who is meant to read mail: teams, their second addresses and members, and the admin, each in words.
    pub(crate) fn people(&self) -> impl Iterator<Item = (String, &Address)> {
        let of_teams = self.teams.iter().flat_map(|team| {
            let name = &team.name;
            let members = team.members.iter();
            let members =
                members.map(move |member| (format!("a member of team {name}"), &member.address));
            let second = team.second_address.iter();
            let second =
                second.map(move |second| (format!("the second address of team {name}"), second));
            members
                .chain([(format!("the address of team {name}"), &team.address)])
                .chain(second)
        });
        let admin = &self.support.admin;
        // An admin that nobody wrote down is the first team.
        let is_team = self.teams.iter().any(|team| team.address == *admin);
        of_teams.chain((!is_team).then(|| ("the admin".to_owned(), admin)))
    }

    /// Every address of ours by name: of support, the admin, the teams and their members, and of the other mailboxes.
    pub(crate) fn own_addresses(&self) -> impl Iterator<Item = &Address> {
        let of_teams = self.teams.iter().flat_map(|team| {
            let members = team.members.iter().map(|member| &member.address);
            members.chain([&team.address]).chain(&team.second_address)
        });
        let of_others = self.others.iter().map(|other| &other.address);
        of_teams
            .chain([&self.support.address, &self.support.admin])
            .chain(of_others)
    }

    /// Whether an address is ours: of support, a team, a member, the admin, or another mailbox of the same configuration.
    #[must_use]
    pub fn is_ours(&self, address: &Address) -> bool {
        self.team_behind(address).is_some() || self.support.admin.is_same_as(address)
    }
}

impl Support {
    /// An address as replies to our mails go to; `None` where they go to the support address itself.
    pub(crate) fn sample_of_replies(&self) -> Option<Address> {
        match &self.reply_address {
            ReplyAddress::Pattern { before, after } => {
                Address::parse(&format!("{before}0123456789-c-0123456789abcdef{after}")).ok()
            }
            ReplyAddress::None => None,
        }
    }

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
        // Another mailbox of the same file, in all its forms as well.
        let mut settings = settings;
        let mut sales = settings.support.clone();
        sales.address = address("sales@other.example");
        settings.others = vec![sales];
        for ours in ["sales@other.example", "sales+anything@other.example"] {
            assert!(settings.is_ours(&address(ours)), "{ours}");
            assert!(settings.is_other_mailbox(&address(ours)), "{ours}");
        }
        assert!(!settings.is_other_mailbox(&address("support@shop.example")));
        let behind = settings.team_behind(&address("workshop@shop.example"));
        assert_eq!(behind.map(|team| team.name.0.as_str()), Some("workshop"));
    }
}
