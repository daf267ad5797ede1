//! A person has written, or closed the ticket: automatic mails to the customer that still wait in the outbox are not sent any more. Decided and recorded with the
//! person's own mail, so that no crash and no race lets one through. What an attempt was begun for may have left: it is withdrawn when it is known that
//! it did not.

use super::form::Delivery;
use super::store::{Batch, Tree};
use super::{EffectRecord, EffectState, Journal, JournalError};
use crate::compose::Purpose;
use crate::ticket::{Event, ShownBy, TicketId, TimedEvent};
use jiff::Timestamp;

/// Why they are withdrawn, for people who look at the outbox.
const WHY: &str = "a person came into the ticket before it was sent";

impl Journal {
    /// Withdraws what waits in the tickets that a person has just come into, and gives the events that say so.
    pub(super) fn withdraw_automatic(
        &self,
        events: &[(TicketId, TimedEvent)],
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<Vec<(TicketId, TimedEvent)>, JournalError> {
        let mut told = Vec::new();
        let by_person = events
            .iter()
            .filter(|(_, timed)| is_by_person(&timed.event));
        for (ticket, timed) in by_person {
            let waiting = self.waiting_automatic(ticket)?.into_iter();
            for (record, delivery) in waiting.filter(|(record, _)| ends(&timed.event, record)) {
                let event = Event::MailWithdrawn {
                    message_id: record.message_id.clone(),
                    purpose: record.purpose,
                };
                let state = EffectState::Withdrawn {
                    at: now,
                    why: WHY.to_owned(),
                };
                let id = record.message_id.clone();
                let leaves_open = leaves_open(&timed.event, &record);
                self.change_state(batch, record, &delivery, state)?;
                if leaves_open {
                    batch.put(Tree::Untold, id.as_str().as_bytes(), Vec::new());
                }
                told.push((
                    ticket.clone(),
                    TimedEvent {
                        at: timed.at,
                        cause: timed.cause,
                        event,
                    },
                ));
            }
        }
        Ok(told)
    }

    /// What becomes of a mail whose attempt is over, and of which nothing has left: it waits, or a person has come into its ticket meanwhile.
    pub(super) fn unless_overtaken(
        &self,
        record: &EffectRecord,
        delivery: &Delivery,
        due: Timestamp,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<EffectState, JournalError> {
        let waits = EffectState::Waiting { due };
        let (Some(id), true) = (&record.ticket, gives_way(record.purpose)) else {
            return Ok(waits);
        };
        let ticket = match delivery.reached_some {
            true => None,
            false => self.ticket(id)?,
        };
        let events = ticket.map(|ticket| ticket.events).unwrap_or_default();
        let mut later = events.iter().skip_while(|timed| {
            !matches!(&timed.event, Event::Wrote { message_id, .. } if *message_id == record.message_id)
        });
        let by_person =
            later.find(|timed| is_by_person(&timed.event) && ends(&timed.event, record));
        let Some(by_person) = by_person else {
            return Ok(waits);
        };
        let name = record.message_id.as_str().as_bytes();
        if leaves_open(&by_person.event, record) {
            batch.put(Tree::Untold, name, Vec::new());
        } else if delivery.lost.is_empty() {
            // It was given up, and is told of no more as that.
            batch.delete(Tree::Untold, name);
        }
        let event = Event::MailWithdrawn {
            message_id: record.message_id.clone(),
            purpose: record.purpose,
        };
        let timed = TimedEvent {
            at: now,
            cause: None,
            event,
        };
        self.add_events(vec![(id.clone(), timed)], batch)?;
        Ok(EffectState::Withdrawn {
            at: now,
            why: WHY.to_owned(),
        })
    }

    /// Automatic mails to the customer of which nothing has left.
    fn waiting_automatic(
        &self,
        ticket: &TicketId,
    ) -> Result<Vec<(EffectRecord, Delivery)>, JournalError> {
        let Some(ticket) = self.ticket(ticket)? else {
            return Ok(Vec::new());
        };
        let mut waiting = Vec::new();
        for timed in &ticket.events {
            let Event::Wrote {
                message_id,
                purpose,
                ..
            } = &timed.event
            else {
                continue;
            };
            if !gives_way(*purpose) {
                continue;
            }
            let found = self.record_of(message_id)?;
            waiting.extend(found.filter(|(record, delivery)| {
                matches!(record.state, EffectState::Waiting { .. }) && !delivery.reached_some
            }));
        }
        Ok(waiting)
    }
}

/// Automatic mails to the customer that a person's words make needless.
const fn gives_way(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Answer | Purpose::Question | Purpose::Notice | Purpose::Delay | Purpose::Told
    )
}

/// Whether the event makes this mail needless. An address alone, which anybody can write, takes no promise away: what tells one goes out.
const fn ends(event: &Event, record: &EffectRecord) -> bool {
    !matches!(
        (event, record.purpose),
        (
            Event::WroteOutside {
                shown_by: ShownBy::Address,
                ..
            },
            Purpose::Notice | Purpose::Delay
        )
    )
}

/// Whether a question is left open by it of which no mail has brought the team anything: it was to be answered by itself. Who answered from the
/// mailbox itself, behind the customer's latest mail, has seen that.
const fn leaves_open(event: &Event, record: &EffectRecord) -> bool {
    let is_answer = matches!(record.purpose, Purpose::Answer | Purpose::Question);
    let has_seen = matches!(
        event,
        Event::WroteOutside {
            shown_by: ShownBy::SentFolder,
            ..
        }
    );
    is_answer && !has_seen
}

/// Whether with this a person has come in and says how it goes on.
const fn is_by_person(event: &Event) -> bool {
    event.brings_a_persons_words()
        || matches!(
            event,
            Event::WroteOutside { .. }
                | Event::Taken { .. }
                | Event::Closed { .. }
                | Event::GivenBack { .. }
        )
}
