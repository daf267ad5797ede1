//! What staff are told of a mail of ours that does not get through: once while it is still tried, and once when it is given up, with its text
//! and, where they never saw them, the customer's own words, so that they can call, or write by hand. Of a mail that may have arrived it is not
//! said that it did not.

use super::mime::Part;
use super::staff::Desk;
use super::view::{self, staff_tongue};
use super::words::{Tongue, shortened};
use super::{ComposeError, Composed, Outgoing, Purpose, Writer, lost_to_staff, story, team_of};
use crate::config::{Settings, Team};
use crate::journal::EffectRecord;
use crate::mail::{Attachment, MessageId};
use crate::ticket::{Event, Party, Ticket};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// So much of its text is shown, in characters.
const TEXT_MAX_CHARACTERS: usize = 20_000;

/// A mail that does not get through, as staff are told.
pub(super) struct Undelivered<'a> {
    /// Whom it did not reach.
    pub(super) recipient: &'a str,
    /// Its subject.
    pub(super) subject: &'a str,
    /// What the servers said.
    pub(super) why: &'a str,
    /// What the customer should have read; `None` where it is not known.
    pub(super) text: Option<&'a str>,
    /// What the customer wrote, where the team may not know it.
    pub(super) customer_text: &'a str,
    /// How it stands with it.
    pub(super) fate: &'a Fate,
    /// How many mails of the ticket were lost to the same address before.
    pub(super) lost_before: usize,
}

/// Why a mail of ours was given up, and what should have been read.
#[derive(Clone, Debug, Default)]
pub struct Loss {
    /// What the servers said.
    pub why: String,
    /// What should have been read, where the journal still has it.
    pub text: Option<String>,
    /// How it stands with it.
    pub fate: Fate,
}

/// How it stands with a mail that was given up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It did not arrive.
    #[default]
    NotArrived,
    /// It did not arrive, because it is larger than a server takes.
    TooLarge(Oversize),
    /// It may have arrived: the connection ended when the server had all of it, and nothing shows whether it took it.
    Unknown,
    /// It was held back, because a person came into the ticket first.
    Withdrawn,
}

impl Fate {
    const fn oversize(&self) -> Option<&Oversize> {
        match self {
            Self::TooLarge(size) => Some(size),
            Self::NotArrived | Self::Unknown | Self::Withdrawn => None,
        }
    }
}

/// A mail that is larger than a server takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oversize {
    /// How large it is, where the journal still has it.
    pub bytes: Option<u64>,
    /// How much the server takes, where it says so.
    pub limit_bytes: Option<u64>,
    /// The files in it.
    pub files: Vec<Attachment>,
}

impl Oversize {
    fn words(&self, tongue: Tongue) -> String {
        let size = self.bytes.map(|bytes| tongue.size(bytes));
        let limit = self.limit_bytes.map(|limit| tongue.limit(limit));
        match (size, limit, tongue) {
            (Some(size), Some(limit), Tongue::English) => {
                format!("it has {size}, the server takes {limit} at most")
            }
            (Some(size), Some(limit), Tongue::German) => {
                format!("sie hat {size}, der Server nimmt höchstens {limit}")
            }
            (Some(size), None, Tongue::English) => {
                format!("it has {size}, the server does not say how much it takes")
            }
            (Some(size), None, Tongue::German) => {
                format!("sie hat {size}, der Server sagt nicht, wie viel er nimmt")
            }
            (None, _, Tongue::English) => "the server takes no mail of this size".to_owned(),
            (None, _, Tongue::German) => "der Server nimmt keine Mail dieser Größe".to_owned(),
        }
    }
}

