//! Who wrote what a customer gets, and how is it signed? Only where a member wrote it themselves.

use crate::config::{SenderName, Team};
use crate::mail::{Address, HeaderText};

/// A member whose own words go to a customer.
pub(super) struct Author<'a> {
    team: &'a Team,
    member: &'a Address,
}

impl<'a> Author<'a> {
    /// That member, speaking for that team.
    pub(super) const fn of(team: &'a Team, member: &'a Address) -> Self {
        Self { team, member }
    }

    /// Their words, with the signature that the settings give them below.
    pub(super) fn signed(&self, words: &str) -> String {
        match self.team.signature_of(self.member) {
            Some(signature) if words.is_empty() => signature.to_owned(),
            Some(signature) => format!("{words}\n\n{signature}"),
            None => words.to_owned(),
        }
    }

    /// Their name before the desk's, where the settings want it and know it.
    pub(super) fn name_in_from(&self, support_name: &str) -> Option<String> {
        if self.team.sender_name != SenderName::Member {
            return None;
        }
        let member = self.team.member(self.member)?;
        let name = member.name.as_ref().map(HeaderText::as_str)?;
        Some(if support_name.is_empty() {
            name.to_owned()
        } else {
            format!("{name}, {support_name}")
        })
    }
}
