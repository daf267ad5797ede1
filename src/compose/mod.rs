//! Which mails follow from a decision? Templates, packet, notice, threading headers, MIME: the exact bytes. Pure.

mod after_word;
mod also_to;
mod asked;
mod author;
mod check;
mod customer;
mod deadlines;
mod drafts;
mod due;
mod guard;
mod kept_aside;
mod letter;
mod lighter;
mod links;
mod looked_up;
mod mails;
mod markup;
mod matters;
mod mime;
mod own_mail;
mod packet;
mod packet_json;
mod picture;
mod readable;
mod reassigned;
mod reported;
mod requests;
mod rule_titles;
mod sizes;
mod staff;
mod story;
mod summary;
mod tags;
mod template;
#[cfg(test)]
mod tests;
mod told;
mod undelivered;
mod variables;
mod view;
mod weekly;
mod words;

pub use lighter::{LeftOut, TakenApart};
pub use undelivered::{Fate, Loss, Oversize};
pub use weekly::Audience;

pub(crate) use lighter::made_lighter;
pub(crate) use readable::readable;
pub(crate) use weekly::letter_as_text;

use crate::config::{Problem, Settings, Team};
use crate::decide::{Decision, Situation};
use crate::ticket::Holder;
use staff::Desk;
use template::Templates;
use view::View;
use words::Tongue;

use crate::mail::{Address, MessageId};
use crate::ticket::{Event, Ticket, TicketId, TokenKey};
use crate::understand::Urgency;
use jiff::Timestamp;
use std::sync::Arc;

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
    /// A mail that a member forwarded, to the team: shall it become a ticket?
    ForwardForApproval,
    /// That something cannot be done, to a team member.
    StaffHint,
    /// What a member asked for (`HELP`, `WHY`, `LATER`), to their team.
    StaffAnswer,
    /// That somebody wrote to the customer from an address of ours, past us, and that automation is silent, to staff.
    SeenOutside,
    /// That a mail of ours did not arrive, to staff.
    DeliveryTrouble,
    /// That something is wrong with handoffd or was kept aside, to the admin.
    Trouble,
    /// `STOP` was understood, to the customer, once.
    StopConfirmation,
    /// What a customer asked for by a word (`STATUS`, `WHY`), to the customer.
    Told,
    /// That a promise is about to lapse or has lapsed, to staff.
    Reminder,
    /// That an answer takes longer than was promised, with a new time, to the customer.
    Delay,
    /// What the week was like, to the admin and the teams.
    WeeklyLetter,
    /// What came of a reply to it, to whoever gave it.
    LetterAnswered,
}

/// Whether a mail waits its turn among those that are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// It does.
    #[default]
    InTurn,
    /// It leaves before those that do: somebody must look at it soon, or a person wrote it or asked for it.
    First,
}

impl Precedence {
    /// That of a mail of this purpose about something that need not be looked at soon.
    #[must_use]
    pub const fn of(purpose: Purpose) -> Self {
        match purpose {
            Purpose::StaffReply
            | Purpose::ApprovedAnswer
            | Purpose::StaffHint
            | Purpose::StaffAnswer
            | Purpose::SeenOutside
            | Purpose::DeliveryTrouble
            | Purpose::Reminder
            | Purpose::LetterAnswered => Self::First,
            Purpose::Answer
            | Purpose::Question
            | Purpose::Notice
            | Purpose::Packet
            | Purpose::CustomerWroteAgain
            | Purpose::DraftForApproval
            | Purpose::ForwardForApproval
            | Purpose::Trouble
            | Purpose::StopConfirmation
            | Purpose::Told
            | Purpose::Delay
            | Purpose::WeeklyLetter => Self::InTurn,
        }
    }
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
    /// Whether it waits its turn.
    pub precedence: Precedence,
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

/// Mails of others as they came, byte for byte.
#[derive(Clone, Copy, Debug)]
pub struct Originals<'a> {
    /// The mail that caused the decision; its headers alone where it was too large to fetch.
    pub cause: &'a [u8],
    /// What the customer wrote before, for a team that has not seen it.
    pub earlier: &'a [Vec<u8>],
    /// What is stored about a customer who asks for it.
    pub gathered: Option<&'a Gathered>,
}

/// What is stored about a customer, for staff to look through and send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// For people.
    pub text: String,
    /// For machines.
    pub json: String,
    /// Whether there is nothing.
    pub is_empty: bool,
}

impl<'a> From<&'a [u8]> for Originals<'a> {
    fn from(cause: &'a [u8]) -> Self {
        Self {
            cause,
            earlier: &[],
            gathered: None,
        }
    }
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
    templates: Arc<Templates>,
}

impl Writer {
    /// Loads the templates: built in, or the site's own; renders each with sample data to check it.
    ///
    /// # Errors
    /// Every problem found, by template and line.
    pub fn load(settings: &Settings, key: TokenKey) -> Result<Self, Vec<Problem>> {
        let templates = Arc::new(Templates::load(settings)?);
        Ok(Self { key, templates })
    }

    /// The same texts, with another key.
    #[must_use]
    pub fn with_key(&self, key: TokenKey) -> Self {
        Self {
            key,
            templates: Arc::clone(&self.templates),
        }
    }

