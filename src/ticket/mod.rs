//! One request of one customer, with all mails about it. A ticket is its events; everything else is computed from them.

mod asked_again;
mod delivery;
mod draft;
mod id;
mod in_shadow;
mod links;
mod looked_up;
mod presence;
mod privacy_request;
mod promise;
mod status;
pub mod thread;
mod token;
mod tried;
mod waiting;

pub use asked_again::{AskedAgain, FirstReply, Given, KnownToTeam};
pub use delivery::Undelivered;
pub(crate) use delivery::is_to_be_read;
pub use draft::{
    Approvals, Change, Draft, DraftFate, DraftNumber, Edit, MadeDraft, WaitingDraft, Wording,
};
pub use id::TicketId;
pub use in_shadow::{InShadow, Would};
pub use links::ThreadLinks;
pub use presence::Holder;
pub(crate) use privacy_request::is_privacy_request;
pub(crate) use promise::is_shown_answer;
pub use promise::{Promise, PromiseOutcome};
pub use status::Status;
pub use token::{Party, Token, TokenKey};
pub use tried::SentAnswer;
pub use waiting::{Waiting, WaitsFor};

use crate::config::{FactName, IntentName, Language, TeamName};
use crate::lookup::LookedUp;
use crate::mail::{Address, HeaderText, MailIdentity, Mailbox, MessageId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A ticket: its events in the order in which they were recorded. The first is always [`Event::Opened`].
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Its reference.
    pub id: TicketId,
    /// What happened.
    pub events: Vec<TimedEvent>,
}

/// An event with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedEvent {
    /// When it was recorded.
    pub at: Timestamp,
    /// The mail that caused it, if one did.
    pub cause: Option<MailIdentity>,
    /// What happened.
    pub event: Event,
}

