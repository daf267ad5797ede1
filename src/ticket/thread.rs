//! Which ticket does a mail belong to? First the token in the address that it was sent to, then our own Message-IDs in
//! `In-Reply-To` and `References`, then the reference in the subject (this last one only from somebody who is already part of
//! the ticket). Pure: the journal's answers are passed in.

use super::{Party, Ticket, TicketId, Token, TokenKey};
use crate::config::Settings;
use crate::mail::{Mail, MessageId};

/// What a mail shows of the ticket that it belongs to; the gateway looks these up in the journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadKeys {
    /// A token in an address, and the ticket that it names. Not yet proven.
    pub token: Option<(Token, TicketId)>,
    /// Message-IDs that it answers, nearest first, at most 30.
    pub answers: Vec<MessageId>,
    /// A reference in its subject.
    pub subject_reference: Option<TicketId>,
}

/// A Message-ID that the journal knows.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownMessage {
    /// The ticket that it is about.
    pub ticket: TicketId,
    /// Who wrote it, or whom we wrote it to.
    pub author: KnownAuthor,
}

/// Whose a known Message-ID is.
#[derive(Clone, Debug, PartialEq)]
pub enum KnownAuthor {
    /// We wrote it, to this party: holding it proves what the token of that party proves.
    UsTo(Party),
    /// Somebody else wrote it: it proves nothing.
    Other,
}

/// Where a mail belongs.
#[derive(Clone, Debug, PartialEq)]
pub enum Placement {
    /// It opens a ticket.
    New,
    /// It belongs to this ticket; the proof tells how far that is shown.
    Existing(TicketId, Proof),
}

/// How it was shown that a mail belongs to a ticket.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// A genuine token, or an unguessable Message-ID of ours, made for this party.
    Holds(Party),
    /// Only the subject or a public Message-ID names the ticket, and the sender's address is already part of it.
    Participant,
}

/// Reads the keys from a mail.
#[must_use]
pub fn keys(_mail: &Mail, _settings: &Settings) -> ThreadKeys {
    todo!()
}

/// Places a mail. `known` are the journal's answers for [`ThreadKeys::answers`] in the same order, and `tickets` the tickets
/// that any of the keys name.
#[must_use]
pub fn place(
    _mail: &Mail,
    _keys: &ThreadKeys,
    _known: &[KnownMessage],
    _tickets: &[Ticket],
    _key: &TokenKey,
    _settings: &Settings,
) -> Placement {
    todo!()
}
