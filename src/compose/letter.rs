//! Who gets a mail, from whom, in which thread, automatic or not? One place for all headers of everything that leaves. What a stranger
//! wrote comes in as [`HeaderText`] and [`MessageId`] only.

use super::guard::Guard;
use super::markup::Document;
use super::mime::{Message, Part};
use super::picture::InlinePicture;
use super::{ComposeError, EnvelopeSender, Outgoing, Precedence, Purpose};
use crate::config::{ReplyAddress, Settings};
use crate::mail::{Address, HeaderText, MessageId};
use crate::ticket::{Party, ThreadLinks, TicketId, TokenKey};
use jiff::Timestamp;

/// What stands in a Message-ID instead of a ticket's reference.
const OF_NO_TICKET: &str = "desk";

/// For whom a mail is, from which its manners follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// RFC 3834: an automatic answer.
    AutomaticToCustomer,
    /// A person's words, or a text that a person said yes to.
    HumanToCustomer,
    /// Made by a machine for our own people: they may not answer it by machine either.
    Internal,
}

/// A mail before it is bytes.
pub(super) struct Letter<'a> {
    pub(super) purpose: Purpose,
    pub(super) manner: Manner,
    pub(super) ticket: Option<&'a TicketId>,
    pub(super) party: Option<Party>,
    pub(super) to: Address,
    pub(super) to_name: Option<&'a HeaderText>,
    /// The name in `From`; that of the support address where there is none.
    pub(super) from_name: Option<String>,
    /// Who gets a copy.
    pub(super) cc: Vec<Address>,
    /// What makes its Message-ID besides ticket, purpose and recipient: the mail or the occasion that caused it.
    pub(super) cause: &'a [u8],
    pub(super) subject: String,
    pub(super) document: Document,
    pub(super) thread: ThreadLinks,
    pub(super) parts: Vec<Part>,
    /// What its document shows, each once.
    pub(super) pictures: Vec<InlinePicture>,
    /// Where replies go instead of to us.
    pub(super) reply_to: Option<Address>,
    /// The language of the words, for the HTML part.
    pub(super) language: &'a str,
}

impl Purpose {
    /// The word in Message-IDs.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Question => "question",
            Self::Notice => "notice",
            Self::Packet => "packet",
            Self::CustomerWroteAgain => "again",
            Self::DraftForApproval => "draft",
            Self::StaffReply => "reply",
            Self::ApprovedAnswer => "approved",
            Self::ForwardForApproval => "forwarded",
            Self::StaffHint => "hint",
            Self::StaffAnswer => "told",
            Self::SeenOutside => "seen",
            Self::DeliveryTrouble => "delivery",
            Self::Trouble => "trouble",
            Self::StopConfirmation => "stop",
            Self::Told => "status",
            Self::Reminder => "reminder",
            Self::Delay => "delay",
            Self::WeeklyLetter => "letter",
            Self::LetterAnswered => "letter-answered",
        }
    }
}

/// The name of a mail: the same for the same ticket, purpose, recipient and cause, and for nobody else to make.
pub(super) fn message_id(key: &TokenKey, letter: &Letter<'_>, settings: &Settings) -> MessageId {
    let (ticket, purpose) = (letter.ticket, letter.purpose);
    message_id_of(key, ticket, purpose, &letter.to, letter.cause, settings)
}

/// The same for a mail that is no letter.
pub(super) fn message_id_of(
    key: &TokenKey,
    ticket: Option<&TicketId>,
    purpose: Purpose,
    to: &Address,
    cause: &[u8],
    settings: &Settings,
) -> MessageId {
    let reference = ticket
        .map_or(OF_NO_TICKET, TicketId::compact)
        .to_lowercase();
    let word = purpose.word();
    let tag = key.tag(
        "message-id",
        &[
            reference.as_bytes(),
            word.as_bytes(),
            to.key().as_bytes(),
            cause,
        ],
    );
    let domain = settings.support.address.domain();
    let local = format!("{reference}.{word}.{tag}");
    // A domain that no Message-ID may hold (not ASCII, or endless) is replaced by one that cannot exist (RFC 2606).
    let candidates = [domain, "handoffd.invalid"];
    let mut parsed = candidates
        .iter()
        .filter_map(|domain| MessageId::parse(&format!("{local}@{domain}")));
    match parsed.next() {
        Some(id) => id,
        None => unreachable!("letters, digits and dots make a Message-ID"),
    }
}

/// Whether a Message-ID has the form of those of mails for this purpose that are about no ticket.
pub(super) fn is_named_so(id: &MessageId, purpose: Purpose) -> bool {
    let after = id.as_str().strip_prefix(OF_NO_TICKET);
    let after = after.and_then(|rest| rest.strip_prefix('.')?.strip_prefix(purpose.word()));
    after.is_some_and(|rest| rest.starts_with('.'))
}

