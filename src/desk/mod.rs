//! The staff side, by mail alone: who is staff, the words they can use, approvals, and their plain reply to the customer.
//! Reads hostile input: anybody can claim to be staff. Pure.

use crate::config::{Settings, TeamName};
use crate::mail::{Address, Mail};
use crate::ticket::Ticket;
use crate::ticket::thread::Placement;

/// Who wrote a mail, as far as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Sender {
    /// The ticket's customer, or somebody who writes for the first time.
    Customer(Trust),
    /// Somebody else who writes into a ticket.
    ThirdParty,
    /// A member of a team, shown by the packet's token and the member's address together.
    Staff {
        /// The team whose token it is.
        team: TeamName,
        /// The member.
        member: Address,
    },
    /// Claims to be staff without both: changes nothing, reaches no customer.
    FalseStaff {
        /// What is missing, as a sentence.
        why: String,
    },
}

/// How far a customer's identity is shown (design, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// A token that belongs to someone else, or a look-alike.
    Contradicted,
    /// Nothing shows it.
    Claimed,
    /// Holds an unguessable token of this ticket.
    Thread,
    /// Shown by DMARC.
    Proven,
}

/// Who wrote this mail?
#[must_use]
pub fn who_wrote(
    _mail: &Mail,
    _placement: &Placement,
    _ticket: Option<&Ticket>,
    _settings: &Settings,
) -> Sender {
    todo!()
}

/// What a staff mail asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum StaffAct {
    /// `OK`: send the draft as it is.
    Approve,
    /// `NO why`: do not send it; a person answers.
    Refuse {
        /// Why.
        why: String,
    },
    /// `TAKE`: I have it; automation is silent.
    Take,
    /// `BACK`: automation may go on.
    GiveBack,
    /// `CLOSE`: done.
    Close,
    /// `NOTE …`: for us only.
    Note {
        /// The words.
        text: String,
    },
    /// Anything else: the answer to the customer.
    Reply {
        /// The text without the packet, the signature kept or cut by the team's setting.
        text: String,
    },
    /// A mail without words and without attachments: nothing to do.
    Nothing,
}

/// Reads what a staff mail asks for.
#[must_use]
pub fn read_act(_mail: &Mail, _keep_signature: bool) -> StaffAct {
    todo!()
}