/// Everything that can happen to a ticket.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A customer wrote for the first time.
    Opened {
        /// Who. Never changes afterwards.
        customer: Mailbox,
        /// The subject of their first mail.
        subject: HeaderText,
        /// The language that answers are written in.
        language: Language,
        /// The mail.
        mail: MailSummary,
    },
    /// The customer wrote again.
    CustomerWrote {
        /// The mail.
        mail: MailSummary,
    },
    /// Somebody else wrote into the ticket (a CC, a colleague of the customer). They never become the customer.
    ThirdPartyWrote {
        /// Who.
        from: Mailbox,
        /// The mail.
        mail: MailSummary,
    },
    /// One mail too many of its kind was kept in the ticket of the others, without a packet of its own.
    Collected {
        /// Who wrote it.
        from: Mailbox,
        /// The mail.
        mail: MailSummary,
    },
    /// Facts that became known.
    FactsFound {
        /// In normal form.
        facts: BTreeMap<FactName, String>,
    },
    /// What lookups said about who wrote.
    LookedUp {
        /// Each of them.
        found: Vec<LookedUp>,
    },
    /// A team member forwarded the customer's mail, which had come to them; it waits for the team's yes.
    Forwarded {
        /// Whose address it came from.
        member: Address,
        /// The team that may say yes.
        team: TeamName,
    },
    /// What was decided about a mail, with every reason, as it was at that time.
    Decided {
        /// `answer`, `ask`, … (contract.md).
        decision: &'static str,
        /// Rule and sentence of each reason, the first one the deciding.
        reasons: Vec<(String, String)>,
        /// The words that show each reason, in the same order, empty where none do; nothing where an older program decided.
        evidence: Vec<String>,
        /// The nearest intent and its confidence.
        intent: Option<(IntentName, f64)>,
        /// What else was close, the nearest first.
        close: Vec<(IntentName, f64)>,
    },
    /// An approved answer was sent by itself.
    Answered {
        /// Which article.
        article: ArticleReference,
        /// How sure it was.
        confidence: f64,
    },
    /// Missing details were asked for.
    Asked {
        /// Which.
        facts: Vec<FactName>,
        /// For which article.
        intent: IntentName,
    },
    /// The customer's mail before crossed our answer or question: they had not seen it yet, and nothing more is owed for it.
    Crossed,
    /// The customer said thanks for an answer when nothing was open: it helped, and the ticket is done.
    Confirmed,
    /// A draft was shown to a team.
    Drafted {
        /// What it would say.
        draft: Draft,
    },
    /// A person has it from here.
    HandedOff {
        /// Which team.
        team: TeamName,
        /// By when an answer is promised, if the customer was told a time.
        promised_by: Option<Timestamp>,
        /// What the customer was told, word for word; or why nothing.
        notice: Notice,
        /// Why, in one sentence.
        why: String,
    },
    /// The team was reminded: of a promise before it lapsed, of a customer who waits without one, or of a ticket that a member had put off.
    Reminded {
        /// Whose it is.
        team: TeamName,
        /// Who was reminded.
        whom: Reminded,
        /// By when an answer is promised or due, or until when the ticket was put off.
        of: Timestamp,
    },
    /// A promised time went by without an answer.
    PromiseLapsed {
        /// Which team's promise it was.
        team: TeamName,
        /// By when an answer had been promised.
        promised_by: Timestamp,
        /// The new time that the customer was told, if one was.
        new_promise: Option<Timestamp>,
        /// What the customer was told, word for word; or why nothing.
        notice: Notice,
    },
    /// The team's own time went by while a customer waited who was told none ([`Waiting`]).
    WaitedTooLong {
        /// Whose time.
        team: TeamName,
        /// By when an answer had been due.
        due_by: Timestamp,
    },
    /// The customer's further words were passed on to the team that holds the ticket.
    PassedOn {
        /// Which team.
        team: TeamName,
    },
    /// A team member's reply went to the customer.
    StaffReplied {
        /// Who.
        member: Address,
    },
    /// The first reply of a person after a packet asked the customer for what the packet had given.
    AskedAgain {
        /// Who.
        member: Address,
        /// What for, and in which words.
        asked: AskedAgain,
    },
    /// One of our people wrote to the customer with their own mail program, past us.
    WroteOutside {
        /// From which address.
        from: Address,
        /// The team that has to do with it from here.
        team: TeamName,
        /// How far it is shown that they wrote it.
        shown_by: ShownBy,
        /// The mail.
        mail: MailSummary,
    },
    /// A team member said yes to a draft that needs another's yes as well.
    FirstApproval {
        /// Who.
        member: Address,
    },
    /// A team member said yes to a draft, which was sent.
    DraftApproved {
        /// Who.
        member: Address,
        /// Which text; `None` where an older program recorded it.
        article: Option<ArticleReference>,
        /// What was changed of that text before it left; `None` where it left as it was shown. Then a person's own words reached the
        /// customer.
        edit: Option<Edit>,
    },
    /// A team member refused a draft.
    DraftRefused {
        /// Who.
        member: Address,
        /// Why, in their words.
        why: String,
    },
    /// A newer mail made a waiting draft void.
    DraftWithdrawn,
    /// A team member took the ticket: automation is silent.
    Taken {
        /// Who.
        member: Address,
    },
    /// A team member gave the ticket to another team. What the customer was promised stays.
    Reassigned {
        /// Who.
        member: Address,
        /// The team that has it from here.
        team: TeamName,
    },
    /// A team member wants to be reminded of the ticket; nothing reached the customer.
    Postponed {
        /// Who.
        member: Address,
        /// Until when.
        until: Timestamp,
    },
    /// A team member gave the ticket back to automation.
    GivenBack {
        /// Who.
        member: Address,
    },
    /// A team member left a note. It reaches nobody outside.
    Noted {
        /// Who.
        member: Address,
        /// Their words.
        text: String,
    },
    /// A team member confirmed what a mail of the customer means, and it was learned.
    Learned {
        /// Who.
        member: Address,
        /// The customer's mail.
        mail: MailIdentity,
        /// What it means; `None`: what no article covers.
        intent: Option<IntentName>,
    },
    /// A person answered what an article in shadow would have answered, and their answer was held against its text.
    HeldAgainst {
        /// Which article.
        article: ArticleReference,
        /// Whether the person's answer says what it says, and no other article more so.
        says_the_same: bool,
        /// How much the two have in common, 0 to 100.
        likeness_percent: u8,
    },
    /// Done.
    Closed {
        /// By whom; `None` is the command line.
        member: Option<Address>,
    },
    /// The customer wants no automatic mail (`STOP`).
    AutomationRefused,
    /// The customer takes `STOP` back.
    AutomationAllowed,
    /// A mail of ours did not arrive.
    Bounced {
        /// For whom it was.
        recipient: Option<Address>,
        /// RFC 3464 action and status.
        report: String,
        /// Which mail.
        original: Option<MessageId>,
    },
    /// A mail of ours was given up by the outbox.
    SendFailed {
        /// For whom it was.
        recipient: Address,
        /// The server's words.
        why: String,
        /// Which mail; `None` where an older program recorded it.
        mail: Option<MessageId>,
        /// Whether it may have arrived all the same.
        may_have_arrived: bool,
    },
    /// A mail of ours that was given up or withdrawn is not lost after all: somebody has it tried again, or its copy shows that it left.
    NotLost {
        /// Its Message-ID.
        message_id: MessageId,
    },
    /// A mail that belongs to the ticket by its token but may not act was kept aside.
    KeptAside {
        /// Who it claims to be from.
        from: Option<Address>,
        /// Why it may not act.
        why: String,
    },
    /// An automatic mail that waited to be sent was overtaken by a person and is not sent.
    MailWithdrawn {
        /// Its Message-ID.
        message_id: MessageId,
        /// What it was for.
        purpose: crate::compose::Purpose,
    },
    /// A mail of ours about this ticket was recorded for sending.
    Wrote {
        /// Its Message-ID.
        message_id: MessageId,
        /// What for.
        purpose: crate::compose::Purpose,
        /// To whom.
        to: Vec<Address>,
        /// Sentences of it that a summary of the thread may show, word for word; of a question one for each detail. Nothing of what
        /// staff get, nothing where an older program wrote it.
        said: Vec<String>,
    },
}