    /// A report to the admin: what failed, where, what to do. Needs no template, so it cannot fail for one.
    /// `occasion` makes its Message-ID: the same occasion gives the same mail.
    #[must_use]
    pub fn trouble(
        &self,
        occasion: &str,
        subject: &str,
        text: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Outgoing {
        let desk = self.desk(settings, now);
        desk.trouble(None, occasion.as_bytes(), subject, text, vec![])
    }

    /// The same with the mail that it is about attached, unchanged; or of a large one its headers.
    #[must_use]
    pub fn trouble_with_mail(
        &self,
        occasion: &str,
        (subject, text): (&str, &str),
        about: AttachedMail<'_>,
        settings: &Settings,
        now: Timestamp,
    ) -> Outgoing {
        let part = match about {
            AttachedMail::Whole(raw) => mime::Part::Original(raw.to_vec()),
            AttachedMail::Headers(raw) => mime::Part::OriginalHeaders(raw.to_vec()),
        };
        let desk = self.desk(settings, now);
        desk.trouble(None, occasion.as_bytes(), subject, text, vec![part])
    }

    /// The mails and events that follow from a decision. The originals are attached to packets byte for byte.
    ///
    /// # Errors
    /// [`ComposeError`], after which the caller reports with [`Writer::trouble`], original attached by quarantine.
    pub fn compose<'a>(
        &self,
        decision: &Decision,
        situation: &Situation<'_>,
        originals: impl Into<Originals<'a>>,
    ) -> Result<Composed, ComposeError> {
        let view = View::of(self, decision, situation, originals.into());
        let mut mails = view.mails()?;
        if decision.urgency == Urgency::High {
            for mail in &mut mails {
                mail.precedence = Precedence::First;
            }
        }
        let events = story::gain(decision, situation, &mails);
        Ok(Composed { mails, events })
    }

    const fn desk<'a>(&'a self, settings: &'a Settings, now: Timestamp) -> Desk<'a> {
        Desk {
            key: &self.key,
            settings,
            now,
            question: None,
            replies: staff::Replies::AreTaken,
        }
    }
}

/// A mail that a report is about.
#[derive(Clone, Copy, Debug)]
pub enum AttachedMail<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// Its headers.
    Headers(&'a [u8]),
}

/// Whether a Message-ID has the form of those of weekly letters. Proves nothing: the journal knows which there are.
pub(crate) fn may_be_letter(id: &MessageId) -> bool {
    letter::is_named_so(id, Purpose::WeeklyLetter)
}

/// What a ticket keeps of a mail that came past the deciding.
pub(crate) fn kept_of_mail(
    mail: &crate::mail::Mail,
    settings: &Settings,
) -> crate::ticket::MailSummary {
    story::summary(mail, settings)
}

/// A promised time as a customer reads it in a language that we have; in any other as in English.
pub(crate) fn moment_in_words(
    language: &crate::config::Language,
    moment: Timestamp,
    zone: &jiff::tz::TimeZone,
) -> String {
    let tongue = Tongue::of(language).unwrap_or(Tongue::English);
    tongue.moment(moment, zone)
}

/// A recorded reason in the language of the desk, as far as the words are ours.
pub(crate) fn reported(language: &crate::config::Language, why: &str) -> String {
    let tongue = Tongue::of(language).unwrap_or(Tongue::English);
    tongue.reported(why)
}

/// The team that has to do with a ticket, or the default one.
fn team_of<'a>(ticket: &Ticket, settings: &'a Settings) -> Result<&'a Team, ComposeError> {
    match ticket.holder() {
        Holder::Person(team) => view::team(settings, Some(&team)),
        Holder::Automation => view::team(settings, ticket.last_team()),
    }
}

fn lost_to_staff(
    tongue: Tongue,
    recipients: &str,
    subject: &str,
    why: &str,
    fate: &undelivered::Fate,
) -> (&'static str, String) {
    let why = tongue.reported(why);
    if *fate == undelivered::Fate::Unknown {
        let title = tongue.choose(
            "A mail to staff may not have arrived",
            "Eine Mail an das Team kam vielleicht nicht an",
        );
        let text = match tongue {
            Tongue::English => format!(
                "Nobody knows whether the mail \"{subject}\" to {recipients} arrived: {why}\n\nPlease ask there whether they have it; if \
                 not, see that somebody takes the ticket.\n"
            ),
            Tongue::German => format!(
                "Niemand weiß, ob die Mail \"{subject}\" an {recipients} ankam: {why}\n\nBitte fragen Sie dort nach; wenn nicht, sorgen \
                 Sie dafür, dass jemand den Vorgang übernimmt.\n"
            ),
        };
        return (title, text);
    }
    let title = tongue.choose(
        "A mail to staff did not arrive",
        "Eine Mail an das Team kam nicht an",
    );
    let text = match tongue {
        Tongue::English => format!(
            "The mail \"{subject}\" to {recipients} did not arrive: {why}\n\nNobody there knows of it. Please see that the \
             address works and that somebody takes the ticket.\n"
        ),
        Tongue::German => format!(
            "Die Mail \"{subject}\" an {recipients} kam nicht an: {why}\n\nDort weiß niemand davon. Bitte sorgen Sie dafür, dass \
             die Adresse funktioniert und jemand den Vorgang übernimmt.\n"
        ),
    };
    (title, text)
}
