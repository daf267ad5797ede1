//! Which things that count happened in a ticket, when, and whom do they belong to?

use super::answer::{self, Fate};
use crate::compose::Purpose;
use crate::config::{IntentName, TeamName};
use crate::mail::MessageId;
use crate::ticket::{DraftFate, Event, Notice, PromiseOutcome, Ticket, Would, is_shown_answer};
use jiff::{SignedDuration, Timestamp};

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
    /// In shadow: what was decided would have been done.
    HeldBack {
        /// What.
        would: Would,
        /// The rule that decided.
        reason: String,
    },
    /// An approved answer left by itself, and what came of it.
    Answered(Fate),
    /// Details were asked for.
    Asked,
    /// A person has it from here.
    HandedOff {
        /// The rule that decided; `afterwards` where no mail did.
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
    /// A person sent an answer of their own instead, through us or past us.
    DraftAnsweredInstead,
    /// The customer wrote again, or the request went another way, before anybody decided on it.
    DraftOvertaken,
    /// A customer wants no automatic mail.
    OptedOut,
}

/// The reason of a hand-off that no mail brought about: an answer that was withdrawn.
pub const LATER: &str = "afterwards";

/// All that happened in a ticket, as far as it tells itself.
#[must_use]
pub fn happened(ticket: &Ticket, now: Timestamp) -> Vec<Happened> {
    let mut all = Vec::new();
    story(ticket, &mut all);
    in_shadow(ticket, &mut all);
    drafts(ticket, &mut all);
    first_replies(ticket, &mut all);
    answers(ticket, now, &mut all);
    promises(ticket, now, &mut all);
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
    let mut team: Option<&TeamName> = None;
    let mut handed_off: Option<Timestamp> = None;
    let lost = ticket.lost_to_customer();
    for (place, timed) in ticket.events.iter().enumerate() {
        let at = timed.at;
        team = timed.event.team().or(team);
        let has_left = || mail_of(ticket, place).is_none_or(|mail| !lost.contains(mail));
        if let (false, true, Some(opened)) =
            (responded, is_response(&timed.event) && has_left(), opened)
        {
            responded = true;
            add(
                at,
                What::FirstResponse(at.duration_since(opened)),
                None,
                team,
            );
        }
        if let (true, Some(since)) = (is_shown_answer(&timed.event) && has_left(), handed_off) {
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
            Event::HandedOff { .. } => {
                let _ = handed_off.get_or_insert(at);
                let (reason, article) = reason(ticket, place);
                add(at, What::HandedOff { reason }, article, team);
            }
            // Nobody waits for a person any more.
            Event::Closed { .. } | Event::GivenBack { .. } => handed_off = None,
            Event::AutomationRefused => add(at, What::OptedOut, None, None),
            _ => {}
        }
    }
}

/// What would have been done, of the article that was nearest.
fn in_shadow(ticket: &Ticket, all: &mut Vec<Happened>) {
    all.extend(ticket.in_shadow().into_iter().map(|held_back| Happened {
        at: held_back.at,
        what: What::HeldBack {
            would: held_back.would,
            reason: held_back.rule.to_owned(),
        },
        article: held_back.article.cloned(),
        team: None,
    }));
}

/// Each draft is shown once, and ends once: on the day on which somebody decided on it, or on which it was overtaken.
fn drafts(ticket: &Ticket, all: &mut Vec<Happened>) {
    for draft in ticket.made_drafts() {
        let about = |at, what| Happened {
            at,
            what,
            article: Some(draft.made.draft.article.intent.clone()),
            team: Some(draft.made.draft.team.clone()),
        };
        all.push(about(draft.at, What::DraftShown));
        let Some((fate, at)) = draft.fate else {
            continue;
        };
        let what = match fate {
            DraftFate::Sent(_) => What::DraftSent,
            DraftFate::SentEdited(_) => What::DraftEdited,
            DraftFate::Refused(_) => What::DraftRefused,
            DraftFate::AnsweredInstead(_) | DraftFate::AnsweredPastUs => What::DraftAnsweredInstead,
            DraftFate::CustomerWroteAgain | DraftFate::Overtaken => What::DraftOvertaken,
        };
        all.push(about(at, what));
    }
}

fn first_replies(ticket: &Ticket, all: &mut Vec<Happened>) {
    all.extend(ticket.first_replies().into_iter().map(|reply| {
        let before = ticket
            .events
            .iter()
            .take_while(|timed| timed.at <= reply.at);
        Happened {
            at: reply.at,
            what: What::FirstReply {
                asked_again: !reply.asked_again.is_empty(),
            },
            article: None,
            team: before
                .filter_map(|timed| timed.event.team())
                .last()
                .cloned(),
        }
    }));
}

const fn is_response(event: &Event) -> bool {
    is_shown_answer(event)
        || matches!(
            event,
            Event::Answered { .. }
                | Event::Asked { .. }
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

/// The mail to the customer that came of the event at this place.
fn mail_of(ticket: &Ticket, place: usize) -> Option<&MessageId> {
    let mut from_here = ticket.events.iter().skip(place);
    match &from_here.next()?.event {
        Event::HandedOff { .. } => from_here.find_map(|timed| match &timed.event {
            Event::Wrote {
                purpose: Purpose::Notice,
                message_id,
                ..
            } => Some(message_id),
            _ => None,
        }),
        _ => ticket.written_by(place),
    }
}

/// The answers that left by themselves. One that was withdrawn or never arrived answered nobody.
fn answers(ticket: &Ticket, now: Timestamp, all: &mut Vec<Happened>) {
    let lost = ticket.lost_to_customer();
    for (place, timed) in ticket.events.iter().enumerate() {
        let Event::Answered { article, .. } = &timed.event else {
            continue;
        };
        if ticket
            .written_by(place)
            .is_some_and(|mail| lost.contains(mail))
        {
            continue;
        }
        all.push(Happened {
            at: timed.at,
            what: What::Answered(answer::fate(place, ticket, now)),
            article: Some(article.intent.clone()),
            team: None,
        });
    }
}

/// Promises count on the day for which they were given; those that are open today, for they may be kept yet.
fn promises(ticket: &Ticket, now: Timestamp, all: &mut Vec<Happened>) {
    let team = ticket.last_team().cloned();
    all.extend(ticket.promises().into_iter().map(|promise| {
        let (at, outcome) = match promise.outcome {
            // Nobody was there to see it lapse.
            PromiseOutcome::Open if promise.by < now => (promise.by, PromiseOutcome::Broken),
            PromiseOutcome::Open => (now, PromiseOutcome::Open),
            outcome => (promise.by, outcome),
        };
        Happened {
            at,
            what: What::Promise(outcome),
            article: None,
            team: team.clone(),
        }
    }));
}
