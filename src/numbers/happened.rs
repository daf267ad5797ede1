//! Which things that count happened in a ticket, when, and whom do they belong to?

use super::answer::{self, Fate};
use crate::config::{IntentName, TeamName};
use crate::mail::MessageId;
use crate::ticket::{
    Draft, Event, Notice, PromiseOutcome, SentAnswer, Ticket, TimedEvent, is_shown_answer,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// One thing that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// The article that it has to do with.
    pub article: Option<IntentName>,
    /// The team that it has to do with.
    pub team: Option<TeamName>,
}

/// What counts.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A customer wrote for the first time.
    Opened,
    /// A mail of a customer came, the first of a ticket among them.
    CustomerWrote,
    /// Something was decided about a mail, by its word (contract.md).
    Decided(&'static str),
    /// An approved answer left by itself, and what came of it.
    Answered(Fate),
    /// Details were asked for.
    Asked,
    /// A person has it from here.
    HandedOff {
        /// The rule that decided; [`LATER`] where no mail did.
        reason: String,
    },
    /// The first words of ours reached the customer, so long after theirs: an answer, a question, what happens next, or a person's reply.
    FirstResponse(SignedDuration),
    /// A person answered, so long after the hand-off.
    HumanAnswered(SignedDuration),
    /// The time of a promise came, or is to come.
    Promise(PromiseOutcome),
    /// A person replied for the first time after a packet.
    FirstReply {
        /// They asked for something that the packet held.
        asked_again: bool,
    },
    /// A draft was shown to a team.
    DraftShown,
    /// It was sent as it was shown.
    DraftSent,
    /// It was sent with changes.
    DraftEdited,
    /// It was refused.
    DraftRefused,
    /// A customer wants no automatic mail.
    OptedOut,
}

/// The reason of a hand-off that no mail brought about: an answer that was withdrawn, a promise that nobody kept.
pub const LATER: &str = "afterwards";

/// All that happened in a ticket, as far as it tells itself.
#[must_use]
pub fn happened(ticket: &Ticket, now: Timestamp) -> Vec<Happened> {
    let mut all = Vec::new();
    story(ticket, &mut all);
    answers(ticket, now, &mut all);
    promises(ticket, &mut all);
    all
}

/// What is read off event by event.
fn story(ticket: &Ticket, all: &mut Vec<Happened>) {
    let mut add = |at, what, article: Option<&IntentName>, team: Option<&TeamName>| {
        all.push(Happened {
            at,
            what,
            article: article.cloned(),
            team: team.cloned(),
        });
    };
    let opened = ticket.events.first().map(|timed| timed.at);
    let mut responded = false;
    let mut draft: Option<&Draft> = None;
    let mut team: Option<&TeamName> = None;
    let mut handed_off: Option<Timestamp> = None;
    let mut awaits_reply = false;
    let lost = lost(&ticket.events);
    let mut answers = ticket.automatic_answers().into_iter();
    for (place, timed) in ticket.events.iter().enumerate() {
        let at = timed.at;
        team = timed.event.team().or(team);
        let is_response = match &timed.event {
            Event::Answered { .. } => {
                (answers.next()).is_some_and(|answer| has_left(&answer, &lost))
            }
            event => is_response(event),
        };
        if let (false, true, Some(opened)) = (responded, is_response, opened) {
            responded = true;
            add(
                at,
                What::FirstResponse(at.duration_since(opened)),
                None,
                team,
            );
        }
        if let (true, Some(since)) = (is_shown_answer(&timed.event), handed_off) {
            handed_off = None;
            add(
                at,
                What::HumanAnswered(at.duration_since(since)),
                None,
                team,
            );
        }
        match &timed.event {
            Event::Opened { .. } => {
                add(at, What::Opened, None, None);
                add(at, What::CustomerWrote, None, None);
            }
            Event::CustomerWrote { .. } => add(at, What::CustomerWrote, None, None),
            Event::Decided {
                decision, intent, ..
            } => {
                let article = intent.as_ref().map(|(intent, _)| intent);
                add(at, What::Decided(decision), article, None);
            }
            Event::Asked { intent, .. } => add(at, What::Asked, Some(intent), None),
            Event::Drafted { draft: shown } => {
                draft = Some(shown);
                awaits_reply = true;
                add(at, What::DraftShown, Some(&shown.article.intent), team);
            }
            Event::DraftApproved { edit, .. } => {
                awaits_reply = false;
                let what = match edit {
                    None => What::DraftSent,
                    Some(_) => What::DraftEdited,
                };
                add(
                    at,
                    what,
                    draft.take().map(|draft| &draft.article.intent),
                    team,
                );
            }
            Event::DraftRefused { .. } => {
                let article = draft.take().map(|draft| &draft.article.intent);
                add(at, What::DraftRefused, article, team);
            }
            Event::HandedOff { .. } => {
                awaits_reply = true;
                let _ = handed_off.get_or_insert(at);
                let (reason, article) = reason(ticket, place);
                add(at, What::HandedOff { reason }, article, team);
            }
            Event::StaffReplied { .. } if awaits_reply => {
                awaits_reply = false;
                let next = ticket.events.get(place + 1).map(|next| &next.event);
                let asked_again = matches!(next, Some(Event::AskedAgain { .. }));
                add(at, What::FirstReply { asked_again }, None, team);
            }
            Event::WroteOutside { .. } => awaits_reply = false,
            // Nobody waits for a person any more.
            Event::Closed { .. } | Event::GivenBack { .. } => handed_off = None,
            Event::AutomationRefused => add(at, What::OptedOut, None, None),
            _ => {}
        }
    }
}

