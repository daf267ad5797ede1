//! What does a mail lack that claims to be staff's? Pure.

use crate::config::TeamName;
use crate::mail::Address;
use crate::trust::Testimony;

/// What is missing for a mail to be taken for one of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotShown {
    /// It holds the token of this team and names no sender.
    NoSender(TeamName),
    /// It holds a packet's token, and its sender is no member of the team.
    NoMember {
        /// The sender.
        from: Address,
        /// The team.
        team: TeamName,
    },
    /// It holds a packet's token and names several senders.
    SeveralSenders,
    /// Token and address are there, and the settings want the sender shown; the text says what the receiving server found.
    NotProven(Testimony),
    /// A member wrote a new mail without a packet's token.
    NoToken {
        /// The member's address.
        from: Address,
        /// Their team.
        team: TeamName,
    },
    /// A member wrote into a ticket without a packet's token.
    NoTokenInTicket {
        /// The member's address.
        from: Address,
        /// Their team.
        team: TeamName,
    },
    /// It comes from the mailbox of this team, without a packet's token.
    TeamMailbox(TeamName),
    /// It comes from another support mailbox of ours.
    OtherMailbox(Address),
}
