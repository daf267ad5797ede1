//! Which mails follow from a decision? Templates, packet, notice, threading headers, MIME: the exact bytes. Pure.

use crate::config::{Problem, Settings};
use crate::decide::{Decision, Situation};
use crate::mail::{Address, MessageId};
use crate::ticket::{Event, Ticket, TicketId, TokenKey};
use jiff::Timestamp;

/// What a mail of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// An approved answer, sent by itself.
    Answer,
    /// A request for details.
    Question,
    /// What happens next, to the customer.
    Notice,
    /// The hand-off, to staff.
    Packet,
    /// The customer's further words, to staff.
    CustomerWroteAgain,
    /// A proposed answer, to staff.
    DraftForApproval,
    /// A team member's words, to the customer.
    StaffReply,
    /// An approved draft, to the customer: a person said yes.
    ApprovedAnswer,
    /// That something cannot be done, to a team member.
    StaffHint,
    /// That a mail of ours did not arrive, to staff.
    DeliveryTrouble,
    /// That something is wrong with handoffd or was kept aside, to the admin.
    Trouble,
    /// `STOP` was understood, to the customer, once.
    StopConfirmation,
}

/// The envelope sender (RFC 5321 section 4.5.5; RFC 3834 section 3.3: automatic mail has a null one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvelopeSender {
    /// `MAIL FROM:<>`
    Null,
    /// A person's words leave from the support address, so that a failure comes back to us.
    Support(Address),
}

/// A whole mail, ready to be recorded and sent. Nothing of it changes afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// What for.
    pub purpose: Purpose,
    /// The ticket it is about.
    pub ticket: Option<TicketId>,
    /// To whom it was written: the customer or a team; `None` for the admin.
    pub party: Option<crate::ticket::Party>,
    /// Derived from ticket, purpose, recipient and the mail that caused it: a repeat is always recognisable.
    pub message_id: MessageId,
    /// Envelope sender.
    pub sender: EnvelopeSender,
    /// Envelope recipients, the copy to ourselves not included.
    pub recipients: Vec<Address>,
    /// The subject as it reads.
    pub subject: String,
    /// The text part as it reads.
    pub text: String,
    /// The exact bytes, CRLF line ends.
    pub bytes: Vec<u8>,
}

/// What follows from a decision.
#[derive(Clone, Debug, Default)]
pub struct Composed {
    /// The mails that leave.
    pub mails: Vec<Outgoing>,
    /// What the ticket's story gains, in order; empty where no ticket is touched. Opens the ticket where it is new.
    pub events: Vec<Event>,
}

/// Why a mail could not be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A template failed although it passed the check.
    #[error("template {name}: {why}")]
    Template {
        /// Its name.
        name: String,
        /// What the engine said.
        why: String,
    },
    /// The mail could not be built.
    #[error("building the mail: {0}")]
    Build(String),
}

/// The writer: templates loaded and checked, and the key for tokens.
pub struct Writer {
    key: TokenKey,
}

impl Writer {
    /// Loads the templates: built in, or the site's own; renders each with sample data to check it.
    ///
    /// # Errors
    /// Every problem found, by template and line.
    pub fn load(_settings: &Settings, key: TokenKey) -> Result<Self, Vec<Problem>> {
        let _ = Self { key };
        todo!()
    }

    /// The report to staff that a mail of ours was given up, and what the ticket's story gains.
    ///
    /// # Errors
    /// [`ComposeError`]
    pub fn delivery_trouble(
        &self,
        _ticket: &Ticket,
        _lost: &crate::journal::EffectRecord,
        _why: &str,
        _settings: &Settings,
        _now: Timestamp,
    ) -> Result<Composed, ComposeError> {
        todo!()
    }

    /// A report to the admin: what failed, where, what to do. Needs no template, so it cannot fail for one.
    /// `occasion` makes its Message-ID: the same occasion gives the same mail.
    #[must_use]
    pub fn trouble(
        &self,
        _occasion: &str,
        _subject: &str,
        _text: &str,
        _settings: &Settings,
        _now: Timestamp,
    ) -> Outgoing {
        todo!()
    }

    /// The mails and events that follow from a decision. `raw` are the bytes of the mail that caused it: the original is
    /// attached to packets byte for byte.
    ///
    /// # Errors
    /// [`ComposeError`], after which the caller reports with [`Writer::trouble`], original attached by quarantine.
    pub fn compose(
        &self,
        _decision: &Decision,
        _situation: &Situation<'_>,
        _raw: &[u8],
    ) -> Result<Composed, ComposeError> {
        let _ = &self.key;
        todo!()
    }
}