impl Writer {
    /// The report to staff that a mail of ours was given up, and what the ticket's story gains. A mail to a team that did not get through is told
    /// to the admin: another mail to the same mailbox would be lost as well. If only its size was in the way, the team is told as well.
    ///
    /// # Errors
    /// [`ComposeError`]
    pub fn delivery_trouble(
        &self,
        ticket: &Ticket,
        lost: &EffectRecord,
        loss: &Loss,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Composed, ComposeError> {
        let desk = self.desk(settings, now);
        let why = loss.why.as_str();
        // A mail that somebody had tried again is lost anew, and told anew; so is one of which a late copy shows that it reached some.
        let recipient = recipients_of(lost);
        let cause = format!("lost {} {} {recipient}", lost.message_id, lost.attempts);
        let failed = lost.recipients.iter().map(|recipient| Event::SendFailed {
            recipient: recipient.clone(),
            why: why.to_owned(),
            mail: Some(lost.message_id.clone()),
            may_have_arrived: matches!(loss.fate, Fate::Unknown),
        });
        // What was never tried did not fail.
        let mut events: Vec<Event> = match &loss.fate {
            Fate::Withdrawn => Vec::new(),
            Fate::NotArrived | Fate::TooLarge(_) | Fate::Unknown => failed.collect(),
        };
        let undelivered = Undelivered {
            recipient: &recipient,
            subject: &lost.subject,
            why,
            text: loss.text.as_deref(),
            customer_text: match &loss.fate {
                Fate::Withdrawn => words_answered_by(ticket, &lost.message_id),
                Fate::NotArrived | Fate::TooLarge(_) | Fate::Unknown => {
                    words_unknown_to_team(ticket)
                }
            },
            fate: &loss.fate,
            lost_before: match &loss.fate {
                Fate::NotArrived => lost_before(ticket, lost),
                Fate::TooLarge(_) | Fate::Unknown | Fate::Withdrawn => 0,
            },
        };
        let to_team =
            |team| desk.delivery_trouble(self, ticket, team, &undelivered, cause.as_bytes());
        let mut mails = Vec::new();
        match &lost.party {
            Some(Party::Customer(_)) => mails.push(to_team(team_of(ticket, settings)?)?),
            party @ (Some(Party::Staff(_)) | None) => {
                let tongue = view::staff_tongue(settings);
                let (subject, text) =
                    lost_to_staff(tongue, &recipient, &lost.subject, why, &loss.fate);
                let (id, cause) = (Some(&ticket.id), cause.as_bytes());
                mails.push(desk.trouble(id, cause, subject, &text, vec![]));
                // A report that is too large itself would make one report more each time.
                if let (Some(Party::Staff(name)), Fate::TooLarge(_)) = (party, &loss.fate)
                    && lost.purpose != Purpose::DeliveryTrouble
                {
                    mails.push(to_team(view::team(settings, Some(name))?)?);
                }
            }
        }
        events.extend(mails.iter().map(story::wrote));
        Ok(Composed { mails, events })
    }

    /// The report to staff that a mail to a customer waits for long, and is still tried. The same mail gives the same report, so that it is
    /// told once.
    ///
    /// # Errors
    /// [`ComposeError`]
    pub fn delivery_delayed(
        &self,
        ticket: &Ticket,
        waiting: &EffectRecord,
        text: Option<&str>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Composed, ComposeError> {
        let desk = self.desk(settings, now);
        let team = team_of(ticket, settings)?;
        let tongue = staff_tongue(settings);
        let since = tongue.moment(waiting.recorded_at, &team.hours.time_zone);
        let last_try = (waiting.recorded_at)
            .checked_add(settings.smtp.retry_give_up_after)
            .unwrap_or(Timestamp::MAX);
        let until = tongue.moment(last_try, &team.hours.time_zone);
        let cause = format!("delayed {}", waiting.message_id);
        let delayed = Undelivered {
            recipient: &recipients_of(waiting),
            subject: &waiting.subject,
            why: waiting.last_failure.as_deref().unwrap_or_default(),
            text,
            customer_text: words_unknown_to_team(ticket),
            fate: &Fate::NotArrived,
            lost_before: 0,
        };
        let mail = desk.undelivered(
            self,
            "delivery-delayed",
            ticket,
            team,
            &delayed,
            &[("since", since), ("until", until)],
            cause.as_bytes(),
        )?;
        let events = vec![story::wrote(&mail)];
        Ok(Composed {
            mails: vec![mail],
            events,
        })
    }
}

impl Desk<'_> {
    /// That a mail of ours did not arrive, or that nobody knows whether it did. `cause` tells one report from another.
    pub(super) fn delivery_trouble(
        &self,
        writer: &Writer,
        ticket: &Ticket,
        team: &Team,
        lost: &Undelivered<'_>,
        cause: &[u8],
    ) -> Result<Outgoing, ComposeError> {
        let template = match lost.fate {
            Fate::NotArrived | Fate::TooLarge(_) => "delivery-trouble",
            Fate::Unknown => "delivery-in-doubt",
            Fate::Withdrawn => "answer-withdrawn",
        };
        self.undelivered(writer, template, ticket, team, lost, &[], cause)
    }

    #[allow(clippy::too_many_arguments)]
    fn undelivered(
        &self,
        writer: &Writer,
        template: &str,
        ticket: &Ticket,
        team: &Team,
        lost: &Undelivered<'_>,
        further: &[(&str, String)],
        cause: &[u8],
    ) -> Result<Outgoing, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let reference = ticket.id.to_string();
        let customer = ticket.customer().map(ToString::to_string);
        let text: String = (lost.text.unwrap_or_default().trim().chars())
            .take(TEXT_MAX_CHARACTERS)
            .collect();
        let facts = [
            ("reference", reference.clone()),
            ("support_name", self.settings.support.name.to_string()),
            ("customer", or_none(tongue, &customer.unwrap_or_default())),
            (
                "subject",
                super::staff::subject_for_staff(ticket, &reference, tongue),
            ),
            ("recipient", or_none(tongue, lost.recipient)),
            ("lost_subject", or_none(tongue, lost.subject)),
            ("lost_text", text),
            ("customer_text", lost.customer_text.to_owned()),
            ("why", or_none(tongue, &tongue.reported(lost.why))),
            ("can_reply", tongue.can_reply().to_owned()),
        ];
        let further = (further.iter()).map(|(name, value)| (*name, value.clone()));
        let mut data: Map<String, Value> = facts
            .into_iter()
            .chain(further)
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        if template == "delivery-trouble" {
            let size = lost.fate.oversize();
            let words = size.map(|size| size.words(tongue));
            let files = size.map_or(&[][..], |size| &size.files);
            let files: Vec<String> = files
                .iter()
                .take(50)
                .map(|file| tongue.file(file))
                .collect();
            let times =
                (lost.lost_before > 0).then(|| lost.lost_before.saturating_add(1).to_string());
            data.insert("times_lost".to_owned(), json!(times.unwrap_or_default()));
            data.insert("too_large".to_owned(), json!(words.unwrap_or_default()));
            data.insert("lost_files".to_owned(), json!(files));
        }
        let no_parts: Vec<Part> = Vec::new();
        self.to_team(
            &writer.templates,
            Purpose::DeliveryTrouble,
            template,
            ticket,
            team,
            data,
            no_parts,
            cause,
        )
    }
}

