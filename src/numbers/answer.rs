//! What came of an answer that nobody looked at before it left?

use crate::config::IntentName;
use crate::ticket::{Event, Ticket, TimedEvent, is_shown_answer};
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

/// The fate of the answer at this place of a ticket's story, as far as the ticket tells.
pub(crate) fn fate(place: usize, ticket: &Ticket, now: Timestamp) -> Fate {
    let mut later = ticket.events.iter().skip(place);
    let Some(answered) = later.next() else {
        return Fate::Pending;
    };
    let until = end(answered.at);
    for timed in later.filter(|timed| timed.at < until) {
        match &timed.event {
            Event::Confirmed => return Fate::Confirmed,
            // What is said from here on is said of a person's words.
            event if is_shown_answer(event) => break,
            Event::CustomerWrote { .. } => match became_of(timed, ticket) {
                // They had not seen the answer yet.
                Some(Reading::Crossed) => {}
                read => {
                    return Fate::Recontacted {
                        went_to_a_person: read == Some(Reading::WentToAPerson),
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
pub(crate) fn end(answered: Timestamp) -> Timestamp {
    answered
        .checked_add(PRESUMED_AFTER)
        .unwrap_or(Timestamp::MAX)
}

/// What a mail of the customer turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Crossed,
    WentToAPerson,
}

fn became_of(wrote: &TimedEvent, ticket: &Ticket) -> Option<Reading> {
    let of_it =
        (ticket.events.iter()).filter(|timed| timed.cause.is_some() && timed.cause == wrote.cause);
    let mut read = of_it.filter_map(|timed| match &timed.event {
        Event::Crossed => Some(Reading::Crossed),
        Event::HandedOff { .. } | Event::PassedOn { .. } | Event::Drafted { .. } => {
            Some(Reading::WentToAPerson)
        }
        _ => None,
    });
    read.next()
}

/// What a ticket was opened with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FirstQuestion {
    pub(crate) at: Timestamp,
    /// The nearest article.
    pub(crate) about: IntentName,
    pub(crate) went_to_a_person: bool,
}

impl FirstQuestion {
    /// That of this ticket; `None` where its first mail was near to no article.
    pub(crate) fn of(ticket: &Ticket) -> Option<Self> {
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
            went_to_a_person: ["handoff", "relay", "draft"].contains(&decision),
        })
    }
}