/// An automatic answer is one if it left, which others tell.
const fn is_response(event: &Event) -> bool {
    is_shown_answer(event)
        || matches!(
            event,
            Event::Asked { .. }
                | Event::HandedOff {
                    notice: Notice::Sent { .. },
                    ..
                }
        )
}

/// The rule that brought a hand-off about, and the article that was nearest.
fn reason(ticket: &Ticket, place: usize) -> (String, Option<&IntentName>) {
    let cause = ticket.events.get(place).and_then(|timed| timed.cause);
    let before = ticket.events.get(..place).unwrap_or_default().iter().rev();
    let mut of_the_mail = before.take_while(|timed| timed.cause == cause);
    let decided = of_the_mail.find_map(|timed| match &timed.event {
        Event::Decided {
            reasons, intent, ..
        } => {
            let rule = reasons.first().map(|(rule, _)| rule.clone());
            Some((rule?, intent.as_ref().map(|(intent, _)| intent)))
        }
        _ => None,
    });
    match (cause, decided) {
        (Some(_), Some(decided)) => decided,
        _ => (LATER.to_owned(), None),
    }
}

/// The answers that left by themselves. One that was withdrawn or never arrived answered nobody.
fn answers(ticket: &Ticket, now: Timestamp, all: &mut Vec<Happened>) {
    let lost = lost(&ticket.events);
    let answers = ticket.automatic_answers().into_iter();
    let arrived = answers.filter(|answer| has_left(answer, &lost));
    all.extend(arrived.map(|answer| Happened {
        at: answer.at,
        what: What::Answered(answer::fate(&answer, ticket, now)),
        article: Some(answer.article.intent.clone()),
        team: None,
    }));
}

fn has_left(answer: &SentAnswer<'_>, lost: &BTreeSet<&MessageId>) -> bool {
    answer.mail.is_none_or(|mail| !lost.contains(mail))
}

/// Mails that reached nobody.
fn lost(events: &[TimedEvent]) -> BTreeSet<&MessageId> {
    let mut lost = BTreeSet::new();
    for timed in events {
        match &timed.event {
            Event::MailWithdrawn { message_id, .. } => {
                let _ = lost.insert(message_id);
            }
            Event::SendFailed {
                mail: Some(mail),
                may_have_arrived: false,
                ..
            } => {
                let _ = lost.insert(mail);
            }
            Event::Bounced {
                original: Some(mail),
                ..
            } => {
                let _ = lost.insert(mail);
            }
            Event::NotLost { message_id } => {
                let _ = lost.remove(message_id);
            }
            _ => {}
        }
    }
    lost
}

/// Promises count on the day for which they were given.
fn promises(ticket: &Ticket, all: &mut Vec<Happened>) {
    let team = ticket.last_team().cloned();
    all.extend(ticket.promises().into_iter().map(|promise| Happened {
        at: promise.by,
        what: What::Promise(promise.outcome),
        article: None,
        team: team.clone(),
    }));
}
