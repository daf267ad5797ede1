//! Which mail of the customer is a member's mail about, and may it teach anything? Pure.

use crate::mail::{Body, Mail, MailIdentity, Mailbox, MessageId, SenderKind};
use crate::ticket::{Event, MailSummary, Ticket};
use crate::understand::{HardStop, RequestText, Understander, Unteachable};
use thiserror::Error;

/// How the rules of hard stops begin.
const HARD_STOP: &str = "hard-stop-";
/// A forward is not looked through for stops at its arrival: where more than the ticket keeps was written, nobody can say.
const WHOLE_MAX_CHARS: usize = 2_000;
/// So many earlier mails are looked through.
const EARLIER_MAX: usize = 20;

/// A customer's request that a member may confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The customer's mail.
    pub mail: MailIdentity,
    /// What it says.
    pub text: RequestText,
    /// The rule that decided about it; empty where none is on record.
    pub rule: String,
    /// How it was found.
    pub found: Found,
}

/// How the customer's request was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The member's mail is about it.
    Directly,
    /// The mail that the member's is about says nothing of what is wanted ("any news?"): an earlier one of the ticket does. Only
    /// what a member says by name counts for it.
    Earlier,
}

/// Why a member's mail can teach nothing; a sentence that goes on after `because`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoLesson {
    /// The ticket has no mail of the customer that it could be about.
    #[error("no mail of the customer is on record in this ticket")]
    NoRequest,
    /// A stop was seen when the mail came.
    #[error("the customer's mail has a signal that always goes to a person ({0})")]
    Stopped(String),
    /// What is wanted does not stand in words that were read.
    #[error("what the customer wants does not stand in words that could be read ({})", .0.as_str())]
    NotInWords(NotInWords),
    /// The words themselves.
    #[error(transparent)]
    Words(#[from] Unteachable),
}

/// Why what is wanted does not stand in words that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInWords {
    /// Only its headers were read.
    TooLarge,
    /// More of it was written than the ticket keeps.
    TooLong,
    /// Nobody but a person with the key reads it.
    Encrypted,
    /// It stands in files.
    InAttachments,
    /// Somebody other than the customer wrote.
    OfSomebodyElse,
    /// A part of us failed on it.
    PartFailed,
}

impl NotInWords {
    /// The rule of a decision that says so.
    fn of_rule(rule: &str) -> Option<Self> {
        match rule {
            "too-large" => Some(Self::TooLarge),
            "encrypted" => Some(Self::Encrypted),
            "attachments" => Some(Self::InAttachments),
            "third-party" => Some(Self::OfSomebodyElse),
            "failure" => Some(Self::PartFailed),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too large",
            Self::TooLong => "too long",
            Self::Encrypted => "encrypted",
            Self::InAttachments => "attachments",
            Self::OfSomebodyElse => "somebody else wrote",
            Self::PartFailed => "a part of handoffd failed",
        }
    }
}

/// The customer's mail that a member's mail is about: the one that caused the mail of ours that they reply to, or else the one that last
/// came to staff. Where that one has no sentence that says what is wanted, it is the newest before it that has.
///
/// # Errors
/// [`NoLesson`]
pub fn request(
    ticket: &Ticket,
    reply: &Mail,
    understander: &Understander,
) -> Result<Request, NoLesson> {
    let (from, summary) = customers_mail(ticket, &reply.in_reply_to).ok_or(NoLesson::NoRequest)?;
    let of = |summary, found| request_of(ticket, from, summary, found, reply, understander);
    let nothing_said = match of(summary, Found::Directly) {
        Err(why @ NoLesson::Words(Unteachable::NothingSaid)) => why,
        looked => return looked,
    };
    let mails = ticket.customer_mails();
    let before = mails
        .iter()
        .take_while(|mail| mail.identity != summary.identity);
    let before: Vec<&&MailSummary> = before.collect();
    let mut earlier = before.iter().rev().take(EARLIER_MAX);
    earlier
        .find_map(|mail| of(mail, Found::Earlier).ok())
        .ok_or(nothing_said)
}

