//! Who holds which ticket? Tokens are HMACs over ticket, party and purpose; a customer never receives anything from which
//! a staff token could be made. Reads hostile input: anybody can write any address.

use super::TicketId;
use crate::config::TeamName;
use crate::mail::Address;

/// The secret that all tokens and outgoing Message-IDs are made with. Never printed.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

/// For whom a token was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The customer of the ticket, by this address.
    Customer(Address),
    /// A team.
    Staff(TeamName),
}

/// A token as it stands in an address: `k7qf2m9xrt-c-` or `-s-`, and 16 characters of base 32 (80 bits of the HMAC).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(String);

impl TokenKey {
    /// A key from 32 bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The token that lets `party` write into `ticket`.
    #[must_use]
    pub fn token(&self, _ticket: &TicketId, _party: &Party) -> Token {
        todo!()
    }

    /// Whether `token` was made for `party` and `ticket`; in constant time.
    #[must_use]
    pub fn proves(&self, _token: &Token, _ticket: &TicketId, _party: &Party) -> bool {
        todo!()
    }

    /// A tag that nobody else can make, over any content (for outgoing Message-IDs and the loop mark): 16 characters.
    #[must_use]
    pub fn tag(&self, _purpose: &str, _content: &[&[u8]]) -> String {
        todo!()
    }
}

impl Token {
    /// Reads the form of a token (not whether it is genuine) and the ticket that it names.
    #[must_use]
    pub fn parse(_text: &str) -> Option<(Self, TicketId)> {
        todo!()
    }

    /// The token as it stands in an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