impl Event {
    /// The incoming mail that it tells of.
    #[must_use]
    pub const fn mail(&self) -> Option<&MailSummary> {
        match self {
            Self::Opened { mail, .. }
            | Self::CustomerWrote { mail }
            | Self::ThirdPartyWrote { mail, .. }
            | Self::WroteOutside { mail, .. } => Some(mail),
            _ => None,
        }
    }

    /// The team that it brings in.
    pub(crate) const fn team(&self) -> Option<&TeamName> {
        match self {
            Self::HandedOff { team, .. }
            | Self::PassedOn { team }
            | Self::Reassigned { team, .. }
            | Self::WroteOutside { team, .. }
            | Self::Forwarded { team, .. } => Some(team),
            Self::Drafted { draft } => Some(&draft.team),
            _ => None,
        }
    }
}

/// How far it is shown that a mail which bears an address of ours was written by our people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownBy {
    /// By the address alone, which anybody can write; or it is no answer to what is open (written before the customer's latest mail, or to
    /// somebody else). Silence follows, and nothing counts as answered.
    Address,
    /// It lies in the folder of sent mail: whoever wrote it has access to the support mailbox. It is the answer to the customer's latest mail.
    SentFolder,
}

/// What the ticket keeps of an incoming mail.
#[derive(Clone, Debug, PartialEq)]
pub struct MailSummary {
    /// Its identity.
    pub identity: MailIdentity,
    /// Its Message-ID, to thread our answers under it.
    pub message_id: Option<MessageId>,
    /// Its References, bounded, to go on with the thread.
    pub references: Vec<MessageId>,
    /// Its subject.
    pub subject: HeaderText,
    /// The first 2,000 characters of the new text.
    pub excerpt: String,
    /// The files that came with it, at most [`AttachmentSummary::KEPT_MAX`]; nothing where an older program recorded it.
    pub attachments: Vec<AttachmentSummary>,
    /// Who else it was written to, bounded: nobody of us, not the writer, no robot. Nobody where an older program wrote it.
    pub also_to: Vec<Address>,
}

/// What the ticket keeps of a file that came with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentSummary {
    /// Its file name, without any folder; empty where it has none.
    pub name: HeaderText,
    /// Its media type, `type/subtype` in lower case.
    pub media_type: String,
}

impl AttachmentSummary {
    /// The most files of one mail that are kept.
    pub const KEPT_MAX: usize = 20;
}

/// Which text was sent: intent, language, revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleReference {
    /// The intent.
    pub intent: IntentName,
    /// The language.
    pub language: Language,
    /// The revision (see [`crate::knowledge::Article::revision`]).
    pub revision: String,
}

/// Who was reminded of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminded {
    /// The team's mailbox.
    Team,
    /// The second address of the team.
    SecondAddress,
    /// The admin: the time that the law gives is over.
    Admin,
}

/// What the customer was told at a hand-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// This text.
    Sent {
        /// Word for word.
        text: String,
    },
    /// Nothing, and why.
    Withheld {
        /// Why, as a sentence.
        why: String,
    },
}