/// The address that replies go to: with the party's token where the server takes such addresses.
pub(super) fn reply_address(
    key: &TokenKey,
    ticket: Option<&TicketId>,
    party: Option<&Party>,
    settings: &Settings,
) -> Address {
    let support = &settings.support;
    let (ReplyAddress::Pattern { before, after }, Some(ticket), Some(party)) =
        (&support.reply_address, ticket, party)
    else {
        return support.address.clone();
    };
    let token = key.token(ticket, party);
    Address::parse(&format!("{before}{}{after}", token.as_str()))
        .unwrap_or_else(|_| support.address.clone())
}

impl Letter<'_> {
    /// Where replies go. Whoever gets a copy must not hold the customer's key.
    fn answered_at(&self, key: &TokenKey, settings: &Settings) -> Address {
        if let Some(address) = &self.reply_to {
            return address.clone();
        }
        let party = self.party.as_ref().filter(|_| self.cc.is_empty());
        reply_address(key, self.ticket, party, settings)
    }

    /// Refuses a mail to a customer that holds what is only for staff.
    pub(super) fn check(
        &self,
        key: &TokenKey,
        settings: &Settings,
        guard: &Guard,
    ) -> Result<(), ComposeError> {
        if self.manner == Manner::Internal {
            return Ok(());
        }
        let reply_to = self.answered_at(key, settings);
        guard.refuse_leak("subject", &self.subject)?;
        guard.refuse_leak("text", &self.document.text())?;
        guard.refuse_leak("html", &self.document.html(self.language))?;
        guard.refuse_leak("reply address", reply_to.as_str())?;
        guard.refuse_leak("name", self.from_name.as_deref().unwrap_or_default())?;
        guard.refuse_leak("name", self.to_name.map_or("", HeaderText::as_str))?;
        for one in &self.cc {
            guard.refuse_leak("copy", one.as_str())?;
        }
        for id in self
            .thread
            .references
            .iter()
            .chain(&self.thread.in_reply_to)
        {
            guard.refuse_leak("thread", id.as_str())?;
        }
        self.parts
            .iter()
            .try_for_each(|part| guard.refuse_leak_in_part(part))
    }

    /// The mail as it will be recorded and sent.
    pub(super) fn seal(self, key: &TokenKey, settings: &Settings, now: Timestamp) -> Outgoing {
        let support = &settings.support;
        let message_id = message_id(key, &self, settings);
        let reply_to = self.answered_at(key, settings);
        let text = self.document.text();
        let html = self.document.html(self.language);
        let mut message = Message::new(&text, &html, self.parts).showing(self.pictures);
        message.date(now);
        let from_name = self.from_name.as_deref();
        let from_name = from_name.unwrap_or(support.name.as_str());
        message.mailbox("From", from_name, &support.address);
        message.mailbox("To", self.to_name.map_or("", HeaderText::as_str), &self.to);
        message.addresses("Cc", &self.cc);
        message.mailbox("Reply-To", "", &reply_to);
        message.text("Subject", &self.subject);
        message.ids("Message-ID", std::slice::from_ref(&message_id));
        message.ids("In-Reply-To", self.thread.in_reply_to.as_slice());
        message.ids("References", &self.thread.references);
        if let Some(ticket) = self.ticket {
            message.plain("X-Handoff-Ticket", &ticket.to_string());
        }
        let mark = key.tag("loop", &[message_id.as_str().as_bytes()]);
        message.plain("X-Handoff-Mark", &mark);
        match self.manner {
            Manner::AutomaticToCustomer => {
                message.plain("Auto-Submitted", "auto-replied");
                message.plain("X-Auto-Response-Suppress", "All");
            }
            Manner::Internal => {
                message.plain("Auto-Submitted", "auto-generated");
                message.plain("X-Auto-Response-Suppress", "All");
            }
            Manner::HumanToCustomer => {}
        }
        // Known to nobody before the mail is there, so nothing that it holds can end a part.
        let boundary = key.tag("boundary", &[message_id.as_str().as_bytes()]);
        let bytes = message.bytes(&boundary);
        let sender = match self.manner {
            Manner::HumanToCustomer => EnvelopeSender::Support(support.address.clone()),
            Manner::AutomaticToCustomer | Manner::Internal => EnvelopeSender::Null,
        };
        Outgoing {
            purpose: self.purpose,
            precedence: Precedence::of(self.purpose),
            ticket: self.ticket.cloned(),
            party: self.party,
            message_id,
            sender,
            recipients: std::iter::once(self.to).chain(self.cc).collect(),
            subject: HeaderText::clean(&self.subject).as_str().to_owned(),
            text,
            bytes,
        }
    }
}
