//! What came of an answer that nobody looked at before it left?

use crate::config::IntentName;
use crate::ticket::{Event, SentAnswer, Ticket, TimedEvent};
use jiff::{SignedDuration, Timestamp};

/// Who has said nothing for so long is taken to be helped.
pub const PRESUMED_AFTER: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The customer said that it helped.
    Confirmed,
    /// They wrote again about it within two weeks: it had not.
    Recontacted {
        /// What they wrote went to a person: one should have had it before.
        went_to_a_person: bool,
    },
    /// They have said nothing for two weeks.
    Presumed,
    /// The two weeks are not over.
    Pending,
}

/// The fate of an answer as far as its own ticket tells.
pub(super) fn fate(answer: &SentAnswer<'_>, ticket: &Ticket, now: Timestamp) -> Fate {
    let until = end(answer.at);
    let in_time = |timed: &&TimedEvent| answer.at <= timed.at && timed.at < until;
    for timed in ticket.events.iter().filter(in_time) {
        match &timed.event {
            Event::Confirmed => return Fate::Confirmed,
            Event::CustomerWrote { .. } => match became_of(timed, ticket) {
                // The thanks themselves: the next event says so.
                Some(Reading::Thanks) => return Fate::Confirmed,
                // They had not seen the answer yet.
                Some(Reading::Crossed) => {}
                read => {
                    return Fate::Recontacted {
                        went_to_a_person: read == Some(Reading::HandedOff),
                    };
                }
            },
            _ => {}
        }
    }
    match now >= until {
        true => Fate::Presumed,
        false => Fate::Pending,
    }
}

/// When its two weeks are over.
pub(super) fn end(answered: Timestamp) -> Timestamp {
    answered
        .checked_add(PRESUMED_AFTER)
        .unwrap_or(Timestamp::MAX)
}

/// What a mail of the customer turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Thanks,
    Crossed,
    HandedOff,
}

fn became_of(wrote: &TimedEvent, ticket: &Ticket) -> Option<Reading> {
    let of_it = ticket
        .events
        .iter()
        .filter(|timed| timed.cause.is_some() && timed.cause == wrote.cause);
    let mut read = of_it.filter_map(|timed| match &timed.event {
        Event::Confirmed => Some(Reading::Thanks),
        Event::Crossed => Some(Reading::Crossed),
        Event::HandedOff { .. } => Some(Reading::HandedOff),
        _ => None,
    });
    read.next()
}

/// What a ticket was opened with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FirstQuestion {
    pub(super) at: Timestamp,
    /// The nearest article.
    pub(super) about: IntentName,
    pub(super) went_to_a_person: bool,
}

impl FirstQuestion {
    /// That of this ticket; `None` where its first mail was near to no article.
    pub(super) fn of(ticket: &Ticket) -> Option<Self> {
        let at = ticket.events.first()?.at;
        let mut decisions = ticket.events.iter().filter_map(|timed| match &timed.event {
            Event::Decided {
                decision, intent, ..
            } => Some((*decision, intent.as_ref())),
            _ => None,
        });
        let (decision, nearest) = decisions.next()?;
        let (about, _) = nearest?;
        Some(Self {
            at,
            about: about.clone(),
            went_to_a_person: decision == "handoff",
        })
    }
}