/// What one mail of the customer may teach.
fn request_of(
    ticket: &Ticket,
    from: &Mailbox,
    summary: &MailSummary,
    found: Found,
    reply: &Mail,
    understander: &Understander,
) -> Result<Request, NoLesson> {
    let rules = rules_about(ticket, summary.identity);
    for rule in &rules {
        if let Some(stop) = rule.strip_prefix(HARD_STOP) {
            return Err(NoLesson::Stopped(stop.to_owned()));
        }
        if let Some(why) = NotInWords::of_rule(rule) {
            return Err(NoLesson::NotInWords(why));
        }
    }
    let is_cut = summary.excerpt.chars().count() >= WHOLE_MAX_CHARS;
    if is_cut && rules.first().is_none_or(|rule| *rule == "staff-forward") {
        return Err(NoLesson::NotInWords(NotInWords::TooLong));
    }
    let text = understander.request_text(&as_mail(from, summary, reply))?;
    Ok(Request {
        mail: summary.identity,
        text,
        rule: rules.first().copied().unwrap_or_default().to_owned(),
        found,
    })
}

fn customers_mail<'t>(
    ticket: &'t Ticket,
    replied: &[MessageId],
) -> Option<(&'t Mailbox, &'t MailSummary)> {
    let customer = ticket.customer()?;
    let events = || ticket.events.iter();
    let with_identity = |identity: MailIdentity| {
        events().find_map(|timed| match &timed.event {
            Event::Opened { mail, .. } | Event::CustomerWrote { mail }
                if mail.identity == identity =>
            {
                Some(mail)
            }
            _ => None,
        })
    };
    let wrote = events().rev().find_map(|timed| match &timed.event {
        Event::Wrote { message_id, .. } if replied.contains(message_id) => Some(timed.cause),
        _ => None,
    });
    if let Some(Some(cause)) = wrote {
        if let Some(mail) = with_identity(cause) {
            return Some((customer, mail));
        }
        // What somebody else wrote into the ticket is no request of the customer, and must not pass for one.
        if events().any(|timed| is_third_partys(&timed.event, cause)) {
            return None;
        }
    }
    let came_to_staff = events().rev().filter(|timed| {
        matches!(
            timed.event,
            Event::HandedOff { .. } | Event::Drafted { .. } | Event::Forwarded { .. }
        )
    });
    let mut causes = came_to_staff.filter_map(|timed| timed.cause);
    causes.find_map(with_identity).map(|mail| (customer, mail))
}

fn is_third_partys(event: &Event, mail: MailIdentity) -> bool {
    matches!(event, Event::ThirdPartyWrote { mail: theirs, .. } if theirs.identity == mail)
}

/// The rules of the decision about a mail, the deciding one first.
fn rules_about(ticket: &Ticket, mail: MailIdentity) -> Vec<&str> {
    let decided = ticket.events.iter().find_map(|timed| match &timed.event {
        Event::Decided { reasons, .. } if timed.cause == Some(mail) => Some(reasons),
        _ => None,
    });
    let reasons = decided.map(Vec::as_slice).unwrap_or_default();
    reasons.iter().map(|(rule, _)| rule.as_str()).collect()
}

/// What the ticket keeps of the customer's mail, as a mail to be understood. `reply` lends what no text depends on.
fn as_mail(from: &Mailbox, summary: &MailSummary, reply: &Mail) -> Mail {
    Mail {
        identity: summary.identity,
        from: Some(from.clone()),
        form_writer: None,
        subject: summary.subject.clone(),
        sender_kind: SenderKind::Person,
        body: Body {
            text: summary.excerpt.clone(),
            reply_text: summary.excerpt.clone(),
            ..Body::default()
        },
        attachments: vec![],
        forwarded_from: None,
        ..reply.clone()
    }
}

impl NoLesson {
    /// The stop that forbids it, if one does.
    #[must_use]
    pub fn stop(&self) -> Option<HardStop> {
        match self {
            Self::Stopped(name) => HardStop::from_name(name),
            Self::Words(Unteachable::HardStop(stop)) => Some(*stop),
            _ => None,
        }
    }
}
