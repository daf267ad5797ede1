//! Who may speak for a team, and under which name and signature do their words reach a customer?

use super::Team;
use crate::mail::{Address, HeaderText};

/// Somebody who may speak for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The address that they reply from.
    pub address: Address,
    /// Their name as customers read it.
    pub name: Option<HeaderText>,
    /// What stands below their own words to a customer, instead of what their mail program adds.
    pub signature: Option<String>,
}

/// Whose name stands in `From` of a member's own words to a customer; the address is the support address always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SenderName {
    /// That of `[support]`.
    #[default]
    Support,
    /// The member's before it (`Anna Berg, Example Shop`), where it is known.
    Member,
}

impl Member {
    /// Nothing but the address.
    #[must_use]
    pub const fn bare(address: Address) -> Self {
        Self {
            address,
            name: None,
            signature: None,
        }
    }
}

impl Team {
    /// The member with that address.
    #[must_use]
    pub fn member(&self, address: &Address) -> Option<&Member> {
        let mut members = self.members.iter();
        members.find(|member| member.address.is_same_as(address))
    }

    /// How a member is called among colleagues: by name, or by address where no name is known.
    #[must_use]
    pub fn called<'a>(&'a self, address: &'a Address) -> &'a str {
        let name = self.member(address).and_then(|member| member.name.as_ref());
        name.map_or(address.as_str(), HeaderText::as_str)
    }

    /// What stands below a member's own words: their signature, else the team's.
    #[must_use]
    pub fn signature_of(&self, address: &Address) -> Option<&str> {
        let own = self
            .member(address)
            .and_then(|member| member.signature.as_deref());
        own.or(self.signature.as_deref())
    }
}
