//! Which mails follow from a decision? Templates, packet, notice, threading headers, MIME: the exact bytes. Pure.

mod also_to;
mod asked;
mod author;
mod check;
mod customer;
mod drafts;
mod due;
mod guard;
mod letter;
mod links;
mod markup;
mod matters;
mod mime;
mod packet;
mod packet_json;
mod readable;
mod reassigned;
mod requests;
mod rule_titles;
mod staff;
mod story;
mod summary;
mod tags;
mod template;
#[cfg(test)]
mod tests;
mod told;
mod variables;
mod view;
mod words;

pub(crate) use readable::readable;

use crate::config::{Problem, Settings, Team};
use crate::decide::{Action, Decision, HandOff, Meant, NoticePlan, OnDraft, Situation};
use crate::desk::StaffAct;
use crate::ticket::{Holder, Party};
use staff::Desk;
use template::Templates;
use view::View;
use words::Tongue;

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

/// Mails of others as they came, byte for byte.
#[derive(Clone, Copy, Debug)]
pub struct Originals<'a> {
    /// The mail that caused the decision; its headers alone where it was too large to fetch.
    pub cause: &'a [u8],
    /// What the customer wrote before, for a team that has not seen it.
    pub earlier: &'a [Vec<u8>],
}

impl<'a> From<&'a [u8]> for Originals<'a> {
    fn from(cause: &'a [u8]) -> Self {
        Self {
            cause,
            earlier: &[],
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
    templates: Templates,
}

impl Writer {
    /// Loads the templates: built in, or the site's own; renders each with sample data to check it.
    ///
    /// # Errors
    /// Every problem found, by template and line.
    pub fn load(settings: &Settings, key: TokenKey) -> Result<Self, Vec<Problem>> {
        let templates = Templates::load(settings)?;
        Ok(Self { key, templates })
    }

    /// The report to staff that a mail of ours was given up, and what the ticket's story gains. A mail to a team that did not get
    /// through is told to the admin: another mail to the same mailbox would be lost as well.
    ///
    /// # Errors
    /// [`ComposeError`]
    pub fn delivery_trouble(
        &self,
        ticket: &Ticket,
        lost: &crate::journal::EffectRecord,
        why: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Composed, ComposeError> {
        let desk = self.desk(settings, now);
        // A mail that somebody had tried again is lost anew, and told anew.
        let cause = format!("lost {} {}", lost.message_id, lost.attempts);
        let failed = lost.recipients.iter().map(|recipient| Event::SendFailed {
            recipient: recipient.clone(),
            why: why.to_owned(),
        });
        let mut events: Vec<Event> = failed.collect();
        let recipients: Vec<String> = lost.recipients.iter().map(ToString::to_string).collect();
        let recipients = recipients.join(", ");
        let mail = match lost.party {
            Some(Party::Customer(_)) => {
                let team = team_of(ticket, settings)?;
                desk.delivery_trouble(
                    &self.templates,
                    ticket,
                    team,
                    &recipients,
                    &lost.subject,
                    why,
                    cause.as_bytes(),
                )?
            }
            Some(Party::Staff(_)) | None => {
                let tongue = view::staff_tongue(settings);
                let (subject, text) = lost_to_staff(tongue, &recipients, &lost.subject, why);
                desk.trouble(Some(&ticket.id), cause.as_bytes(), subject, &text, vec![])
            }
        };
        events.push(story::wrote(&mail));
        Ok(Composed {
            mails: vec![mail],
            events,
        })
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
        let mails = view.mails()?;
        let events = story::gain(decision, situation, &mails);
        Ok(Composed { mails, events })
    }

    const fn desk<'a>(&'a self, settings: &'a Settings, now: Timestamp) -> Desk<'a> {
        Desk {
            key: &self.key,
            settings,
            now,
            question: None,
        }
    }
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
) -> (&'static str, String) {
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

impl View<'_> {
    /// The mails of this decision, in the order in which they leave: what promises a person comes with the mail to that person.
    fn mails(&self) -> Result<Vec<Outgoing>, ComposeError> {
        match &self.decision.action {
            Action::NoteOwnCopy | Action::NoteCrossed => Ok(vec![]),
            Action::Leave { tell_of_bounce } => match tell_of_bounce {
                Some(team) => Ok(self.bounce_report(self.team(team)?)?.into_iter().collect()),
                None => Ok(vec![]),
            },
            Action::ConfirmStop => Ok(vec![self.stop_confirmation()?]),
            Action::Tell(asked) => Ok(vec![self.told_to_customer(*asked)?]),
            Action::Answer { text, .. } => Ok(vec![self.answer(text)?]),
            Action::Ask { missing, .. } => Ok(vec![self.question(missing)?]),
            Action::Draft(draft) => Ok(vec![self.draft(draft)?]),
            Action::HandOff(hand_off) => {
                let notice = self.notice_of(hand_off)?;
                let packet = self.packet(hand_off, notice.as_ref())?;
                Ok(notice.into_iter().chain([packet]).collect())
            }
            Action::PassOn { team } => Ok(vec![self.wrote_again(self.team(team)?)?]),
            Action::OfferTicket {
                team,
                member,
                original,
            } => Ok(vec![self.forwarded(self.team(team)?, member, original)?]),
            Action::Staff {
                team,
                member,
                impossible: Some(why),
                ..
            } => Ok(vec![self.hint(self.team(team)?, member, why)?]),
            Action::Staff {
                team,
                member,
                act,
                draft,
                hand_off,
                meant,
                ..
            } => {
                let words = match (act, draft) {
                    (_, Some(OnDraft::Send(draft))) => Some(self.approved_answer(draft)?),
                    (
                        _,
                        Some(
                            OnDraft::AwaitSecond { .. }
                            | OnDraft::Replace { .. }
                            | OnDraft::Refuse(_),
                        ),
                    ) => None,
                    (StaffAct::Reply { text }, _) => {
                        let author = author::Author::of(self.team(team)?, member);
                        Some(self.staff_reply(&author, text)?)
                    }
                    // A forwarded mail: the team has it already.
                    (StaffAct::Approve { .. }, None) if hand_off.is_some() => None,
                    (StaffAct::Approve { .. }, _) => {
                        return Err(ComposeError::Build(
                            "a draft was approved that is not there".to_owned(),
                        ));
                    }
                    _ => None,
                };
                // The team has the draft and the original already: only the customer must still be told.
                let notice = match hand_off {
                    Some(hand_off) => self.notice_of(hand_off)?,
                    None => None,
                };
                let to_staff = match (act, meant) {
                    _ if draft.is_some() => self.told_of_draft(team, member, draft.as_ref())?,
                    (StaffAct::AskHelp, _) => Some(self.help(self.team(team)?, member)?),
                    (StaffAct::AskWhy, _) => Some(self.why(self.team(team)?, member)?),
                    (_, Some(Meant::Until(until))) => {
                        Some(self.put_off(self.team(team)?, member, *until)?)
                    }
                    (_, Some(Meant::Team(new))) => {
                        let gives = (member, team);
                        Some(self.reassigned(gives, self.team(new)?, hand_off.as_ref())?)
                    }
                    _ => None,
                };
                Ok(words.into_iter().chain(notice).chain(to_staff).collect())
            }
            Action::NoteColleague {
                from,
                team,
                tells_team: true,
            } => Ok(vec![self.seen_outside(self.team(team)?, from)?]),
            Action::NoteColleague { .. } => Ok(vec![]),
            Action::Quarantine => Ok(vec![self.quarantine_report()]),
        }
    }

    fn notice_of(&self, hand_off: &HandOff) -> Result<Option<Outgoing>, ComposeError> {
        match &hand_off.notice {
            NoticePlan::Tell { promised_by } => {
                let team = self.team(&hand_off.team)?;
                Ok(Some(self.notice(team, *promised_by)?))
            }
            NoticePlan::Withhold { .. } => Ok(None),
        }
    }

    fn bounce_report(&self, team: &Team) -> Result<Option<Outgoing>, ComposeError> {
        let Some(ticket) = self.situation.ticket else {
            return Ok(None);
        };
        let bounce = self.situation.mail.bounce.as_ref();
        let recipient = bounce.and_then(|bounce| bounce.recipient.as_ref());
        let why = self.decision.reasons.first.evidence.as_str();
        // The report's own subject ("Undelivered Mail …") says nothing of the mail that was lost.
        let subject = ticket.subject().map_or("", |subject| subject.as_str());
        let settings = self.situation.settings;
        let desk = self.writer.desk(settings, self.situation.now);
        let cause = &self.situation.mail.identity.0;
        let is_to_staff = recipient.is_some_and(|recipient| {
            let mut teams = settings.teams.iter();
            teams.any(|team| team.address.is_same_as(recipient))
        });
        let recipient = recipient.map(ToString::to_string).unwrap_or_default();
        if is_to_staff {
            let (title, text) = lost_to_staff(self.staff_tongue, &recipient, subject, why);
            let parts = vec![self.original()];
            return Ok(Some(desk.trouble(
                Some(self.id()),
                cause,
                title,
                &text,
                parts,
            )));
        }
        let templates = &self.writer.templates;
        desk.delivery_trouble(templates, ticket, team, &recipient, subject, why, cause)
            .map(Some)
    }

    /// To the admin, with the original: the mail that was kept aside is seen by a person.
    fn quarantine_report(&self) -> Outgoing {
        let reason = &self.decision.reasons.first;
        let who = self.who();
        let (title, text) = match self.staff_tongue {
            Tongue::English => (
                "A mail was kept aside",
                format!(
                    "A mail from {who} was kept aside: {}\n\nNothing was answered and nothing was changed. The mail is attached \
                     unchanged. If it is genuine, please see to it that somebody answers it.\n",
                    self.staff_tongue.sentence(&reason.sentence)
                ),
            ),
            Tongue::German => (
                "Eine Mail wurde zur Seite gelegt",
                format!(
                    "Eine Mail von {who} wurde zur Seite gelegt: {}\n\nNichts wurde beantwortet oder geändert. Die Mail liegt \
                     unverändert bei. Ist sie echt, sorgen Sie bitte dafür, dass jemand antwortet.\n",
                    self.staff_tongue.sentence(&reason.sentence)
                ),
            ),
        };
        let desk = self
            .writer
            .desk(self.situation.settings, self.situation.now);
        let ticket = self.situation.ticket.map(|ticket| &ticket.id);
        let cause = &self.situation.mail.identity.0;
        desk.trouble(ticket, cause, title, &text, vec![self.original()])
    }
}