/// The customer's last words, where no mail brought them to the team: it answers for a mail of which it never heard.
pub(super) fn words_unknown_to_team(ticket: &Ticket) -> &str {
    let mut unknown = "";
    for timed in &ticket.events {
        match &timed.event {
            Event::Opened { mail, .. } | Event::CustomerWrote { mail } => {
                unknown = mail.excerpt.trim();
            }
            Event::Wrote {
                purpose:
                    Purpose::Packet
                    | Purpose::CustomerWroteAgain
                    | Purpose::DraftForApproval
                    | Purpose::ForwardForApproval,
                ..
            } => unknown = "",
            _ => {}
        }
    }
    unknown
}

/// What the customer wrote in the mail that this mail of ours answers.
fn words_answered_by<'t>(ticket: &'t Ticket, answer: &MessageId) -> &'t str {
    let is_answer =
        |event: &Event| matches!(event, Event::Wrote { message_id, .. } if message_id == answer);
    let cause = (ticket.events.iter()).find(|timed| is_answer(&timed.event));
    let cause = cause.and_then(|timed| timed.cause);
    let written = ticket.events.iter().find_map(|timed| match &timed.event {
        Event::Opened { mail, .. } | Event::CustomerWrote { mail } => {
            (Some(mail.identity) == cause).then_some(mail)
        }
        _ => None,
    });
    written.map_or("", |mail| mail.excerpt.trim())
}

/// How many other mails of the ticket were lost to the same address; what this one's size was to blame for says nothing of the address.
fn lost_before(ticket: &Ticket, lost: &EffectRecord) -> usize {
    let times = (lost.recipients.iter()).map(|to| ticket.times_lost_to(to, Some(&lost.message_id)));
    times.max().unwrap_or_default()
}

fn recipients_of(mail: &EffectRecord) -> String {
    let recipients: Vec<String> = mail.recipients.iter().map(ToString::to_string).collect();
    recipients.join(", ")
}

fn or_none(tongue: Tongue, text: &str) -> String {
    let text = shortened(text, 300);
    if text.is_empty() {
        tongue.none().to_owned()
    } else {
        text
    }
}
